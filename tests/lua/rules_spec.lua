-- Rules: what matches what, and how the reason is named.
package.loaded["ytsync.core"] = package.loaded["ytsync.core"] or require("lua.fake_core")
local compile = require("ytsync.compile")
local rules = require("ytsync.rules")
local suggest = require("ytsync.suggest")

local function video(fields)
    local out = { id = "v", title = "", channel = "", tags = {}, playlists = {},
        playlist_ids = {} }
    for key, value in pairs(fields) do
        out[key] = value
    end
    return out
end

-- The name of the rule that lets the video in, without its place; nil when none does. `category`
-- may hold but_not, `now_ms` is the time.
local function match(ways, fields, category, now_ms)
    if rules.is_matcher(ways) then
        ways = { ways }
    end
    local program = assert(compile.program({ { ways = ways, but_not = category } },
        { now_ms = now_ms }))
    local v, homes, found = video(fields), {}, {}
    if program:place(v, homes, found) == 0 then
        return nil
    end
    return (program:reason(found[1], v):gsub("^%S+:%d+ ", ""))
end

describe("the id of a channel", function()
    local ID, OTHER = "UCabcdefghij-_0123456789", "UCabcdefghij-_0123456788"

    it("holds for its videos, whatever the channel is called", function()
        assert.equal(('channel "%s"'):format(ID), match(rules.channel(ID), { channel = "Ann",
            channel_id = ID }))
        assert.is_nil(match(rules.channel(ID), { channel = ID, channel_id = OTHER }))
        assert.is_nil(match(rules.channel(ID), { channel_id = ID:upper() }))
        assert.is_nil(match(rules.channel(ID), {}))
    end)

    it("stands beside names, alone and inside of other rules", function()
        local both = rules.channel({ "Bob", ID })
        assert.equal('channel "Bob"', match(both, { channel = "Bob", channel_id = OTHER }))
        assert.equal(('channel "%s"'):format(ID), match(both, { channel = "Ann",
            channel_id = ID }))
        assert.is_nil(match(rules.title("x"), { title = "x", channel_id = ID }, { both }))
        local all = rules.all({ rules.title("x"), rules.channel(ID) })
        assert.truthy(match(all, { title = "x", channel_id = ID }))
        assert.is_nil(match(all, { title = "x", channel_id = OTHER }))
    end)
end)

describe("a text", function()
    it("is found as whole words, whatever the case", function()
        assert.equal('title "JaZZ"', match(rules.title("JaZZ"), { title = "Cool jazz live" }))
        assert.equal('title "so what"', match(rules.title("so what"), { title = "So -- What?" }))
        assert.is_nil(match(rules.title("jazz"), { title = "Jazzercise" }))
        assert.is_nil(match(rules.title("hall"), { title = "Shall we" }))
        assert.is_nil(match(rules.channel("vevo"), { channel = "AdeleVEVO" }))
    end)

    it("is found in any accent form, width and ligature", function()
        assert.equal('title "Größe"', match(rules.title("Größe"), { title = "die GRÖSSE" }))
        assert.truthy(match(rules.title("beyonce"), { title = "Beyoncé (Live)" }))
        assert.truthy(match(rules.title("Đà Nẵng"), { title = "da nang by bike" }))
        assert.truthy(match(rules.title("123 fine"), { title = "１２３ ﬁne" }))
        assert.truthy(match(rules.title("istanbul"), { title = "İSTANBUL" }))
        assert.truthy(match(rules.title("ёлка"), { title = "ЕЛКА" }))
        assert.truthy(match(rules.title("شِعر"), { title = "شعر" }))
    end)

    it("is found anywhere in scripts without spaces", function()
        assert.equal('title "本語"', match(rules.title("本語"), { title = "日本語の文法" }))
        assert.truthy(match(rules.title("ジャズ"), { title = "jazzとジャズの夜" }))
        assert.truthy(match(rules.title("ไทย"), { title = "ภาษาไทยง่าย" }))
        assert.truthy(match(rules.title("재즈"), { title = "재즈를 듣다" }))
        local taken_apart = "\u{1112}\u{1161}\u{11AB}"
        assert.truthy(match(rules.title("한"), { title = taken_apart }))
        assert.is_nil(match(rules.title("하"), { title = "한" }))
        assert.is_nil(match(rules.title("か"), { title = "が" }))
    end)

    it("keeps what makes another letter in other scripts", function()
        assert.truthy(match(rules.title("किताब"), { title = "मेरी किताब" }))
        assert.is_nil(match(rules.title("कताब"), { title = "किताब" }))
    end)

    it("means itself, not a pattern", function()
        assert.equal('title "(50%)"', match(rules.title("(50%)"), { title = "now (50%) off" }))
        assert.is_nil(match(rules.title("a.c"), { title = "abc" }))
        assert.equal([[title "a"b\c"]], match(rules.title([[a"b\c]]), { title = [[a"b\c x]] }))
    end)

    it("tells C, C++ and C# apart, and finds symbols", function()
        assert.truthy(match(rules.title("C++"), { title = "Modern C++ talk" }))
        assert.is_nil(match(rules.title("C++"), { title = "Vitamin C" }))
        assert.is_nil(match(rules.title("C"), { title = "C# in depth" }))
        assert.truthy(match(rules.title("a b"), { title = "A+B" }))
        assert.truthy(match(rules.title("🎵"), { title = "jazz🎵night" }))
    end)

    it("knows a star for anything in between", function()
        assert.equal('channel "*VEVO"', match(rules.channel("*VEVO"), { channel = "AdeleVevo" }))
        assert.truthy(match(rules.title("jazz*"), { title = "so jazzy" }))
        assert.truthy(match(rules.title("live*berlin"), { title = "Live at home in Berlin" }))
        assert.truthy(match(rules.title("live * berlin"), { title = "live berlin" }))
        assert.is_nil(match(rules.title("live*berlin"), { title = "Berlin live" }))
        assert.is_nil(match(rules.title("live * berlin"), { title = "liveberlin" }))
        assert.is_nil(match(rules.title("*aa*aa*"), { title = "xaaax" }))
        assert.truthy(match(rules.title("*aa*aa*"), { title = "xaaaax" }))
        assert.truthy(match(rules.title("*"), { title = "" }))
    end)

    it("is looked for in one tag at a time", function()
        assert.equal('tag "jazz"', match(rules.tag("jazz"), { tags = { "a", "acid jazz" } }))
        assert.is_nil(match(rules.tag("acid*jazz"), { tags = { "acid", "jazz" } }))
        assert.truthy(match(rules.tag("acid*jazz"), { tags = { "x", "acid house jazz" } }))
        assert.is_nil(match(rules.tag("jazz"), { tags = {} }))
    end)
end)

describe("an artist", function()
    it("is a whole channel, with its Topic and VEVO", function()
        local rule = rules.artist({ "Miles Davis", "AC/DC" })
        assert.equal('artist "Miles Davis"', match(rule, { channel = "miles davis" }))
        assert.truthy(match(rule, { channel = "Miles Davis - Topic" }))
        assert.truthy(match(rule, { channel = "MilesDavisVEVO" }))
        assert.truthy(match(rule, { channel = "acdcVEVO" }))
        assert.is_nil(match(rule, { channel = "Miles Davis Fans" }))
        assert.is_nil(match(rule, { title = "Miles Davis" }))
    end)

    it("may be longer where a star stands", function()
        assert.truthy(match(rules.artist("Miles*"), { channel = "Miles Davis Quintet" }))
        assert.is_nil(match(rules.artist("Miles*"), { channel = "The Miles" }))
    end)
end)

describe("lengths and dates", function()
    local NOW = 1790000000000 -- 2026-09-21

    it("compare what is known", function()
        assert.equal('longer_than "30 min"', match(rules.longer_than("30 min"),
            { duration_s = 1801 }))
        assert.is_nil(match(rules.longer_than("0:30:00"), { duration_s = 1800 }))
        assert.is_nil(match(rules.longer_than("30 min"), {}))
        assert.truthy(match(rules.shorter_than("1 h 30 min"), { duration_s = 5399 }))
        assert.is_nil(match(rules.shorter_than("90 s"), {}))
    end)

    it("divide time without a gap", function()
        local start = 1609459200000 -- 2021-01-01
        for _, at in ipairs({ start - 1, start }) do
            assert.equal(at < start, match(rules.published_before("2021"),
                { published_at = at }) ~= nil)
            assert.equal(at >= start, match(rules.published_after("2021-01"),
                { published_at = at }) ~= nil)
            assert.equal(at < start, match(rules.saved_before("2021-01-01"),
                { saved_at = at }) ~= nil)
        end
        assert.is_nil(match(rules.saved_before("2021"), { saved_at = 0 }))
        assert.is_nil(match(rules.saved_after("2021"), {}))
    end)

    it("count back from the time at which they are tried", function()
        local two_years = 1726876800000 -- 2024-09-21
        local rule = rules.saved_after("2 years ago")
        assert.truthy(match(rule, { saved_at = two_years + 86400000 }, nil, NOW))
        assert.is_nil(match(rule, { saved_at = two_years - 86400000 }, nil, NOW))
        assert.truthy(match(rules.saved_after("3 days ago"), { saved_at = NOW - 86400000 * 2 }, nil,
            NOW))
    end)
end)

describe("from", function()
    it("takes titles and ids, exactly", function()
        local rule = rules.from({ "Jazz", "PL2" })
        assert.equal('from "Jazz"', match(rule, { playlists = { "x", "Jazz" } }))
        assert.equal('from "PL2"', match(rule, { playlists = { "x" }, playlist_ids = { "PL2" } }))
        assert.is_nil(match(rule, { playlists = { "jazz" }, playlist_ids = { "PL1" } }))
    end)

    it("takes a star in a title, not in an id", function()
        assert.truthy(match(rules.from("Jazz*"), { playlists = { "Jazz (2)" },
            playlist_ids = { "" } }))
        assert.is_nil(match(rules.from("P*"), { playlists = { "Jazz" }, playlist_ids = { "PL2" } }))
    end)

    it("works inside other rules", function()
        local rule = rules.all({ rules.from("Jazz"), rules.title("live") })
        assert.equal('all { from "Jazz", title "live" }',
            match(rule, { playlists = { "Jazz" }, title = "Live!" }))
        assert.is_nil(match(rule, { playlists = { "Rock" }, title = "Live!" }))
    end)
end)

describe("but_not", function()
    it("keeps out what the other lines let in", function()
        assert.truthy(match(rules.title("jazz"), { title = "jazz" }, { rules.title("cover") }))
        assert.is_nil(match(rules.title("jazz"), { title = "jazz cover" },
            { rules.tag("x"), rules.title("cover") }))
    end)
end)

describe("combined rules", function()
    it("name the way in that matched", function()
        local rule = rules.any({ rules.title({ "jazz", "bebop" }), rules.channel("Blue Note") })
        assert.equal('title "bebop"', match(rule, { title = "bebop", channel = "Blue Note" }))
        assert.equal('channel "Blue Note"', match(rule, { channel = "blue note" }))
    end)

    it("all and none", function()
        local rule = rules.all({ rules.title("live"), rules.none({ rules.title("reaction"),
            rules.tag("fake") }) })
        assert.truthy(match(rule, { title = "live" }))
        assert.is_nil(match(rule, { title = "live reaction" }))
        assert.is_nil(match(rule, { title = "live", tags = { "fake" } }))
    end)

    it("call functions with the video", function()
        local rule = rules.any({ rules.title("x"), function(v)
            return v.duration_s > 60
        end })
        assert.equal("function", match(rule, { duration_s = 61 }))
        assert.is_nil(match(rule, { duration_s = 60 }))
    end)

    it("can be long and deep, within limits", function()
        local words = {}
        for number = 1, 3000 do
            words[number] = "word" .. number .. ";"
        end
        assert.equal('title "word3000;"', match(rules.title(words), { title = "word3000;" }))
        assert.is_nil(match(rules.none({ rules.title(words) }), { title = "word3000;" }))
        local deep = rules.title("x")
        for _ = 1, 38 do
            deep = rules.all({ deep })
        end
        assert.truthy(match(deep, { title = "x" }))
        assert.has_error(function()
            for _ = 1, 3 do
                deep = rules.none({ deep })
            end
        end)
    end)

    it("cut a long name between characters", function()
        local name = rules.rule_text({ file = "p.lua", line = 1 }, ("ä"):rep(200))
        assert.truthy(#name <= 200)
        assert.truthy(utf8.len(name))
        assert.equal("...", name:sub(-3))
    end)
end)

describe("suggestions", function()
    it("find what was meant and nothing else", function()
        assert.equal("privacy", suggest.closest("privacey", { "policy", "privacy" }))
        assert.equal("from", suggest.closest("form", { "when", "from" }))
        assert.is_nil(suggest.closest("zzz", { "when", "from" }))
        assert.equal(1, suggest.distance("ab", "ba"))
        assert.equal(3, suggest.distance("kitten", "sitting"))
        assert.equal(4, suggest.distance("", "four"))
    end)
end)
