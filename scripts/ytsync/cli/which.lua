--- What a word of the user's names: a video or a playlist, by its id, its address, its title or a
--- part of it. What is meant by several is shown, and refused.
local core = require("ytsync.core")
local suggest = require("ytsync.suggest")
local text = require("ytsync.text")

local M = {}

local CHOICES_MAX = 10

local KINDS = {
    video = {
        patterns = { "[?&]v=([%w_-]+)", "youtu%.be/([%w_-]+)", "/shorts/([%w_-]+)",
            "/live/([%w_-]+)", "^([%w_-]+)$" },
        one = "^" .. ("[%w_-]"):rep(11) .. "$", -- the form of an id
        where = "of the library",
        look = { "Look for it with: ", "find 'title \"...\"'" },
    },
    playlist = {
        patterns = { "[?&]list=([%w_-]+)", "^([%w_-]+)$" },
        one = "^PL[%w_-]+$",
        where = "known here",
        hint = true,
        look = { "Read your playlists anew with: ", "fetch" },
    },
}

-- The id that an address or a word names, if it looks like one.
local function id_in(kind, words)
    for _, pattern in ipairs(kind.patterns) do
        local id = words:match(pattern)
        if id then
            return id
        end
    end
    return nil
end

-- Those that are meant: by id or address, else by the title, else by a part of it.
local function matching(kind, all, words)
    local id = id_in(kind, words)
    for _, one in ipairs(all) do
        if one.id == id then
            return { one }
        end
    end
    local whole, found, wanted = {}, {}, core.fold(words)
    local part = wanted:sub(3, -3)
    for _, one in ipairs(all) do
        local title = core.fold(one.title or "")
        if title == wanted then
            whole[#whole + 1] = one
        elseif part ~= "" and title:find(part, 1, true) then
            found[#found + 1] = one
        end
    end
    return #whole > 0 and whole or found, id
end

-- Of the few that playlists are: comparing the titles of all videos would take seconds.
local function hint(kind, all, words)
    local titles = {}
    for position, one in ipairs(kind.hint and all or {}) do
        titles[position] = one.title
    end
    return suggest.hint(words, titles)
end

--- The one that is meant, or nil and the exit code, after the error was said.
---@param ctx ytsync.Context
---@param name string  "video" or "playlist"
---@param all {id: string, title: string}[]
---@param words string  what the user said
---@param call string  the call without these words, to be made with an id: "explain"
---@param any boolean|nil  whether an id of none of them will do
---@return {id: string, title: string}|nil
---@return integer|nil code
function M.one(ctx, name, all, words, call, any)
    local kind = KINDS[name]
    local found, id = matching(kind, all, words)
    if #found == 1 then
        return found[1]
    elseif #found == 0 and any and id and id:find(kind.one) then
        return { id = id, title = "" }
    elseif #found == 0 then
        return nil, ctx:fail(("no %s %s has the id or the title '%s'%s"):format(name, kind.where,
            words, hint(kind, all, words)), "not_found", nil,
            kind.look[1] .. ctx:command(kind.look[2]))
    end
    local lines = {}
    for position = 1, math.min(#found, CHOICES_MAX) do
        lines[position] = ("  %s  %s"):format(found[position].id, text.cut(found[position].title,
            60))
    end
    if #found > CHOICES_MAX then
        lines[#lines + 1] = ("  and %d more"):format(#found - CHOICES_MAX)
    end
    return nil, ctx:fail(("%d %ss have '%s' in their title"):format(#found, name, words), "usage",
        nil, table.concat(lines, "\n") .. "\nName one of them by its id: "
        .. ctx:command(call .. " " .. found[1].id))
end

return M
