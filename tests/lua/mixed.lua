--- A small library over the fake of the engine: three mixed playlists, and a policy for them.
local command = require("lua.command")

local M = {}

M.POLICY = [[
return y.policy {
    old = "delete",
    categories = {
        y.category "Jazz" { when = y.title "jazz" },
        y.category "Cooking" { when = y.title "pasta" },
    },
}]]

--- The library as it is at first.
function M.library()
    return command.fake.world(command.DB, {
        playlists = {
            { id = "PL1", title = "Mixed", videos = { "v1", "v2", "v3" } },
            { id = "PL2", title = "More", videos = { "v4", "v5" } },
            { id = "PL3", title = "Odd", videos = { "v6" } },
        },
        videos = {
            { id = "v1", title = "jazz one" }, { id = "v2", title = "pasta one" },
            { id = "v3", title = "jazz two" }, { id = "v4", title = "jazz three" },
            { id = "v5", title = "pasta two" }, { id = "v6", title = "something else" },
        },
    })
end

--- The playlists with their videos, "Odd=v6".
function M.titles(world)
    local out = {}
    for _, playlist in ipairs(world.playlists) do
        if not playlist.deleted_at then
            out[#out + 1] = playlist.title .. "=" .. table.concat(playlist.videos, ",")
        end
    end
    return out
end

--- What the policy makes of it.
M.DONE = { "Odd=v6", "Jazz=v1,v3,v4", "Cooking=v2,v5" }

return M
