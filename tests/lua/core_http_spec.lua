-- ytsync.core over real HTTP, with simd on the loopback: the whole sync of binding_sync.lua, the
-- single writes, and a server that goes away.
local core = require "ytsync.core"

local folder = os.getenv("TMPDIR") or "/tmp"
local simd = (os.getenv("YTSYNC_BUILD") or "build/plain") .. "/simd"

-- The library of tests/support/lua_world.c as JSON lines: id, title, channel, tags; title, items.
local VIDEOS = {
    { "video-0001A", "So What", "Miles Davis - Topic", '"jazz","café"' },
    { "video-0002A", 'Blue in \\"Green\\"', "Miles Davis - Topic", '"jazz"' },
    { "video-0003A", "Waltz for Debby 🎹", "Bill Evans", "" },
    { "video-0004A", "Bread at home", "Baker", [["bread\\flour"]] },
    { "video-0005A", "Soup in a hurry", "Baker", "" },
    { "video-0006A", "Was here once", "Baker", "", "deleted" },
}
local PLAYLISTS = {
    { "Jazz", '"video-0001A","video-0002A"' },
    { "Jazz 2", '"video-0002A","video-0003A"' },
    { "Küche “neu”", '"video-0004A","video-0005A","video-0006A"' },
}
local VIDEO = '{"id":"%s","title":"%s","channel":"%s","tags":[%s],"duration_s":%d,'
    .. '"availability":"%s"}\n'
local PLAYLIST = '{"playlist":"%s","privacy":"unlisted","items":[%s]}\n'

local function write_library(path)
    local file = assert(io.open(path, "w"))
    for number, video in ipairs(VIDEOS) do
        local id, title, channel, tags, availability = table.unpack(video)
        file:write(VIDEO:format(id, title, channel, tags, 59 + number, availability or "live"))
    end
    for _, playlist in ipairs(PLAYLISTS) do
        file:write(PLAYLIST:format(playlist[1], playlist[2]))
    end
    file:close()
end

-- Another one in every run, so that no run finds the files of an earlier one.
local run = tostring({}):match("0x(%x+)")
local servers = 0

-- Starts simd; returns a table with the options of open for it, and stop().
local function start()
    servers = servers + 1
    local base = ("%s/http-%s-%d"):format(folder, run, servers)
    write_library(base .. ".jsonl")
    local pipe = assert(io.popen(("echo $$; exec '%s' --library '%s.jsonl' --clock '%s.clock' 2>&1")
        :format(simd, base, base), "r"))
    local pid = assert(math.tointeger(tonumber(pipe:read("l"))))
    local line = pipe:read("l") or ""
    local url = line:match("^listening on (http://127%.0%.0%.1:%d+)$")
    if not url then error("simd did not start: " .. line) end
    return {
        db = base .. ".db",
        options = { api_url = url, clock = base .. ".clock" },
        stop = function()
            if not pid then return end
            os.execute("kill " .. pid)
            pid = nil
            pipe:close()
        end,
    }
end

-- The sanitizer and valgrind builds have no simd.
local check = core.exists(simd) and it or pending

describe("over HTTP", function()
    local server

    before_each(function()
        server = start()
    end)
    after_each(function()
        if server then server.stop() end
        server = nil
        collectgarbage()
        collectgarbage()
        assert.are.equal(0, core.handles())
    end)

    local function open(token)
        return assert(core.open { db = server.db, token = token or "sim-token",
            api_url = server.options.api_url, clock = server.options.clock })
    end

    check("a whole sync runs", function()
        assert.is_true(dofile("tests/lua/binding_sync.lua")(server.db, server.options))
    end)

    check("single writes take effect, and a playlist of nobody is left alone", function()
        local session <close> = open()
        assert(session:fetch())
        local id = assert(session:create_playlist { title = "Neu", description = "x" })
        assert(session:sleep(5000))
        local item = assert(session:add_video(id, "video-0001A"))
        assert.is_true(#id > 2 and #item > 2)
        assert.are.equal(4, assert(session:fetch { full = true }).playlists)
        local made
        for _, playlist in ipairs(session:playlists()) do
            if playlist.id == id then made = playlist end
        end
        assert.are.equal("private", made.privacy)
        assert.are.equal("Neu", made.title)
        assert.are.equal(item, session:items(id)[1].id)
        assert.is_true(session:delete_playlist(id))
        local none, _, name = session:delete_playlist("PLsomebodyelses0000")
        assert.is_nil(none)
        assert.are.equal("not_found", name)
        assert.is_true(session:quota().used >= 150)
    end)

    check("a wrong token is refused, and a new one is taken", function()
        local session <close> = open("some-other-token")
        local none, message, name = session:fetch()
        assert.is_nil(none)
        assert.are.equal("auth_error", name)
        assert.is_nil(message:find("some-other", 1, true), "no token in a message")
        assert.is_true(session:set_token("sim-token"))
        assert.are.equal(3, assert(session:fetch()).playlists)
    end)

    check("an error in a progress function leaves the connection usable", function()
        local session <close> = open()
        for _ = 1, 3 do
            local none, message, name = session:fetch { full = true,
                progress = function() error("boom") end }
            assert.is_nil(none)
            assert.are.equal("policy_error", name)
            assert.is_truthy(message:find("boom", 1, true))
        end
        assert.are.equal(7, assert(session:fetch { full = true }).items)
    end)

    check("a server that is gone is a network error", function()
        local session <close> = open()
        assert(session:fetch())
        server.stop()
        local none, _, name = session:fetch()
        assert.is_nil(none)
        assert.are.equal("network_error", name)
        assert.are.equal(6, #session:videos())
    end)
end)
