-- The test runner: starts every test program of the named suites, counts, and ends with the line
-- `N passed, N failed`. It goes on after a failure; its exit code is 0 only when nothing failed
-- and at least one test ran.
--
--   lua5.4 tests/run.lua [--build DIR] [--jobs N] [--under CMD] [--lua CMD] [--stress]
--                        [--limit SECONDS] [--programs "NAME..."] [--only WORD]
--                        [--without "NAME..."] [--first "NAME..."] [--soak SECONDS] SUITE...
--
-- A suite is a folder below tests/. In it are found
--   test_*.c, sim_*.c   programs that `make` built; cmocka's TAP output is counted
--   *_spec.lua          busted, one process per file
--   test_*.lua, *.sh    scripts: TAP, or a last line `N passed, N failed`, else the exit code
-- Every program gets a temporary folder of its own (TMPDIR, HOME, XDG_*) that is removed after it,
-- none of the settings that ytsync itself reads (YTSYNC_DB and so on), and no way to any host but
-- loopback (https goes to a closed port).
--   --under   a command that programs are run under (valgrind ...)
--   --stress  the Lua suites run with a collector that is always at work
--   --programs  the unit programs that were built, without test_ (default: all)
--   --only    just the tests whose name contains WORD
--   --without  leaves these tests out
--   --first   the tests that take longest, so that the others run beside them
--   --soak    repeats the suites with a new YTSYNC_SEED each time until the seconds have passed;
--             YTSYNC_SOAK=1 tells them to take new seeds only

local M = {}

local JOBS_MAX = 16
local WITHHELD = { "YTSYNC_DB", "YTSYNC_POLICY", "YTSYNC_ACCESS_TOKEN", "YTSYNC_API_URL",
    "YTSYNC_CLOCK", "YTSYNC_TOKEN_COMMAND", "YTSYNC_BROWSER", "YTSYNC_CA_FILE", "http_proxy",
    "HTTP_PROXY", "ALL_PROXY", "all_proxy", "LUA_INIT", "LUA_INIT_5_4" }

local function quote(s)
    return "'" .. s:gsub("'", "'\\''") .. "'"
end

local function capture(command)
    local p = assert(io.popen(command, "r"))
    local out = p:read("a")
    p:close()
    return out
end

local function read_file(path)
    local f = io.open(path, "rb")
    if not f then return "" end
    local text = f:read("a")
    f:close()
    return text
end

local function usage(message)
    io.stderr:write("tests/run.lua: ", message, "\n")
    os.exit(64)
end

-- parse_args: the options as a table, suites as its list part.
function M.parse_args(args)
    local o = { build = "build/plain", jobs = 2, under = "", lua = "lua5.4", limit = 600 }
    local numbers = { jobs = true, limit = true, soak = true }
    local i = 1
    while i <= #args do
        local name = args[i]:match("^%-%-(%a+)$")
        if name == "stress" then
            o.stress = true
        elseif name then
            i = i + 1
            if not args[i] then usage("--" .. name .. " needs a value") end
            o[name] = numbers[name] and math.tointeger(tonumber(args[i])) or args[i]
        else
            o[#o + 1] = args[i]
        end
        i = i + 1
    end
    if #o == 0 then usage("no suite named") end
    o.jobs = math.max(1, math.min(o.jobs, JOBS_MAX))
    return o
end

-- command_for: how a file of a suite is started, or nil when it is no test.
local function command_for(o, suite, file)
    local path = "tests/" .. suite .. "/" .. file
    local under = o.under ~= "" and o.under .. " " or ""
    local program = file:match("^(test_[%w_]+)%.c$") or file:match("^(sim_[%w_]+)%.c$")
    if program then
        local folder = suite == "unit" and "" or suite .. "/"
        return under .. quote(o.build .. "/tests/" .. folder .. program)
    elseif file:match("_spec%.lua$") then
        return under .. o.lua .. " tests/run_spec.lua " .. quote(path)
    elseif file:match("^test_[%w_]+%.lua$") then
        return under .. o.lua .. " " .. quote(path) .. " " .. quote(o.build)
    elseif file:match("%.sh$") then
        return "sh " .. quote(path) .. " " .. quote(o.build)
    end
    return nil
end

local function has_word(words, word)
    return (" " .. words .. " "):find(" " .. word .. " ", 1, true) ~= nil
end

-- is_wanted: unit programs that --programs leaves out are no tests of this run, nor is what is in
-- --without.
local function is_wanted(o, suite, file)
    if o.without and has_word(o.without, (file:gsub("%.%w+$", ""))) then return false end
    local name = suite == "unit" and o.programs and file:match("^test_([%w_]+)%.c$")
    return not name or has_word(o.programs, name)
end

-- find: the tests of one suite, by name.
function M.find(o, suite)
    local found = {}
    for file in capture("ls tests/" .. suite .. " 2>/dev/null | LC_ALL=C sort"):gmatch("[^\n]+") do
        local command = command_for(o, suite, file)
        local name = suite .. "/" .. file:gsub("%.%w+$", "")
        if command and is_wanted(o, suite, file) and (not o.only or name:find(o.only, 1, true)) then
            found[#found + 1] = { name = name, command = command }
        end
    end
    return found
end

-- count: passed, failed, skipped of one program's output and exit code; why, when something is
-- wrong that no single test stands for.
function M.count(output, code)
    local passed, failed, skipped, planned = 0, 0, 0, nil
    for line in output:gmatch("[^\n]+") do
        local plan = line:match("^1%.%.(%d+)%s*$")
        if plan then
            planned = (planned or 0) + tonumber(plan)
        elseif line:match("^ok %d+ .*# SKIP") or line:match("^not ok %d+ .*# SKIP") then
            skipped = skipped + 1
        elseif line:match("^ok %d+") then
            passed = passed + 1
        elseif line:match("^not ok %d+") then
            failed = failed + 1
        end
    end
    local seen = passed + failed + skipped
    if seen == 0 and not planned then
        local p, f = output:match("(%d+) passed, (%d+) failed%s*$")
        if p then
            passed, failed = math.tointeger(tonumber(p)), math.tointeger(tonumber(f))
        elseif code == 0 then
            passed = 1
        end
    elseif planned ~= seen and failed == 0 then
        return passed, 1, skipped, ("%d tests were planned, %d ended"):format(planned or 0, seen)
    end
    if code ~= 0 and failed == 0 then
        return passed, 1, skipped, "exit code " .. code
    end
    return passed, failed, skipped, nil
end

-- environment: the words before the command that set what a test may see.
local function environment(o, dir)
    local words = { "env" }
    for _, name in ipairs(WITHHELD) do words[#words + 1] = "-u " .. name end
    local function set(name, value) words[#words + 1] = name .. "=" .. quote(value) end
    if o.seed then
        set("YTSYNC_SEED", ("%d"):format(o.seed))
        set("YTSYNC_SOAK", "1")
    end
    set("TMPDIR", dir)
    set("HOME", dir)
    set("XDG_DATA_HOME", dir .. "/data")
    set("XDG_CONFIG_HOME", dir .. "/config")
    set("XDG_STATE_HOME", dir .. "/state")
    set("https_proxy", "http://127.0.0.1:9")
    set("no_proxy", "127.0.0.1,localhost,::1")
    set("CMOCKA_MESSAGE_OUTPUT", "TAP")
    set("YTSYNC_BUILD", o.build)
    set("YTSYNC_TEST_LUA", o.lua)
    set("YTSYNC_TEST_STRESS", o.stress and "1" or "")
    set("LUA_PATH_5_4", ("%s/scripts/?.lua;%s/scripts/?/init.lua;%s/tests/?.lua;;")
        :format(o.root, o.root, o.root))
    set("LUA_CPATH_5_4", o.build .. "/?.so;;")
    return table.concat(words, " ")
end

-- prepare: writes what starts a test to a file. Its output goes to a file too, so that no pipe can
-- fill up; the last thing it does is to tell its number, exit code and seconds.
local function prepare(o, test, number)
    test.dir = ("%s/%d"):format(o.tmp, number)
    test.output, test.script = test.dir .. ".out", test.dir .. ".sh"
    local limit = o.has_timeout and ("timeout -k 5 %d "):format(o.limit) or ""
    local f = assert(io.open(test.script, "w"))
    f:write(("cd %s && mkdir -p %s; begun=$(date +%%s)\n"
        .. "%s %s%s >%s 2>&1 </dev/null\n"):format(
        quote(o.root), quote(test.dir), environment(o, test.dir), limit, test.command,
        quote(test.output)),
        ("echo %d $? $(($(date +%%s) - begun))\n"):format(number))
    f:close()
end

-- report: counts and shows a test that has ended.
local function report(test, code, took_s, total)
    local output = read_file(test.output)
    local passed, failed, skipped, why = M.count(output, code)
    if code == 124 then why = "did not end in time" end
    local line = ("%-7s %-36s %4d passed"):format(failed > 0 and "FAILED" or "ok", test.name,
        passed)
    if failed > 0 then line = line .. (", %d failed"):format(failed) end
    if skipped > 0 then line = line .. (", %d skipped"):format(skipped) end
    if why then line = line .. " (" .. why .. ")" end
    if took_s >= 5 then line = line .. (" %d s"):format(took_s) end
    print(line)
    if failed > 0 then
        -- What passed is no help in finding what did not.
        local rest = ("\n" .. output):gsub("\nok %d+[^\n]*", ""):gsub("\n", "\n    ")
        print(rest)
    else
        for text in output:gmatch("[^\n]*# SKIP[^\n]*") do print("        " .. text) end
    end
    io.stdout:flush()
    os.execute(("rm -rf %s %s %s"):format(quote(test.dir), quote(test.output),
        quote(test.script)))
    total.passed = total.passed + passed
    total.failed = total.failed + failed
    total.skipped = total.skipped + skipped
end

-- ordered: the tests, those of --first before the others, else as they were given.
local function ordered(o, tests)
    local ranks, count = {}, 0
    for name in (o.first or ""):gmatch("%S+") do
        count = count + 1
        ranks[name] = count
    end
    for number, test in ipairs(tests) do
        test.rank = ranks[test.name:match("/(.*)$")] or count + number
    end
    table.sort(tests, function(a, b) return a.rank < b.rank end)
    return tests
end

-- run: all tests, started in the order of their suites and names, `jobs` at a time, and shown as
-- they end; added to `total`. Gives their number.
function M.run(o, total)
    local tests = {}
    for _, suite in ipairs(o) do
        for _, test in ipairs(M.find(o, suite)) do tests[#tests + 1] = test end
    end
    if #tests == 0 then return 0 end
    for number, test in ipairs(ordered(o, tests)) do prepare(o, test, number) end
    local p = assert(io.popen(("cd %s && seq %d | xargs -P %d -I N sh N.sh"):format(quote(o.tmp),
        #tests, o.jobs)))
    local ended = 0
    for line in p:lines() do
        local number, code, took_s = line:match("^(%d+) (%d+) (%d+)$")
        ended = ended + 1
        report(tests[tonumber(number)], math.tointeger(tonumber(code)),
            math.tointeger(tonumber(took_s)), total)
    end
    p:close()
    if ended < #tests then
        print(("FAILED  %d tests were never ended"):format(#tests - ended))
        total.failed = total.failed + #tests - ended
    end
    return #tests
end

-- soak: run after run with seeds counted up from the time, until `o.soak` seconds have passed or
-- a test failed (its seed stands in the line before it).
function M.soak(o, total)
    local ends = os.time() + o.soak
    o.seed = os.time()
    repeat
        print("seed " .. o.seed)
        local ran = M.run(o, total)
        o.seed = o.seed + 1
    until ran == 0 or total.failed > 0 or os.time() >= ends
end

local function main(args)
    local o = M.parse_args(args)
    o.root = capture("pwd"):gsub("\n", "")
    if o.build:sub(1, 1) ~= "/" then o.build = o.root .. "/" .. o.build end
    -- In memory where that is to be had: tests sync thousands of small transactions to "disk".
    o.tmp = capture("mktemp -d -p /dev/shm 2>/dev/null || mktemp -d"):gsub("\n", "")
    o.has_timeout = os.execute("command -v timeout >/dev/null 2>&1")
    local total = { passed = 0, failed = 0, skipped = 0 }
    if o.soak then M.soak(o, total) else M.run(o, total) end
    os.execute("rm -rf " .. quote(o.tmp))
    if total.skipped > 0 then print(total.skipped .. " skipped") end
    if total.passed + total.failed == 0 then
        print("no test ran: " .. table.concat(o, ", "))
        total.failed = 1
    end
    print(("%d passed, %d failed"):format(total.passed, total.failed))
    os.exit(total.failed == 0 and 0 or 1)
end

if arg and arg[0] and arg[0]:match("run%.lua$") then main(arg) end
return M
