-- What people see on a terminal of 80 columns: progress, Ctrl-C, questions, run, status, explain,
-- init; with titles of wide characters.
local simulator = require("lua.simulator")
local terminal = require("lua.terminal")

local check = simulator.available() and terminal.available() and it or pending

local _, verbs = simulator.command("help", { HOME = "/home/none" })
local check_explain = verbs:find("\n  explain ", 1, true) and check or pending

local WIDE = "料理とお菓子の長い長い題名🍜🍰のプレイリストですからどこかで切られるはず"

local function has(got, words)
    assert.truthy(got:find(words, 1, true), ("%q is not in:\n%s"):format(words, got))
end

-- Nothing is wider than the screen but addresses, paths and commands, which people copy.
local function fits(raw)
    local lines = terminal.screen(raw)
    for _, line in ipairs(lines) do
        if not line:find("/", 1, true) then
            local _, widest = terminal.screen(line)
            assert.truthy(widest <= 80, line)
        end
    end
    return table.concat(lines, "\n")
end

describe("on a terminal", function()
    local sim

    before_each(function()
        if simulator.available() then
            sim = simulator.start("--videos 150 --playlists 12 --seed 7")
            sim.env.TERM = "xterm"
            sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"),
                ('playlist %q { where(function (v) return #v.id > 0 and v.id < "m" end) }\n'
                    .. 'playlist "Rest" { where(function () return true end) }'):format(WIDE))
        end
    end)
    after_each(function()
        if sim then
            sim:stop()
            sim = nil
        end
    end)

    check("run asks, shows a bar and what it costs, and ends with a receipt", function()
        local code, raw = terminal.run("run", sim.env, { { "Do this? [y/N] ", "y\n" } })
        local page = fits(raw)
        assert.equal(0, code, page)
        has(raw, "Adding videos [\27[32m#")
        has(raw, " units: add ")
        assert.falsy(page:find("Adding videos [", 1, true), "the line of progress was taken away")
        has(page, "Sync complete: ")
        has(page, "Receipt of job 1:\n")
        local added = page:match("\n  videos added%s+([%d,]+)\n"):gsub(",", "")
        local before = page:match("\n  there before, or gone from YouTube%s+([%d,]+)\n")
            :gsub(",", "")
        local wanted = page:match("\n  = videos that the policy wants%s+([%d,]+)\n"):gsub(",", "")
        assert.equal(tonumber(wanted), tonumber(added) + tonumber(before))
        assert.truthy(tonumber(wanted) >= 140)
        for _, line in ipairs(terminal.screen(raw)) do
            assert.falsy(line:find("\27", 1, true), line)
        end
        has(page, "  Rest: ")
        has(page, " videos added.")
    end)

    check("Ctrl-C finishes what is under way, says how to go on, and loses nothing", function()
        local code, raw = terminal.run("run --yes", sim.env, { { "Adding videos [", "\\c" } })
        local page = fits(raw)
        assert.equal(75, code, page)
        has(page, "Stopping: what is under way is finished first. Ctrl-C again stops at once.")
        has(page, "Job 1: ")
        has(page, "Nothing is lost. Go on with: " .. simulator.COMMAND .. " run")
        code, raw = terminal.run("status", sim.env)
        page = fits(raw)
        assert.equal(0, code, page)
        has(page, "Today ")
        has(page, "Next: add a video to \"")
        has(page, " left, about ")
        code, raw = terminal.run("run", sim.env)
        assert.equal(0, code, fits(raw))
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
    end)

    check("Ctrl-C a second time stops at once, and even then nothing is lost", function()
        sim:tell("/sim/fault", "playlistItems.insert#3+1000=timeout") -- nobody answers any more
        local code, raw = terminal.run("run --yes", sim.env, { { "Adding videos [", "\\c" },
            { "Ctrl-C again stops at once.", "\\c" } })
        assert.equal(128 + 2, code, raw)
        sim:clear_faults()
        code, raw = terminal.run("run", sim.env)
        assert.equal(0, code, fits(raw))
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
    end)

    check("Ctrl-C ends the waiting for a new day", function()
        assert.equal(0, (sim:run("config set quota.daily 2000")))
        sim:tell("/sim/set", "quota=2000")
        local code, raw = terminal.run("run --yes", sim.env)
        local page = fits(raw)
        assert.equal(75, code, page)
        code, raw = terminal.run("status", sim.env)
        page = fits(raw)
        assert.equal(0, code)
        has(page, "the day's quota is used up until ")
        has(page, "Adding videos")
        has(page, ": done about ")
        has(page, "Go on: " .. simulator.COMMAND .. " run")
        code, raw = terminal.run("", sim.env)
        page = fits(raw)
        assert.equal(0, code, page)
        has(page, "\n  " .. simulator.COMMAND .. " run --wait\n")
    end)

    check("NO_COLOR takes the colour away, --quiet all of it", function()
        sim.env.NO_COLOR = "1"
        local code, raw = terminal.run("fetch", sim.env)
        assert.equal(0, code)
        has(raw, "Reading items [#")
        assert.falsy(raw:find("\27%[%d*m"))
        code, raw = terminal.run("fetch --quiet", sim.env)
        assert.equal(0, code)
        assert.falsy(raw:find("Reading", 1, true))
        fits(raw)
    end)

    check("init fits the screen", function()
        assert.equal(0, (sim:run("fetch")))
        sim.env.YTSYNC_POLICY = simulator.path("first.lua")
        local code, raw = terminal.run("init", sim.env)
        assert.equal(0, code, fits(raw))
        has(fits(raw), "Read it, strike what does not fit.")
    end)

    check_explain("explain fits the screen whatever the titles are", function()
        assert.equal(0, (sim:run("fetch")))
        local _, out = sim:run("plan --offline --json")
        local video = out:match('"video_id": *"([^"]+)"')
        local code, raw = terminal.run("explain " .. video, sim.env)
        local page = fits(raw)
        assert.equal(0, code, page)
        has(page, "policy.lua:")
    end)
end)
