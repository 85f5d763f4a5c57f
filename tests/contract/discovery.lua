--- Holds recorded exchanges (src/sim/record.h) against the API's own description: Google's
--- discovery document of the YouTube Data API v3.
--
-- A request: verb and path name a method; every parameter is one that the method or the API takes,
-- with a value of its type and range; what is required is there; the body has just the members of
-- its resource, of their types, those that the method requires, and only in parts that are named.
-- A reply: 2xx has just the members of the response's resource; anything else is an error in one
-- of the forms that Google sends.
--
-- What the document leaves out stands in tables here, each with its source.
local json = require("ytsync.json")

local M = {}

local SHARED = os.getenv("YTSYNC_SHARED") or "../shared"
local DOCUMENT = "/data/discovery/youtube.v3.discovery-2024-05-15.json"
local LATER = "/data/discovery/youtube.v3.params-2026-08-31.derived.json"

-- Exactly one of them must be there (the document marks none of them as required).
local FILTERS = {
    ["youtube.playlists.list"] = { "mine", "channelId", "id" },
    ["youtube.playlistItems.list"] = { "playlistId", "id" },
    ["youtube.videos.list"] = { "id", "chart", "myRating" },
    ["youtube.channels.list"] = { "mine", "id", "forHandle", "forUsername", "managedByMe" },
}
-- Members that came after the document (documentation of playlists, read 2026).
local ADDED = {
    PlaylistStatus = { podcastStatus = { type = "string",
        enum = { "enabled", "disabled", "unspecified" } } },
}
-- Values that YouTube sends although the document has them not (recorded replies).
local SENT = { privacyStatusUnspecified = "PlaylistItemStatus" }

local RANGES = {
    uint32 = { 0, 4294967295 },
    int32 = { -2147483648, 2147483647 },
}

local function read(path)
    local file = io.open(path, "rb")
    if not file then
        return nil
    end
    local text = file:read("a")
    file:close()
    return json.decode(text)
end

local Contract = {}
Contract.__index = Contract

--- The description, or nil where it is not there.
---@return table|nil
function M.load()
    local document, later = read(SHARED .. DOCUMENT), read(SHARED .. LATER)
    if not document or not later then
        return nil
    end
    local self = setmetatable({ schemas = document.schemas, shared = document.parameters,
        later = later, routes = {} }, Contract)
    for _, resource in pairs(document.resources) do -- unordered: each by itself
        for _, method in pairs(resource.methods or {}) do -- unordered: each by itself
            self.routes[method.httpMethod .. " /" .. method.path] = method
        end
    end
    return self
end

-- ------------------------------------------------------------------ values against schemas

local function has(list, value)
    for _, member in ipairs(list) do
        if member == value then
            return true
        end
    end
    return false
end

local function check_text(schema, value, owner)
    if type(value) ~= "string" then
        return "is a " .. type(value) .. ", not a string"
    end
    if schema.enum and not has(schema.enum, value) and SENT[value] ~= owner then
        return ("'%s' is none of its values"):format(value)
    end
    if schema.format == "date-time"
        and not value:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.?%d*Z$") then
        return ("'%s' is no time"):format(value)
    end
    if (schema.format == "uint64" or schema.format == "int64") and not value:find("^%-?%d+$") then
        return ("'%s' is no number"):format(value)
    end
    return nil
end

local function check_number(schema, value)
    if math.type(value) ~= "integer" then
        return tostring(value) .. " is no whole number"
    end
    local range = RANGES[schema.format]
    if range and (value < range[1] or value > range[2]) then
        return ("%d is no %s"):format(value, schema.format)
    end
    return nil
end

-- Why a value does not fit a schema, with the way to it; nil when it does.
function Contract:misfit(schema, value, path, owner)
    if schema["$ref"] then
        return self:misfit(self.schemas[schema["$ref"]], value, path, schema["$ref"])
    end
    local problem
    if schema.type == "object" then
        return self:misfit_object(schema, value, path, owner)
    elseif schema.type == "array" then
        if type(value) ~= "table" then
            return path .. " is no list"
        end
        for position, member in ipairs(value) do
            problem = self:misfit(schema.items, member, ("%s[%d]"):format(path, position), owner)
            if problem then
                return problem
            end
        end
    elseif schema.type == "string" then
        problem = check_text(schema, value, owner)
    elseif schema.type == "integer" then
        problem = check_number(schema, value)
    elseif schema.type == "boolean" then
        problem = type(value) ~= "boolean" and "is no boolean" or nil
    elseif schema.type == "number" then
        problem = type(value) ~= "number" and "is no number" or nil
    elseif schema.type ~= "any" then
        problem = "has a type that is not known: " .. tostring(schema.type)
    end
    return problem and path .. " " .. problem or nil
end

function Contract:misfit_object(schema, value, path, owner)
    if type(value) ~= "table" then
        return path .. " is no object"
    end
    for name, member in pairs(value) do -- unordered: the first misfit will do
        local known = schema.properties and schema.properties[name]
            or ADDED[owner] and ADDED[owner][name] or schema.additionalProperties
        if not known then
            return ("%s.%s is unknown to %s"):format(path, tostring(name), tostring(owner))
        end
        local problem = self:misfit(known, member, ("%s.%s"):format(path, name), owner)
        if problem then
            return problem
        end
    end
    return nil
end

-- What a method requires of a body and is not there: the document marks such members with the
-- method's id.
function Contract:missing(reference, value, id, path)
    local schema = self.schemas[reference]
    for name, member in pairs(schema.properties or {}) do -- unordered: the first one will do
        local at = ("%s.%s"):format(path, name)
        if member.annotations and has(member.annotations.required or {}, id)
            and value[name] == nil then
            return at .. " is missing"
        end
        if member["$ref"] and type(value[name]) == "table" then
            local problem = self:missing(member["$ref"], value[name], id, at)
            if problem then
                return problem
            end
        end
    end
    return nil
end

-- ------------------------------------------------------------------ requests

local function decode(word)
    return (word:gsub("+", " "):gsub("%%(%x%x)", function(code)
        return string.char(tonumber(code, 16))
    end))
end

local function parameters(query)
    local found = {}
    for pair in query:gmatch("[^&]+") do
        local name, value = pair:match("^([^=]*)=(.*)$")
        if not name then
            return nil, ("'%s' has no value"):format(pair)
        end
        name = decode(name)
        if found[name] then
            return nil, name .. " stands there twice"
        end
        found[name] = decode(value)
    end
    return found
end

local function check_parameter(known, name, value)
    if known.type == "integer" then
        local number = value:find("^%d+$") and math.tointeger(tonumber(value))
        if not number or number < (tonumber(known.minimum) or 0)
            or number > (tonumber(known.maximum) or 4294967295) then
            return ("%s=%s is out of its range"):format(name, value)
        end
    elseif known.type == "boolean" and value ~= "true" and value ~= "false" then
        return ("%s=%s is no boolean"):format(name, value)
    elseif known.enum and not has(known.enum, value) then
        return ("%s=%s is none of its values"):format(name, value)
    elseif value == "" then
        return name .. " is empty"
    end
    return nil
end

-- The parts that are named, as a set; each is a member of the resource.
function Contract:parts(method, given)
    local reference = method.response["$ref"]
    local items = self.schemas[reference].properties.items
    local resource = self.schemas[items and items.items["$ref"] or reference]
    local named = {}
    for part in (given.part or ""):gmatch("[^,]+") do
        if not resource.properties[part] or named[part] then
            return nil, ("part=%s: not a part of %s, or twice"):format(part, resource.id)
        end
        named[part] = true
    end
    return named
end

local function check_filters(method, given)
    local count = 0
    for _, name in ipairs(FILTERS[method.id] or {}) do
        count = count + (given[name] and 1 or 0)
    end
    if FILTERS[method.id] and count ~= 1 then
        return ("%d filters, not one"):format(count)
    end
    local ids = select(2, (given.id or ""):gsub("[^,]+", ""))
    if ids > (method.httpMethod == "DELETE" and 1 or 50) then
        return ids .. " ids are too many"
    end
    if method.id == "youtube.videos.list" and given.id and given.maxResults then
        return "videos.list takes no maxResults beside id"
    end
    if given.videoId and not given.playlistId then
        return "videoId needs playlistId"
    end
    return nil
end

function Contract:check_parameters(method, given)
    local later = self.later.methods[method.id:gsub("^youtube%.", "")]
    for name, value in pairs(given) do -- unordered: the first problem will do
        local known = method.parameters[name] or self.shared[name]
        if not known or not (later[name] or has(self.later.standardParameters, name)) then
            return name .. " is no parameter of " .. method.id
        end
        local problem = check_parameter(known, name, value)
        if problem then
            return problem
        end
    end
    for name, known in pairs(method.parameters) do -- unordered: the first problem will do
        if known.required and not given[name] then
            return name .. " is required"
        end
    end
    return check_filters(method, given)
end

function Contract:check_body(method, parts, body)
    if not method.request then
        return body ~= "" and "a body where none is taken" or nil
    end
    local value = json.decode(body)
    if type(value) ~= "table" then
        return "the body is no JSON object"
    end
    local reference = method.request["$ref"]
    for name in pairs(value) do -- unordered: the first problem will do
        if name ~= "id" and not parts[name] then
            return ("the body has %s, which part does not name"):format(name)
        end
    end
    -- What is named and left out is wiped by an update (YOUTUBE_API section 2).
    for name in pairs(method.httpMethod == "PUT" and parts or {}) do -- unordered: likewise
        if value[name] == nil then
            return ("part names %s, which the body has not"):format(name)
        end
    end
    if method.httpMethod == "PUT" and not value.id then
        return "the body has no id"
    end
    return self:misfit({ ["$ref"] = reference }, value, "body")
        or self:missing(reference, value, method.id, "body")
end

--- What is wrong with a request, or nil; and its method's id.
---@param exchange table  a line of a recording
---@return string|nil problem
---@return string|nil id
function Contract:request(exchange)
    local method = self.routes[exchange.method .. " " .. exchange.path]
    if not method then
        return ("%s %s is no method"):format(exchange.method, exchange.path)
    end
    local given, problem = parameters(exchange.query)
    if not given then
        return problem, method.id
    end
    if given.access_token or given.oauth_token or given.key then
        return "a secret in the URL", method.id
    end
    if not exchange.signed_in then
        return "no Authorization header", method.id
    end
    problem = self:check_parameters(method, given)
    if problem then
        return problem, method.id
    end
    local parts = {}
    if method.parameters.part then
        parts, problem = self:parts(method, given)
        if not parts then
            return problem, method.id
        end
    end
    return self:check_body(method, parts, exchange.body or ""), method.id
end

-- ------------------------------------------------------------------ replies

local function check_error(exchange)
    local value = json.decode(exchange.reply)
    local problem = type(value) == "table" and value.error
    if type(problem) ~= "table" then
        return "an error without its envelope"
    end
    if problem.code ~= exchange.status or type(problem.message) ~= "string" then
        return "error.code or error.message is not what it must be"
    end
    for _, entry in ipairs(problem.errors or {}) do
        if type(entry.reason) ~= "string" or type(entry.domain) ~= "string" then
            return "an entry of error.errors without reason or domain"
        end
    end
    if not (problem.errors and #problem.errors > 0) and not problem.status then
        return "an error without a reason and without a status"
    end
    return nil
end

--- What is wrong with a reply, or nil. Replies that a fault spoiled on purpose are for the caller
--- to leave out.
---@param exchange table
---@return string|nil problem
function Contract:reply(exchange)
    local method = self.routes[exchange.method .. " " .. exchange.path]
    if not method then
        return "a reply of no method"
    end
    if exchange.status == 304 or exchange.status == 204 then
        if exchange.reply ~= "" then
            return exchange.status .. " with a body"
        end
        if exchange.status == 204 and method.httpMethod ~= "DELETE" then
            return "204 to what is no delete"
        end
        return nil
    end
    if exchange.status ~= 200 then
        return check_error(exchange)
    end
    if not method.response then
        return "200 where 204 is due"
    end
    local value = json.decode(exchange.reply)
    if type(value) ~= "table" then
        return "the reply is no JSON object"
    end
    return self:misfit(method.response, value, "reply")
end

return M
