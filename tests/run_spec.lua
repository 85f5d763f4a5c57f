-- Runs busted inside the interpreter that runs this file, so that a test can run under valgrind or
-- in the static host of the sanitizer build: lua5.4 tests/run_spec.lua FILE...
-- YTSYNC_TEST_STRESS=1 keeps the collector at work all the time (a full cycle begins as soon as the
-- last one ended), which shows values that C holds without an anchor. The contract's specs use the
-- binding for nothing but read large documents, and the sandbox's bring the collector to its limits
-- themselves: they are left in peace.

local first = arg[1] or ""
if os.getenv("YTSYNC_TEST_STRESS") == "1" and not first:find("/contract/", 1, true)
    and not first:find("sandbox_spec", 1, true) then
    collectgarbage("incremental", 1, 1000)
end

local files = table.move(arg, 1, #arg, 1, {})
arg = { [0] = arg[0], "--output=tests/tap.lua", "--pattern=." }
for _, file in ipairs(files) do arg[#arg + 1] = file end
require "busted.runner" { standalone = false }
