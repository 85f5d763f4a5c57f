-- ytsync.core, the binding in C, as far as it goes without a network: arguments, results, life of
-- handles. What needs YouTube is in tests/unit/test_lua_sync.c, over the simulator.
local core = require "ytsync.core"

local folder = os.getenv("TMPDIR") or "/tmp"
local run = tostring({}):match("0x(%x+)")
local databases = 0

local SESSION_METHODS = {
    "add_video", "backup_create", "backup_diff", "backup_export", "backup_find", "backup_prune",
    "backup_verify", "backups", "cancel", "categories", "channel", "close", "config_get",
    "config_set", "confirm", "create_playlist", "delete_playlist", "errors", "fetch",
    "forget_import", "health", "import_takeout", "interrupt", "items", "job", "log", "log_lines",
    "match_import", "now", "operations", "pause", "plan", "playlists", "policy_keep", "probe",
    "probe_leftovers", "probe_remove", "proof_summary", "proofs", "quota", "restore_plan", "resume",
    "retry_failed", "set_token", "sleep", "start", "status", "undo_plan", "use_signin", "videos",
    "whoami",
}

-- A path that no test used yet.
local function fresh()
    databases = databases + 1
    return ("%s/core-%s-%d.db"):format(folder, run, databases)
end

local function open(fields)
    local options = { db = fresh(), project = "spec" }
    for key, value in pairs(fields or {}) do
        options[key] = value
    end
    return assert(core.open(options))
end

local function write(path, text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    return path
end

-- Nothing of an earlier test may be open when the next one begins.
local function no_handles_left()
    collectgarbage()
    collectgarbage()
    assert.are.equal(0, core.handles())
end

local function refused(name, words, ...)
    local value, message, status = ...
    assert.is_nil(value)
    assert.are.equal(name, status)
    assert.is_truthy(message:find(words, 1, true), message)
end

local function raises(words, call, ...)
    local ok, message = pcall(call, ...)
    assert.is_false(ok)
    assert.is_truthy(tostring(message):find(words, 1, true), message)
end

local function keys(map)
    local list = {}
    for key in pairs(map) do
        list[#list + 1] = key
    end
    table.sort(list)
    return list
end

-- The arguments that a method needs to get past its argument check.
local ARGUMENTS = {
    proofs = { 1 },
    proof_summary = { 1 },
    backup_create = { "by hand" },
    backup_find = { "1" },
    backup_verify = { "1" },
    backup_diff = { "1", "2" },
    backup_prune = { 1 },
    backup_export = { "1", "tables" },
    policy_keep = { "hash", "text" },
    restore_plan = { "last" },
    undo_plan = { 1 },
    set_token = { "t" }, sleep = { 1 }, config_get = { "quota.daily" },
    config_set = { "quota.daily", 5000 }, items = { "PLx" }, operations = { 1 }, errors = { 1 },
    create_playlist = { { title = "T" } }, add_video = { "PLx", "video-00001" },
    delete_playlist = { "PLx" }, plan = { {} }, forget_import = { "PLx" },
    probe_remove = { "PLx" },
    import_takeout = { { paths = { "/nowhere" } } }, use_signin = { "x" },
}

describe("ytsync.core", function()
    after_each(no_handles_left)

    it("has the functions that are written down, and no more", function()
        assert.are.same({ "charge", "client_keep", "columns", "config_keys", "create", "csv",
            "exists", "files",
            "fold", "guarded", "handles", "isatty", "login", "matcher", "mkdir_p", "notify",
            "on_interrupt", "open", "open_with", "patterns", "pcall", "sha256", "signin",
            "signin_adopt", "signin_remove", "signin_revoke", "sim", "version" }, keys(core))
        assert.is_truthy(core.version:match("^%d+%.%d+%.%d+$"))
        assert.are.same({ "quota.daily", "quota.keep", "quota.creates", "pace.per_second",
            "pace.reads", "pace.writes", "pace.settle_s" }, core.config_keys)
    end)

    it("signs in by handles that close, and names no secret", function()
        local client = fresh()
        local file = assert(io.open(client, "w"))
        file:write('{"installed":{"client_id":"planted-id","client_secret":"planted-secret"}}')
        file:close()
        local login = assert(core.login { client = client, write = true })
        assert.are.equal(1, core.handles())
        assert.is_truthy(login:url():find("https://accounts.google.com/o/oauth2/v2/auth?", 1, true))
        assert.is_falsy(login:url():find("planted-secret", 1, true))
        assert.is_false(login:wait(-5))
        refused("invalid_argument", "This is no answer of Google's sign-in.", login:paste("x"))
        refused("wrong_state", "The browser did not come back yet.", login:finish(fresh()))
        raises("number expected", login.wait, login)
        assert.is_true(login:close())
        assert.is_true(login:close())
        for _, method in ipairs({ "url", "wait", "paste", "finish" }) do
            refused("closed", "the login is closed", login[method](login, method == "wait" and 1
                or "x"))
        end
        local kept = fresh()
        assert.is_true(core.client_keep(client, kept))
        refused("not_found", "There is no file", core.client_keep(fresh(), kept))
        refused("auth_error", "holds no sign-in", core.signin(kept))
        refused("not_found", "You are not signed in", core.signin(fresh()))
        refused("not_found", "You are not signed in", core.signin_revoke(fresh()))
        refused("not_found", "You are not signed in", core.signin_adopt(fresh(), kept, "UC", "T"))
        assert.is_true(core.signin_remove(kept))
        assert.is_false(core.exists(kept))
        raises("'client' is missing", core.login, {})
        refused("invalid_argument", "unknown key 'cliet'", core.login { cliet = "x" })
        assert.is_false(core.open_with("/no/such/program", "x"))
        assert.are.same({}, core.files("/no/such/folder"))
        assert.is_true(#core.files("tests/lua") > 10)
        do
            local abandoned <close> = assert(core.login { client = client })
            assert.is_truthy(tostring(abandoned):find("ytsync.login", 1, true))
        end
        assert(core.login { client = client })
        collectgarbage()
    end)

    it("is written down: each function and method stands in src/lua/README.md", function()
        local file = assert(io.open("src/lua/README.md"))
        local text = file:read("a")
        file:close()
        local names = keys(core)
        table.move(SESSION_METHODS, 1, #SESSION_METHODS, #names + 1, names)
        for _, name in ipairs(names) do
            assert.is_truthy(text:find("`" .. name .. "%f[^%w_]"), name)
        end
    end)

    it("hashes text", function()
        assert.are.equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            core.sha256(""))
        assert.are.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            core.sha256("abc"))
        assert.are_not.equal(core.sha256("a"), core.sha256("a\0b"))
        raises("string expected, got no value", core.sha256)
        raises("string expected, got number", core.sha256, 5)
    end)

    it("asks about terminals, files and folders", function()
        assert.is_false(core.isatty(0))
        assert.is_false(core.isatty(-1))
        assert.is_nil(core.columns(0))
        assert.is_nil(core.columns(-1))
        assert.is_false(core.isatty(1 << 40))
        raises("number expected", core.isatty, "x")
        local path = fresh()
        assert.is_false(core.exists(path))
        assert.is_true(core.mkdir_p(path .. "/a/b"))
        assert.is_true(core.mkdir_p(path .. "/a/b"))
        assert.is_true(core.exists(path .. "/a/b"))
        write(path .. "/file", "x")
        refused("io_error", "a file has that name", core.mkdir_p(path .. "/file/below"))
        raises("NUL byte", core.exists, "a\0b")
    end)
end)

describe("files and tables", function()
    after_each(no_handles_left)

    local function content(path)
        local file <close> = assert(io.open(path, "rb"))
        return file:read("a")
    end

    it("are there whole or not at all", function()
        local path = fresh()
        local file = assert(core.create(path))
        assert.are.equal(1, core.handles())
        assert.is_true(file:write(("x"):rep(100000)))
        assert.is_false(core.exists(path))
        assert.is_true(core.exists(path .. ".tmp"))
        assert.is_true(file:write("end\0\n"))
        assert.is_true(file:seal())
        assert.are.equal(("x"):rep(100000) .. "end\0\n", content(path))
        assert.is_false(core.exists(path .. ".tmp"))
        refused("closed", "the file is closed", file:write("more"))
        refused("closed", "the file is closed", file:seal())
        assert.is_true(file:close())
        do
            local given_up <close> = assert(core.create(path))
            assert(given_up:write("half"))
        end
        assert(core.create(path))
        collectgarbage()
        assert.are.equal(100005, #content(path))
        assert.is_false(core.exists(path .. ".tmp"))
    end)

    it("cannot be written where there is no plain file to be", function()
        refused("io_error", "The file /no/such/folder/x.csv cannot be written: No such file",
            core.create("/no/such/folder/x.csv"))
        refused("io_error", "cannot be written: Is a directory", core.create(folder))
        refused("io_error", "cannot be written: Is a directory", core.create(folder .. "/"))
        os.execute(("mkfifo '%s/pipe' && ln -s pipe '%s/to pipe'"):format(folder, folder))
        refused("io_error", "to pipe cannot be written: it is no plain file.",
            core.create(folder .. "/to pipe"))
        refused("io_error", "The file /dev/null cannot be written: it is no plain file.",
            core.create("/dev/null"))
        refused("io_error", "cannot be written: File name too long",
            core.create(folder .. "/" .. ("x"):rep(300)))
        refused("io_error", "The file x/x/", core.create(("x/"):rep(5000) .. "x"))
        raises("NUL byte", core.create, "a\0b")
    end)

    it("leave a link a link", function()
        local path = write(fresh(), "old")
        os.execute(("ln -s '%s' '%s.link'"):format(path, path))
        local file = assert(core.create(path .. ".link"))
        assert(file:write("new"))
        assert(file:seal())
        assert.are.equal("new", content(path))
        assert.is_true(os.execute(("test -L '%s.link'"):format(path)))
    end)

    it("have lines that a spreadsheet computes nothing of", function()
        assert.are.equal("", core.csv {})
        assert.are.equal('"a","say ""b""",7\r\n"\'=1+1","",-1\r\n',
            core.csv { { "a", 'say "b"', 7 }, { "=1+1", "", -1 } })
        raises("table expected", core.csv)
        raises("table expected", core.csv, { "a" })
        raises("string expected", core.csv, { { true } })
        raises("no integer representation", core.csv, { { 1.5 } })
        refused("reply_too_large", "the table", core.csv { { ("x"):rep(65 << 20) } })
    end)
end)

describe("open", function()
    after_each(no_handles_left)

    it("refuses keys that it does not know, by name", function()
        refused("invalid_argument", "unknown key 'databse'", core.open { databse = "x" })
        refused("invalid_argument", "it takes: db, backup_dir", core.open { db = "x", [1] = 2 })
        refused("invalid_argument", "unknown key 'table'", core.open { db = "x", [{}] = 2 })
    end)

    it("raises for wrong types, and names the key", function()
        raises("table expected", core.open)
        raises("table expected", core.open, "file.db")
        raises("'db' is missing, it must be a string", core.open, {})
        raises("'db' is a number, it must be a string", core.open, { db = 5 })
        raises("'token' is a boolean", core.open, { db = "x", token = true })
        raises("'must_exist' is a string, it must be true or false", core.open,
            { db = "x", must_exist = "yes" })
        raises("'db' holds a NUL byte", core.open, { db = "x\0y" })
        raises("plain table expected", core.open, setmetatable({}, { __index = { db = "x" } }))
    end)

    it("names what is wrong with a database or an address", function()
        local path = fresh()
        refused("not_found", path, core.open { db = path, must_exist = true })
        assert.is_false(core.exists(path))
        local _, message = core.open { db = folder .. "/no/such/folder/x.db" }
        assert.is_truthy(message:find("/no/such/folder", 1, true), message)
        refused("database_foreign", path,
            core.open { db = write(path, ("This is no database. "):rep(100)) })
        refused("invalid_argument", "example.test",
            core.open { db = fresh(), api_url = "http://example.test" })
    end)

    it("keeps what was stored", function()
        local path = fresh()
        local session = assert(core.open { db = path })
        assert.are.equal(7000, session:config_set("quota.daily", 7000))
        assert.is_true(session:close())
        session = assert(core.open { db = path, must_exist = true })
        assert.are.equal(7000, session:config_get("quota.daily"))
        session:close()
    end)
end)

describe("a session", function()
    local session

    before_each(function() session = open() end)
    after_each(function()
        session:close()
        session = nil
        no_handles_left()
    end)

    it("has the methods that are written down, and no more", function()
        local index = debug.getmetatable(session).__index
        assert.are.same(SESSION_METHODS, keys(index))
        assert.are.equal("ytsync.session", getmetatable(session))
        assert.is_truthy(tostring(session):match("^ytsync%.session: "))
    end)

    it("closes once and for all", function()
        assert.are.equal(1, core.handles())
        assert.is_true(session:close())
        assert.are.equal(0, core.handles())
        assert.is_true(session:close())
        for _, name in ipairs(SESSION_METHODS) do
            if name ~= "close" and name ~= "start" then
                refused("closed", "the session is closed",
                    session[name](session, table.unpack(ARGUMENTS[name] or {})))
            end
        end
        refused("closed", "the session is closed", core.on_interrupt(session))
    end)

    it("raises when a method is called on something else", function()
        for _, name in ipairs(SESSION_METHODS) do
            raises("ytsync.session expected", session[name], io.stdout,
                table.unpack(ARGUMENTS[name] or {}))
        end
        raises("ytsync.session expected", debug.getmetatable(session).__gc, {})
        raises("ytsync.plan expected", session.start, session, session)
    end)

    it("is closed by a block and by the collector", function()
        do
            local inner <close> = open()
            assert.are.equal(2, core.handles())
            assert.is_number(inner:now())
        end
        assert.are.equal(1, core.handles())
        open()
        collectgarbage()
        collectgarbage()
        assert.are.equal(1, core.handles())
    end)

    it("keeps settings within their limits", function()
        assert.are.equal(10000, session:config_get("quota.daily"))
        assert.are.equal(60, session:config_set("pace.settle_s", 60))
        assert.are.equal("integer", math.type(session:config_get("quota.keep")))
        for _, key in ipairs(core.config_keys) do
            assert.are.equal("integer", math.type(session:config_get(key)))
        end
        refused("invalid_argument", "quota.dayly", session:config_get("quota.dayly"))
        refused("invalid_argument", "quota.daily", session:config_set("quota.daily", -1))
        raises("number expected", session.config_set, session, "quota.daily", "many")
        raises("no integer representation", session.config_set, session, "quota.daily", 1.5)
        raises("string expected, got number", session.config_get, session, 5)
    end)

    it("tells the quota of the day", function()
        local quota = assert(session:quota())
        assert.are.same({ "creates_limit", "creates_used", "day", "exhausted", "keep", "limit",
            "remaining", "reserved", "resets_at", "used" }, keys(quota))
        assert.is_truthy(quota.day:match("^%d%d%d%d%-%d%d%-%d%d$"))
        assert.are.equal(0, quota.used)
        assert.are.equal(quota.limit - quota.keep, quota.remaining)
        assert.is_false(quota.exhausted)
        assert.is_true(quota.resets_at > session:now())
        assert.are.equal("integer", math.type(quota.resets_at))
    end)

    it("has a clock, and wakes when it is interrupted", function()
        local now = session:now()
        assert.are.equal("integer", math.type(now))
        assert.is_true(math.abs(now // 1000 - os.time()) <= 5)
        assert.is_true(session:sleep(0))
        assert.is_true(session:interrupt())
        refused("interrupted", "", session:sleep(3600000))
        raises("number expected", session.sleep, session)
    end)

    it("is interrupted by signals", function()
        assert.is_true(core.on_interrupt(session))
        assert.is_true(core.on_interrupt(session))
        local other <close> = open()
        refused("wrong_state", "another session", core.on_interrupt(other))
        io.popen("kill -INT $PPID"):close()
        refused("interrupted", "", session:sleep(3600000))
        assert.is_true(core.on_interrupt(session))
        io.popen("kill -TERM $PPID"):close()
        refused("interrupted", "", session:sleep(3600000))
        session:close()
        assert.is_true(core.on_interrupt(other))
    end)

    it("tells apart an empty library and one that was never fetched", function()
        for _, name in ipairs { "playlists", "videos", "categories" } do
            refused("not_found", "Nothing was fetched yet", session[name](session))
        end
        refused("not_found", "Nothing was fetched yet", session:plan {})
        assert.are.equal(1, core.handles())
        assert.are.same({}, session:log())
        assert.are.same({}, session:log { limit = 5, job = 1 })
        assert.are.same({ id = "", title = "", fetched_at = 0 }, session:channel())
        refused("invalid_argument", "unknown key 'delted'", session:playlists { delted = true })
        refused("invalid_argument", "unknown key 'jobs'", session:log { jobs = 1 })
        raises("'limit' is a string, it must be a whole number", session.log, session,
            { limit = "5" })
        raises("'limit' is a number, it must be a whole number", session.log, session,
            { limit = 5.5 })
        raises("'deleted' is a number", session.playlists, session, { deleted = 1 })
    end)

    it("says that it needs a token", function()
        local called = false
        refused("no_token", "", session:fetch { progress = function() called = true end })
        assert.is_false(called)
        refused("invalid_argument", "unknown key 'ful'", session:fetch { ful = true })
        raises("'progress' is a table, it must be a function", session.fetch, session,
            { progress = {} })
        refused("no_token", "", session:create_playlist { title = "T" })
    end)

    it("checks the arguments of single writes", function()
        raises("'title' is missing", session.create_playlist, session, {})
        raises("'description' is a table", session.create_playlist, session,
            { title = "T", description = {} })
        refused("invalid_argument", "it can be private, unlisted or public",
            session:create_playlist { title = "T", privacy = "secret" })
        refused("invalid_argument", "unknown key 'privacey'",
            session:create_playlist { title = "T", privacey = "private" })
        raises("string expected", session.add_video, session, "PLx")
        raises("string expected, got number", session.delete_playlist, session, 5)
    end)

    it("tells that there is no job", function()
        local status = assert(session:status())
        assert.are.equal(0, status.id)
        assert.are.equal("", status.paused_from)
        assert.are.same({ total = 0, done = 0, failed = 0, skipped = 0, units = 0 },
            status.add_videos)
        refused("not_found", "", session:job())
        refused("not_found", "", session:job(17))
        for _, name in ipairs { "pause", "resume", "cancel", "confirm", "retry_failed" } do
            refused("not_found", "", session[name](session))
            raises("number expected", session[name], session, "now")
        end
        assert.are.equal(1, core.handles())
    end)
end)

describe("a plan", function()
    local session

    before_each(function() session = open() end)
    after_each(function()
        session:close()
        session = nil
        no_handles_left()
    end)

    it("refuses keys and words that it does not know, by name", function()
        refused("invalid_argument", "unknown key 'categorys' in the plan",
            session:plan { categorys = {} })
        refused("invalid_argument", "unknown key 'privacey' in a category",
            session:plan { categories = { { key = "A", privacey = "private" } } })
        refused("invalid_argument", "keep, reuse or delete", session:plan { old = "destroy" })
        refused("invalid_argument", "category \"A\"",
            session:plan { categories = { { key = "A", privacy = "secret" } } })
    end)

    it("raises for wrong types, and says where", function()
        raises("table expected", session.plan, session)
        raises("'old' is a boolean", session.plan, session, { old = true })
        raises("'categories' is a string, it must be a list", session.plan, session,
            { categories = "A" })
        raises("categories: element 1 is a string, it must be a table", session.plan, session,
            { categories = { "A" } })
        raises("'key' is missing", session.plan, session, { categories = { {} } })
        raises("videos: element 1 is a string, it must be a table", session.plan, session,
            { categories = { { key = "A", videos = { "video-0001A" } } } })
        raises("videos: element 1 is a number, it must be a string", session.plan, session,
            { categories = { { key = "A", videos = { { 5 } } } } })
        raises("drops: element 2 is a boolean, it must be a string", session.plan, session,
            { drops = { { "video-0001A", true } } })
        raises("only: element 1 is a number, it must be a string", session.plan, session,
            { only = { 5 } })
        raises("'max_units' is a string, it must be a whole number", session.plan, session,
            { max_units = "5" })
    end)

    it("checks orders, inboxes and limits", function()
        raises("'ordered' is a number, it must be true or false", session.plan, session,
            { categories = { { key = "A", ordered = 1 } } })
        raises("'limits' is a number, it must be a table", session.plan, session, { limits = 5 })
        raises("'units' is a string, it must be a whole number", session.plan, session,
            { limits = { units = "many" } })
        refused("invalid_argument", "unknown key 'unit'", session:plan { limits = { unit = 1 } })
        refused("invalid_argument", "a number from 0 on, or -1 for no limit",
            session:plan { limits = { deletes = -2 } })
        refused("invalid_argument", "is no playlist id", session:plan { inboxes = { "a b" } })
    end)

    it("takes no set for a list, since that would protect nothing", function()
        raises("'protect' must be a list, but has the key PLx", session.plan, session,
            { protect = { PLx = true } })
        raises("'protect' must be a list, but has the key 0", session.plan, session,
            { protect = { [0] = "PLx" } })
        raises("has a hole", session.plan, session, { sources = { nil, "PLx" } })
    end)
end)

describe("a collector that never rests", function()
    after_each(function()
        debug.sethook()
        collectgarbage("incremental", 200, 100)
        no_handles_left()
    end)

    -- Opens, asks, plans, closes; some handles are left to the collector.
    local function use()
        for round = 1, 5 do
            local session = open()
            assert.are.equal(4000 + round, session:config_set("quota.daily", 4000 + round))
            assert.are.equal(4000 + round, session:quota().limit)
            refused("not_found", "Nothing was fetched", session:plan { old = "reuse",
                policy_hash = "x", sources = {}, categories = { { key = "A" } } })
            assert.are.same({}, session:log())
            assert.are.equal(0, session:status().id)
            refused("not_found", "", session:job())
            raises("must be a list", session.plan, session, { protect = { a = 1 } })
            if round % 2 == 0 then session:close() end
        end
    end

    it("finds everything anchored: generational", function()
        collectgarbage("generational")
        use()
    end)

    it("finds everything anchored: a step at every call", function()
        collectgarbage("stop")
        debug.sethook(function() collectgarbage("step") end, "c")
        use()
        collectgarbage("restart")
    end)

    it("finds everything anchored: a full cycle at every fifth call", function()
        local calls = 0
        debug.sethook(function()
            calls = calls + 1
            if calls % 5 == 0 then collectgarbage() end
        end, "c")
        use()
    end)
end)
