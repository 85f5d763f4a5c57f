-- Wrong policies through the command itself: each ends with exit code 65 within a second, and with
-- the sentence that names the file, the line and what is wrong; the line itself is shown.
local refused = require("lua.refusal")
local simulator = require("lua.simulator")
local wrong = require("lua.wrong_policies")
local main = require("ytsync.cli.main")

local check = simulator.available() and it or pending
-- Under valgrind and ASan everything takes many times as long, and what grows slowly may meet the
-- limit of time before that of memory.
local PLAIN = (os.getenv("YTSYNC_BUILD") or "plain"):find("plain", 1, true) ~= nil
local SECOND_S = PLAIN and 1 or 60
local MEMORY = "it used too much memory and was stopped"
local TIME = "it ran for too long and was stopped"
-- Every so many cases are tried as a process too.
local PROCESS_EVERY = 8

-- A process may take a second of CPU time; the sanitizers' builds take more than that to start.
local function limit()
    return PLAIN and "sh -c 'ulimit -t 1; exec \"$@\"' sh" or ""
end

-- The command within this process: the same function that scripts/sync.lua calls.
local function call(words, env)
    local out, err, argv = {}, {}, {}
    for word in words:gmatch("%S+") do
        argv[#argv + 1] = word
    end
    local start = os.clock()
    local code = main(argv, {
        getenv = function(name)
            return env[name]
        end,
        out = function(text)
            out[#out + 1] = text
        end,
        err = function(text)
            err[#err + 1] = text
        end,
        isatty = function()
            return false
        end,
    })
    assert.truthy(os.clock() - start < SECOND_S)
    return code, table.concat(out), table.concat(err)
end

-- The given line of a text.
local function line_of(text, wanted)
    local number = 0
    for line in (text .. "\n"):gmatch("(.-)\n") do
        number = number + 1
        if number == wanted then
            return line
        end
    end
    return nil
end

-- What must be said about a case, whose text is in the policy that env names.
local function check_case(case, env, as_process)
    local text, line, sentence = table.unpack(case, 2, 4)
    simulator.write(env.YTSYNC_POLICY, text)
    local code, out, err
    if as_process then
        code, out, err = simulator.command("check", env, limit())
    else
        code, out, err = call("check", env)
    end
    if not PLAIN and sentence == MEMORY and err:find(TIME, 1, true) then
        sentence = TIME
    end
    refused(case[1], code, err, 65, "policy.lua:" .. (line and line .. ":" or "") .. " "
        .. sentence, "try it with: ")
    assert.equal("", out)
    local shown = line and line_of(text, line)
    if shown then
        assert.truthy(err:find((" %d | "):format(line) .. shown:sub(1, 60), 1, true), err)
    end
end

-- A policy called policy.lua in a folder of its own.
local function policy_path()
    local folder = simulator.path("policies")
    simulator.shell("mkdir -p " .. simulator.quote(folder))
    return folder .. "/policy.lua"
end

describe("a wrong policy", function()
    it("comes in at least 60 kinds", function()
        assert.truthy(#wrong.files + #wrong.library >= 60)
    end)

    local env

    setup(function()
        env = { YTSYNC_DB = simulator.path("none.db"), YTSYNC_POLICY = policy_path() }
    end)

    for number, case in ipairs(wrong.files) do
        it("is refused: " .. case[1], function()
            check_case(case, env, number % PROCESS_EVERY == 0)
        end)
    end
end)

describe("a policy that goes wrong on the library", function()
    local sim

    setup(function()
        if not simulator.available() then
            return
        end
        sim = simulator.start("--videos 120 --playlists 30 --seed 7")
        local session <close> = assert(require("ytsync").open({
            db = sim.env.YTSYNC_DB, token = sim.env.YTSYNC_ACCESS_TOKEN, api_url = sim.url,
            clock = sim.env.YTSYNC_CLOCK,
        }))
        for _ = 1, 2 do
            assert(session:create_playlist({ title = "Twice" }))
        end
        assert(session:fetch())
    end)

    teardown(function()
        if sim then
            sim:stop()
        end
    end)

    for _, case in ipairs(wrong.library) do
        check("is refused: " .. case[1], function()
            local env = { YTSYNC_POLICY = policy_path() }
            for name, value in pairs(sim.env) do
                env[name] = value
            end
            check_case(case, env, true)
        end)
    end
end)
