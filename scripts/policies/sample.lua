-- The policy of the demonstration (`make demo`): 26 playlists in place of the 87 overlapping ones
-- of the simulated library. Some of them carry a name that a playlist has already: that playlist
-- is kept and filled. All others are given up once each of their videos was seen elsewhere.

settings {
    old_playlists = "delete",
    give_up = "*",             -- also those that no line mentions
}

gone "forget"                  -- private and deleted videos cannot be added anywhere
leftovers { into = "Odds and ends" }

playlist "Jazz" {
    from { "Jazz", "Jazz 2", "smooth", "late night jazz" },
    tag { "jazz", "bebop" },
    title { "jazz", "bebop" },
    channel { "Nora Vale Quartet", "Blue Lantern", "Cellar Door", "Teodor Rask",
        "Midnight Standard" },
    description = "Jazz of every kind, oldest saved first.",
}

playlist "Full concerts" {
    from { "Concerts", "full concerts", "live sets", "Konzerte" },
    tag { "concert", "live music", "full show" },
    title { "full concert", "live at", "live in concert", "full show", "live set" },
    channel { "Festival Archive", "Kulturhaus Live", "Big Field", "Orchard Stage" },
    privacy = "unlisted",
}

playlist "Piano" {
    from { "Piano", "piano to learn", "Klavier" },
    tag { "piano", "sheet music" },
    title "piano",
}

playlist "Ambient and sleep" {
    from { "Ambient", "for sleep", "focus" },
    tag { "ambient", "drone" },
    title { "ambient", "soundscape", "deep drone" },
}

playlist "Cooking" {
    from { "Cooking", "recipes", "dinner ideas", "to cook" },
    tag { "cooking", "recipe", "dinner" },
    title { "recipe", "how to cook", "i cooked" },
    channel { "Salt & Spoon", "Kitchen of Mirela", "One Pan Pete", "Patient Stew",
        "Nonna Digitale" },
}

playlist "Bread and baking" {
    from { "Baking", "bread", "sourdough" },
    tag { "baking", "sourdough", "bread" },
    title { "baking", "dough*" },
    channel { "Crumb Lab", "Flour Path", "Rye & Shine", "Tante Ilse" },
}

playlist "Mathematics" {
    from { "Math lectures", "maths", "Linear algebra" },
    tag { "mathematics", "algebra", "proof" },
    title "mathematics",
    channel { "Lemma Channel", "Chalk & Proof", "Proofs for Breakfast" },
}

playlist "Physics" {
    from { "Physics", "physics lectures" },
    tag { "physics", "quantum" },
    title "physics",
    channel { "Field Lines", "Quantum Attic", "Okoro" },
}

playlist "Game development" {
    from { "Game dev", "devlogs", "shaders" },
    tag { "gamedev", "devlog", "shader", "pixel art" },
    title { "devlog", "game dev", "gamedev" },
    channel { "Pixel Foundry", "Tiny Engine", "Shader Kitchen" },
}

playlist "Programming" {
    from { "Programming", "dev talks", "Code", "lua stuff" },
    tag { "programming", "coding", "software" },
    title { "programming", "code review" },
    channel { "Null Terminated", "Borrow Checked", "Terminal Velocity", "Compile Errors",
        "Devroom Archive" },
}

playlist "Retro games" {
    from { "Retro games", "speedruns" },
    tag { "retro", "speedrun*", "longplay*" },
    title { "speedrun*", "longplay*", "retro" },
    channel { "Cartridge Museum", "Any Percent", "CRT Nights", "Second Player" },
}

playlist "Chess" {
    from { "Chess", "chess openings", "endgames" },
    tag { "chess", "grandmaster" },
    title { "chess", "grandmaster" },
    channel { "Fianchetto", "Endgame Evenings", "Rook & Roll", "Darya Venn" },
}

playlist "Woodworking" {
    from { "Woodworking", "workshop", "wood" },
    tag { "woodworking", "joinery", "hand tools" },
    title "woodworking",
    channel { "Dovetail Yard", "Shavings & Dust", "Bench Dogs", "Holzwerkstatt" },
}

playlist "Repairs at home" {
    from { "Home repair", "DIY" },
    tag { "repair", "how to" },
    title { "how to fix", "repair" },
    channel { "Fix It Fridays", "Tenant's Toolbox", "Calm Plumber" },
}

playlist "Cycling" {
    from { "Cycling", "bikepacking", "Bike maintenance" },
    tag { "cycling", "bike", "gravel" },
    title { "cycling", "bikepacking", "by bike", "ride report" },
    channel { "Gravel & Grit", "Spoke Folk", "Col Collector", "Two Wheels" },
}

playlist "Yoga and training" {
    from { "Workouts", "yoga", "stretching" },
    tag { "workout", "yoga", "mobility", "stretching" },
    title { "workout", "yoga", "stretching" },
    channel { "Slow Morning", "Kettle & Bell", "Coach Marisol" },
}

playlist "Hiking" {
    from { "Hiking", "trails" },
    tag { "hiking", "trail" },
    title { "hiking", "hike*", "trail in" },
    channel { "Cairn to Cairn", "Wet Boots", "Hut Book" },
}

playlist "Japanese" {
    from { "Japanese", "日本語" },
    tag "japanese",
    title { "learn japanese", "japanese grammar", "japanese listening", "slow japanese",
        "japanese phrases", "japanese for beginners" },
    channel "Nihongo Corner",
}

playlist "Languages" {
    from { "Languages", "Spanish" },
    tag { "language", "grammar", "vocabulary" },
    title { "grammar", "listening practice" },
    channel { "Palabra a Palabra", "Deutsch im Alltag", "Slow Ear" },
}

playlist "Documentaries" {
    from { "Documentaries", "docs", "Dokus" },
    tag { "documentary", "reportage" },
    title { "documentary", "a film about" },
    channel { "Longform Film", "Horizon Line", "Archive of Work", "Dokukiste" },
}

playlist "History" {
    from { "History", "history podcasts" },
    tag { "history", "medieval", "archaeology" },
    title "history",
    channel { "Footnote History", "Long Century", "Ledger & Sword" },
}

playlist "Space" {
    from { "Space", "astronomy" },
    tag { "space", "astronomy", "telescope" },
    title { "astronomy", "space news" },
    channel { "Perihelion", "Deep Sky", "Launch Window" },
}

playlist "Photography" {
    from { "Photography", "film photography" },
    tag { "photography", "darkroom" },
    title { "photography", "photo walk" },
    channel { "Silver Halide", "Slow Shutter", "Grain & Light" },
}

playlist "Gardening" {
    from { "Gardening", "garden*" },
    tag { "gardening", "garden*", "compost" },
    title "garden*",
    channel { "Rooftop Beds", "Compost Heap", "Allotment" },
}

playlist "Comedy" {
    from { "Comedy", "sketches", "stand-up" },
    tag { "comedy", "stand-up" },
    title { "stand-up", "sketch" },
    channel { "Deadpan Alley", "Spare Room Sketch", "Half an Hour of Nothing" },
}
