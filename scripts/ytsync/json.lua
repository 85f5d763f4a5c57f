--- JSON for ytsync's Lua layer, over lua-cjson with settings of our own.
--
-- lua-cjson decodes every number as a float, keeps at most 14 digits when it encodes, turns []
-- into {} and null into a truthy lightuserdata, and shares its settings with whoever else
-- requires it. So: an instance of our own; numbers that are whole become integers; null becomes
-- nil; writing is done here, with cjson for strings alone. What is written has its keys sorted,
-- so the same value always gives the same text.
local cjson = require("cjson")

local M = {}

local instance = cjson.new()
instance.decode_invalid_numbers(false)
instance.decode_max_depth(100)

-- Deeper values are a cycle or a mistake.
local DEPTH_MAX = 100

local Array = { __name = "ytsync.json.array" }

--- Marks a table as an array, so that it is written as [] when it is empty.
---@generic T
---@param list T[]|nil  nil: a new table
---@return T[]
function M.array(list)
    return setmetatable(list or {}, Array)
end

local function refine(value, depth)
    if value == cjson.null then
        return nil
    end
    if type(value) == "number" then
        return math.tointeger(value) or value
    end
    if type(value) ~= "table" then
        return value
    end
    for key, member in pairs(value) do -- unordered: each member by itself
        value[key] = refine(member, depth + 1)
    end
    return value
end

--- Decodes a JSON text.
---@param text string
---@return any value  nil for the text "null"
---@return string|nil message  when the text is not JSON
---@return string|nil name  "bad_reply"
function M.decode(text)
    local ok, value = pcall(instance.decode, text)
    if not ok then
        return nil, "not JSON: " .. tostring(value), "bad_reply"
    end
    return refine(value, 1)
end

local function is_array(value)
    if getmetatable(value) == Array then
        return true
    end
    local count = #value
    if count == 0 then
        return false
    end
    local keys = 0
    for _ in pairs(value) do -- unordered: counted only
        keys = keys + 1
    end
    return keys == count
end

local function number_text(value)
    if math.type(value) == "integer" then
        return ("%d"):format(value)
    end
    if value ~= value or value == math.huge or value == -math.huge then
        error("JSON has no word for " .. tostring(value), 0)
    end
    -- A locale may write 1,5: JSON has the point.
    return (("%.17g"):format(value):gsub(",", "."))
end

local function sorted_keys(object)
    local keys = {}
    for key in pairs(object) do -- unordered: sorted below
        if type(key) ~= "string" then
            error("a JSON object has strings for keys, not " .. tostring(key), 0)
        end
        keys[#keys + 1] = key
    end
    table.sort(keys)
    return keys
end

-- cjson escapes control characters below U+0020 and U+007F. The ones above, marks that turn the
-- direction of writing around and line separators are escaped, too: JSON is also read on terminals,
-- and the text stays the same JSON.
local STEERING = { { 0x80, 0x9F }, { 0x200E, 0x200F }, { 0x2028, 0x202E }, { 0x2066, 0x2069 },
    { 0xFEFF, 0xFEFF } }

local function steers(code)
    for _, range in ipairs(STEERING) do
        if code >= range[1] and code <= range[2] then
            return true
        end
    end
    return false
end

local function string_text(value)
    local text = instance.encode(value)
    if not text:find("[\xC2\xE2\xEF]") then
        return text
    end
    return (text:gsub(utf8.charpattern, function(char)
        local code = #char > 1 and utf8.len(char) and utf8.codepoint(char)
        return code and steers(code) and ("\\u%04x"):format(code) or nil
    end))
end

local write

local function write_table(out, value, indent, depth)
    if depth > DEPTH_MAX then
        error("too deep to be written as JSON", 0)
    end
    local array = is_array(value)
    local open, close = array and "[" or "{", array and "]" or "}"
    local keys = array and value or sorted_keys(value)
    if #keys == 0 then
        out[#out + 1] = open .. close
        return
    end
    local inner = indent and indent .. "  "
    out[#out + 1] = open
    for position, key in ipairs(keys) do
        if position > 1 then
            out[#out + 1] = ","
        end
        if inner then
            out[#out + 1] = "\n" .. inner
        end
        if not array then
            out[#out + 1] = string_text(key) .. (inner and ": " or ":")
        end
        write(out, array and key or value[key], inner, depth + 1)
    end
    if inner then
        out[#out + 1] = "\n" .. indent
    end
    out[#out + 1] = close
end

function write(out, value, indent, depth)
    local kind = type(value)
    if kind == "table" then
        write_table(out, value, indent, depth)
    elseif kind == "string" then
        out[#out + 1] = string_text(value)
    elseif kind == "number" then
        out[#out + 1] = number_text(value)
    elseif kind == "boolean" then
        out[#out + 1] = tostring(value)
    elseif value == nil or value == cjson.null then
        out[#out + 1] = "null"
    else
        error("a " .. kind .. " cannot be written as JSON", 0)
    end
end

--- Encodes a value: tables with the keys 1..n, or marked by `array`, as arrays; others as
--- objects with sorted keys. Raises for what JSON cannot say.
---@param value any
---@param pretty boolean|nil  one member per line
---@return string
function M.encode(value, pretty)
    local out = {}
    write(out, value, pretty and "" or nil, 1)
    return table.concat(out)
end

--- What encodes many objects of the same keys as `encode` would, but sorts the keys only once; a
--- member that is absent is written as null.
---@param keys string[]
---@return fun(object: table): string
function M.encoder(keys)
    local sorted, heads = table.move(keys, 1, #keys, 1, {}), {}
    table.sort(sorted)
    for position, key in ipairs(sorted) do
        heads[position] = (position == 1 and "{" or ",") .. string_text(key) .. ":"
    end
    return function(object)
        local out = {}
        for position, key in ipairs(sorted) do
            out[#out + 1] = heads[position]
            write(out, object[key], nil, 1)
        end
        out[#out + 1] = "}"
        return table.concat(out)
    end
end

--- What stands for null in a table that is to be encoded.
M.null = cjson.null

return M
