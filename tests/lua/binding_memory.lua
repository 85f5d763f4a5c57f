-- The path that the allocation sweep takes: open, look, plan, close. Each allocation in it fails
-- once. Returns function(db) -> true | nil, status name: raised errors are the caller's to judge.
local core = require "ytsync.core"

local SPEC = {
    old = "reuse", policy_hash = "abc", protect = { "PLx0000000000" }, drops = {},
    categories = {
        { key = "Swing", title = "All Jazz", privacy = "private",
            videos = { { "video-0001A", "rule one" }, { "video-0002A", "rule one" } } },
        { key = "Bread", videos = { { "video-0004A" } } },
    },
}

return function(db)
    local session, _, name = core.open { db = db, token = "sim-token",
        api_url = "http://127.0.0.1:1" }
    if not session then return nil, name end
    local videos, items, plan, job
    videos, _, name = session:videos()
    if not videos then return nil, name end
    plan, _, name = session:plan(SPEC)
    if not plan then return nil, name end
    items, _, name = plan:items()
    if not items then return nil, name end
    assert(#videos == 6 and #items >= 2 and plan:preview().units > 0)
    job, _, name = session:job()
    assert(job == nil)
    if name ~= "not_found" then return nil, name end
    plan:close()
    return session:close()
end
