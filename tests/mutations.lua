-- mutations.lua: shows that the tests of known faults notice when a protection is missing. For each
-- row of tests/mutations/list.lua: in a copy of the sources the protection is taken out, the named
-- test is built and must FAIL; before that it must pass. `make mutations`.
--
--   lua5.4 tests/mutations.lua [BUILD [WORD]]   WORD: just the faults whose name contains it
--
-- The copy is made below BUILD, so that nothing else sees it. Ends with `N passed, N failed`.

local BUILD = arg[1] or "build/plain"
local WORD = arg[2]
-- A test without its protection may loop for ever.
local LIMIT_S = 120

local list = dofile("tests/mutations/list.lua")

local function run(command)
    local _, _, code = os.execute(command)
    return code
end

local function quote(word)
    return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function read(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("a")
    file:close()
    return text
end

local function write(path, text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
end

local copy = BUILD .. "-mutations"

local function make_copy()
    assert(run(("mkdir -p %s && rm -rf %s/src %s/tests && cp -Rp Makefile .ci src include tests %s")
        :format(copy, copy, copy, copy)) == 0, "the sources cannot be copied")
end

-- Puts `edit.new` in the place of `edit.old`, which must stand in the file exactly once.
local function apply(edit)
    local path = copy .. "/" .. edit.file
    local text = read(path)
    local first, last = text:find(edit.old, 1, true)
    if not first then
        return nil, ("%s: the protection is not there any more: %s"):format(edit.file, edit.old)
    elseif text:find(edit.old, last + 1, true) then
        return nil, ("%s: the text stands there twice: %s"):format(edit.file, edit.old)
    end
    write(path, text:sub(1, first - 1) .. edit.new .. text:sub(last + 1))
    return true
end

local function restore(edit)
    run(("cp %s %s"):format(quote(edit.file), quote(copy .. "/" .. edit.file)))
end

local function build(program)
    return run(("make -s -C %s BUILD=build TESTS=%s unit-programs >%s/log 2>&1"):format(quote(copy),
        program, quote(copy))) == 0
end

-- True: the named test ran and passed; false: it did not pass (a crash and a loop count too);
-- nil: it did not run.
local function passes(program, test)
    local code = run(("cd %s && TMPDIR=${TMPDIR:-/tmp} YTSYNC_TEST=%s timeout -s KILL %d "
        .. "build/tests/test_%s >log 2>&1"):format(quote(copy), test, LIMIT_S, program))
    local output = read(copy .. "/log")
    if not output:find(test, 1, true) then
        return nil
    end
    return code == 0 and output:find("PASSED  ] 1 test", 1, true) ~= nil
end

local function try(row)
    if not build(row.program) then
        return nil, "the sources do not build: " .. read(copy .. "/log")
    elseif not passes(row.program, row.test) then
        return nil, "the test does not pass with the protection: " .. read(copy .. "/log")
    end
    local verdict, why = true, nil
    for _, edit in ipairs(row) do
        verdict, why = apply(edit)
        if not verdict then break end
    end
    if verdict and not build(row.program) then
        verdict, why = nil, "does not build without the protection: " .. read(copy .. "/log")
    elseif verdict and passes(row.program, row.test) ~= false then
        verdict, why = nil, "the test passes without the protection"
    end
    for _, edit in ipairs(row) do
        restore(edit)
    end
    return verdict, why
end

make_copy()
local passed, failed = 0, 0
for _, row in ipairs(list) do
    if not WORD or row.fault:find(WORD, 1, true) then
        local good, why = try(row)
        passed, failed = passed + (good and 1 or 0), failed + (good and 0 or 1)
        print(("%-7s %-58s %s"):format(good and "noticed" or "MISSED", row.fault, row.test))
        if not good then print("        " .. why) end
        io.stdout:flush()
    end
end
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and passed > 0)
