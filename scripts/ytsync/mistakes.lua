--- Lua's messages about a file that it cannot read, in words for people who write no Lua: a missing
--- comma, brace or quote, curly quotes, and `key: value`. What is not one of these stays Lua's.
-- Pure: a text and Lua's message in, a message out.
local where = require("ytsync.where")

local M = {}

-- Quotes and dashes that word processors put in place of plain ones, by their bytes.
local CURLY = {
    { "\u{201C}", '"' }, { "\u{201D}", '"' }, { "\u{201E}", '"' }, { "\u{201F}", '"' },
    { "\u{AB}", '"' }, { "\u{BB}", '"' }, { "\u{2018}", "'" }, { "\u{2019}", "'" },
    { "\u{201A}", "'" },
}
-- Words that begin a statement: met where a brace is still open, they show that it was not closed.
local STATEMENTS = { settings = true, playlist = true, inbox = true, leave_alone = true,
    leftovers = true, gone = true, on_problem = true, expect = true }
-- Words behind which a text stands.
local BEFORE_TEXTS = { playlist = true, title = true, channel = true, artist = true, tag = true,
    from = true, was = true, inbox = true, privacy = true, order = true, description = true,
    leftovers = true, gone = true, on_problem = true, longer_than = true, shorter_than = true }

local function lines_of(text)
    local lines = {}
    for line in (text .. "\n"):gmatch("(.-)\r?\n") do
        lines[#lines + 1] = line
    end
    return lines
end

-- A line without its comment, and without what stands in quotes ("..." becomes "").
local function code_of(line)
    local bare = line:gsub("\\.", "  "):gsub('"[^"]*"', '""'):gsub("'[^']*'", "''")
    return (bare:gsub("%-%-.*$", ""))
end

local function curly_quote(line)
    local code, first, found = code_of(line), math.huge, nil
    for _, pair in ipairs(CURLY) do
        local at = code:find(pair[1], 1, true)
        if at and at < first then
            first, found = at, pair
        end
    end
    return found and ("%s is a typographic quotation mark; write a plain %s"):format(found[1],
        found[2])
end

-- `privacy: "private"`: a name, a colon, and no call behind it.
local function colon(line)
    local code = code_of(line)
    local name, rest = code:match("^%s*([%a_][%w_]*)%s*:%s*(.*)$")
    if not name then
        name, rest = code:match("[{,]%s*([%a_][%w_]*)%s*:%s*(.*)$")
    end
    if not name or rest:find("^[%a_][%w_]*%s*[%(\"'{]") then
        return nil
    end
    return ("a value is given with =, not with a colon: write %s = ..."):format(name)
end

-- `title jazz`: a text without its quotes, which Lua takes for a name where it expects none.
local function unquoted(line, near)
    local name = near and near:match("^'([%a_][%w_]*)'$")
    if not name or BEFORE_TEXTS[name] or STATEMENTS[name] then
        return nil
    end
    local word = code_of(line):match("([%a_]+)%s+" .. name .. "%f[^%w_]")
    return BEFORE_TEXTS[word] and ("a text stands in quotes: %s \"%s\""):format(word, name) or nil
end

local function missing_quote(line, near)
    if near == "<eof>" then -- the file ends behind it
        near = code_of(line):gsub('""', ""):match("[\"'].*$") or '"'
    end
    return ("the text that begins with %s is not closed; a %s is missing at its end"):format(near,
        near:sub(1, 1))
end

-- The first statement that begins inside of braces that were opened before it.
local function statement_inside(lines, opened_at)
    for number = opened_at + 1, #lines do
        local word = lines[number]:match("^%s*([%a_]+)")
        local begins = lines[number]:match("^(%s*)")
        local outer = lines[opened_at]:match("^(%s*)")
        if word and STATEMENTS[word] and #begins <= #outer then
            return number, word
        end
    end
    return nil
end

local function not_closed(lines, opened_at)
    local at, word = statement_inside(lines, opened_at)
    if at then
        return opened_at, ("the { in line %d is not closed; a } is missing before %s in line %d")
            :format(opened_at, word, at)
    end
    return opened_at, ("the { in line %d is not closed; a } is missing"):format(opened_at)
end

-- Where the thing before line `number` ended: the last line above it that holds code.
local function line_before(lines, number)
    for at = number - 1, 1, -1 do
        if code_of(lines[at]):find("%S") then
            return at
        end
    end
    return number
end

-- "'}' expected (to close '{' at line 2) near 'title'".
local function in_braces(lines, line, opened_at, near)
    if near == "<eof>" then
        return not_closed(lines, opened_at)
    end
    local word = near:match("^'(.*)'$") or near
    local first = lines[line] and lines[line]:match("^%s*(%S+)") or ""
    local starts_line = first:sub(1, #word) == word
    if STATEMENTS[word] and starts_line then
        return not_closed(lines, opened_at)
    end
    if not word:find("^[%a_\"'{%d]") then
        return nil
    end
    if starts_line then
        local before = line_before(lines, line)
        return before, ("a comma is missing at the end of line %d, before %s"):format(before, word)
    end
    return line, ("a comma is missing before %s"):format(word)
end

local function read_message(message)
    local line, said = message:match("^[^\n]-:(%d+): (.*)$")
    if not line then
        return nil
    end
    local near = said:match("near (.*)$")
    return math.tointeger(tonumber(line)), said, near
end

local function translate(text, line, said, near)
    local lines = lines_of(text)
    local here = lines[line] or ""
    if near and said:find("^unfinished string") then
        return line, missing_quote(here, near:match("^'(.*)'$") or near)
    end
    local quote = curly_quote(here)
    if quote then
        return line, quote
    end
    local with_colon = colon(here)
    if with_colon then
        return line, with_colon
    end
    local bare = unquoted(here, near)
    if bare then
        return line, bare
    end
    local opened_at = said:match("^'}' expected %(to close '{' at line (%d+)%)")
    if not opened_at and said:find("^'}' expected") then
        opened_at = line
    end
    if opened_at and near then
        return in_braces(lines, line, math.tointeger(tonumber(opened_at)), near)
    end
    local open = near == "<eof>" and where.open_braces(text) or {}
    if #open > 0 then
        return not_closed(lines, open[#open])
    end
    if near == "'}'" and (said:find("^'<eof>' expected") or said:find("^unexpected symbol")) then
        return line, "this } closes nothing; a { is missing, or a } is too many"
    end
    return nil
end

--- A message about a file that Lua could not read.
---@param text string  the file
---@param name string
---@param message string  Lua's
---@return string
function M.explain(text, name, message)
    local line, said, near = read_message(message)
    if not line then
        return message
    end
    local place, better = translate(text, line, said, near)
    if not better then
        return message
    end
    return ("%s:%d: %s"):format(name, place, better)
end

return M
