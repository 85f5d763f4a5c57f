-- The project's own rules: lua5.4 .ci/rules/main.lua [ROOT]
-- Prints `file:line: [rule] message` for every finding and ends with `N files, N findings`; the
-- exit code is 1 when there are any. A line may claim an exception, with its reason, in a
-- comment on it or on the line before: `lint: allow RULE: reason`.

local here = arg and arg[0] and arg[0]:match("^(.*)/rules/main%.lua$") or ".ci"
package.path = here .. "/?.lua;" .. package.path

local source = require "rules.source"

local SETS = { "rules.text", "rules.c", "rules.sql" }
local CHECKED = { c = true, h = true, lua = true, sh = true, md = true, mk = true, Makefile = true,
    rockspec = true, editorconfig = true, yml = true, run = true, lint = true, deps = true,
    install = true }
-- Its texts break the rules on purpose.
local EXEMPT = "^tests/lint/"

local M = {}

-- rules: all rules in the order in which they are documented.
function M.rules()
    local list = {}
    for _, set in ipairs(SETS) do
        for _, rule in ipairs(require(set)) do list[#list + 1] = rule end
    end
    return list
end

local function allowed(file, line, name)
    for _, text in ipairs { file.lines[line] or "", file.lines[line - 1] or "" } do
        local claim = text:match("lint: allow ([%w-]+): %w")
        if claim == name then return true end
    end
    return false
end

-- check: findings of all rules in the tree below root: { path, line, rule, message }; file count.
function M.check(root)
    local findings, count = {}, 0
    for _, path in ipairs(source.list(root)) do
        local kind = path:match("%.(%w+)$") or path:match("[^/]+$")
        if CHECKED[kind] and not path:find(EXEMPT) then
            count = count + 1
            local file = source.read(root, path)
            for _, rule in ipairs(M.rules()) do
                rule.check(file, function(line, message)
                    if not allowed(file, line, rule.name) then
                        findings[#findings + 1] = { path = path, line = line, rule = rule.name,
                            message = message }
                    end
                end)
            end
        end
    end
    return findings, count
end

local function main()
    local findings, count = M.check(arg[1] or ".")
    for _, f in ipairs(findings) do
        print(("%s:%d: [%s] %s"):format(f.path, f.line, f.rule, f.message))
    end
    print(("%d files, %d findings"):format(count, #findings))
    os.exit(#findings == 0)
end

if arg and arg[0] and arg[0]:find("rules/main%.lua$") then main() end
return M
