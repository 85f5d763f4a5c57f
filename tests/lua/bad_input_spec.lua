-- bad_input_spec.lua: everything that can be wrong with what the command is given, through the
-- command as a process. Whatever it is: one sentence that names the thing and the reason, what
-- mends it (commands as the user called them), the right exit code; no token is shown, no Lua
-- traceback, and nothing is lost: after it the same call with good input works.
local simulator = require("lua.simulator")
local json = require("ytsync.json")
local refused = require("lua.refusal")

local COMMAND = simulator.COMMAND
local TOKEN = refused.TOKEN
local HEAD = 'local y = require "ytsync.policy"\n'
local GOOD = HEAD .. 'return y.policy { categories = { y.category "A" { when = y.title "a" } } }\n'

describe("a bad policy", function()
    local env, file

    before_each(function()
        file = simulator.path("policy.lua")
        env = { YTSYNC_DB = simulator.path("own.db"), YTSYNC_ACCESS_TOKEN = TOKEN,
            YTSYNC_POLICY = file }
    end)

    local CATEGORY = 'return y.policy { categories = {\n y.category "Music" { %s } } }'
    local POLICY = "return y.policy { %s,\n categories = { y.category 'M' { from = 'M' } } }"
    local LONG = ("x"):rep(151)
    -- {what it is, text, line, sentence}
    for _, case in ipairs({
        { "a syntax error", HEAD .. "return y.policy {\n old = keep keep }", 3,
            "a comma is missing before keep" },
        { "an end too early", HEAD .. "return y.policy {", 2,
            "the { in line 2 is not closed; a } is missing" },
        { "an unknown key of a category", HEAD .. CATEGORY:format('privacey = "private"'), 3,
            "unknown key 'privacey' in category 'Music'; did you mean 'privacy'?" },
        { "an unknown key of the policy", HEAD .. POLICY:format('otherwize = "leave"'), 2,
            "unknown key 'otherwize' in the policy; did you mean 'otherwise'?" },
        { "an unknown rule", HEAD .. CATEGORY:format('when = y.tilte "a"'), 3,
            "there is no y.tilte; did you mean 'title'?" },
        { "a number for a word", HEAD .. POLICY:format("old = 5"), 2,
            "old is 5, but can be 'keep', 'reuse', 'delete'" },
        { "a text for a rule", HEAD .. CATEGORY:format('when = "jazz"'), 3,
            'when takes a rule or a function, not "jazz"; did you mean y.title "jazz"?' },
        { "a number for a text", HEAD .. CATEGORY:format("when = y.title(7)"), 3,
            "y.title takes a text or a list of texts, not 7" },
        { "a table for a text", HEAD .. CATEGORY:format("description = {}"), 3,
            "description must be a text, not a table" },
        { "a text for a list", HEAD .. 'return y.policy { categories = "M" }', 2,
            "categories must be a list" },
        { "a title that is too long", HEAD .. CATEGORY:format('title = "' .. LONG .. '"'), 3,
            "title has 151 characters; YouTube takes at most 150" },
        { "a name that is too long", HEAD .. 'return y.policy { categories = { y.category "' .. LONG
            .. '" {} } }', 2, "the name of a category has 151 characters" },
        { "a title with < and >", HEAD .. CATEGORY:format('title = "my <best> songs"'), 3,
            "title holds < and >, which YouTube refuses" },
        { "a title that is not UTF-8", HEAD .. CATEGORY:format('title = "caf\xe9"'), 3,
            "title is not UTF-8; save the file as UTF-8" },
        { "nothing returned", HEAD, nil, "the file returns nothing; it must end with return" },
        { "an endless loop", HEAD .. "while true do end", 2, "it ran for too long" },
        { "an error of its own", HEAD .. "local t\nreturn t.x", 3, "attempt to index a nil value" },
        { "what is out of reach", HEAD .. 'io.open("x")', 2, "unknown word 'io'" },
        { "compiled code", string.dump(function() end), nil, "this is compiled Lua code" },
    }) do
        local what, text, line, sentence = table.unpack(case, 1, 4)
        it("with " .. what, function()
            simulator.write(file, text)
            local place = file:match("[^/]+$") .. ":" .. (line and line .. ":" or "") .. " "
            for _, words in ipairs({ "check", "run --yes" }) do
                local code, out, err = simulator.command(words, env)
                refused(words, code, err, 65, place .. sentence,
                    ("Mend %s, then try it with: %s check\n"):format(file, COMMAND))
                assert.equal("", out)
            end
            simulator.write(file, GOOD)
            assert.equal(0, (simulator.command("check", env)))
        end)
    end

    it("that is not there", function()
        local code, _, err = simulator.command("plan", env)
        refused("plan", code, err, 65, "there is no policy at " .. file,
            ("Or begin with the small one: cp 'scripts/policies/starter.lua' '%s'"):format(file))
        local _, out = simulator.command("check --json --policy /nowhere/p.lua", env)
        assert.equal("no_policy", json.decode(out).error.name)
    end)

    it("that is empty, or a folder", function()
        simulator.write(file, "")
        for path, problem in pairs({ [file] = "is empty",
            ["/"] = "cannot be read (Is a directory)" }) do
            local code, _, err = simulator.command("check --policy " .. path, env)
            refused("check", code, err, 65,
                ("the policy %s %s"):format(path, problem),
                ("%s check --policy %s\n"):format(COMMAND, path))
        end
    end)
end)

describe("a bad database", function()
    local env, db, good

    before_each(function()
        db = simulator.path("own.db")
        env = { YTSYNC_DB = db, YTSYNC_ACCESS_TOKEN = TOKEN,
            YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), GOOD) }
        assert.equal(0, (simulator.command("config set pace.reads 3", env)))
        good = simulator.read(db)
    end)

    -- Each verb refuses this content and leaves it as it is; with the good one back all is well.
    local function check_content(content, ...)
        simulator.write(db, content)
        for _, words in ipairs({ "status", "config list", "run --yes", "plan --offline" }) do
            local code, out, err = simulator.command(words, env)
            refused(words, code, err, 65, db, ...)
            assert.equal("", out)
        end
        assert.equal(content, simulator.read(db))
        simulator.write(db, good)
        local code, out = simulator.command("config get pace.reads", env)
        assert.equal(0, code)
        assert.equal("3\n", out)
    end

    -- `bytes` with these at an offset from 0.
    local function with(bytes, offset, patch)
        return bytes:sub(1, offset) .. patch .. bytes:sub(offset + #patch + 1)
    end

    it("cut off", function()
        check_content(good:sub(1, 3 * 4096), "is damaged", "Put back a copy of the database",
            "Or start a new one with --db FILE: the library is read from YouTube again.")
    end)

    it("overwritten in the middle", function()
        check_content(with(good, 4096, ("\xAA"):rep(#good - 4096)), "is damaged", "--db FILE")
    end)

    it("with a damaged beginning", function()
        check_content(with(good, 0, ("x"):rep(100)),
            "was a database of ytsync and is none now", "Put back a copy of the database")
    end)

    -- These have no state file beside them that would know them.
    it("of something else", function()
        os.remove(db .. ".state")
        check_content(("this is no database. "):rep(500),
            "is not a database of ytsync, so it was left alone. Choose another file with --db.")
    end)

    -- SQLite's header: the version of the tables at 60, the application's id at 68.
    it("of another program", function()
        os.remove(db .. ".state")
        check_content(with(good, 68, "\0\0\0\1"),
            "is not a database of ytsync, so it was left alone. Choose another file with --db.")
    end)

    it("of a newer version", function()
        check_content(with(good, 60, "\0\0\3\231"),
            "The database is of version 999 and this ytsync knows versions up to ",
            "Update ytsync, or name another file with --db FILE.")
    end)

    it("that is an old copy", function()
        assert.equal(0, (simulator.command("config set pace.reads 2", env)))
        simulator.write(db, good)
        local code, _, err = simulator.command("status", env)
        refused("status", code, err, 65, db, "is an old copy", "--accept-old")
        assert.equal(0, (simulator.command("status --accept-old", env)))
    end)

    it("that is not there", function()
        local path = simulator.path("none.db")
        for _, verb in ipairs({ "status", "log", "pause", "resume", "cancel", "plan --offline" }) do
            local words = verb .. " --db " .. path
            local code, _, err = simulator.command(words, env)
            refused(words, code, err, 65, "there is no database at " .. path,
                ("Read your library first: %s fetch --db %s\n"):format(COMMAND, path),
                ("Or, without an account, from an export: %s import takeout PATH --db %s\n")
                    :format(COMMAND, path))
        end
        assert.is_nil(io.open(path))
    end)

    it("in a folder that is not there, or that is a folder", function()
        local code, _, err = simulator.command("fetch --db /nowhere/at/all.db", env)
        refused("fetch", code, err, 1, "The folder /nowhere/at for the database cannot be used",
            "Make it, or choose another file with --db.")
        code, _, err = simulator.command("fetch --db /", env)
        refused("fetch", code, err, 65, "/ is not a file, so it cannot be a database. Choose "
            .. "another file with --db.")
    end)
end)

describe("no token", function()
    it("or one that cannot be one, is said before any request", function()
        local env = { YTSYNC_DB = simulator.path("own.db"), YTSYNC_API_URL = "http://127.0.0.1:9",
            YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), GOOD) }
        for _, words in ipairs({ "fetch", "plan", "run --yes" }) do
            env.YTSYNC_ACCESS_TOKEN = ""
            local code, _, err = simulator.command(words, env)
            refused(words, code, err, 77, "You are not signed in. Sign in with `")
            env.YTSYNC_ACCESS_TOKEN = TOKEN .. "\n" .. TOKEN
            code, _, err = simulator.command(words, env)
            refused(words, code, err, 77, "The access token is not usable",
                "Give one token without quotes or line breaks.")
        end
    end)
end)
