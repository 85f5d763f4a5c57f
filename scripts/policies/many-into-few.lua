-- Many playlists into few: what was collected over years in overlapping lists, put together. Old
-- ones are carried on or deleted once each of their videos was seen in its new place; those that
-- are not mentioned here are not touched.

settings {
    old_playlists = "delete",
    never_touch = {},              -- titles or ids that no rule may change
}

playlist "Jazz" {
    from { "Jazz", "Jazz 2", "smooth", "late night jazz" },
    title { "jazz", "bebop" },
}

playlist "Concerts" {
    from { "Concerts", "full concerts", "live sets", "Konzerte" },
    title { "full concert", "live in concert", "full show" },
}

playlist "Cooking" {
    from { "Cooking", "recipes", "dinner ideas", "to cook" },
    title { "recipe", "how to cook" },
}

playlist "Programming" {
    from { "Programming", "dev talks", "Code", "lua stuff" },
}

-- Private and deleted videos cannot be added anywhere; "keep" would keep their playlists for them.
gone "forget"

-- Nothing that was in one of the lists above gets lost: what no playlist wants stays.
leftovers "stay"

expect { title = "A day in Rome", playlists = "late night jazz", goes_to = "Jazz" }
