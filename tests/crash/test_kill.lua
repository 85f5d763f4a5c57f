-- test_kill.lua: whole syncs over HTTP, the process killed (SIGKILL) at random moments and started
-- again each time. The end state must be that of a sync that nobody disturbed, and the ledger must
-- never have less than the server counted.
--
-- KILLS sets the number (default 20), YTSYNC_SEED the moments. A library whose sync came to its end
-- before that many is followed by the next.

local Simulator = require("lua.simulator")
local json = require("ytsync.json")

local KILLS = tonumber(os.getenv("KILLS")) or 20
local SEED = tonumber(os.getenv("YTSYNC_SEED")) or os.time()
local LIBRARY = "--library sample --playlists 60 --videos 1600 --creates 10"
local POLICY = { YTSYNC_POLICY = "scripts/policies/sample.lua" }
local KILLED = 137

local count, failed = 0, 0

local function check(name, good, detail)
    count = count + 1
    if not good then failed = failed + 1 end
    print(("%s %d - %s"):format(good and "ok" or "not ok", count, name))
    if not good then print("# seed " .. SEED .. ": " .. tostring(detail)) end
    return good
end

-- The world without the marks of a job: what two runs must agree on.
local function dump(simulator)
    return (simulator:text("/sim/dump"):gsub("made by ytsync, job [%x-]+", ""))
end

-- A sync may have ended with the day's last unit, and to look at the library again takes some.
local function next_day(simulator)
    simulator:tell("/sim/clock", tostring(24 * 3600 * 1000))
end

local function run_to_the_end(simulator)
    local code, output, message = simulator:run("run --yes --delete --wait", POLICY)
    check("the run ends well", code == 0, output .. message)
end

-- Every day that the server charged stands in our ledger with at least as much.
local function check_ledger(simulator)
    local server = simulator:ask("/sim/quota")
    local code, output = simulator:run("quota --json")
    local ours = code == 0 and json.decode(output) or { used = -1 }
    local today = server.days[#server.days]
    check("the ledger has at least what the server counted", ours.used >= today.used,
        ("ours %d, the server's %d"):format(ours.used, today.used))
    for _, day in ipairs(server.days) do
        check("within the quota on " .. day.day, day.used <= 9900, day.used)
    end
end

-- Seconds of this machine's clock, with a fraction.
local function clock()
    local _, output = Simulator.shell("date +%s.%N")
    return tonumber(output)
end

-- The end state, and how long it took to come there: on a busy machine the lives of the processes
-- that are killed must be longer to come anywhere.
local function undisturbed()
    local simulator = Simulator.start(LIBRARY)
    local begun = clock()
    run_to_the_end(simulator)
    local took_s = clock() - begun
    local state = dump(simulator)
    simulator:stop()
    return state, took_s
end

-- One library: kills until its sync is through or there were enough. Gives their number.
local function disturbed(expected, took_s, most)
    local simulator = Simulator.start(LIBRARY)
    assert(simulator:run("config set pace.settle_s 5") == 0)
    local kills = 0
    while kills < most do
        -- Short lives mostly, so that many moments of a start are among them.
        local seconds = 0.03 + math.random() ^ 3 * took_s / 2
        local code, output, message = simulator:run("run --yes --delete --wait", POLICY,
            ("timeout -s KILL %.3f"):format(seconds))
        if code ~= KILLED then
            check("a killed run goes on", code == 0, output .. message)
            break
        end
        kills = kills + 1
    end
    next_day(simulator)
    run_to_the_end(simulator)
    local truth = simulator:ask("/sim/truth").report
    check("0 lost", truth.lost == 0, truth.lost)
    check("0 doubled", truth.doubled == 0, truth.doubled)
    check("the end state is that of an undisturbed run", dump(simulator) == expected,
        "see /sim/dump")
    check_ledger(simulator)
    next_day(simulator)
    local code, output = simulator:run("plan --json", POLICY)
    local plan = code == 0 and json.decode(output)
    check("a second plan is empty", plan and plan.stages.add_videos.count == 0
        and plan.stages.create_playlists.count == 0 and plan.stages.delete_playlists.count == 0,
        output)
    simulator:stop()
    return kills
end

if not Simulator.available() then
    print("ok 1 # SKIP this build has no simd")
    count = 1
else
    math.randomseed(SEED)
    local kills, libraries = 0, 0
    local expected, took_s = undisturbed()
    while kills < KILLS and libraries < KILLS do
        kills = kills + disturbed(expected, took_s, KILLS - kills)
        libraries = libraries + 1
    end
    check("so many were killed", kills == KILLS, kills)
    print(("# %d kills of %d syncs, seed %d"):format(kills, libraries, SEED))
end
print(("1..%d"):format(count))
os.exit(failed == 0)
