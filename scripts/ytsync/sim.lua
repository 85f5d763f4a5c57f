--- A simulated YouTube in this process, for testing programs that use ytsync: no socket, no real
--- account, a clock that moves when somebody waits.
--
--     local sim = require "ytsync.sim"
--     local world = sim.new { videos = 200, playlists = 20, seed = 7 }
--     local session <close> = assert(world:open { db = path })
--     assert(session:fetch())
--     ...                                     -- what your program does with a session
--     assert(world:report().lost == 0)
--
-- It answers as the real API does, quota included (src/sim/README.md). A world lives as long as its
-- sessions; there is nothing to close.
local core = require("ytsync.core")
local json = require("ytsync.json")
local ytsync = require("ytsync")

local M = {}

---@class ytsync.World
---@field core table
local World = { __name = "ytsync.World" }
World.__index = World

--- A new world: an account without playlists, or with a generated library.
---@param options {seed: integer|nil, videos: integer|nil, playlists: integer|nil,
---  daily_units: integer|nil}|nil  videos: a library of so many; daily_units: the day's quota
---@return ytsync.World|nil
---@return string|nil message
---@return string|nil name
function M.new(options)
    local handle, message, name = core.sim(options or {})
    if not handle then
        return nil, message, name
    end
    return setmetatable({ core = handle }, World)
end

--- Opens a session whose YouTube and whose clock are this world's.
---@param options {db: string, backup_dir: string|nil, token: string|(fun(): string)|nil}  as
---  ytsync.open; the token is the account's unless given
---@return ytsync.Session|nil
---@return string|nil message
---@return string|nil name
function World:open(options)
    local given = { world = self.core, token = "sim-token", api_url = "http://127.0.0.1:1" }
    for key, value in pairs(options) do -- unordered: copied one by one
        given[key] = value
    end
    return ytsync.open(given)
end

--- Adds a video to the world, or replaces it.
---@param video {id: string, title: string, channel: string|nil, description: string|nil,
---  tags: string[]|nil, duration_s: integer|nil, published_at: integer|nil}
---@return true|nil
---@return string|nil message
---@return string|nil name
function World:add_video(video)
    local given = {}
    for key, value in pairs(video) do -- unordered: copied one by one
        given[key] = value
    end
    given.tags = nil
    given.tags_json = video.tags and json.encode(json.array(video.tags)) or nil
    return self.core:add_video(given)
end

--- Adds a playlist to the account, as its user would.
---@param playlist {title: string, description: string|nil, privacy: string|nil,
---  videos: string[]|nil}  ids
---@return string|nil id
---@return string|nil message
---@return string|nil name
function World:add_playlist(playlist)
    return self.core:add_playlist(playlist)
end

--- The playlists as they really are: {id, title, privacy, videos}.
---@return table[]
function World:playlists()
    return self.core:playlists()
end

--- What was lost or doubled since the playlists were added: {lost, doubled, playlists, videos}.
---@return {lost: integer, doubled: integer, playlists: integer, videos: integer}
function World:report()
    return self.core:report()
end

--- The world's time in milliseconds.
---@return integer
function World:now()
    return self.core:now()
end

--- Lets time pass.
---@param duration_ms integer
---@return true
function World:advance(duration_ms)
    return self.core:advance(duration_ms)
end

--- Makes a request fail: "playlistItems.insert#3=effect+close", "write%20=503" (src/sim/faults.h).
---@param spec string
---@return true|nil
---@return string|nil message
---@return string|nil name
function World:fault(spec)
    return self.core:fault(spec)
end

--- Somebody else spends from the same project.
---@param units integer
---@return true|nil
---@return string|nil message
---@return string|nil name
function World:spend(units)
    return self.core:spend(units)
end

return M
