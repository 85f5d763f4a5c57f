--- Where in the user's file a mistake stands: file and line, for every message about a policy.
--
-- A constructor knows the line of its call from the call stack, but a table that spans many
-- lines is one call, and `return y.policy { ... }` is a tail call that leaves no frame at all.
-- So the text of the file, known while a policy file is loaded, is searched for the key.
-- State of this module: the file being loaded, set for the length of one call.
local M = {}

local own = {}

-- {source = "@policy.lua", name = "policy.lua", keys = index(text)} while a policy file is loaded.
local active = nil
-- The place of M.at while it runs.
local pinned = nil

-- Frames looked at from the constructor upward; a policy nests far less.
local FRAMES_MAX = 200

--- Registers the calling file as one of ytsync's: it is never reported as the user's.
function M.own()
    local info = debug.getinfo(2, "S")
    own[info.source] = true
    own[info.short_src] = true
end
M.own()

--- Whether a source (in its long or short form) is one of ytsync's files, or what they compiled.
---@param source string
---@return boolean
function M.is_own(source)
    return own[source] or source:sub(1, 1) == "("
end

--- Calls fn(...) while `file` is the file being loaded. fn must not raise.
---@param file {source: string, name: string, keys: table}
---@param fn function
---@param ... any  for fn
---@return any ...
function M.during(file, fn, ...)
    local before = active
    active = file
    local results = table.pack(fn(...))
    active = before
    return table.unpack(results, 1, results.n)
end

-- Skips a comment or a string that begins at `position`; returns its last byte, or nil when
-- there is none.
local function skip(text, position)
    local comment = text:sub(position, position + 1) == "--"
    local start = comment and position + 2 or position
    local level = text:match("^%[(=*)%[", start)
    if level then
        local _, last = text:find("]" .. level .. "]", start, true)
        return last or #text
    end
    if comment then
        return (text:find("\n", start, true) or #text + 1) - 1
    end
    local quote = text:match("^[\"']", position)
    if not quote then
        return nil
    end
    local at = position + 1
    while at <= #text do
        local byte = text:sub(at, at)
        if byte == "\\" then
            at = at + 1
        elseif byte == quote or byte == "\n" then
            return at
        end
        at = at + 1
    end
    return #text
end

--- Where each `key =` is written in a text: by key, its lines with how deep in braces it stands.
--- Comments and strings are no code.
---@param text string
---@return table<string, {line: integer, depth: integer}[]>
function M.index(text)
    local keys = {}
    local line, depth, position = 1, 0, 1
    while true do
        -- Straight to what can matter: a name, a brace, a line's end, a quote, a comment.
        position = text:find("[%a_{}\n\"'%[%-]", position)
        if not position then
            return keys
        end
        local last = skip(text, position)
        local name = not last and text:match("^[%a_][%w_]*", position)
        if last then
            local _, breaks = text:sub(position, last):gsub("\n", "")
            line = line + breaks
        elseif name then
            last = position + #name - 1
            if text:find("^%s*=[^=]", last + 1) then
                keys[name] = keys[name] or {}
                table.insert(keys[name], { line = line, depth = depth })
            end
        else
            last = position
            local byte = text:sub(position, position)
            line = line + (byte == "\n" and 1 or 0)
            depth = depth + (byte == "{" and 1 or byte == "}" and -1 or 0)
        end
        position = last + 1
    end
end

--- Lines of the braces that are open at the beginning of a line, outermost first; without a line,
--- at the end of the text.
---@param text string
---@param before_line integer|nil
---@return integer[]
function M.open_braces(text, before_line)
    local open, line, position = {}, 1, 1
    while true do
        position = text:find("[{}\n\"'%[%-]", position)
        if not position or line >= (before_line or math.huge) then
            return open
        end
        local last = skip(text, position) or position
        local byte = last == position and text:sub(position, last)
        if byte == "{" then
            open[#open + 1] = line
        elseif byte == "}" then
            open[#open] = nil
        end
        local _, breaks = text:sub(position, last):gsub("\n", "")
        line = line + breaks
        position = last + 1
    end
end

--- True when the user's call stands inside of braces that `place`'s line did not open for itself:
--- a statement written inside of another one.
---@param place {line: integer|nil}
---@return boolean
function M.is_inside(place)
    local line = M.here().line
    if not (active and line and place.line) or line <= place.line then
        return false
    end
    return #M.open_braces(active.text, line) > #M.open_braces(active.text, place.line)
end

--- The line on which `key =` is written, looking from `from_line` on. Of several the least
--- deeply nested one counts, then the first.
---@param keys table  from `index`
---@param key string
---@param from_line integer
---@return integer|nil
function M.locate(keys, key, from_line)
    local best = nil
    for _, found in ipairs(keys[key] or {}) do
        if found.line >= from_line and (not best or found.depth < best.depth) then
            best = found
        end
    end
    return best and best.line
end

-- The user's frame nearest to us: in the loaded file while one is loaded, else the first that
-- is not ours. Nil when a tail call has wiped it out.
local function user_frame()
    for level = 3, FRAMES_MAX do
        local info = debug.getinfo(level, "Slt")
        if not info then
            return nil
        end
        local ours = info.what == "C" or own[info.source]
        if active and info.source == active.source then
            return info
        elseif not active and not ours then
            return info
        elseif not active and info.istailcall then
            return nil
        end
    end
    return nil
end

local function name_of(source)
    return source:sub(1, 1) == "@" and source:sub(2) or "(text)"
end

--- Calls a function for something that stands at `place`, wherever it is called from.
---@param place {file: string|nil, line: integer|nil}
---@param call fun(value: any): any
---@param value any
---@return any
function M.at(place, call, value)
    local before = pinned
    pinned = place
    local ok, result = pcall(call, value)
    pinned = before
    if not ok then
        error(result, 0)
    end
    return result
end

--- Where the user's call stands. With a key: where that key is written, when it can be found.
---@param key string|nil
---@return {file: string|nil, line: integer|nil}
function M.here(key)
    if pinned then
        return pinned
    end
    local frame = user_frame()
    local line = frame and frame.currentline > 0 and frame.currentline or nil
    if not active then
        return { file = frame and name_of(frame.source), line = line }
    end
    if key then
        line = M.locate(active.keys, key, line or 1) or line
    end
    return { file = active.name, line = line }
end

--- "policy.lua:12", "policy.lua" without a line, "" for an unknown place.
---@param place {file: string|nil, line: integer|nil}
---@return string
function M.text(place)
    if not place.file then
        return ""
    end
    return place.line and ("%s:%d"):format(place.file, place.line) or place.file
end

--- The line of a text that a message is about, as "  12 |     title {", or nil.
---@param text string
---@param message string  "policy.lua:12: ..."
---@return string|nil
function M.excerpt(text, message)
    local wanted, number = math.tointeger(tonumber(message:match("^[^\n:]+:(%d+): "))), 0
    for line in (text .. "\n"):gmatch("(.-)\r?\n") do
        number = number + 1
        if number == wanted then
            return line:find("%S") and ("%6d | %s"):format(number, (line:gsub("\t", "    "))) or nil
        end
    end
    return nil
end

--- Raises "policy.lua:12: message" for the caller's mistake.
---@param place {file: string|nil, line: integer|nil}
---@param message string
function M.fail(place, message)
    local text = M.text(place)
    error(text == "" and message or text .. ": " .. message, 0)
end

return M
