-- test_mutations.lua: what `make mutations` takes out is there to be taken out: each text stands in
-- its file exactly once, and each test is one of its program. (Whether the tests notice is for that
-- target to show; it builds the sources once for each row.)

local list = dofile("tests/mutations/list.lua")

local count, failed = 0, 0

local function check(name, good)
    count = count + 1
    failed = failed + (good and 0 or 1)
    print(("%s %d - %s"):format(good and "ok" or "not ok", count, name))
end

local function read(path)
    local file = io.open(path, "rb")
    local text = file and file:read("a") or ""
    if file then file:close() end
    return text
end

local function once(text, part)
    local _, last = text:find(part, 1, true)
    return last and not text:find(part, last + 1, true)
end

for _, row in ipairs(list) do
    local program = read("tests/unit/test_" .. row.program .. ".c")
    check(row.fault .. ": " .. row.test, once(program, "TEST(" .. row.test .. ")")
        or once(program, "cmocka_unit_test(" .. row.test .. ")"))
    for _, edit in ipairs(row) do
        check(("%s: its text is in %s once"):format(row.fault, edit.file),
            once(read(edit.file), edit.old) and edit.new ~= edit.old)
    end
end
print(("1..%d"):format(count))
os.exit(failed == 0)
