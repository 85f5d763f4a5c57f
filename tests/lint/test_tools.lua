-- Proves that the checkers that `make lint` uses fire under the settings of this repository. A
-- checker that is not installed is skipped: only `make lint` installs them.

local count, failures = 0, 0
local root = assert(io.popen("mktemp -d")):read("l")

local function installed(tool)
    return os.execute("command -v " .. tool .. " >/dev/null 2>&1")
end

local function output_of(command)
    local p = assert(io.popen(command .. " 2>&1"))
    local text = p:read("a")
    local ok = p:close()
    return text, ok
end

local function write(name, text)
    local f = assert(io.open(root .. "/" .. name, "wb"))
    f:write(text)
    f:close()
    return root .. "/" .. name
end

-- expect: the command fails and says `wanted` about the bad text, and is content with the good one.
local function expect(tool, name, command, file, bad, good, wanted)
    count = count + 1
    local title = tool .. ": " .. name
    if not installed(tool) then
        print(("ok %d - # SKIP %s (not installed)"):format(count, title))
        return
    end
    local path = write(file, bad)
    local text, ok = output_of(command:gsub("FILE", path))
    local path_good = write(file, good)
    local text_good, ok_good = output_of(command:gsub("FILE", path_good))
    local fine = not ok and text:find(wanted, 1, true) and ok_good
    print(("%s %d - %s"):format(fine and "ok" or "not ok", count, title))
    if not fine then
        failures = failures + 1
        print("# bad: " .. text:gsub("\n", "\n# ") .. "\n# good: " .. text_good:gsub("\n", "\n# "))
    end
end

local luacheck = "luacheck -q --no-color --config .luacheckrc FILE"
expect("luacheck", "a global is set", luacheck, "x.lua",
    "local function f()\n    total = 1\nend\nreturn f\n",
    "local function f()\n    local total = 1\n    return total\nend\nreturn f\n", "global variable")
expect("luacheck", "a name is misspelt", luacheck, "x.lua", "return tabel.concat({})\n",
    "return table.concat({})\n", "tabel")

os.execute("mkdir -p '" .. root .. "/scripts/ytsync'")
local described = "local M = {}\n--- Adds.\n---@param a integer\n---@return integer\n"
    .. "function M.f(a)\n    return a\nend\nreturn M\n"
expect("lua5.4", "a parameter is not described", "lua5.4 .ci/doc-check.lua " .. root,
    "scripts/ytsync/x.lua", (described:gsub("%-%-%-@param[^\n]*\n", "")), described,
    "M.f: the parameter a has no @param")
expect("lua5.4", "a result is not described", "lua5.4 .ci/doc-check.lua " .. root,
    "scripts/ytsync/x.lua", (described:gsub("%-%-%-@return[^\n]*\n", "")), described,
    "M.f returns something and has no @return")

local tidy = "clang-tidy --quiet --config-file=.clang-tidy FILE -- -std=c11 -I src -I include"
expect("clang-tidy", "memory is used after it was freed", tidy, "x.c",
    "#include <stdlib.h>\nint f(void)\n{\n    int *p = malloc(sizeof *p);\n    if (!p) return 0;\n"
    .. "    free(p);\n    return *p;\n}\n",
    "int f(void)\n{\n    return 0;\n}\n", "clang-analyzer-unix.Malloc")
expect("clang-tidy", "an expression that is always true", tidy, "x.c",
    "int f(int a, int b)\n{\n    return a < b || a < b;\n}\n",
    "int f(int a, int b)\n{\n    return a < b || b < a;\n}\n", "misc-redundant-expression")

expect("cppcheck", "an index past the end", "cppcheck -q --enable=warning,style --error-exitcode=1 "
    .. "--suppressions-list=.ci/cppcheck.supp FILE", "x.c",
    "int f(void)\n{\n    int a[2] = {0, 1};\n    return a[2];\n}\n",
    "int f(void)\n{\n    const int a[2] = {0, 1};\n    return a[1];\n}\n", "arrayIndexOutOfBounds")

os.execute("rm -rf '" .. root .. "'")
print("1.." .. count)
os.exit(failures == 0)
