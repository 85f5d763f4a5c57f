--- `demo`: a sample library on a simulated YouTube, put in order before the user's eyes. No request
--- leaves the machine, and nothing of the user's is touched.
local exits = require("ytsync.cli.exits")

-- Where the demonstration and its server lie: in a checkout, or installed beside the command.
local PLACES = {
    { script = "/demo.lua", server = "/../build/plain/simd" },
    { script = "/../share/ytsync/demo.lua", server = "/../lib/ytsync/simd" },
}

local function quoted(word)
    return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function find(ctx)
    local folder = ctx.world.folder or "."
    local build = ctx.world.getenv("YTSYNC_BUILD")
    for _, place in ipairs(PLACES) do
        local script = folder .. place.script
        if ctx:exists(script) then
            local server = build and build ~= "" and build .. "/simd" or folder .. place.server
            return script, ctx:exists(server) and server or nil
        end
    end
    return nil
end

return {
    usage = "demo",
    summary = "watch it at work on a sample library; no account, nothing of yours",
    help = [[
Starts a simulated YouTube on this machine with a library of 4,000 videos, plans by a sample policy
and puts it in order over several quota days that pass in seconds. It takes about half a minute, no
request leaves the machine, and what it makes lies in a temporary folder that is removed.]],
    run = function(ctx)
        local script, server = find(ctx)
        if not server then
            return ctx:fail("the simulated YouTube is not here", "not_found", nil, script
                and "Build it, which needs libmicrohttpd: make deps all; or call: make demo"
                or "In a checkout of ytsync it is: make demo")
        end
        local line = ("LUA_PATH_5_4=%s LUA_CPATH_5_4=%s %s %s %s %s"):format(quoted(package.path),
            quoted(package.cpath), quoted(ctx.world.interpreter or "lua5.4"), quoted(script),
            quoted(server), quoted(ctx.world.script or "sync.lua"))
        local _, _, code = os.execute(line)
        return code == 0 and exits.OK or exits.FAILED
    end,
}
