--- Plans in files: `plan --out FILE` writes one, `run --plan FILE` carries out just that one.
--
-- The file is the plan's JSON with a member `bound_to`: the channel, the policy, the library (each
-- playlist with a digest of its entries) and the operations. A plan is a pure function of these, so
-- whoever plans again gets the same operations, or is told what changed.
local core = require("ytsync.core")
local json = require("ytsync.json")
local text = require("ytsync.text")

local M = {}

local VERSION = 1
-- A plan of a million operations is smaller.
local FILE_BYTES_MAX = 1 << 30
-- Changed playlists that are named before "and 7 more".
local NAMED_MAX = 8

local function digest_of_items(items)
    local parts = {}
    for position, item in ipairs(items) do
        parts[position] = item.id .. " " .. item.video_id
    end
    return core.sha256(table.concat(parts, "\n"))
end

local OPERATION_FIELDS = { "kind", "category", "playlist_id", "title", "video_id", "units" }

local function digest_of_operations(operations)
    local parts = {}
    for _, operation in ipairs(operations) do
        for _, field in ipairs(OPERATION_FIELDS) do
            parts[#parts + 1] = tostring(operation[field])
        end
    end
    return core.sha256(table.concat(parts, "\0"))
end

--- What a plan is bound to. Without a plan: all but the operations.
---@param session ytsync.Session
---@param plan ytsync.Plan|nil
---@param policy ytsync.Policy
---@param part {only: string[]|nil, max_units: integer|nil}
---@return table|nil
---@return string|nil message
---@return string|nil name
function M.bind(session, plan, policy, part)
    local playlists, message, name = session:playlists()
    if not playlists then
        return nil, message, name
    end
    local rows = {}
    for position, playlist in ipairs(playlists) do
        local items
        items, message, name = session:items(playlist.id)
        if not items then
            return nil, message, name
        end
        rows[position] = { id = playlist.id, title = playlist.title, privacy = playlist.privacy,
            description = core.sha256(playlist.description), entries = #items,
            digest = digest_of_items(items) }
    end
    local operations = plan and plan:items() or {}
    return {
        version = VERSION,
        channel = session:channel().id,
        policy = policy.hash,
        policy_text = policy.text or json.null,
        only = part.only and json.array(part.only) or json.null,
        max_units = part.max_units or json.null,
        playlists = json.array(rows),
        operation_count = #operations,
        operations = digest_of_operations(operations),
    }
end

-- ------------------------------------------------------------------ files

-- What a plan in a file is bound to, whatever that holds; nil: it is no plan. A message when it
-- cannot be read.
local function document_of(path)
    local file, problem = io.open(path, "rb")
    if not file then
        return nil, problem
    end
    local content, why = file:read(FILE_BYTES_MAX) -- nil alone for an empty file
    file:close()
    if why then -- a folder, say
        return nil, path .. ": " .. why
    end
    local document = content and json.decode(content)
    local bound = type(document) == "table" and document.bound_to
    return type(bound) == "table" and bound or nil
end

-- Whether the file may be written over: it is not there, is empty, or is a plan.
local function may_replace(path)
    local file = io.open(path, "rb")
    local begin = file and file:read(1)
    if file then
        file:close()
    end
    return begin == nil or document_of(path) ~= nil
end

-- The file to write, which is there under its name when it is sealed; or nil and a message.
local function create(path)
    local file, problem = core.create(path) -- refuses what is no plain file
    if not file then
        return nil, problem
    elseif not may_replace(path) then
        file:close()
        return nil, ("%s is there already and is no plan of ytsync; it was left as it is")
            :format(path)
    end
    return file
end

--- Whether a plan can be written to a file. Leaves nothing behind.
---@param path string
---@return true|nil
---@return string|nil message
function M.can_write(path)
    local file <close>, problem = create(path)
    return file and true, problem
end

--- Writes a plan: whole or not at all. A file that is there and is no plan stays as it is.
---@param path string
---@param document table  the plan's JSON with bound_to
---@return true|nil
---@return string|nil message
function M.write(path, document)
    local file <close>, problem = create(path)
    if not file then
        return nil, problem
    end
    local ok, message = file:write(json.encode(document, true) .. "\n")
    if ok then
        ok, message = file:seal()
    end
    return ok, message
end

-- ------------------------------------------------------------------ reading

local function is_text(value)
    return type(value) == "string"
end

local function is_count(value)
    return math.type(value) == "integer" and value >= 0
end

local function is_list(value)
    return type(value) == "table"
        and (#value > 0 or next(value) == nil) -- unordered: whether there is any
end

local function is_names(value)
    if not is_list(value) or #value == 0 then
        return false
    end
    for _, name in ipairs(value) do
        if not is_text(name) then
            return false
        end
    end
    return true
end

local function or_nothing(check)
    return function(value)
        return value == nil or check(value)
    end
end

-- In the order in which they are looked at.
local MEMBERS = {
    { "channel", is_text }, { "policy", is_text }, { "policy_text", or_nothing(is_text) },
    { "only", or_nothing(is_names) }, { "max_units", or_nothing(is_count) },
    { "operation_count", is_count }, { "operations", is_text }, { "playlists", is_list },
}
local PLAYLIST_MEMBERS = {
    { "id", is_text }, { "title", is_text }, { "privacy", is_text }, { "description", is_text },
    { "entries", is_count }, { "digest", is_text },
}

-- The name of a member that cannot be used, or nil.
local function wrong_member(value, members)
    for _, member in ipairs(members) do
        if not member[2](value[member[1]]) then
            return member[1]
        end
    end
    return nil
end

-- What is wrong with a bound_to, or nil.
local function damage(bound)
    local wrong = wrong_member(bound, MEMBERS)
    if wrong then
        return "bound_to." .. wrong
    end
    for position, playlist in ipairs(bound.playlists) do
        local place = ("bound_to.playlists[%d]"):format(position)
        if type(playlist) ~= "table" then
            return place
        end
        wrong = wrong_member(playlist, PLAYLIST_MEMBERS)
        if wrong then
            return place .. "." .. wrong
        end
    end
    if is_text(bound.policy_text) and core.sha256(bound.policy_text) ~= bound.policy then
        return "bound_to.policy_text"
    end
    return nil
end

--- Reads what a plan in a file is bound to.
---@param path string
---@return table|nil bound
---@return string|nil message
function M.read(path)
    local bound, problem = document_of(path)
    if problem then
        return nil, ("the plan could not be read: %s (plan --out FILE writes one)"):format(problem)
    elseif not bound then
        return nil, ("%s is no plan of ytsync (plan --out FILE writes one)"):format(path)
    elseif is_count(bound.version) and bound.version ~= VERSION then
        return nil, ("%s was written by another version of ytsync; plan again with it"):format(path)
    end
    local wrong = not is_count(bound.version) and "bound_to.version" or damage(bound)
    if wrong then
        return nil, ("the plan in %s is damaged: %s is missing or cannot be used (plan --out FILE "
            .. "writes a new one)"):format(path, wrong)
    end
    return bound
end

-- ------------------------------------------------------------------ what changed

local function by_id(rows)
    local out = {}
    for _, row in ipairs(rows) do
        out[row.id] = row
    end
    return out
end

local function changes_of(old, new)
    local said = {}
    if old.title ~= new.title then
        said[#said + 1] = ("is called \"%s\" now"):format(text.cut(new.title, 40))
    end
    if old.privacy ~= new.privacy then
        said[#said + 1] = ("is %s now"):format(new.privacy)
    end
    if old.entries ~= new.entries then
        said[#said + 1] = ("holds %s instead of %s"):format(
            text.count(new.entries, "entry", "entries"), text.number(old.entries))
    elseif old.digest ~= new.digest then
        said[#said + 1] = "holds other entries, or the same in another order"
    end
    if old.description ~= new.description then
        said[#said + 1] = "has another description"
    end
    return said
end

local function library_changes(old_rows, new_rows)
    local said, old_by_id, new_by_id = {}, by_id(old_rows), by_id(new_rows)
    for _, old in ipairs(old_rows) do
        local new = new_by_id[old.id]
        local changes = new and changes_of(old, new) or { "is not there any more" }
        if #changes > 0 then
            said[#said + 1] = ("\"%s\" %s"):format(text.cut(old.title, 40),
                table.concat(changes, ", "))
        end
    end
    for _, new in ipairs(new_rows) do
        if not old_by_id[new.id] then
            said[#said + 1] = ("\"%s\" (%s) is new"):format(text.cut(new.title, 40),
                text.count(new.entries, "entry", "entries"))
        end
    end
    return said
end

--- What changed since a plan was made, in sentences; nothing when it is still that plan.
---@param old table  from M.read
---@param new table  from M.bind
---@return string[]
function M.changes(old, new)
    local said = {}
    if old.channel ~= new.channel and old.channel == "" then
        return { "it was made from an export, before it was known whose library it is" }
    elseif old.channel ~= new.channel then
        return { ("it is for the channel %s, not for %s"):format(old.channel, new.channel) }
    end
    if old.policy ~= new.policy then
        said[#said + 1] = is_text(old.policy_text) and "the policy was edited"
            or "the policy was edited (how it was is not in the file: an older ytsync wrote it)"
    end
    local library = library_changes(old.playlists, new.playlists)
    for position = 1, math.min(#library, NAMED_MAX) do
        said[#said + 1] = library[position]
    end
    if #library > NAMED_MAX then
        said[#said + 1] = ("%d more playlists changed"):format(#library - NAMED_MAX)
    end
    if #said == 0 and old.operations ~= new.operations then
        said[1] = ("what is known of the videos changed (some became private, say): %s now, "
            .. "%s then"):format(text.count(new.operation_count, "operation"),
            text.number(old.operation_count))
    end
    return said
end

return M
