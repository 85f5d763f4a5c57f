-- A policy for the videos of ../shared/data/real-videos.jsonl, grouped by channel, category and tag
-- as `simd --library group:FILE` does. It uses every kind of rule; real_videos_spec.lua tries it.
local y = require "ytsync.policy"

local LATE_SHOWS = { "The Tonight Show*", "Jimmy Kimmel Live", "Late Night with Seth Meyers",
    "The Late Show*", "The Late Late Show*", "Saturday Night Live", "TheEllenShow" }

-- Uploads of record labels, and what says so itself.
local function is_music_video(v)
    return v.channel:find("VEVO$") ~= nil or v.channel:find(" %- Topic$") ~= nil
end

return y.policy {
    old = "delete",
    otherwise = "Everything else",
    categories = {
        -- "Music" and "Sports" are there already: they are kept, and what does not belong leaves.
        y.category "Trailers" {
            when = y.any {
                y.title { "official trailer", "teaser trailer" },
                y.all { y.tag "trailer", y.from "Film & Animation" },
            },
        },
        y.category "Music" {
            from = "Music",
            when = y.any { is_music_video, y.title { "official video", "official music video",
                "audio", "lyric video" } },
            description = "Songs, concerts and clips.",
        },
        y.category "Late night" { from = "late night", when = y.channel(LATE_SHOWS) },
        y.category "Sports" {
            from = { "Sports", "sports" },
            when = y.any { y.channel { "NFL", "ESPN", "NBA", "WWE" }, y.tag "football" },
        },
        y.category "Beauty" {
            title = "Beauty & fashion",
            from = { "beauty", "makeup" },
            when = y.all { y.tag { "makeup", "fashion", "cosmetics" },
                y.none { y.title { "halloween", "prank" } } },
            privacy = "unlisted",
        },
        y.category "Kitchen" {
            from = "food",
            when = y.any { y.channel { "Rosanna Pansino", "First We Feast", "HellthyJunkFood",
                "The Scran Line" }, y.tag { "recipe", "cooking", "baking" } },
        },
        y.category "News and politics" { from = { "News & Politics", "news" } },
        y.category "Phones and computers" {
            when = y.any { y.title { "iphone", "pixel", "macbook", "samsung" },
                y.channel { "Marques Brownlee", "Unbox Therapy", "Tech Insider" } },
        },
        y.category "Science" {
            from = { "Science & Technology", "science", "SciShow" },
            when = y.tag { "physics", "space", "biology" },
        },
        y.category "Animals" { from = "Pets & Animals", when = y.channel "Brave Wilderness" },
        y.category "Games" {
            from = "Gaming",
            when = y.all { y.tag { "game", "nintendo", "playstation" },
                y.none { y.tag { "football", "game of thrones" } } },
        },
        y.category "Cars" { from = "Autos & Vehicles", when = y.tag { "car review", "supercar" } },
        y.category "Learning" { from = { "Education", "how to" }, when = y.channel "vlogbrothers" },
        y.category "Halloween" { when = y.any { y.tag "halloween", y.title "h*lloween" } },
        y.category "Comedy" { from = { "Comedy", "comedy", "funny", "sketch" } },
        y.category "Films and series" {
            from = { "Film & Animation", "movie", "Netflix" },
            when = y.tag { "season*episode", "movie review" },
        },
        y.category "People" { from = { "People & Blogs", "vlog" }, privacy = "private" },
        y.category "Shouted titles" {
            when = function(v)
                return v.title == v.title:upper() and v.title:find("%a") ~= nil and v.live
            end,
        },
        y.category "Without a tag" {
            when = function(v)
                return #v.tags == 0
            end,
        },
        y.category "Everything else" {},
    },
}
