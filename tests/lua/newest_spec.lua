-- keep_newest: what a playlist keeps, and that what it does not keep is dropped by name.
package.loaded["ytsync.core"] = package.loaded["ytsync.core"] or require("lua.fake_core")
local policies = require("ytsync.policy")
local targets = require("ytsync.target")

local function video(id, published, fields)
    local out = { id = id, title = "jazz " .. id, channel = "", tags = {}, playlists = {},
        playlist_ids = {}, availability = "live", published_at = published, saved_at = 0 }
    for key, value in pairs(fields or {}) do
        out[key] = value
    end
    return out
end

local function build(text, videos)
    local policy = assert(policies.load_text(text, "policy.lua"))
    return targets.build(policy, { channel = { id = "UC1", title = "Anna" }, videos = videos,
        playlists = {} })
end

local function ids(category)
    local out = {}
    for position, entry in ipairs(category.videos) do
        out[position] = entry[1]
    end
    return table.concat(out, " ")
end

local JAZZ = 'playlist "Jazz" {\n    title "jazz",\n    keep_newest = 2,\n%s}\n%s'

describe("keep_newest", function()
    it("keeps the newest and drops the others in so many words", function()
        local target, summary = build(JAZZ:format("", ""), { video("a", 10), video("b", 40),
            video("c", 20), video("d", 30) })
        assert.equal("b d", ids(target.categories[1]))
        assert.same({ { "a", "policy.lua:3 keep_newest 2" },
            { "c", "policy.lua:3 keep_newest 2" } }, target.drops)
        assert.is_true(target.categories[1].trimmed)
        assert.equal(2, summary.categories[1].left_out)
        assert.same({ id = "a", title = "jazz a", rule = "policy.lua:3 keep_newest 2" },
            summary.drops[1])
        assert.same({}, summary.warnings)
    end)

    it("drops nothing when there are few enough, and not a video more than too many", function()
        local videos = { video("a", 10), video("b", 40) }
        assert.same({}, build(JAZZ:format("", ""), videos).drops)
        videos[3] = video("c", 10)
        local target = build(JAZZ:format("", ""), videos)
        assert.equal("a b", ids(target.categories[1])) -- of equals the one saved first stays
        assert.equal("c", target.drops[1][1])
    end)

    it("goes by the time of saving in a playlist that is ordered by it", function()
        local target = build(JAZZ:format('    order = "first saved first",\n', ""), {
            video("a", 90, { saved_at = 1 }), video("b", 1, { saved_at = 3 }),
            video("c", 2, { saved_at = 2 }) })
        assert.equal("c b", ids(target.categories[1]))
        assert.equal("a", target.drops[1][1])
    end)

    it("leaves the playlist's order to `order`", function()
        local target = build(JAZZ:format('    order = "oldest first",\n', ""), { video("a", 10),
            video("b", 40), video("c", 20) })
        assert.equal("c b", ids(target.categories[1]))
    end)

    it("neither counts nor drops what has no date, or is private or deleted", function()
        local target, summary = build(JAZZ:format("", ""), { video("a", 10), video("b", 0),
            video("c", 20), video("d", 30), video("e", 5, { availability = "deleted" }),
            video("f", 99, { availability = "private" }) })
        assert.equal("b c d e f", ids(target.categories[1]))
        assert.same({ { "a", "policy.lua:3 keep_newest 2" } }, target.drops)
        assert.same({ "policy.lua:3: keep_newest of 'Jazz': of 1 video it is not known when it "
            .. "was published; it stays and is not counted" }, summary.warnings)
    end)

    it("does not drop what another playlist has", function()
        local target, summary = build(JAZZ:format("",
            'playlist "All" { title "jazz", everywhere = true }'), { video("a", 10),
            video("b", 40), video("c", 20) })
        assert.equal("b c", ids(target.categories[1]))
        assert.equal("a b c", ids(target.categories[2]))
        assert.same({}, target.drops)
        assert.equal(1, summary.categories[1].left_out)
    end)

    it("drops once what two playlists leave out", function()
        local target = build(JAZZ:format("", 'playlist "Two" { title "jazz", everywhere = true,'
            .. ' keep_newest = 1 }'), { video("a", 10), video("b", 40), video("c", 20) })
        assert.equal("b c", ids(target.categories[1]))
        assert.equal("b", ids(target.categories[2]))
        assert.same({ { "a", "policy.lua:3 keep_newest 2" } }, target.drops)
    end)

    it("does not give to a later playlist what it leaves out", function()
        local target = build(JAZZ:format("", 'playlist "Rest" { title "jazz" }'), {
            video("a", 10), video("b", 40), video("c", 20) })
        assert.equal("", ids(target.categories[2]))
        assert.equal("a", target.drops[1][1])
    end)

    it("is a word of its own, and a key of the table form", function()
        local videos = { video("a", 10), video("b", 40) }
        local target = build('playlist "Jazz" { title "jazz",\n keep_newest(1) }', videos)
        assert.same({ { "a", "policy.lua:2 keep_newest 1" } }, target.drops)
        target = build('local y = require "ytsync.policy"\nreturn y.policy { categories = {\n'
            .. 'y.category "Jazz" { when = y.title "jazz",\nkeep_newest = 1 } } }', videos)
        assert.same({ { "a", "policy.lua:4 keep_newest 1" } }, target.drops)
    end)

    it("is a whole number", function()
        for value, shown in pairs({ ["0"] = "0", ["1.5"] = "1.5", ['"many"'] = "'many'" }) do
            local _, message = policies.load_text(JAZZ:format("", ""):gsub("= 2", "= " .. value),
                "policy.lua")
            assert.equal(("policy.lua:3: keep_newest is %s, but can be a whole number from 1 to "
                .. "1000000"):format(shown), message)
        end
        local _, message = policies.load_text('playlist "Jazz" { title "jazz",\n'
            .. "keep_newst = 5 }", "policy.lua")
        assert.equal("policy.lua:2: unknown key 'keep_newst' in playlist 'Jazz'; did you mean "
            .. "'keep_newest'?", message)
    end)
end)
