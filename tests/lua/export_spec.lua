-- export: entries of playlists as CSV and JSON lines: columns, choice, safety, files, and mistakes.
local command = require("lua.command")
local json = require("ytsync.json")
local run, fake, DB = command.run, command.fake, command.DB

local HEAD = '"playlist","playlist_id","place","video_id","title","channel","channel_id",'
    .. '"duration_s","published_at","saved_at","added_at","availability","privacy","source"\r\n'
local MARK = "\xEF\xBB\xBF"

local function library()
    return {
        playlists = {
            { id = "PL1", title = "Mixed", videos = { "v0000000001", "v0000000002",
                "v0000000001" } },
            { id = "PL2", title = "Favorites", videos = { "v0000000003", "v0000000002" } },
            { id = "WL", title = "Watch later", source = "watch_later",
                videos = { "v0000000004" } },
        },
        videos = {
            { id = "v0000000001", title = "Jazz one", channel = "Miles Davis", duration_s = 61,
                channel_id = "UC1", published_at = 1600000000000 },
            { id = "v0000000002", title = '=HYPERLINK("x")', channel = "Kitchen" },
            { id = "v0000000003", title = "Jazz \27[31mred", channel = "Somebody",
                availability = "private" },
            { id = "v0000000004", title = "", channel = "" },
        },
    }
end

local function lines_of(text)
    local out = {}
    for line in text:gmatch("[^\n]*\n") do
        out[#out + 1] = line
    end
    return out
end

describe("export", function()
    local path

    before_each(function()
        fake.world(DB, library())
        path = os.tmpname()
        os.remove(path)
    end)
    after_each(function()
        command.cleanup()
        os.remove(path)
    end)

    local function content()
        local file <close> = assert(io.open(path, "rb"))
        return file:read("a")
    end

    it("writes every entry, formula-safe, without a request", function()
        local code, out, err = run("export")
        assert.equal(0, code)
        assert.equal("", err)
        local lines = lines_of(out)
        assert.equal(7, #lines)
        assert.equal(MARK .. HEAD, lines[1])
        assert.equal('"Mixed","PL1",1,"v0000000001","Jazz one","Miles Davis","UC1",61,'
            .. '"2020-09-13T12:26:40Z","","","live","private","youtube"\r\n', lines[2])
        assert.equal('"Mixed","PL1",2,"v0000000002","\'=HYPERLINK(""x"")","Kitchen","","",'
            .. '"","","","live","private","youtube"\r\n', lines[3])
        assert.truthy(lines[4]:find('^"Mixed","PL1",3,"v0000000001"'))
        assert.truthy(lines[5]:find('"private","private","youtube"', 1, true))
        assert.truthy(lines[7]:find('^"Watch later","WL",1,"v0000000004",""'))
        assert.is_nil(fake.worlds[DB].fetches)
    end)

    it("takes playlists, a rule, or both", function()
        local _, out = run("export --playlist PL2 --playlist mixed --playlist PL2 --format jsonl")
        local lines = lines_of(out)
        assert.equal(5, #lines)
        local row = json.decode(lines[1])
        assert.same({ playlist = "Favorites", playlist_id = "PL2", place = 1,
            video_id = "v0000000003", title = "Jazz \27[31mred", channel = "Somebody",
            availability = "private", privacy = "private", source = "youtube" }, row)
        assert.equal('{"added_at":null,"availability":"private","channel":"Somebody","channel_id":'
            .. 'null,"duration_s":null,"place":1,"playlist":"Favorites","playlist_id":"PL2",'
            .. '"privacy":"private","published_at":null,"saved_at":null,"source":"youtube",'
            .. '"title":"Jazz \\u001b[31mred","video_id":"v0000000003"}\n', lines[1])
        assert.equal("Mixed", json.decode(lines[3]).playlist)
        _, out = run('export --format=jsonl title "jazz"')
        lines = lines_of(out)
        assert.equal(3, #lines)
        assert.equal(3, json.decode(lines[2]).place)
        _, out = run('export --format=jsonl --playlist PL2 title "jazz"')
        assert.equal(1, #lines_of(out))
        _, out = run("export --format=jsonl "
            .. "where(function(v) v.title = 'x' return v.id:find('2$') end)")
        assert.equal('=HYPERLINK("x")', json.decode(lines_of(out)[1]).title)
        local code
        code, out = run('export title "none of them"')
        assert.equal(0, code)
        assert.equal(MARK .. HEAD, out)
    end)

    it("steers no terminal", function()
        for _, format in ipairs({ "csv", "jsonl" }) do
            local _, out = run("export --playlist PL2 --format " .. format, { answers = {} })
            assert.is_nil(out:find("\27", 1, true))
            assert.is_nil(out:find(MARK, 1, true))
        end
        local _, out = run("export --playlist PL2")
        assert.truthy(out:find("Jazz \27[31mred", 1, true), "a pipe gets what is there")
    end)

    it("writes a file, again over its own, and no other", function()
        local code, out, err = run("export --out " .. path)
        assert.equal("", err)
        assert.equal(0, code)
        assert.equal(("6 entries of 3 playlists written to %s\n"):format(path), out)
        local first = content()
        assert.equal(7, #lines_of(first))
        out = select(2, run("export --json --playlist PL1 --out " .. path))
        assert.same({ file = path, format = "csv", rows = 3, playlists = 1 }, json.decode(out))
        assert.equal(4, #lines_of(content()))
        local other = path .. ".jsonl"
        out = select(2, run("export --json --out " .. other))
        assert.equal("jsonl", json.decode(out).format)
        assert.equal(0, (run("export --playlist PL2 --out " .. other)))
        os.remove(other)
        local file <close> = assert(io.open(path, "wb"))
        file:write("my own notes\n")
        file:close()
        code, out, err = run("export --out " .. path)
        assert.equal(1, code)
        assert.equal("", out)
        assert.equal(("ytsync: %s is there already and was not written by export; it was left as "
            .. "it is.\nName another file with --out.\n"):format(path), err)
        assert.equal("my own notes\n", content())
        code, out, err = run("export --out /dev/null")
        assert.same({ 1, "" }, { code, out })
        assert.equal("ytsync: The file /dev/null cannot be written: it is no plain file.\n", err)
        code, out, err = run("export --out /no/such/folder/x.csv")
        assert.same({ 1, "" }, { code, out })
        assert.equal("ytsync: The file /no/such/folder/x.csv cannot be written: No such file or "
            .. "directory.\n", err)
    end)

    it("says what is wrong with a call", function()
        for words, wanted in pairs({
            ["export --format xml"] = { 64, "--format can be csv or jsonl, not 'xml'.\n"
                .. "See: ytsync help export\n" },
            ["export --json"] = { 64, "--json says what was written, so it takes --out FILE; rows "
                .. "as JSON: --format jsonl.\n" },
            ["export --playlist Favorits"] = { 1, "no playlist known here has the id or the title "
                .. "'Favorits'; did you mean 'Favorites'?\nRead your playlists anew with: ytsync "
                .. "fetch\n" },
            ['export titel "jazz"'] = { 65, "rule:1: unknown word 'titel'; did you mean 'title'?\n"
                .. "Try a rule with: ytsync find 'title \"jazz\"'\n" },
            ["export where(function(v) return v.x.y end)"] = { 65, "attempt to index a nil value" },
            ["log --playlist PL1 --playlist PL2"] = { 64, "log takes one --playlist.\n" },
        }) do
            local code, out, err = run(words)
            assert.equal(wanted[1], code, words)
            assert.equal("", words:find("--json", 1, true) and "" or out)
            assert.truthy(err:find(wanted[2], 1, true), err)
        end
        local code, _, err = run("export --db /fake/none.db")
        assert.equal(65, code)
        assert.truthy(err:find("there is no database at /fake/none.db", 1, true), err)
    end)

    it("stops when standard output is full", function()
        local err = {}
        local code = require("ytsync.cli.main")({ "export", "--db", DB }, {
            command = "ytsync",
            getenv = function() end,
            isatty = function()
                return false
            end,
            out = function()
                return false, "No space left on device"
            end,
            err = function(message)
                err[#err + 1] = message
            end,
        })
        assert.equal(1, code)
        assert.equal("ytsync: standard output cannot be written: No space left on device.\n",
            table.concat(err))
    end)
end)
