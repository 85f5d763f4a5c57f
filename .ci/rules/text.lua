-- Rules about any file's text and about Lua: lengths, white space, heads, machine paths, pairs.
-- A rule is { name, why, check(file, report) }; report(line, message) files a finding.

local source = require "rules.source"

local FILE_LINES_MAX = 600
-- The one public header holds the whole API.
local HEADER_LINES_MAX = 1400
local LINE_COLUMNS_MAX = 100
local FUNCTION_LINES_MAX = 70

local CODE = { c = true, h = true, lua = true, sh = true }

local M = {}

local function rule(name, why, check)
    M[#M + 1] = { name = name, why = why, check = check }
end

rule("file-length", "one concept per pair of files", function(file, report)
    local limit = file.path == "include/ytsync.h" and HEADER_LINES_MAX or FILE_LINES_MAX
    if CODE[file.kind] and #file.lines > limit then
        report(1, ("%d lines; split it before %d"):format(#file.lines, limit))
    end
end)

rule("line-length", "lines fit a side-by-side view", function(file, report)
    if not CODE[file.kind] then return end
    for i, line in ipairs(file.lines) do
        local columns = utf8.len(line) or #line
        if columns > LINE_COLUMNS_MAX then
            report(i, ("%d columns; the limit is %d"):format(columns, LINE_COLUMNS_MAX))
        end
    end
end)

rule("function-length", "parents decide, leaves compute", function(file, report)
    if file.kind ~= "c" and file.kind ~= "lua" then return end
    for _, f in ipairs(source.functions(file)) do
        if f.length > FUNCTION_LINES_MAX then
            report(f.line, ("%s has %d lines; the limit is %d"):format(f.name, f.length,
                FUNCTION_LINES_MAX))
        end
    end
end)

rule("white-space", "no diff should be about it", function(file, report)
    local tabs_are_syntax = file.kind == "Makefile" or file.kind == "mk"
    for i, line in ipairs(file.lines) do
        if line:find("[ \t]$") then report(i, "white space at the end of the line") end
        if line:find("\r", 1, true) then report(i, "carriage return") end
        if not tabs_are_syntax and line:find("\t", 1, true) then report(i, "tab") end
    end
    if #file.text > 0 and file.text:sub(-1) ~= "\n" then
        report(#file.lines, "no line end at the end of the file")
    end
end)

-- /home/none is the folder that tests use for one that is nowhere.
rule("machine-path", "the repository works on every machine", function(file, report)
    for i, line in ipairs(file.lines) do
        local padded = " " .. line
        for _, top in ipairs { "home", "root", "work", "Users" } do
            local path = padded:match("[%s\"'=(:,`]/" .. top .. "/[%w._-]+")
            local example = path and path:find("/home/none", 1, true)
            if path and not example then
                report(i, "absolute path of one machine: " .. path:sub(2))
            end
        end
    end
end)

rule("head", "a file's head says what it is for", function(file, report)
    if file.kind == "c" or file.kind == "h" then
        if not file.text:find("^/%*") then report(1, "the file does not begin with a comment") end
    elseif file.kind == "lua" then
        if not (file.text:gsub("^#![^\n]*\n", "")):find("^%-%-") then
            report(1, "the file does not begin with a comment")
        end
    end
end)

rule("unordered", "pairs gives another order at every start", function(file, report)
    if file.kind ~= "lua" or not file.path:find("^scripts/ytsync/") then return end
    for i, line in ipairs(file.lines) do
        local code = line:gsub("%-%-.*$", "")
        if code:find("%f[%w_]pairs%s*%(") or code:find("%f[%w_]next%s*[,(]") then
            local note = "%-%- unordered: %S"
            if not line:find(note) and not (file.lines[i - 1] or ""):find("^%s*" .. note) then
                report(i, "pairs or next without a comment `-- unordered: reason`; sort the keys" ..
                    " where the order can reach a plan, the store or the screen")
            end
        end
    end
end)

return M
