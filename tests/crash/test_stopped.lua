-- test_stopped.lua: whole syncs over HTTP, the process stopped (SIGSTOP) at a random moment. While
-- it stands, a second one is refused with the name of the first; then somebody replaces the lock
-- file, the second one carries the job on, and more time passes than a claim lives. Woken up
-- (SIGCONT), the first one must write nothing to the database and send nothing.
--
-- STOPS sets the number (default 3), YTSYNC_SEED the moments.

local Simulator = require("lua.simulator")

local STOPS = tonumber(os.getenv("STOPS")) or 3
local SEED = tonumber(os.getenv("YTSYNC_SEED")) or os.time()
local LIBRARY = "--library sample --playlists 15 --videos 200 --creates 10"
local RUN = "run --yes --delete --wait"
local WAITING = 75
-- Longer than half a lease; simulated.
local LONG_MS = 200000

-- A process is stopped within so many seconds of its work; less on a machine that is done sooner.
local longest_s = 0.8

local count, failed = 0, 0

local function check(name, good, detail)
    count = count + 1
    if not good then failed = failed + 1 end
    print(("%s %d - %s"):format(good and "ok" or "not ok", count, name))
    if not good then print("# seed " .. SEED .. ": " .. tostring(detail)) end
    return good
end

local function requests(simulator)
    return #simulator:ask("/sim/requests").requests
end

-- How many requests there were once nothing more comes: what a stopped process had written to its
-- connections is still read.
local function settled_requests(simulator)
    local before, now = -1, requests(simulator)
    while before ~= now do
        os.execute("sleep 0.05")
        before, now = now, requests(simulator)
    end
    return now
end

-- Everything that the database says of the job, and the file that follows each commit.
local function records(simulator)
    local parts = {}
    for _, words in ipairs { "status --json", "log --json --limit 100000", "quota --json" } do
        local _, output = simulator:run(words)
        parts[#parts + 1] = output
    end
    parts[#parts + 1] = Simulator.read(simulator.env.YTSYNC_DB .. ".state")
    return table.concat(parts, "\n")
end

-- The second process, refused while the first one has the lock.
local function refused(simulator, first)
    local code, _, message = simulator:run(RUN)
    check("the second one waits", code == WAITING, code)
    check("it says who is at work", message:find("pid " .. first.pid .. " on ", 1, true)
        and message:find(" since 20%d%d%-%d%d%-%d%dT"), message)
end

-- Carries the job on in the place of the first one. False when that holds the database in the very
-- middle of a transaction.
local function take_over(simulator)
    os.remove(simulator.env.YTSYNC_DB .. ".lock")
    local code, output, message = simulator:run(RUN)
    if code == WAITING and message:find("database is locked", 1, true) then
        return false
    end
    return check("the second one carries the job to its end", code == 0, output .. message)
end

local function round(number)
    local simulator = Simulator.start(LIBRARY .. " --seed " .. SEED + number)
    simulator.env.YTSYNC_POLICY = "scripts/policies/sample.lua"
    assert(simulator:run("config set pace.settle_s 5") == 0)
    local first = simulator:begin(RUN)
    -- From when on it is at work its lock file tells.
    os.execute(("until grep -qs 'pid %s ' %s; do sleep 0.01; done; sleep %.3f; kill -STOP %s")
        :format(first.pid, Simulator.quote(simulator.env.YTSYNC_DB .. ".lock"),
        math.random() * longest_s, first.pid))
    if Simulator.read(simulator.env.YTSYNC_DB .. ".lock") == "" then -- it was through
        first:finish("CONT")
        simulator:stop()
        return false
    end
    refused(simulator, first)
    while not take_over(simulator) do
        os.execute(("kill -CONT %s; sleep 0.02; kill -STOP %s"):format(first.pid, first.pid))
    end
    simulator:tell("/sim/clock", tostring(LONG_MS))
    local before, sent = records(simulator), settled_requests(simulator)
    local code, message = first:finish("CONT")
    -- One that stood still at its very end has nothing left to be refused.
    local over = code == 0 and not message:find("took", 1, true)
    check("the first one stops", over or code == WAITING, code .. ": " .. message)
    check("it says why", over or message:find("took", 1, true), message)
    -- One request may have been on its very way to the connection when the process was stopped.
    -- What it writes is never among that: its body is held back.
    local later, bodies = {}, 0
    for place, request in ipairs(simulator:ask("/sim/requests").requests) do
        if place > sent then
            later[#later + 1] = request.method .. " " .. tostring(request.status)
            local has_body = request.method:find("%.insert$") or request.method:find("%.update$")
            bodies = bodies + (has_body and 1 or 0)
        end
    end
    check("it sends nothing", #later <= 1 and bodies == 0, table.concat(later, ", "))
    check("it writes nothing", records(simulator) == before, message)
    local truth = simulator:ask("/sim/truth").report
    check("0 lost, 0 doubled", truth.lost == 0 and truth.doubled == 0,
        truth.lost .. " " .. truth.doubled)
    check("a second plan is empty", simulator:run("plan --exit-code") == 0)
    simulator:stop()
    return not over
end

if not Simulator.available() then
    print("ok 1 # SKIP this build has no simd")
    count = 1
else
    math.randomseed(SEED)
    local stopped, rounds = 0, 0
    while stopped < STOPS and rounds < 10 * STOPS do
        rounds = rounds + 1
        if round(rounds) then
            stopped = stopped + 1
        else
            longest_s = longest_s * 0.8
        end
    end
    check("so many were stopped amid their work", stopped == STOPS, stopped)
    print(("# %d stops, seed %d"):format(STOPS, SEED))
end
print(("1..%d"):format(count))
os.exit(failed == 0)
