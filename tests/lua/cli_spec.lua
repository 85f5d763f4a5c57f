-- The command over a fake of the engine: what it asks, says and returns.
local command = require("lua.command")
local json = require("ytsync.json")
local mixed = require("lua.mixed")
local run, fake, DB = command.run, command.fake, command.DB
local POLICY, DONE, library, titles = mixed.POLICY, mixed.DONE, mixed.library, mixed.titles

describe("the command", function()
    local policy, world, _

    before_each(function()
        world = library()
        policy = command.policy(POLICY)
    end)
    after_each(command.cleanup)

    it("shows its verbs, and explains each", function()
        local code, out = run("help")
        assert.equal(0, code)
        for _, verb in ipairs({ "check", "fetch", "plan", "run", "pause", "resume", "cancel",
            "retry",
            "status", "log", "quota", "config", "help" }) do
            assert.truthy(out:find("\n  " .. verb, 1, true), verb)
            local verb_code, page = run("help " .. verb)
            assert.equal(0, verb_code)
            assert.truthy(page:find("Usage: ytsync " .. verb, 1, true))
            for line in page:gmatch("[^\n]+") do
                assert.truthy(#line <= 100, line)
            end
        end
    end)

    it("names wrong words with what was meant", function()
        for words, expected in pairs({
            ["stauts"] = "there is no verb 'stauts'; did you mean 'status'?\nSee: ytsync help\n",
            ["status --jsno"] = "there is no option --jsno; did you mean '--json'?",
            ["status --full"] = "status takes no --full.\nSee: ytsync help status\n",
            ["log --limit x"] = "--limit needs a whole number from 1 up, not 'x'",
            ["run --db"] = "--db needs a FILE",
            ["status now"] = "status takes no more words, but 'now' was given",
            ["config put x"] = "config knows list, get and set, not 'put'",
            ["config get quota.dialy"] = "there is no setting 'quota.dialy'; did you mean "
                .. "'quota.daily'?",
            ["config set quota.daily many"] = "quota.daily takes a whole number, not 'many'",
            ["config set quota.daily -5"] = "quota.daily takes a whole number, not '-5'",
        }) do
            local code, out, err = run(words)
            assert.equal(64, code, words)
            assert.equal("", out)
            assert.truthy(err:find(expected, 1, true), err)
        end
    end)

    it("plans, and says what it costs", function()
        local code, out = run("plan --policy " .. policy)
        assert.equal(0, code)
        assert.truthy(out:find("\n  keep%s+350%s+1 "))
        assert.truthy(out:find("\n> delete%s+450%s+1 "))
        assert.truthy(out:find("\n  the plain way, writes%s+900%s+2\n"))
        assert.truthy(out:find("  2. 2 playlists created; new ones are private", 1, true))
        assert.truthy(out:find("  4. 2 playlists deleted, after a second yes", 1, true))
        assert.truthy(out:find("\n  Cooking%s+%-%s+2%s+2%s+%-%s+150   today\n"))
        assert.truthy(out:find("\"Odd\": 1 video that no playlist of the policy wants", 1, true))
        assert.truthy(out:find("To try it with one playlist (150 units): ytsync run --only Cooking "
            .. "--policy " .. policy, 1, true), out)
        assert.truthy(out:find("To do it: ytsync run --policy " .. policy, 1, true))
        for line in out:gmatch("[^\n]+") do
            assert.truthy(#line <= 80 or line:find("^To "), line)
        end
        assert.equal(2, (run("plan --exit-code --policy " .. policy)))
    end)

    it("plans as JSON in the documented shape", function()
        local code, out, err = run("plan --json --policy " .. policy)
        assert.equal(0, code)
        assert.equal("", err)
        local plan = assert(json.decode(out))
        assert.equal(450, plan.units)
        assert.equal(900, plan.plain_units)
        assert.equal(1, plan.days)
        assert.equal(0, plan.reads)
        assert.equal(2, plan.stages.create_playlists.count)
        assert.equal(250, plan.stages.add_videos.units)
        assert.equal("v1", plan.stages.add_videos.items[1].video_id)
        assert.truthy(plan.stages.add_videos.items[1].rule:find('title "jazz"', 1, true))
        assert.equal(2, #plan.stages.delete_playlists.items)
    end)

    it("warns of a sign-in that ends before the job does", function()
        fake.signed_in = { ends_at = world.now + 1000, may_write = true }
        local code, out = run("plan --offline --policy " .. policy,
            { env = { YTSYNC_DB = DB, HOME = "/home/none" } })
        assert.equal(0, code)
        assert.truthy(out:find("Your sign-in ends ", 1, true), out)
    end)

    it("plans what would be if", function()
        local code, out = run("plan --offline --quota 300 --level keep --policy " .. policy)
        assert.equal(0, code)
        assert.equal(300, world.target.daily_units)
        assert.truthy(out:find("\n  delete%s+450 "))
        assert.truthy(out:find("\n> keep ", 1, true))
        out = out:gsub("%s+", " ")
        assert.truthy(out:find("This supposes 300 units a day. This supposes old = \"keep\"; the "
            .. "policy says \"delete\".", 1, true), out)
        assert.falsy(out:find("To do it", 1, true))
        for words, expected in pairs({
            ["plan --level kep"] = "--level can be keep, reuse or delete, not 'kep'",
            ["plan --quota 5 --out x"] = "--out writes a plan that run can carry out, so it takes "
                .. "no --quota",
            ["plan --out -"] = "--out takes a file; the plan on standard output: plan --json.",
            ["plan --only Jaz"] = "the policy has no playlist 'Jaz'; did you mean 'Jazz'?\nSee its "
                .. "playlists: ytsync check",
            ["run --plan x --only Jazz"] = "--plan says what is to be done; it takes no --only",
        }) do
            local wrong, _, err = run(words .. " --policy " .. policy)
            assert.equal(64, wrong, words)
            assert.truthy(err:find(expected, 1, true), err)
        end
    end)

    it("begins with a part", function()
        local code, out = run("run --yes --delete --only jazz --policy " .. policy)
        assert.equal(0, code)
        assert.truthy(out:gsub("%s+", " "):find("This is a part of the plan that is complete in "
            .. "itself; the next plan goes on with the rest.", 1, true))
        assert.same({ "Mixed=v1,v2,v3", "More=v4,v5", "Odd=v6", "Jazz=v1,v3,v4" }, titles(world))
        run("plan --only Jazz --only Cooking --max-units 700 --policy " .. policy)
        local asked = world.targets[#world.targets - 1] -- the last is the whole, to compare with
        assert.same({ { "Jazz", "Cooking" }, 700 }, { asked.only, asked.max_units })
        world.config["quota.daily"] = 200
        assert.equal(75, (run("run --yes --policy " .. policy)))
        local wrong, _, err = run("run --only Jazz --policy " .. policy)
        assert.equal(1, wrong)
        assert.truthy(err:find("job 2 is not finished, and --only is about a new plan.\n"
            .. "Let it go on: ytsync run", 1, true), err)
    end)

    it("plans offline without reading", function()
        assert.equal(0, (run("plan --offline --policy " .. policy,
            { env = { YTSYNC_DB = DB } })))
        assert.is_nil(world.fetches)
    end)

    it("runs to the end with both yeses, then has nothing to do", function()
        local code, out = run("run --yes --delete --policy " .. policy)
        assert.equal(0, code)
        assert.same(DONE, titles(world))
        assert.truthy(out:find("Sync complete: 2 playlists created, 5 videos added", 1, true))
        code, out = run("run --yes --delete --policy " .. policy)
        assert.equal(0, code)
        assert.truthy(out:find("Everything is in order: there is nothing to do.", 1, true))
        assert.equal(0, (run("plan --exit-code --policy " .. policy)))
        assert.equal(world.opened, world.closed)
    end)

    it("asks both questions on a terminal", function()
        local code, _, err = run("run --policy " .. policy, { answers = { "yes", "y" } })
        assert.equal(0, code)
        assert.truthy(err:find("Do this? [y/N]", 1, true))
        assert.truthy(err:find("2 old playlists can now be deleted:", 1, true))
        assert.truthy(err:find("Mixed", 1, true))
        assert.same(DONE, titles(world))
    end)

    it("changes nothing after a no", function()
        local code, out = run("run --policy " .. policy, { answers = { "" } })
        assert.equal(0, code)
        assert.truthy(out:find("Nothing was changed.", 1, true))
        assert.equal(0, #world.jobs)
    end)

    it("asks nothing without a terminal", function()
        local code, _, err = run("run --policy " .. policy)
        assert.equal(64, code)
        assert.truthy(err:find("needs your yes, and there is no terminal", 1, true))
        assert.truthy(err:find("ytsync run --yes --policy " .. policy, 1, true))
        assert.equal(0, #world.jobs)
    end)

    it("waits before it deletes, until the second yes is given", function()
        local code, _, err = run("run --yes --policy " .. policy)
        assert.equal(75, code)
        assert.truthy(err:find("Say yes with: ytsync run --delete", 1, true))
        assert.equal(5, #titles(world))
        code, _, err = run("run --policy " .. policy, { answers = { "n" } })
        assert.equal(75, code)
        assert.truthy(err:find("Delete? [y/N]", 1, true))
        assert.equal(0, (run("run --delete --policy " .. policy)))
        assert.same(DONE, titles(world))
    end)

    it("rests when the quota is used up and goes on the next day", function()
        world.config["quota.daily"] = 300
        local code, _, err = run("run --yes --delete --policy " .. policy)
        assert.equal(75, code)
        assert.truthy(err:find("it rests: the day's quota is used up until", 1, true))
        assert.truthy(err:find("or let it wait by itself: ytsync run --wait", 1, true))
        local _, out = run("status --json")
        local status = assert(json.decode(out))
        assert.equal("quota_exhausted", status.pause_reason)
        assert.same({ done = 4, total = 9 }, status.progress)
        assert.truthy(status.resets_at:find("^%d+%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$"))
        world.used = 0
        code, _, err = run("run --delete --policy " .. policy)
        assert.equal(75, code)
        assert.truthy(err:find("Going on with job 1: 4 of 9 operations done.", 1, true))
        world.used = 0
        assert.equal(0, (run("run --delete --policy " .. policy)))
        assert.same(DONE, titles(world))
    end)

    it("waits by itself when asked to", function()
        world.config["quota.daily"] = 300
        local code, _, err = run("run --yes --delete --wait --policy " .. policy)
        assert.equal(0, code)
        assert.truthy(err:find("Waiting until", 1, true))
        assert.equal(2 * 24 * 3600 * 1000, world.slept)
        assert.same(DONE, titles(world))
    end)

    it("stops waiting when interrupted", function()
        world.config["quota.daily"] = 300
        world.interrupt_sleep = true
        local code, _, err = run("run --yes --delete --wait --policy " .. policy)
        assert.equal(75, code)
        assert.truthy(err:find("Nothing is lost. Go on with: ytsync run", 1, true))
    end)

    it("respects a pause until it is lifted", function()
        world.config["quota.daily"] = 300
        run("run --yes --policy " .. policy)
        world.used = 0
        local code, out = run("pause")
        assert.equal(0, code)
        assert.truthy(out:find("Job 1 rests until: ytsync resume", 1, true))
        local err
        code, _, err = run("run --yes --policy " .. policy)
        assert.equal(75, code)
        assert.truthy(err:find("job 1 is paused, because you paused it", 1, true))
        assert.equal(0, (run("resume")))
        assert.equal(75, (run("run --policy " .. policy)))
        assert.equal(0, (run("cancel 1")))
        code, _, err = run("pause")
        assert.equal(1, code)
        assert.truthy(err:find("there is no unfinished job to pause", 1, true))
    end)

    it("stops a job whose policy was changed, and shows the change", function()
        world.config["quota.daily"] = 300
        local db = os.tmpname()
        fake.worlds[db], fake.worlds[DB] = world, nil
        local env = { YTSYNC_DB = db, YTSYNC_ACCESS_TOKEN = "t" }
        local folder = db .. ".policies"
        fake.mkdir_p = function(path)
            os.execute("mkdir -p '" .. path .. "'")
        end
        assert.equal(75, (run("run --yes --policy " .. policy, { env = env })))
        local file = assert(io.open(policy, "w"))
        file:write(command.POLICY_HEAD, (POLICY:gsub('"pasta"', '"noodles"')))
        file:close()
        local code, _, err = run("run --yes --policy " .. policy, { env = env })
        os.remove(db)
        os.execute(("rm -f '%s'/*.lua; rmdir '%s'"):format(folder, folder))
        assert.equal(65, code)
        assert.truthy(err:find("job 1 was planned by another text of", 1, true))
        assert.truthy(err:find('-    6          y.category "Cooking" { when = y.title "pasta" },',
            1, true), err)
        assert.truthy(err:find('+    6          y.category "Cooking" { when = y.title "noodles" }',
            1, true), err)
        assert.truthy(err:find("give the job up and plan anew: ytsync cancel", 1, true))
        assert.truthy(err:find("put the policy back and go on: cp '", 1, true))
    end)

    it("lists what failed with the reason, and takes it up again", function()
        world.fail.v2 = true
        assert.equal(1, (run("run --yes --delete --policy " .. policy)))
        local code, out = run("status")
        assert.equal(0, code)
        assert.truthy(out:find('1 operation failed:\n  Add v2 to "Cooking": The video cannot be '
            .. "found.", 1, true), out)
        local err
        code, _, err = run("retry")
        assert.equal(64, code)
        assert.truthy(err:find("retry needs --failed", 1, true), err)
        code, _, err = run("retry --failed x")
        assert.equal(64, code)
        assert.truthy(err:find("retry takes the number of a job, not 'x'", 1, true), err)
        code, out = run("retry --failed")
        assert.equal(0, code)
        assert.truthy(out:find("1 operation of job 1 can be tried again. Go on: ytsync run", 1,
            true), out)
        world.fail.v2 = nil
        assert.equal(0, (run("run --yes --delete --policy " .. policy)))
        code, _, err = run("retry --failed")
        assert.equal(1, code)
        assert.truthy(err:find("In job 1 nothing failed.", 1, true), err)
    end)

    it("hands failures to the policy's on_error, and bounds its retries", function()
        world.fail.v2 = true
        local file = command.policy(POLICY:gsub("old =", [[on_error = function(op, err)
            return op.attempts < 9 and err.reason == "videoNotFound" and "retry" or "skip"
        end, old =]]))
        local code = run("run --yes --delete --policy " .. file)
        assert.equal(1, code)
        assert.same({ "v2 retry", "v2 retry", "v2 retry" }, world.decisions)
        world = library()
        world.fail.v2 = true
        file = command.policy(POLICY:gsub("old =",
            'on_error = function() return "skip" end, old ='))
        assert.equal(0, (run("run --yes --delete --policy " .. file)))
        assert.same({ "v2 skip" }, world.decisions)
    end)

    it("pauses when on_error itself goes wrong", function()
        for body, expected in pairs({
            ["local x = nil; return x.y"] = "on_error went wrong: ",
            ["return 'ignore'"] = "on_error answered 'ignore'; it can be 'retry', 'skip', 'pause' "
                .. "or 'fail'",
            ["while true do pcall(error) end"] = "it ran for too long",
        }) do
            world = library()
            world.fail.v2 = true
            local file = command.policy(POLICY:gsub("old =", function()
                return "on_error = function() " .. body .. " end, old ="
            end))
            local code, _, err = run("run --yes --delete --policy " .. file)
            assert.equal(65, code)
            assert.truthy(err:find(expected, 1, true), err)
            assert.same({ "v2 pause" }, world.decisions)
        end
    end)

    it("shows where a job stands, in words and as JSON", function()
        local code, out = run("status")
        assert.equal(0, code)
        assert.truthy(out:find("There was no job yet.", 1, true))
        world.fail.v2 = true
        run("run --yes --policy " .. policy)
        code, out = run("status")
        assert.equal(0, code)
        assert.truthy(out:find("Job 1: Sync paused while adding videos. 6 of 9 "
            .. "operations done, 350 units used.", 1, true), out)
        assert.truthy(out:find("Adding videos%s+4 of 5, 1 failed"))
        assert.truthy(out:find("It rests: it waits for your yes before it deletes playlists.", 1,
            true))
        assert.truthy(out:find('1 operation failed:\n  Add v2 to "Cooking": The video cannot be '
            .. "found.", 1, true), out)
        assert.truthy(out:find("Say yes to the deletions: ytsync run --delete", 1, true))
        _, out = run("status --json")
        local status = assert(json.decode(out))
        assert.equal(1, status.job)
        assert.equal("paused", status.stage)
        assert.equal("Sync paused", status.label)
        assert.equal("confirmation", status.pause_reason)
        assert.equal(350, status.units_used)
        assert.equal("videoNotFound", status.errors[1].reason)
        assert.equal(1, status.results.add_videos.failed)
    end)

    it("shows the quota, and settings that can be changed", function()
        local code, out = run("quota")
        assert.equal(0, code)
        assert.truthy(out:find("0 of 10,000 units used", 1, true))
        assert.truthy(out:find("It resets ", 1, true))
        _, out = run("quota --json")
        local quota = assert(json.decode(out))
        assert.equal(10000, quota.limit)
        assert.equal(9900, quota.remaining)
        assert.equal(100, quota.keep)
        code, out = run("config set quota.daily 5000")
        assert.equal(0, code)
        assert.equal("5000\n", out)
        assert.equal("5000\n", select(2, run("config get quota.daily")))
        _, out = run("config list --json")
        assert.equal(5000, json.decode(out)["quota.daily"])
        code = run("config set quota.daily 2000000")
        assert.equal(64, code)
    end)

    it("checks a policy against the library", function()
        local code, out = run("check --policy " .. policy)
        assert.equal(0, code)
        assert.truthy(out:find("is in order: 2 playlists.", 1, true))
        assert.truthy(out:find("Jazz%s+3\n"))
        assert.truthy(out:find("%(no playlist wants them: they stay%)%s+1"))
        local _, text = run("check --json --policy " .. policy)
        assert.equal(3, json.decode(text).categories[1].videos)
        local wrong = command.policy("return y.policy { cat = {} }")
        local err
        code, _, err = run("check --policy " .. wrong)
        assert.equal(65, code)
        assert.truthy(err:find(":2: unknown key 'cat' in the policy", 1, true))
    end)

    it("shows the record", function()
        world.log = { { id = 1, job_id = 1, operation_id = 2, at = 1790000000000,
            actor = "ytsync", action = "item_insert", entity = "i1", playlist_id = "",
            video_id = "v1", before = "", after = '{"n":[1]}' } }
        local code, out = run("log")
        assert.equal(0, code)
        assert.truthy(out:find("job 1%s+ytsync%s+item_insert%s+.*v1"))
        _, out = run("log --json")
        assert.same({ n = { 1 } }, json.decode(out)[1].after)
        assert.truthy(select(2, run("log --job 7")):find("Nothing is on record for that.", 1, true))
    end)

    it("lets no title steer the terminal", function()
        world.playlists[3].title = "\27[31mred\r\n\u{202E}evil\xff"
        local _, out = run("plan --policy " .. policy)
        assert.is_nil(out:find("[\27\r\xff]"))
        assert.is_nil(out:find("\u{202E}", 1, true))
        assert.truthy(out:find("[31mred evil\u{FFFD}", 1, true))
    end)
end)

describe("what goes wrong before the work", function()
    after_each(command.cleanup)

    local function fails(words, options)
        local code, out, err = run(words, options)
        return code, err, out
    end

    it("no policy", function()
        library()
        local code, err = fails("plan --policy /nowhere/p.lua")
        assert.equal(65, code)
        assert.truthy(err:find("there is no policy at /nowhere/p.lua (No such file or directory)",
            1, true))
        code, err = fails("plan")
        assert.equal(65, code)
        assert.truthy(err:find("/home/none/.config/ytsync/policy.lua", 1, true))
        code, err = fails("plan --policy /nowhere.lua")
        assert.equal(65, code)
        assert.is_nil(err:find("mkdir -p ''", 1, true), "the root is a folder that is there")
    end)

    it("no database", function()
        for _, verb in ipairs({ "status", "log", "pause", "cancel" }) do
            local code, err = fails(verb .. " --db /nowhere/x.db")
            assert.equal(65, code)
            assert.truthy(err:find("there is no database at /nowhere/x.db", 1, true))
            assert.truthy(err:find("ytsync fetch --db /nowhere/x.db", 1, true))
        end
    end)

    it("no token", function()
        library()
        local code, err = fails("fetch", { env = { YTSYNC_DB = DB } })
        assert.equal(77, code)
        assert.equal("ytsync: There is no access token. Set YTSYNC_ACCESS_TOKEN.\n"
            .. "Then go on with: ytsync fetch\n", err)
    end)

    it("no home", function()
        local code, err = fails("fetch", { env = {} })
        assert.equal(64, code)
        assert.truthy(err:find("HOME is not set", 1, true))
    end)

    it("every status has its exit code", function()
        library()
        for name, expected in pairs({ auth_error = 77, wrong_channel = 77, locked = 75,
            quota_exhausted = 75, interrupted = 75, database_corrupt = 65, database_newer = 65,
            database_foreign = 65, database_stale = 65, database_on_network = 65,
            network_error = 1, bad_reply = 1, library_changing = 1 }) do
            fake.open_problem = { "Something happened.", name }
            local code, err, out = fails("fetch --json")
            assert.equal(expected, code, name)
            assert.truthy(err:find("ytsync: Something happened.", 1, true))
            assert.same({ error = { name = name, message = "Something happened." } },
                json.decode(out))
        end
    end)

    it("an error of ours is a sentence, with the traceback for -v alone", function()
        local world = library()
        world.channel = setmetatable({}, { __index = function()
            error("boom")
        end })
        local code, err = fails("fetch")
        assert.equal(1, code)
        assert.truthy(err:find("internal error: ", 1, true))
        assert.is_nil(err:find("stack traceback", 1, true))
        code, err = fails("fetch -v")
        assert.equal(1, code)
        assert.truthy(err:find("stack traceback", 1, true))
        assert.equal(world.opened, world.closed)
    end)

    it("the token is nowhere to be seen", function()
        local world = library()
        world.fail.v1 = true
        local policy = command.policy(POLICY)
        for _, words in ipairs({ "fetch -v", "plan -v", "run -v --yes --delete", "status -v",
            "log -v", "quota -v", "status --json", "config list" }) do
            local _, out, err = run(words .. " --policy " .. policy)
            assert.is_nil((out .. err):find("secret-token", 1, true), words)
        end
    end)
end)
