-- A first policy. Copy it to ~/.config/ytsync/policy.lua, make it yours, then:
--
--     ytsync check      is it in order, and what would each category get?
--     ytsync plan       what would be done, what does it cost?  (changes nothing)
--     ytsync run        do it
--
-- With old = "keep" playlists are made and filled beside your own, and nothing is taken out or
-- deleted. One that already has a category's name is that category's playlist: it is filled.
-- scripts/README.md lists the rest of the words.

local y = require "ytsync.policy"

return y.policy {
    -- What may happen to the playlists you have: "keep", or "delete" once every one of their
    -- videos has its place elsewhere (you are asked again before that).
    old = "keep",

    -- New playlists are private until you say otherwise.
    privacy = "private",

    -- These are never changed, whatever the rest says. Titles or ids.
    never_touch = {},

    categories = {
        -- A video gets into the first category that wants it.

        -- All that was ever in these playlists of yours (titles or ids):
        --     y.category "Music" { from = { "Music", "songs 2019" } },

        -- All whose title, channel or tags hold one of these texts, in any case:
        y.category "Jazz" {
            when = y.any {
                y.title { "jazz", "bebop" },
                y.channel "Blue Note",
                y.tag "jazz",
            },
        },

        -- All that meet several conditions:
        y.category "Full concerts" {
            when = y.all {
                y.title { "concert", "live at", "full show" },
                y.none { y.title "reaction" },
            },
        },

        -- Anything that plain Lua can say. A video v has id, title, channel, description, tags,
        -- duration_s (nil when not known), published_at and saved_at (milliseconds), playlists
        -- (titles that it was ever in), gone and live.
        y.category "Long films" {
            when = function(v)
                return (v.duration_s or 0) > 60 * 60
            end,
        },
    },

    -- What no category wants: "leave" it where it is, "drop" it, or name a category.
    otherwise = "leave",
}
