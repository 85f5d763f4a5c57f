-- The policy of the demonstration (`make demo`): 26 playlists in place of the 87 overlapping ones
-- of the simulated library. Some of them carry a name that a playlist has already: that playlist
-- is kept and filled. All others are given up once each of their videos was seen elsewhere.

local y = require "ytsync.policy"

-- A category by the playlists, tags, words in titles and channels that speak for it.
local function category(name)
    return function(signs)
        local ways = { y.tag(signs.tags) }
        ways[#ways + 1] = signs.titles and y.title(signs.titles)
        ways[#ways + 1] = signs.channels and y.channel(signs.channels)
        return y.category(name) {
            from = signs.from,
            when = y.any(ways),
            description = signs.description,
            privacy = signs.privacy,
        }
    end
end

return y.policy {
    old = "delete",
    gone = "forget",           -- private and deleted videos cannot be added anywhere
    otherwise = "Odds and ends",

    categories = {
        category "Jazz" {
            from = { "Jazz", "Jazz 2", "smooth", "late night jazz" },
            tags = { "jazz", "bebop" },
            titles = { "jazz", "bebop" },
            channels = { "Nora Vale Quartet", "Blue Lantern", "Cellar Door", "Teodor Rask",
                "Midnight Standard" },
            description = "Jazz of every kind, oldest saved first.",
        },
        category "Full concerts" {
            from = { "Concerts", "full concerts", "live sets", "Konzerte" },
            tags = { "concert", "live music", "full show" },
            titles = { "full concert", "live at", "live in concert", "full show", "live set" },
            channels = { "Festival Archive", "Kulturhaus Live", "Big Field", "Orchard Stage" },
            privacy = "unlisted",
        },
        category "Piano" {
            from = { "Piano", "piano to learn", "Klavier" },
            tags = { "piano", "sheet music" },
            titles = "piano",
        },
        category "Ambient and sleep" {
            from = { "Ambient", "for sleep", "focus" },
            tags = { "ambient", "drone" },
            titles = { "ambient", "soundscape", "deep drone" },
        },
        category "Cooking" {
            from = { "Cooking", "recipes", "dinner ideas", "to cook" },
            tags = { "cooking", "recipe", "dinner" },
            titles = { "recipe", "how to cook", "i cooked" },
            channels = { "Salt & Spoon", "Kitchen of Mirela", "One Pan Pete", "Patient Stew",
                "Nonna Digitale" },
        },
        category "Bread and baking" {
            from = { "Baking", "bread", "sourdough" },
            tags = { "baking", "sourdough", "bread" },
            titles = { "baking", "dough" },
            channels = { "Crumb Lab", "Flour Path", "Rye & Shine", "Tante Ilse" },
        },
        category "Mathematics" {
            from = { "Math lectures", "maths", "Linear algebra" },
            tags = { "mathematics", "algebra", "proof" },
            titles = "mathematics",
            channels = { "Lemma Channel", "Chalk & Proof", "Proofs for Breakfast" },
        },
        category "Physics" {
            from = { "Physics", "physics lectures" },
            tags = { "physics", "quantum" },
            titles = "physics",
            channels = { "Field Lines", "Quantum Attic", "Okoro" },
        },
        category "Game development" {
            from = { "Game dev", "devlogs", "shaders" },
            tags = { "gamedev", "devlog", "shader", "pixel art" },
            titles = { "devlog", "game dev", "gamedev" },
            channels = { "Pixel Foundry", "Tiny Engine", "Shader Kitchen" },
        },
        category "Programming" {
            from = { "Programming", "dev talks", "Code", "lua stuff" },
            tags = { "programming", "coding", "software" },
            titles = { "programming", "code review" },
            channels = { "Null Terminated", "Borrow Checked", "Terminal Velocity",
                "Compile Errors", "Devroom Archive" },
        },
        category "Retro games" {
            from = { "Retro games", "speedruns" },
            tags = { "retro", "speedrun", "longplay" },
            titles = { "speedrun", "longplay", "retro" },
            channels = { "Cartridge Museum", "Any Percent", "CRT Nights", "Second Player" },
        },
        category "Chess" {
            from = { "Chess", "chess openings", "endgames" },
            tags = { "chess", "grandmaster" },
            titles = { "chess", "grandmaster" },
            channels = { "Fianchetto", "Endgame Evenings", "Rook & Roll", "Darya Venn" },
        },
        category "Woodworking" {
            from = { "Woodworking", "workshop", "wood" },
            tags = { "woodworking", "joinery", "hand tools" },
            titles = "woodworking",
            channels = { "Dovetail Yard", "Shavings & Dust", "Bench Dogs", "Holzwerkstatt" },
        },
        category "Repairs at home" {
            from = { "Home repair", "DIY" },
            tags = { "repair", "how to" },
            titles = { "how to fix", "repair" },
            channels = { "Fix It Fridays", "Tenant's Toolbox", "Calm Plumber" },
        },
        category "Cycling" {
            from = { "Cycling", "bikepacking", "Bike maintenance" },
            tags = { "cycling", "bike", "gravel" },
            titles = { "cycling", "bikepacking", "by bike", "ride report" },
            channels = { "Gravel & Grit", "Spoke Folk", "Col Collector", "Two Wheels" },
        },
        category "Yoga and training" {
            from = { "Workouts", "yoga", "stretching" },
            tags = { "workout", "yoga", "mobility", "stretching" },
            titles = { "workout", "yoga", "stretching" },
            channels = { "Slow Morning", "Kettle & Bell", "Coach Marisol" },
        },
        category "Hiking" {
            from = { "Hiking", "trails" },
            tags = { "hiking", "trail" },
            titles = { "hiking", " hike", "trail in" },
            channels = { "Cairn to Cairn", "Wet Boots", "Hut Book" },
        },
        category "Japanese" {
            from = { "Japanese", "日本語" },
            tags = "japanese",
            titles = { "learn japanese", "japanese grammar", "japanese listening",
                "slow japanese", "japanese phrases", "japanese for beginners" },
            channels = "Nihongo Corner",
        },
        category "Languages" {
            from = { "Languages", "Spanish" },
            tags = { "language", "grammar", "vocabulary" },
            titles = { "grammar", "listening practice" },
            channels = { "Palabra a Palabra", "Deutsch im Alltag", "Slow Ear" },
        },
        category "Documentaries" {
            from = { "Documentaries", "docs", "Dokus" },
            tags = { "documentary", "reportage" },
            titles = { "documentary", "a film about" },
            channels = { "Longform Film", "Horizon Line", "Archive of Work", "Dokukiste" },
        },
        category "History" {
            from = { "History", "history podcasts" },
            tags = { "history", "medieval", "archaeology" },
            titles = "history",
            channels = { "Footnote History", "Long Century", "Ledger & Sword" },
        },
        category "Space" {
            from = { "Space", "astronomy" },
            tags = { "space", "astronomy", "telescope" },
            titles = { "astronomy", "space news" },
            channels = { "Perihelion", "Deep Sky", "Launch Window" },
        },
        category "Photography" {
            from = { "Photography", "film photography" },
            tags = { "photography", "darkroom" },
            titles = { "photography", "photo walk" },
            channels = { "Silver Halide", "Slow Shutter", "Grain & Light" },
        },
        category "Gardening" {
            from = { "Gardening", "garden" },
            tags = { "gardening", "garden", "compost" },
            titles = "garden",
            channels = { "Rooftop Beds", "Compost Heap", "Allotment" },
        },
        category "Comedy" {
            from = { "Comedy", "sketches", "stand-up" },
            tags = { "comedy", "stand-up" },
            titles = { "stand-up", "sketch" },
            channels = { "Deadpan Alley", "Spare Room Sketch", "Half an Hour of Nothing" },
        },
        y.category "Odds and ends" {},
    },
}
