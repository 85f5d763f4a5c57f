-- Rules: what matches what, and how the reason is named.
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

-- The name of the rule that lets the video in, without its place; nil when none does.
local function match(matchers, fields)
    if rules.is_matcher(matchers) then
        matchers = { matchers }
    end
    local fn, names = rules.compile(matchers)
    local v = video(fields)
    local found = fn(rules.fold(v.title), rules.fold(v.channel),
        rules.fold(table.concat(v.tags, "\n")), v)
    return found and names[found]:gsub("^%S+:%d+ ", "") or nil
end

describe("a text", function()
    it("is found anywhere, whatever the case", function()
        assert.equal('title "JaZZ"', match(rules.title("JaZZ"), { title = "Cool jazz live" }))
        assert.is_nil(match(rules.title("jazz"), { title = "Cool funk" }))
        assert.equal('channel "vevo"', match(rules.channel("vevo"), { channel = "AdeleVEVO" }))
    end)

    it("is compared byte by byte outside ASCII", function()
        assert.equal('title "Größe"', match(rules.title("Größe"), { title = "die GRößE" }))
        assert.is_nil(match(rules.title("größe"), { title = "GRÖSSE" }))
        assert.equal('title "日本"', match(rules.title("日本"), { title = "日本語" }))
    end)

    it("means itself, not a pattern", function()
        assert.equal('title "(50%)"', match(rules.title("(50%)"), { title = "now (50%) off" }))
        assert.is_nil(match(rules.title("a.c"), { title = "abc" }))
        assert.equal([[title "a"b\c"]], match(rules.title([[a"b\c]]), { title = [[xa"b\cx]] }))
    end)

    it("knows a star for anything in between", function()
        assert.equal('channel "*VEVO"', match(rules.channel("*VEVO"), { channel = "AdeleVevo" }))
        assert.truthy(match(rules.title("live*berlin"), { title = "Live at home in Berlin" }))
        assert.is_nil(match(rules.title("live*berlin"), { title = "Berlin live" }))
        assert.is_nil(match(rules.title("aa*aa"), { title = "xaaax" }))
    end)

    it("is looked for in one tag at a time", function()
        assert.equal('tag "jazz"', match(rules.tag("jazz"), { tags = { "a", "acid jazz" } }))
        assert.is_nil(match(rules.tag("acid*jazz"), { tags = { "acid", "jazz" } }))
        assert.truthy(match(rules.tag("acid*jazz"), { tags = { "x", "acid house jazz" } }))
        assert.is_nil(match(rules.tag("jazz"), { tags = {} }))
    end)
end)

describe("from", function()
    it("takes titles and ids, exactly", function()
        local rule = rules.from({ "Jazz", "PL2" })
        assert.equal('from "Jazz"', match(rule, { playlists = { "x", "Jazz" } }))
        assert.equal('from "PL2"', match(rule, { playlists = { "x" }, playlist_ids = { "PL2" } }))
        assert.is_nil(match(rule, { playlists = { "jazz" }, playlist_ids = { "PL1" } }))
    end)

    it("works inside other rules", function()
        local rule = rules.all({ rules.from("Jazz"), rules.title("live") })
        assert.equal('all { from "Jazz", title "live" }',
            match(rule, { playlists = { "Jazz" }, title = "Live!" }))
        assert.is_nil(match(rule, { playlists = { "Rock" }, title = "Live!" }))
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
