-- From a policy and a library to a target.
package.loaded["ytsync.core"] = package.loaded["ytsync.core"] or require("lua.fake_core")
local policies = require("ytsync.policy")
local targets = require("ytsync.target")

local HEAD = 'local y = require "ytsync.policy"\n'

local function load(body)
    return assert(policies.load_text(HEAD .. body, "policy.lua"))
end

local function video(id, title, playlists, availability)
    local ids = {}
    for position, name in ipairs(playlists or {}) do
        ids[position] = "PL" .. name
    end
    availability = availability or "live"
    return { id = id, title = title, channel = "", tags = {}, playlists = playlists or {},
        playlist_ids = ids, availability = availability, live = availability == "live",
        gone = availability ~= "live" }
end

local function playlist(title, fields)
    local out = { id = "PL" .. title, title = title, made_by_job = 0, deleted_at = 0 }
    for key, value in pairs(fields or {}) do
        out[key] = value
    end
    return out
end

local function library(videos, playlists)
    return { channel = { id = "UC1", title = "Anna" }, videos = videos,
        playlists = playlists or { playlist("Old"), playlist("Other") } }
end

local TWO = [[
return y.policy { categories = {
    y.category "Jazz" { from = "Old", when = y.title "jazz" },
    y.category "Live" { when = y.title "live" } },
]]

describe("an ordered category", function()
    local function ids_in_order(order, fields)
        local videos = {}
        for position, extra in ipairs(fields) do
            videos[position] = video("v" .. position, "jazz")
            for key, value in pairs(extra) do
                videos[position][key] = value
            end
        end
        local target = assert(targets.build(load(([[
            return y.policy { categories = {
                y.category "Jazz" { when = y.channel "*", order = %q } } }]]):format(order)),
            library(videos)))
        local ids = {}
        for position, entry in ipairs(target.categories[1].videos) do
            ids[position] = entry[1]
        end
        assert.is_true(target.categories[1].ordered)
        return table.concat(ids, " ")
    end

    it("sorts its videos; what is not known comes last, equals stay as they were", function()
        local times = { { published_at = 20 }, { published_at = 0 }, { published_at = 30 },
            { published_at = 20 } }
        assert.equal("v3 v1 v4 v2", ids_in_order("newest first", times))
        assert.equal("v1 v4 v3 v2", ids_in_order("oldest first", times))
        local saved = { { saved_at = 1 }, { saved_at = 3 }, { saved_at = 2 } }
        assert.equal("v2 v3 v1", ids_in_order("last saved first", saved))
        assert.equal("v1 v3 v2", ids_in_order("first saved first", saved))
        local lengths = { { duration_s = 60 }, {}, { duration_s = 0 }, { duration_s = 90 } }
        assert.equal("v4 v1 v3 v2", ids_in_order("longest first", lengths))
        assert.equal("v3 v1 v4 v2", ids_in_order("shortest first", lengths))
        assert.equal("v2 v1 v3", ids_in_order("by title",
            { { title = "b" }, { title = "A" }, { title = "c" } }))
        assert.equal("v2 v1 v3", ids_in_order("by channel",
            { { channel = "B" }, { channel = "a" }, { channel = "" } }))
    end)

    it("is not one without `order`", function()
        local target = assert(targets.build(load(TWO .. "}"), library({ video("a", "jazz") })))
        assert.is_nil(target.categories[1].ordered)
    end)

    it("has an order that there is", function()
        local _, message = policies.load_text(HEAD .. [[
return y.policy { categories = {
    y.category "Jazz" { when = y.title "jazz",
        order = "newest fist" } } }]], "policy.lua")
        assert.equal("policy.lua:4: order is 'newest fist', but can be 'newest first', "
            .. "'oldest first', 'last saved first', 'first saved first', 'longest first', "
            .. "'shortest first', 'by title', 'by channel'; did you mean 'newest first'?", message)
    end)
end)

describe("an inbox", function()
    it("is a source, and is handed to the planner", function()
        local target, summary = targets.build(load(TWO
            .. 'sources = "Old", inbox = "Inbox" }'), library({
                video("a", "jazz", { "Old" }), video("b", "jazz", { "Inbox" }),
                video("c", "jazz", { "Other" }),
            }, { playlist("Old"), playlist("Other"), playlist("Inbox") }))
        assert.same({ "PLInbox" }, target.inboxes)
        assert.same({ "PLOld" }, target.sources)
        assert.equal(2, #target.categories[1].videos)
        assert.equal(2, summary.videos)
    end)
end)

describe("limits of a run", function()
    local function refusal(text)
        return select(2, policies.load_text(HEAD .. TWO .. text .. " }", "policy.lua"))
    end

    it("are handed to the planner", function()
        local target = assert(targets.build(load(TWO
            .. "limit = { units_per_run = 5000, deletes_per_run = 0 } }"), library({})))
        assert.same({ units = 5000, deletes = 0 }, target.limits)
        assert.same({}, assert(targets.build(load(TWO .. "}"), library({}))).limits)
    end)

    it("are whole numbers under their names", function()
        assert.equal("policy.lua:5: unknown key 'units_per_rum' in limit; did you mean "
            .. "'units_per_run'?", refusal("limit = { units_per_rum = 1 }"))
        assert.equal("policy.lua:5: limit: units_per_run must be a whole number from 0 on, "
            .. "not 1.5", refusal("limit = { units_per_run = 1.5 }"))
        assert.equal("policy.lua:5: limit: deletes_per_run must be a whole number from 0 on, "
            .. "not -1", refusal("limit = { deletes_per_run = -1 }"))
        assert.equal("policy.lua:5: limit must be a table: limit = { units_per_run = 5000 }",
            refusal("limit = 5000"))
    end)
end)

describe("a target", function()
    it("holds each video once, with the reason", function()
        local target = assert(targets.build(load(TWO .. "}"), library({
            video("a", "Jazz live"), video("b", "live"), video("c", "else", { "Old" }),
            video("d", "nothing"),
        })))
        assert.same({ { "a", 'policy.lua:3 title "jazz"' }, { "c", 'policy.lua:3 from "Old"' } },
            target.categories[1].videos)
        assert.same({ { "b", 'policy.lua:4 title "live"' } }, target.categories[2].videos)
        assert.same({}, target.drops)
        assert.equal("keep", target.old)
    end)

    it("holds a video in all its categories when asked to", function()
        local target, summary = targets.build(load(TWO .. 'several = "all" }'),
            library({ video("a", "Jazz live") }))
        assert.equal(1, #target.categories[1].videos)
        assert.equal(1, #target.categories[2].videos)
        assert.equal(0, summary.unmatched)
    end)

    it("drops or collects what no category wants", function()
        local videos = { video("a", "x"), video("b", "jazz") }
        local target, summary = targets.build(load(TWO .. 'otherwise = "drop" }'),
            library(videos))
        assert.same({ { "a", "policy.lua:5 otherwise drop" } }, target.drops)
        assert.equal(1, summary.unmatched)
        target = assert(targets.build(load(TWO .. 'otherwise = "Live" }'), library(videos)))
        assert.same({ { "a", "policy.lua:5 otherwise Live" } }, target.categories[2].videos)
    end)

    it("places nothing that the policy leaves alone, and tells the live ones of it", function()
        local target, summary = targets.build(load(TWO .. 'leave_alone = y.title "old" }'),
            library({ video("a", "old jazz"), video("b", "jazz"),
                video("c", "old jazz", {}, "private") }))
        assert.same({ "b" }, { target.categories[1].videos[1][1] })
        assert.equal(1, #target.categories[1].videos)
        assert.same({ 2, { a = true } }, { summary.left_alone, summary.alone })
    end)

    it("keeps or forgets what is gone", function()
        local videos = { video("a", "jazz", {}, "deleted"), video("b", "x", {}, "private") }
        local target, summary = targets.build(load(TWO .. "}"), library(videos))
        assert.equal(2, summary.gone)
        assert.same({}, target.drops)
        assert.equal(1, #target.categories[1].videos)
        target = assert(targets.build(load(TWO .. 'gone = "forget" }'), library(videos)))
        assert.same({ { "a", "policy.lua:5 gone forget" }, { "b", "policy.lua:5 gone forget" } },
            target.drops)
        assert.equal(0, #target.categories[1].videos)
        -- What is not known of them may not cost them their place.
        videos[3] = video("c", "y")
        for _, word in ipairs({ "keep", "list" }) do
            target, summary = targets.build(load(TWO .. ('otherwise = "drop", gone = %q }')
                :format(word)), library(videos))
            assert.same({ { "c", "policy.lua:5 otherwise drop" } }, target.drops)
            assert.equal(2, summary.unmatched)
        end
    end)

    it("looks at the sources only, when they are named", function()
        local target, summary = targets.build(load(TWO .. 'sources = { "Other" } }'), library({
            video("a", "jazz", { "Other" }), video("b", "jazz", { "Old" }) }))
        assert.same({ "PLOther" }, target.sources)
        assert.equal(1, summary.videos)
        assert.equal("a", target.categories[1].videos[1][1])
    end)

    it("protects every playlist that a name means", function()
        local target, summary = targets.build(load(TWO .. 'never_touch = { "Old", "PLx" } }'),
            library({}, { playlist("Old"), playlist("Old", { id = "PLold2" }),
                playlist("Other", { id = "PLx" }) }))
        assert.same({ "PLOld", "PLold2", "PLx" }, target.protect)
        assert.equal("policy.lua:5: never_touch: 2 playlists are called 'Old' (PLOld, PLold2); "
            .. "all of them are meant", summary.warnings[1])
    end)

    it("is refused when never_touch or sources name nothing", function()
        for _, key in ipairs({ "never_touch", "sources", "inbox" }) do
            local target, message, name = targets.build(load(TWO .. key .. ' = { "Othr" } }'),
                library({}))
            assert.is_nil(target)
            assert.equal("policy_error", name)
            assert.equal(("policy.lua:5: %s: no playlist is called 'Othr' and none has that id; "
                .. "did you mean 'Other'?"):format(key), message)
        end
    end)

    it("warns when from names nothing, and remembers what was deleted", function()
        local _, summary = targets.build(load(TWO .. "}"), library({}, { playlist("Odl") }))
        assert.same({ "policy.lua:3: from: no playlist is called 'Old' and none has that id; "
            .. "did you mean 'Odl'?" }, summary.warnings)
        _, summary = targets.build(load(TWO .. "}"), library({}, {
            playlist("Old", { deleted_at = 5 }) }))
        assert.same({}, summary.warnings)
    end)

    it("is for the policy's channel only", function()
        local target = assert(targets.build(load(TWO .. 'channel = "UC1" }'), library({})))
        assert.equal("UC1", target.channel)
        target = assert(targets.build(load(TWO .. 'channel = "ANNA" }'), library({})))
        assert.equal("UC1", target.channel)
        local refused, message, name = targets.build(load(TWO .. 'channel = "Berta" }'),
            library({}))
        assert.is_nil(refused)
        assert.equal("wrong_channel", name)
        assert.equal("policy.lua:5: the policy is for the channel 'Berta', but this library "
            .. "belongs to 'Anna' (UC1)", message)
    end)
end)

describe("the policy's privacy", function()
    local function privacy(body, playlists)
        local category = assert(targets.build(load(body), library({}, playlists))).categories[1]
        return category.privacy, category.new_privacy
    end
    local PUBLIC = 'return y.policy { privacy = "public", categories = { y.category "A" '
        .. '{ when = y.title "x" } } }'

    it("is for new playlists and those that a job of ours made", function()
        assert.same({ nil, "public" }, { privacy(PUBLIC, {}) })
        assert.same({ nil, "public" }, { privacy(PUBLIC, { playlist("A", { deleted_at = 3 }) }) })
        assert.equal("public", privacy(PUBLIC, { playlist("A", { made_by_job = 3 }) }))
    end)

    it("does not change a playlist that the user had, unless the category says so", function()
        assert.is_nil(privacy(PUBLIC, { playlist("A") }))
        assert.equal("unlisted", privacy('return y.policy { categories = { y.category "A" '
            .. '{ when = y.title "x", privacy = "unlisted" } } }', { playlist("A") }))
    end)

    it("is not sent when the policy says nothing", function()
        assert.same({ nil, "private" }, { privacy('return y.policy { categories = { y.category "A" '
            .. '{ when = y.title "x" } } }', {}) })
    end)
end)

describe("a playlist's former title", function()
    -- "Old" is called "Jazz" since a job carried it on.
    local renamed = library({ video("a", "song", { "Old" }) },
        { playlist("Jazz", { id = "PLOld" }), playlist("Other") })

    it("still means it", function()
        local target, summary = targets.build(load(TWO
            .. 'sources = "Old", never_touch = { "Other" } }'), renamed)
        assert.same({}, summary.warnings)
        assert.same({ "PLOld" }, target.sources)
        assert.same({ { "a", 'policy.lua:3 from "Old"' } }, target.categories[1].videos)
    end)

    it("gives way to a playlist that is called so now", function()
        renamed.playlists[3] = playlist("Old", { id = "PLnew" })
        local target = assert(targets.build(load(TWO .. 'sources = "Old" }'), renamed))
        assert.same({ "PLnew" }, target.sources)
    end)
end)

describe("a function in a policy", function()
    it("that fails ends in a message with video and category", function()
        local target, message, name, trace = targets.build(load([[
return y.policy { categories = { y.category "A" { when = function(v)
    return v.nothing.at_all
end } } }]]), library({ video("a", "Title") }))
        assert.is_nil(target)
        assert.equal("policy_error", name)
        assert.equal("policy.lua:3: attempt to index a nil value (field 'nothing') "
            .. "(category 'A', rule policy.lua:2 function, video a 'Title')", message)
        assert.truthy(trace:find("policy.lua:3", 1, true))
    end)

    it("that never ends is stopped", function()
        local target, message = targets.build(load([[
return y.policy { categories = { y.category "A" { when = function(v)
    while true do pcall(error) end
end } } }]]), library({ video("a", "Title") }))
        assert.is_nil(target)
        assert.truthy(message:find("ran for too long", 1, true))
        assert.truthy(message:find("category 'A'", 1, true))
    end)

    it("has a fresh share of time for every video", function()
        local policy = load([[
return y.policy { categories = { y.category "A" { when = function(v)
    local n = 0
    for i = 1, 5000 do n = n + i end
    return n > 0
end } } }]])
        local videos = {}
        for number = 1, 50 do
            videos[number] = video("v" .. number, "t")
        end
        local target = assert(targets.build(policy, library(videos), { limit = 60000 }))
        assert.equal(50, #target.categories[1].videos)
    end)

    it("cannot change what the plan is made of", function()
        local target = assert(targets.build(load([[
return y.policy { categories = {
    y.category "A" { when = function(v) v.id = "evil"; v.title = "x" return false end },
    y.category "B" { when = y.title "jazz" } } }]]), library({ video("a", "jazz") })))
        assert.equal("a", target.categories[2].videos[1][1])
    end)
end)
