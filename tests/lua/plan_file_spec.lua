-- Plans in files: `plan --out FILE` and `run --plan FILE`, over a fake of the engine.
local command = require("lua.command")
local json = require("ytsync.json")
local mixed = require("lua.mixed")
local run = command.run
local POLICY, DONE, library, titles = mixed.POLICY, mixed.DONE, mixed.library, mixed.titles

describe("a plan in a file", function()
    local policy, world

    before_each(function()
        world = library()
        policy = command.policy(POLICY)
    end)
    after_each(command.cleanup)

    it("writes a plan, and carries out just that one", function()
        local file = os.tmpname()
        os.remove(file)
        local code, _, err = run(("plan --out %s --policy %s"):format(file, policy))
        assert.equal(0, code, err)
        assert.truthy(err:find(("The plan was written to %s. Do just that with: ytsync run --plan "
            .. "%s"):format(file, file), 1, true), err)
        assert.equal(0, (run(("plan --out %s --policy %s"):format(file, policy))))
        table.insert(world.playlists[2].videos, "v1")
        world.playlists[3].title = "Odder"
        world.playlists[4] = { id = "PL9", title = "Brand new", videos = {} }
        code, _, err = run(("run --yes --delete --plan %s --policy %s"):format(file, policy))
        assert.equal(65, code)
        assert.equal(("ytsync: the plan in %s does not hold any more; nothing was done.\n"
            .. "Since it was made:\n"
            .. "  \"More\" holds 3 entries instead of 2\n"
            .. "  \"Odd\" is called \"Odder\" now\n"
            .. "  \"Brand new\" (0 entries) is new\n"
            .. "Look at it anew: ytsync plan --out %s --policy %s\n"):format(file, file, policy),
            err)
        assert.equal(0, #world.jobs)
        world.playlists[4] = nil
        world.playlists[3].title = "Odd"
        table.remove(world.playlists[2].videos)
        assert.equal(0, (run(("run --yes --delete --plan %s --policy %s"):format(file, policy))))
        assert.same(DONE, titles(world))
        os.remove(file)
    end)

    it("refuses a file that is no plan, and one that cannot be written", function()
        local other = command.file("my notes")
        for words, expected in pairs({
            ["run --plan " .. other] = other .. " is no plan of ytsync (plan --out FILE writes "
                .. "one)",
            ["run --plan /none/x"] = "/none/x: No such file or directory (plan --out FILE writes",
            ["run --plan /"] = "the plan could not be read: /: Is a directory (plan --out FILE",
            ["plan --out /none/x"] = "The file /none/x cannot be written: No such file or "
                .. "directory.\nName another file, in a folder that is there: ytsync plan --out "
                .. "FILE --policy ",
            ["plan --out /"] = "The file / cannot be written: Is a directory.\nName another file",
            ["plan --out " .. other] = other .. " is there already and is no plan of ytsync; it "
                .. "was left as it is",
        }) do
            local code, _, err = run(words .. " --policy " .. policy)
            assert.equal(1, code, words)
            assert.truthy(err:find(expected, 1, true), err)
        end
        assert.is_nil(world.fetches) -- it was seen before anything was asked of YouTube
        local empty = command.file("")
        assert.equal(0, (run(("plan --out %s --policy %s"):format(empty, policy))))
        assert.is_nil(io.open(empty .. ".tmp"))
    end)

    it("refuses a damaged plan with what is wrong in it", function()
        local file = command.file("")
        assert.equal(0, (run(("plan --out %s --policy %s"):format(file, policy))))
        local input <close> = assert(io.open(file, "rb"))
        local whole = input:read("a")
        for _, case in ipairs({
            { '"version": 1', '"version": "x"', "bound_to.version" },
            { '"channel": "UCfake"', '"other": "UCfake"', "bound_to.channel" },
            { '"only": null', '"only": 5', "bound_to.only" },
            { '"only": null', '"only": [5]', "bound_to.only" },
            { '"max_units": null', '"max_units": "many"', "bound_to.max_units" },
            { '"entries": 3', '"entries": "3"', "bound_to.playlists[1].entries" },
            { '"policy_text": "local', '"policy_text": "global', "bound_to.policy_text" },
            { '"playlists": %[%s+{%s+"description"', '"playlists": [ 5, { "description"',
                "bound_to.playlists[1]" },
        }) do
            local text, count = whole:gsub(case[1], case[2], 1)
            assert.equal(1, count, case[1])
            local damaged = command.file(text)
            local code, _, err = run(("run --yes --plan %s --policy %s"):format(damaged, policy))
            assert.equal(1, code)
            assert.equal(("ytsync: the plan in %s is damaged: %s is missing or cannot be used "
                .. "(plan --out FILE writes a new one)\n"):format(damaged, case[3]), err)
        end
        local newer = command.file((whole:gsub('"version": 1', '"version": 2')))
        local _, _, err = run(("run --yes --plan %s --policy %s"):format(newer, policy))
        assert.truthy(err:find("was written by another version of ytsync; plan again", 1, true))
        -- It is replaced all the same.
        assert.equal(0, (run(("plan --out %s --policy %s"):format(newer, policy))))
        assert.equal(0, (run(("run --yes --delete --plan %s --policy %s"):format(newer, policy))))
        assert.same(DONE, titles(world))
    end)

    it("does not offer to carry out an estimate from an export", function()
        world.channel.id = ""
        local file = command.file("")
        for _, part in ipairs({ "", " --only Jazz" }) do
            local code, _, err = run(("plan --offline --out %s --policy %s%s"):format(file, policy,
                part))
            assert.equal(0, code, err)
            assert.truthy(err:find(file .. ". It is an estimate from your Takeout export and "
                .. "cannot be started. Sign in; then: ytsync fetch", 1, true), err)
            assert.falsy(err:find("run --plan", 1, true), err)
        end
    end)

    it("shows how the policy of a plan was edited, and how to make the same part anew", function()
        local file = command.file("")
        assert.equal(0, (run(("plan --only Jazz --only Cooking --max-units 700 --out %s "
            .. "--policy %s"):format(file, policy))))
        local handle = assert(io.open(policy, "w"))
        handle:write(command.POLICY_HEAD, (POLICY:gsub('"Jazz"', '"Swing"')))
        handle:close()
        local words = ("run --yes --delete --plan %s --policy %s"):format(file, policy)
        local code, _, err = run(words)
        assert.equal(65, code)
        local difference = '  -    5          y.category "Jazz" { when = y.title "jazz" },\n'
            .. '  +    5          y.category "Swing" { when = y.title "jazz" },'
        assert.equal(("ytsync: the plan in %s does not hold any more; nothing was done.\n"
            .. "Since it was made:\n  the policy was edited\n"
            .. "What differs in the policy (- the plan's, + the file's):\n%s\n"
            .. "Look at it anew: ytsync plan --only Jazz --only Cooking --max-units 700 --out %s "
            .. "--policy %s\n"):format(file, difference, file, policy), err)
        table.insert(world.playlists[2].videos, "v1")
        local _, out = run(words .. " --json")
        assert.same({ name = "changed", message = ("the plan in %s does not hold any more; "
            .. "nothing was done"):format(file), policy_difference = difference,
            changes = { "the policy was edited", '"More" holds 3 entries instead of 2' } },
            json.decode(out).error)
        assert.equal(0, #world.jobs)
    end)

    it("sees an edited policy and changed videos in a plan of a file", function()
        local planfile = require("ytsync.planfile")
        local old = { channel = "UC1", policy = "a", playlists = {}, operations = "x",
            operation_count = 3 }
        local function changed(fields)
            return planfile.changes(old, setmetatable(fields, { __index = old }))
        end
        assert.same({}, changed({}))
        assert.same({ "the policy was edited (how it was is not in the file: an older ytsync "
            .. "wrote it)" }, changed({ policy = "b" }))
        old.policy_text = "settings {}"
        assert.same({ "the policy was edited" }, changed({ policy = "b" }))
        old.channel = ""
        assert.same({ "it was made from an export, before it was known whose library it is" },
            changed({ channel = "UC2" }))
        old.channel = "UC1"
        assert.same({ "it is for the channel UC1, not for UC2" }, changed({ channel = "UC2" }))
        assert.same({ "what is known of the videos changed (some became private, say): "
            .. "2 operations now, 3 then" }, changed({ operations = "y", operation_count = 2 }))
        local many = {}
        for number = 1, 12 do
            many[number] = { id = "PL" .. number, title = "T", entries = 1 }
        end
        assert.equal("4 more playlists changed", changed({ playlists = many })[9])
    end)
end)
