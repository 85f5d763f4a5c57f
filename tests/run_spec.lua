-- Runs busted inside the interpreter that runs this file, so that a test can run under valgrind or
-- in the static host of the sanitizer build: lua5.4 tests/run_spec.lua FILE...
-- YTSYNC_TEST_STRESS=1 keeps the collector at work all the time (a full cycle begins as soon as the
-- last one ended) in the specs of the binding, which shows values that C holds without an anchor.

local first = arg[1] or ""
local binding = first:find("/core_") or first:find("/session_") or first:find("/sim_")
if os.getenv("YTSYNC_TEST_STRESS") == "1" and binding then
    collectgarbage("incremental", 1, 1000)
end

local files = table.move(arg, 1, #arg, 1, {})
arg = { [0] = arg[0], "--output=tests/tap.lua", "--pattern=." }
for _, file in ipairs(files) do arg[#arg + 1] = file end
require "busted.runner" { standalone = false }
