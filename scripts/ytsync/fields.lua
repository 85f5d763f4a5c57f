--- Reads the tables that people write: keys with their readers, texts, lists of names, choices.
-- What both forms of a policy share (ytsync.policy, ytsync.language). Every mistake is raised with
-- its place (ytsync.where), and a name that is nearly right is suggested.
local rules = require("ytsync.rules")
local suggest = require("ytsync.suggest")
local where = require("ytsync.where")

where.own()

local M = {}

--- How a value is called in a message.
---@param value any
---@return string
function M.shown(value)
    if type(value) == "string" then
        return "'" .. value .. "'"
    end
    if type(value) == "number" or type(value) == "boolean" then
        return tostring(value)
    end
    if rules.is_matcher(value) then
        return "a rule"
    end
    return "a " .. type(value)
end

--- A text without blanks at its ends.
---@param text string
---@return string
function M.trim(text)
    return (text:match("^%s*(.-)%s*$"))
end

--- One of several words.
---@param values string[]
---@param key string
---@param value any
---@return string
function M.choice(values, key, value)
    for _, allowed in ipairs(values) do
        if value == allowed then
            return value
        end
    end
    local hint = type(value) == "string" and suggest.hint(value, values) or ""
    where.fail(where.here(key), ("%s is %s, but can be '%s'%s"):format(key, M.shown(value),
        table.concat(values, "', '"), hint))
end

--- A text that YouTube takes: it refuses one in which a < is followed by a >.
---@param key string
---@param text string
---@param codepoints_max integer
---@return string
function M.check_text(key, text, codepoints_max)
    local place = where.here(key)
    local length = utf8.len(text)
    if not length then
        where.fail(place, key .. " is not UTF-8; save the file as UTF-8")
    end
    if length > codepoints_max then
        where.fail(place, ("%s has %d characters; YouTube takes at most %d"):format(key, length,
            codepoints_max))
    end
    if text:find("<.*>") then
        where.fail(place, ("%s holds < and >, which YouTube refuses"):format(key))
    end
    if text:find("\0", 1, true) then
        where.fail(place, key .. " holds a NUL character")
    end
    return text
end

--- A text.
---@param key string
---@param value any
---@return string
function M.want_string(key, value)
    if type(value) ~= "string" then
        where.fail(where.here(key), ("%s must be a text, not %s"):format(key, M.shown(value)))
    end
    return value
end

--- True or false.
---@param key string
---@param value any
---@return boolean
function M.want_boolean(key, value)
    if type(value) ~= "boolean" then
        where.fail(where.here(key), ("%s is %s, but can be true or false"):format(key,
            M.shown(value)))
    end
    return value
end

--- A whole number within bounds.
---@param key string
---@param value any
---@param least integer
---@param most integer
---@return integer
function M.want_integer(key, value, least, most)
    local whole = type(value) == "number" and math.tointeger(value)
    if not whole or whole < least or whole > most then
        where.fail(where.here(key), ("%s is %s, but can be a whole number from %d to %d"):format(
            key, M.shown(value), least, most))
    end
    return whole
end

--- A function.
---@param key string
---@param value any
---@return function
function M.want_function(key, value)
    if type(value) ~= "function" then
        where.fail(where.here(key), ("%s must be a function, not %s"):format(key, M.shown(value)))
    end
    return value
end

--- A text or a plain list of texts.
---@param key string
---@param value any
---@return string[]
function M.names(key, value)
    local place = where.here(key)
    if type(value) == "string" then
        value = { value }
    elseif type(value) ~= "table" or rules.is_matcher(value) then
        where.fail(place, ("%s must be a list of titles or ids, not %s"):format(key,
            M.shown(value)))
    end
    local out = {}
    for _, name in ipairs(value) do
        if type(name) ~= "string" or M.trim(name) == "" then
            where.fail(place, ("%s: entry %d is %s, not a title or id"):format(key, #out + 1,
                type(name) == "string" and "empty" or M.shown(name)))
        end
        out[#out + 1] = name
    end
    for other in pairs(value) do -- unordered: the first stray key is as good as any
        if math.type(other) ~= "integer" or other < 1 or other > #out then
            where.fail(place, ("%s must be a plain list, but it has the key '%s'"):format(key,
                tostring(other)))
        end
    end
    return out
end

--- Keys of a table in a fixed order.
---@param object table
---@return any[]
function M.sorted_keys(object)
    local keys = {}
    for key in pairs(object) do -- unordered: sorted below
        keys[#keys + 1] = key
    end
    table.sort(keys, function(a, b)
        if type(a) == "number" and type(b) == "number" then
            return a < b
        elseif type(a) == "number" or type(b) == "number" then
            return type(a) == "number"
        end
        return tostring(a) < tostring(b)
    end)
    return keys
end

--- Reads a table's keys by their readers; `what` names the table in messages. A value without a
--- key goes to on_value, which raises or takes it.
---@param body table
---@param readers table<string, fun(value: any): any>
---@param what string
---@param on_value fun(value: any, position: integer)
---@return table fields
---@return table<string, table> places
function M.read(body, readers, what, on_value)
    local out, places = {}, {}
    for _, key in ipairs(M.sorted_keys(body)) do
        if type(key) ~= "string" then
            on_value(body[key], key)
        else
            local reader = readers[key]
            if not reader then
                where.fail(where.here(key), ("unknown key '%s' in %s%s"):format(key, what,
                    suggest.hint(key, M.sorted_keys(readers))))
            end
            out[key] = reader(body[key])
            places[key] = where.here(key)
        end
    end
    return out, places
end

return M
