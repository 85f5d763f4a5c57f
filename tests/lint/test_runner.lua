-- Tests of tests/run.lua: a runner that counts wrongly would hide every other failure.

package.path = "tests/?.lua;" .. package.path
local run = require "run"

local count, failures = 0, 0

local function same(name, got, wanted)
    count = count + 1
    local ok = got == wanted
    print(("%s %d - %s"):format(ok and "ok" or "not ok", count, name))
    if not ok then
        failures = failures + 1
        print(("# got %s, wanted %s"):format(tostring(got), tostring(wanted)))
    end
end

-- counts: passed/failed/skipped, and why, of an output and an exit code.
local function counts(output, code)
    local p, f, s, why = run.count(output, code)
    return ("%d/%d/%d %s"):format(p, f, s, why or "-")
end

same("TAP of cmocka", counts("1..3\nok 1 - a\nnot ok 2 - b\n# x\nok 3 - c\n# not ok - all\n", 1),
    "2/1/0 -")
same("cmocka's skipped test", counts("1..2\nok 1 - a\nnot ok 2 # SKIP b\n", 0), "1/0/1 -")
same("TAP of busted", counts("ok 1 - a\nok 2 - # SKIP b: no data\n1..2\n", 0), "1/0/1 -")
same("several groups in one program", counts("1..1\nok 1 - a\n1..2\nok 1 - b\nok 2 - c\n", 0),
    "3/0/0 -")
same("a program that dies in the middle", counts("1..3\nok 1 - a\n", 134),
    "1/1/0 3 tests were planned, 1 ended")
same("a program that ends too early without a sign", counts("1..3\nok 1 - a\nok 2 - b\n", 0),
    "2/1/0 3 tests were planned, 2 ended")
same("all passed, yet an exit code (a leak)", counts("1..1\nok 1 - a\n", 99),
    "1/1/0 exit code 99")
same("a script with a last line", counts("things\n12 passed, 3 failed\n", 1), "12/3/0 -")
same("a script's last line against its exit code", counts("12 passed, 0 failed\n", 2),
    "12/1/0 exit code 2")
same("a script that says nothing", counts("", 0), "1/0/0 -")
same("a script that fails", counts("oops\n", 7), "0/1/0 exit code 7")
same("a plan without a test", counts("1..0\n", 0), "0/0/0 -")

local o = run.parse_args { "--build", "b", "--jobs", "3", "--stress", "unit", "lua" }
same("options", ("%s %d %s %s %s"):format(o.build, o.jobs, o.stress, o[1], o[2]),
    "b 3 true unit lua")

-- A whole run in a tree of its own: the last line and the exit code.
local root = assert(io.popen("mktemp -d")):read("l")
local here = assert(io.popen("pwd")):read("l")

local function run_tree(files, options)
    assert(os.execute("rm -rf '" .. root .. "'/* && mkdir -p '" .. root .. "/tests/s'"))
    for _, file in ipairs(files) do
        local f = assert(io.open(root .. "/tests/s/" .. file[1], "wb"))
        f:write(file[2])
        f:close()
    end
    local p = assert(io.popen(("cd '%s' && lua5.4 '%s/tests/run.lua' %s s 2>&1"):format(root, here,
        options or "")))
    local output = p:read("a")
    local _, _, code = p:close()
    return output:match("([^\n]*)\n$") .. ", exit code " .. code, output
end

same("a passing tree",
    run_tree { { "a.sh", "exit 0\n" }, { "test_b.lua", "print('1 passed, 0 failed')" } },
    "2 passed, 0 failed, exit code 0")
same("it goes on after a failure", run_tree { { "a.sh", "exit 3\n" }, { "b.sh", "exit 0\n" } },
    "1 passed, 1 failed, exit code 1")
same("no test at all is a failure", run_tree {}, "0 passed, 1 failed, exit code 1")
same("only skipped tests are no success",
    run_tree { { "a.sh", "echo 1..1; echo 'ok 1 - # SKIP a'\n" } },
    "0 passed, 1 failed, exit code 1")
same("a program that was not built is a failure", run_tree { { "test_x.c", "" } },
    "0 passed, 1 failed, exit code 1")
same("a test sees no settings of the caller", run_tree { { "a.sh",
    'test "$HOME" = "$TMPDIR" && test -z "${YTSYNC_DB+x}" && test -d "$TMPDIR"\n' } },
    "1 passed, 0 failed, exit code 0")
local _, shown = run_tree { { "a.sh", "echo the reason; exit 1\n" } }
same("the output of a failure is shown", shown:find("    the reason", 1, true) ~= nil, true)
local _, order = run_tree({ { "a.sh", "" }, { "b.sh", "" }, { "c.sh", "" }, { "d.sh", "" } },
    "--jobs 1 --first 'd none b'")
same("the longest first, the others by name", (order:gsub("ok +s/(%a)[^\n]*\n", "%1")),
    "dbac4 passed, 0 failed\n")
local without = run_tree({ { "a.sh", "exit 1" }, { "b.sh", "" }, { "ba.sh", "" } },
    "--without 'c a'")
same("some left out", without, "2 passed, 0 failed, exit code 0")
os.execute("rm -rf '" .. root .. "'")

print("1.." .. count)
os.exit(failures == 0)
