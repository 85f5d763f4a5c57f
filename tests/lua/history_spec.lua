-- The history and the exports of a library, through the command, over a simulated YouTube in this
-- process: what was done, by whom, and what was there before and after.
local json = require("ytsync.json")
local main = require("ytsync.cli.main")
local sim = require("ytsync.sim")
local text = require("ytsync.text")
local y = require("ytsync.policy")

local files = 0
local function path(name)
    files = files + 1
    return ("%s/history-%d-%s-%s"):format(os.getenv("TMPDIR") or "/tmp", files,
        tostring({}):match("0x(%x+)"), name)
end

local HOSTILE = "=HYPERLINK(\"http://x\",\"a\")\27[31m"
local CJK = "日本の音楽"

local function video(number)
    return ("video-%05d"):format(number)
end

local function library()
    local world = assert(sim.new({ seed = 3 }))
    for number, title in ipairs({ "Jazz one", "Jazz two", HOSTILE, CJK, "Odd, \"quoted\"",
        "Six", "Seven", "Jazz hours", "Jazz night" }) do
        assert(world:add_video({ id = video(number), title = title, channel = "Channel " .. number,
            duration_s = number * 60 }))
    end
    local ids = {
        mixed = assert(world:add_playlist({ title = "Mixed", videos = { video(5), video(6),
            video(7), video(1) } })),
        more = assert(world:add_playlist({ title = "Mixed more", privacy = "unlisted",
            videos = { video(2), video(8), video(9), video(3), video(4) } })),
        junk = assert(world:add_playlist({ title = "Mixed junk", privacy = "unlisted",
            description = "Old", videos = { video(5) } })),
    }
    return world, ids
end

local POLICY = { old = "delete", otherwise = "Rest", categories = {
    y.category("Jazz")({ when = y.title("jazz") }),
    y.category("Rest")({}),
} }

local function finish(session)
    local plan <close> = assert(session:plan({ policy = POLICY }))
    local job <close> = assert(session:start(plan))
    local ok, message, name = job:run({ wait = true })
    if name == "confirmation" then
        assert(session:confirm(job:id()))
        ok, message = job:run({ wait = true })
    end
    assert(ok, message)
end

-- The command: words in, exit code and what it said out.
local function command(db, ...)
    local out, err = {}, {}
    local code = main({ ... }, {
        command = "ytsync",
        getenv = function(name)
            return ({ YTSYNC_DB = db, HOME = "/home/none" })[name]
        end,
        out = function(words)
            out[#out + 1] = words
        end,
        err = function(words)
            err[#err + 1] = words
        end,
        read_line = function() end,
        isatty = function()
            return false
        end,
    })
    return code, table.concat(out), table.concat(err)
end

local function has(words, part)
    assert.truthy(words:find(part, 1, true), ("%q is not in:\n%s"):format(part, words))
end

local function entries(db, ...)
    local code, out, err = command(db, "log", "--json", ...)
    assert.equal(0, code, err)
    return json.decode(out)
end

local function refused(...)
    local code, _, err = command(...)
    return code, err
end

local function actions(list)
    local out = {}
    for position, entry in ipairs(list) do
        out[position] = entry.action
    end
    return table.concat(out, " ")
end

describe("log", function()
    local world, ids, db, session

    before_each(function()
        world, ids = library()
        db = path("library.db")
        session = assert(world:open({ db = db }))
        assert(session:fetch())
        finish(session)
    end)
    after_each(function()
        session:close()
    end)

    it("tells the history of a video, by id, address, title and a part of it", function()
        local list = entries(db, "--video", video(3))
        assert.truthy(#list >= 2)
        for _, entry in ipairs(list) do
            assert.equal(video(3), entry.video)
        end
        has(actions(list), "item_insert")
        for _, words in ipairs({ "https://www.youtube.com/watch?v=" .. video(3),
            "https://youtu.be/" .. video(3), HOSTILE, "hyperlink" }) do
            assert.same(list, entries(db, "--video", words))
        end
        local _, out = command(db, "log", "--video", "one")
        has(out, ("\"Jazz one\" (%s) in \"Jazz\""):format(video(1)))
        has(out, ": nothing -> place ")
        has(out, ": place 4 -> gone")
        assert.truthy(#entries(db, "--video", CJK) >= 1)
    end)

    it("refuses a title that several have, and names them", function()
        local code, out, err = command(db, "log", "--video", "jazz")
        assert.equal(64, code)
        assert.equal("", out)
        has(err, "4 videos have 'jazz' in their title")
        has(err, video(1) .. "  Jazz one")
        has(err, "ytsync log --video " .. video(1))
        assert(world:add_playlist({ title = "Jazz later" }))
        assert(world:add_playlist({ title = "More jazz later" }))
        assert(session:fetch())
        code, err = refused(db, "log", "--playlist", "jazz")
        assert.equal(0, code, err) -- the whole title is meant before a part of another
        code, err = refused(db, "log", "--playlist", "later")
        assert.equal(64, code)
        has(err, "2 playlists have 'later' in their title")
    end)

    it("tells the history of a playlist, also of one that is gone", function()
        local list = entries(db, "--playlist", ids.junk)
        has(actions(list), "playlist_delete")
        local last = list[#list]
        assert.equal("Mixed junk", last.before.title)
        assert.equal("Old", last.before.description)
        assert.equal("unlisted", last.before.privacy)
        assert.is_nil(last.after)
        local _, out = command(db, "log", "--playlist",
            "https://www.youtube.com/playlist?list=" .. ids.junk)
        has(out, "\"Mixed junk\", unlisted, 1 video -> gone")
    end)

    it("combines what it is asked", function()
        local all = entries(db, "--limit", "1000")
        assert.truthy(#all > 8)
        assert.same({}, entries(db, "--video", video(2), "--playlist", "PLnone"))
        assert.same({}, entries(db, "--video", video(1), "--job", "9"))
        assert.same(entries(db, "--video", video(1)),
            entries(db, "--video", video(1), "--job", "1", "--since", "2020"))
        assert.same({}, entries(db, "--since", "2999-01"))
        assert.equal(1, #entries(db, "--since", "2020", "--limit", "1"))
        local _, out = command(db, "log", "--since", "2999-01")
        has(out, "Nothing is on record for that.")
    end)

    it("names what is wrong with a call", function()
        local code, err = refused(db, "log", "--since", "yesterday")
        assert.equal(64, code)
        has(err, "--since needs a date (2021, 2021-03, 2021-03-15, \"2 days ago\")")
        code, err = refused(db, "log", "--video", "no such thing")
        assert.equal(1, code)
        has(err, "no video of the library has the id or the title 'no such thing'")
        code, err = refused(db, "log", "--playlist", "Mixed junc")
        assert.equal(1, code)
        has(err, "did you mean 'Mixed junk'?")
        code, err = refused(db, "log", "--video")
        assert.equal(64, code)
        has(err, "--video needs a VIDEO")
        code, err = refused(db, "status", "--since", "2021")
        assert.equal(64, code)
        has(err, "status takes no --since")
    end)

    it("says what a write found and what it left", function()
        local made, deleted, inserted = 0, 0, 0
        for _, entry in ipairs(entries(db, "--limit", "1000")) do
            if entry.action == "playlist_create" then
                made = made + 1
                assert.is_nil(entry.before)
                assert.equal("private", entry.after.privacy)
            elseif entry.action == "playlist_update" then
                made = made + 1
                assert.not_equal(entry.before.title, entry.after.title)
            elseif entry.action == "playlist_delete" then
                deleted = deleted + 1
                assert.truthy(entry.before.title)
                assert.is_nil(entry.after)
            elseif entry.action == "item_insert" then
                inserted = inserted + 1
                assert.is_nil(entry.before)
                assert.truthy(entry.after.position >= 0)
            elseif entry.action == "item_delete" then
                assert.truthy(entry.before.position >= 0)
                assert.is_nil(entry.after)
            end
        end
        assert.equal(2, made)
        assert.equal(3, inserted)
        assert.equal(1, deleted)
    end)

    it("lets no title steer the terminal", function()
        local _, out = command(db, "log", "--limit", "1000", "-v")
        has(out, text.cut(HOSTILE, 60))
        assert.is_nil(out:find("[\27\r]"))
    end)

    it("records single writes with their video and playlist", function()
        local id = assert(session:create_playlist({ title = "By hand" }))
        world:advance(10000)
        assert(session:add_video(id, video(4)))
        local list = entries(db, "--playlist", "By hand")
        assert.equal("playlist_create item_insert", actions(list))
        assert.equal(video(4), list[2].video)
        assert.equal("user", list[2].actor)
    end)
end)

describe("what others change", function()
    local world, ids, db, session, other

    before_each(function()
        world, ids = library()
        db = path("library.db")
        session = assert(world:open({ db = db }))
        assert(session:fetch())
        other = assert(world:open({ db = path("other.db") })) -- another program of the user's
        assert(other:fetch())
    end)
    after_each(function()
        other:close()
        session:close()
    end)

    local function status(...)
        local code, out, err = command(db, "status", ...)
        assert.equal(0, code, err)
        return out
    end

    it("is nothing after the first reading, and after ytsync's own work", function()
        assert.same({}, json.decode(status("--json")).changed_elsewhere)
        finish(session)
        assert(session:fetch())
        world:advance(120000)
        assert(session:fetch({ full = true }))
        assert.same({}, json.decode(status("--json")).changed_elsewhere)
        assert.same({}, entries(db, "--elsewhere"))
        local made = assert(session:create_playlist({ title = "By hand" }))
        world:advance(10000)
        assert(session:add_video(made, video(2)))
        world:advance(120000)
        assert(session:fetch({ full = true }))
        assert.same({}, entries(db, "--elsewhere"))
    end)

    it("is shown by playlist, and entry by entry in the log", function()
        finish(session)
        world:advance(120000)
        local made = assert(other:create_playlist({ title = "=1+1 " .. CJK }))
        world:advance(10000)
        assert(other:add_video(made, video(6)))
        assert(other:add_video(ids.mixed, video(2)))
        assert(other:delete_playlist(ids.more))
        world:advance(120000)
        assert(session:fetch())
        local out = status()
        has(out, "Changed on YouTube since job 1 ended, not by ytsync (as read ")
        has(out, "  \"=1+1 " .. CJK .. "\": is new")
        has(out, "  \"Rest\": 1 video added")
        has(out, "  \"Jazz\": is gone (")
        has(out, "ytsync log --elsewhere")
        local list = entries(db, "--elsewhere", "--video", video(2))
        assert.equal("video_new", actions(list))
        assert.equal(ids.mixed, list[1].playlist)
        assert.truthy(list[1].after.position >= 0)
        local groups = json.decode(status("--json")).changed_elsewhere
        assert.equal(3, #groups)
        assert.equal(0, (command(db, "status", "--job", "1")))
        assert.is_nil(status("--job", "1"):find("Changed on YouTube", 1, true))
    end)

    it("is no longer news after the next run", function()
        assert(other:add_video(ids.junk, video(2)))
        world:advance(120000)
        assert(session:fetch())
        has(status(), "Changed on YouTube since the library was first read, not by ytsync")
        world:advance(120000)
        finish(session)
        assert.same({}, json.decode(status("--json")).changed_elsewhere)
        assert.equal(1, #entries(db, "--elsewhere"))
    end)

    it("stands below the unfinished job, with the one before it", function()
        finish(session)
        world:advance(120000)
        assert(other:add_video(ids.mixed, video(2)))
        assert(session:fetch())
        local plan <close> = assert(session:plan({ policy = POLICY }))
        local job <close> = assert(session:start(plan))
        assert.equal(2, job:id())
        has(status(), "Before it, job 1: Sync complete ")
        assert.equal(1, json.decode(status("--json")).last_ended.job)
    end)
end)
