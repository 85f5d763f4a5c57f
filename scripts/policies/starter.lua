-- A first policy. Copy it to ~/.config/ytsync/policy.lua, make it yours, then:
--
--     ytsync check      is it in order, and what does each line catch?
--     ytsync plan       what would be done, what does it cost?  (changes nothing)
--     ytsync run        do it
--
-- With old_playlists = "keep" playlists are made and filled beside your own, and nothing is taken
-- out or deleted. scripts/README.md lists all words.

settings {
    -- What may happen to playlists that are mentioned below: "keep"; "reuse": one may carry a new
    -- one on; "delete": once every one of their videos has its place elsewhere (you are asked
    -- again before that). Playlists that are not mentioned are never touched.
    old_playlists = "keep",

    -- New playlists are private until you say otherwise.
    new_playlists = "private",

    -- These are never changed, whatever the rest says. Titles or ids:
    -- never_touch = { "Favorites" },
}

-- A video gets into the first playlist that wants it. Each line is one more way in.
playlist "Jazz" {
    -- All that was ever in these playlists of yours:
    --     from { "Jazz", "songs 2019" },

    title { "jazz", "bebop" },
    channel "Blue Note",
    tag "jazz",
}

-- all: several conditions at once. but_not: what stays out all the same.
playlist "Full concerts" {
    all { title { "concert", "live at", "full show" }, longer_than "30 min" },
    but_not = title "reaction",
}

-- Anything that plain Lua can say. A video v has id, title, channel, description, tags, duration_s
-- (nil when not known), published_at and saved_at (milliseconds), playlists (titles that it was
-- ever in), gone and live.
playlist "Long films" {
    where(function(v)
        return (v.duration_s or 0) > 60 * 60
    end),
}

-- What no playlist wants: "stay" where it is, "drop", or { into = "Unsorted" }.
leftovers "stay"
