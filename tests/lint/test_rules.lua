-- Proves that every rule of .ci/rules fires on what it forbids, keeps quiet on what looks alike,
-- can be excepted with a reason and not without, and that a finding makes the program fail.

package.path = ".ci/?.lua;tests/lint/?.lua;" .. package.path

local main = require "rules.main"
local source = require "rules.source"
local fixtures = require "fixtures"

local count, failures = 0, 0

local function check(ok, name, detail)
    count = count + 1
    print(("%s %d - %s"):format(ok and "ok" or "not ok", count, name))
    if not ok then
        failures = failures + 1
        print("# " .. tostring(detail))
    end
end

local root = assert(io.popen("mktemp -d")):read("l")

local function write(path, text)
    assert(os.execute("mkdir -p '" .. root .. "/" .. (path:match("^(.*)/") or "") .. "'"))
    local f = assert(io.open(root .. "/" .. path, "wb"))
    f:write(text)
    f:close()
end

-- found: the rules that fire in a tree holding just this file, as a list without repeats.
local function found(path, text)
    write(path, text)
    local list, seen = {}, {}
    for _, finding in ipairs((main.check(root))) do
        if not seen[finding.rule] then list[#list + 1] = finding.rule end
        seen[finding.rule] = true
    end
    os.remove(root .. "/" .. path)
    return table.concat(list, " ")
end

local function each(texts)
    return ipairs(type(texts) == "table" and texts or { texts })
end

local covered = {}
for _, fixture in ipairs(fixtures) do
    covered[fixture.rule] = true
    for i, text in each(fixture.bad) do
        local rules = found(fixture.path, text)
        check(rules == fixture.rule, ("%s fires on %s (%d)"):format(fixture.rule, fixture.path, i),
            "found: " .. rules .. " in:\n# " .. text:sub(1, 300):gsub("\n", "\n# "))
    end
    for i, text in each(fixture.good or {}) do
        local rules = found(fixture.path, text)
        check(rules == "", ("%s is quiet on %s (%d)"):format(fixture.rule, fixture.path, i),
            "found: " .. rules .. " in:\n# " .. text:sub(1, 300):gsub("\n", "\n# "))
    end
end

for _, rule in ipairs(main.rules()) do
    check(covered[rule.name], "the rule " .. rule.name .. " has a fixture", "none")
end

local head = "/* x.c: a fixture. */\n"
check(found("src/sync/x.c", head .. "/* lint: allow world: a test */\nx = time(0);\n") == "",
    "an exception with its reason is granted", "finding")
check(found("src/sync/x.c", head .. "/* lint: allow world: */\nx = time(0);\n") == "world",
    "an exception without a reason is not", "no finding")
check(found("src/sync/x.c", head .. "/* lint: allow names: no */\nx = time(0);\n") == "world",
    "an exception is for its rule alone", "no finding")

write("src/sync/x.c", head .. "int x = time(0);\n")
local p = assert(io.popen("lua5.4 .ci/rules/main.lua '" .. root .. "'"))
local output = p:read("a")
local _, _, code = p:close()
check(code == 1, "a finding gives exit code 1", "exit code " .. tostring(code))
check(output:find("src/sync/x.c:2: [world] time", 1, true), "file, line and rule are named", output)
os.remove(root .. "/src/sync/x.c")

write("x.c", head .. "static int f(int a,\n             char b)\n{\n    return \"{\";\n}\n")
local f = source.functions(source.read(root, "x.c"))[1]
check(f and f.name == "f" and f.line == 2 and f.length == 5 and f.static,
    "functions are measured from their signature", f and f.name)
os.execute("rm -rf '" .. root .. "'")

print("1.." .. count)
os.exit(failures == 0)
