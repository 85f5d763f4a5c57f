#!/usr/bin/env lua5.4
--- `make demo`: a sample library on a simulated YouTube, put in order over real HTTP.
--
--     lua5.4 scripts/demo.lua BUILD_DIR            in a checkout
--     lua5.4 demo.lua SIMD COMMAND                 as the verb `demo` calls it
--
-- Starts simd on a free loopback port, in a temporary folder that it removes at the end,
-- and runs scripts/sync.lua as a user would. Days pass in seconds: program and simulator follow
-- one clock file. YTSYNC_DEMO_API_URL names a proxy in front of the simulator. What became of
-- the library is then asked of the simulator, not of ytsync.
-- Ends with 1 when anything was lost or doubled, when a day cost other units than predicted, or
-- when a second run finds something to do.

local folder = (arg[0]:match("^(.*)/[^/]*$") or ".")
local build = (arg[1] or "build/plain"):gsub("/simd$", "")
local simd, command_file = build .. "/simd", arg[2] or folder .. "/sync.lua"
package.path = folder .. "/?.lua;" .. folder .. "/?/init.lua;" .. package.path
package.cpath = build .. "/?.so;" .. package.cpath

local json = require("ytsync.json")
local text = require("ytsync.text")

local TOKEN = "sim-token"       -- the simulator's account
local READY_LINE = "^listening on (http://127%.0%.0%.1:(%d+))"

local interpreter = arg[-1] or "lua5.4"

local function quote(word)
    return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function say(...)
    io.stdout:write(...)
    io.stdout:write("\n")
    io.stdout:flush()
end

local function heading(line)
    say("\n== ", line)
end

-- ------------------------------------------------------------------ the stage

local Demo = {}
Demo.__index = Demo

local function temporary_folder()
    local pipe = assert(io.popen("mktemp -d", "r"))
    local path = pipe:read("l")
    pipe:close()
    assert(path and path:sub(1, 1) == "/", "no temporary folder could be made")
    return path
end

-- Starts the simulator. It ends by itself should this program be killed.
local function start(folder_path)
    local self = setmetatable({ path = folder_path }, Demo)
    local command = ("echo $$; exec %s --port 0 --clock %s --exit-with-parent 2>&1"):format(
        quote(simd), quote(folder_path .. "/clock"))
    self.simulator = assert(io.popen(command, "r"))
    self.pid = self.simulator:read("l")
    local line = self.simulator:read("l") or "nothing was said"
    self.url, self.port = line:match(READY_LINE)
    assert(self.url, "the simulator did not start: " .. line)
    return self
end

function Demo:stop()
    os.execute("kill " .. self.pid)
    self.simulator:close()
end

-- Calls ytsync and returns its exit code; with `capture` its standard output too, which is shown as
-- well when that is "show".
function Demo:ytsync(words, capture)
    local settings = {
        { "YTSYNC_ACCESS_TOKEN", TOKEN },
        { "YTSYNC_API_URL", os.getenv("YTSYNC_DEMO_API_URL") or self.url },
        { "YTSYNC_BUILD", build },
        { "YTSYNC_CLOCK", self.path .. "/clock" },
        { "YTSYNC_DB", self.path .. "/library.db" },
        { "YTSYNC_POLICY", folder .. "/policies/sample.lua" },
        { "no_proxy", "127.0.0.1" },
    }
    local command = ""
    for _, setting in ipairs(settings) do
        command = command .. setting[1] .. "=" .. quote(setting[2]) .. " "
    end
    command = command .. quote(interpreter) .. " " .. quote(command_file) .. " " .. words
    if capture then
        local pipe = assert(io.popen(command, "r"))
        local lines = {}
        for line in pipe:lines() do
            lines[#lines + 1] = line
            if capture == "show" then
                say(line)
            end
        end
        local _, _, code = pipe:close()
        return code, table.concat(lines, "\n") .. "\n"
    end
    say("$ ytsync ", words)
    local _, _, code = os.execute(command)
    return code
end

-- Asks the simulator itself. Needs no program but bash: the test endpoints are plain HTTP.
function Demo:ask(path)
    local script = ("exec 3<>/dev/tcp/127.0.0.1/%s; printf 'GET %s HTTP/1.0\\r\\nHost: "
        .. "127.0.0.1\\r\\n\\r\\n' >&3; cat <&3"):format(self.port, path)
    local pipe = assert(io.popen("bash -c " .. quote(script), "r"))
    local reply = pipe:read("a")
    pipe:close()
    local body = reply:match("\r\n\r\n(.*)$")
    return assert(json.decode(body or ""), "the simulator's answer cannot be read")
end

-- ------------------------------------------------------------------ the report

-- Units that the simulator charged, and on how many days.
local function spent(quota)
    local units, days = 0, 0
    for _, day in ipairs(quota.days) do
        units = units + day.used
        days = days + (day.used > 0 and 1 or 0)
    end
    return units, days
end

local function report_line(label, ...)
    local line = "  " .. text.pad(label, 24)
    for _, value in ipairs({ ... }) do
        line = line .. text.right(value, 14)
    end
    say(line)
end

local function whole(digits)
    return math.tointeger(tonumber((digits:gsub(",", ""))))
end

-- What `run` said that it would take: units, and each day's units with what becomes ready on it.
local function predicted(output)
    local days, among_days = {}, false
    for line in output:gmatch("([^\n]*)\n") do
        if line:find("^  day +units   what becomes ready") then
            among_days = true
        elseif line == "" then
            among_days = false
        elseif among_days then
            local units, ready = line:sub(21):match("^ *([%d,]+) *(.*)$")
            days[#days + 1] = units and { units = whole(units), ready = ready }
        end
    end
    return whole(output:match("This plan: ([%d,]+) units")), days
end

-- Day by day: what was predicted, what the simulator charged, what became ready. Whether each day
-- came as predicted.
local function show_calendar(facts)
    local right = #facts.days == #facts.quota_days
    heading("The calendar: predicted, and what it was")
    say("  ", text.pad("day", 14), text.right("predicted", 10), text.right("charged", 10),
        "   what becomes ready")
    for position, day in ipairs(facts.days) do
        local charged = facts.quota_days[position] or { day = "", used = 0 }
        local used = charged.used - (position == 1 and facts.before or 0)
        say("  ", text.pad(charged.day, 14), text.right(text.number(day.units), 10),
            text.right(text.number(used), 10), "   ", text.cut(day.ready, 43))
        right = right and used == day.units
    end
    return right
end

local function show_report(facts)
    heading("Report, by what the simulator counted")
    local plan, truth = facts.plan, facts.truth
    report_line("", "the plain way", "planned", "actual")
    report_line("quota units", text.number(plan.plain_units), text.number(plan.units),
        text.number(facts.units))
    report_line("days of 10,000 units", plan.plain_days, plan.days, facts.days)
    report_line("", "before", "after")
    report_line("playlists", truth.playlists_before, truth.playlists_now)
    report_line("videos", text.number(truth.videos_before), text.number(truth.videos_now))
    say(("\n  %d videos lost, %d doubled."):format(truth.lost, truth.doubled))
    if truth.lost_rows > 0 then
        say(("  %d entries of private or deleted videos are gone: the policy says gone "
            .. "\"forget\"."):format(truth.lost_rows))
    end
end

local function plan_json(demo)
    local code, output = demo:ytsync("plan --json", true)
    assert(code == 0, "plan failed")
    return assert(json.decode(output))
end

local function operations(plan)
    local stages = plan.stages
    return stages.create_playlists.count + stages.add_videos.count
        + stages.delete_playlists.count
end

-- Plays the whole story. Returns true when everything is as promised.
local function play(demo)
    say("A simulated YouTube is listening on ", demo.url, ". No request leaves this machine.")
    heading("Read the library")
    assert(demo:ytsync("fetch") == 0, "fetch failed")
    heading("What would be done, and what does it cost?")
    assert(demo:ytsync("plan") == 0, "plan failed")
    local read_once = spent(demo:ask("/sim/quota"))
    local plan = plan_json(demo)
    local before = spent(demo:ask("/sim/quota"))
    before = before + before - read_once -- run reads the library once more before it plans
    heading("Do it; wait for each new day's quota (the clock is a simulated one)")
    local begun = os.time()
    local code, output = demo:ytsync("run --yes --delete --wait", "show")
    assert(code == 0, "run failed")
    say(("(%s in real time)"):format(text.duration((os.time() - begun) * 1000)))
    local quota = demo:ask("/sim/quota")
    local units, days = spent(quota)
    local truth = demo:ask("/sim/truth").report
    heading("Once more: is there anything left to do?")
    local again = demo:ytsync("run --yes --delete")
    local left = operations(plan_json(demo))
    plan.units, plan.calendar = predicted(output)
    local right = show_calendar({ days = plan.calendar, quota_days = quota.days, before = before })
    show_report({ plan = plan, truth = truth, units = units - before, days = days })
    say(("  A second run %s."):format(left == 0 and "plans nothing"
        or ("still finds %d operations"):format(left)))
    return again == 0 and left == 0 and truth.lost == 0 and truth.doubled == 0 and right
end

local function farewell()
    heading("Your own library")
    local command = command_file:find("%.lua$") and "lua5.4 " .. command_file or "ytsync"
    say([[
  Without any account: get an export of your playlists from https://takeout.google.com (choose
  only "YouTube and YouTube Music", and there "playlists"), and then:
    ]], command, [[ import takeout FILE.zip
    ]], command, [[ init              writes a first policy from what is in it
    ]], command, [[ plan --offline    shows what it comes to: a first figure of your own
  Then ]], command, [[ login connects your account (see the README).]])
end

local function main()
    local path = temporary_folder()
    local demo, good
    local ok, problem = xpcall(function()
        demo = start(path)
        good = play(demo)
    end, function(raised)
        return raised
    end)
    if demo then
        demo:stop()
    end
    os.execute("rm -rf " .. quote(path))
    if not ok then
        io.stderr:write("demo: ", tostring(problem), "\n")
        return 1
    end
    farewell()
    return good and 0 or 1
end

os.exit(main(), true)
