-- `import` as its user calls it: an export of a usual size, what is wrong with it, and a first
-- figure without an account.
local json = require("ytsync.json")
local simulator = require("lua.simulator")

local LISTS, ROWS_EACH = 80, 75

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

local function video_id(number)
    local id = {}
    for place = 1, 11 do
        local digit = number % 64
        id[12 - place] = ALPHABET:sub(digit + 1, digit + 1)
        number = number // 64
    end
    return table.concat(id)
end

-- As Google writes them: ids that begin with '-' and no digit have a blank before them.
local function written(id)
    return (id:find("^%-[^%d]") and " " or "") .. id
end

local function write_list(folder, title, first, count)
    local lines = { "Video ID,Playlist Video Creation Timestamp" }
    for number = first, first + count - 1 do
        lines[#lines + 1] = ("%s,2024-02-%02dT12:22:09+00:00"):format(
            written(video_id(number * 2654435761)), 1 + number % 28)
    end
    simulator.write(folder .. "/" .. title .. "-videos.csv",
        table.concat(lines, "\n") .. "\n\n\n\n\n\n")
end

local function new_folder(name)
    local folder = simulator.path(name)
    os.execute("mkdir -p " .. simulator.quote(folder))
    return folder
end

-- A whole export: 78 lists, Watch later, one that is empty.
local function export()
    local folder = new_folder("Takeout")
    local playlists = folder .. "/YouTube and YouTube\u{a0}Music/playlists"
    os.execute("mkdir -p " .. simulator.quote(playlists))
    local lines = { "Playlist ID,Add new videos to top of playlist,Playlist Create Timestamp,"
        .. "Playlist Update Timestamp,Playlist Video Order,Playlist Visibility,"
        .. "Playlist Title (Original),Playlist Title,Playlist Title (Original) Language,"
        .. "Playlist Title Language" }
    for number = 1, LISTS do
        local title = number == 1 and "Watch later" or "List number " .. number
        lines[#lines + 1] = ("PLtakeout%09d,false,2020-01-01T00:00:00+00:00,"
            .. "2025-01-02T00:00:00+00:00,manual,Private,%s,%s,,"):format(number, title, title)
        if number < LISTS then
            write_list(playlists, title, number * 60, number == 1 and 2 * ROWS_EACH or ROWS_EACH)
        end
    end
    simulator.write(playlists .. "/playlists.csv", table.concat(lines, "\n") .. "\n")
    simulator.write(playlists .. "/../subscriptions.csv", "Channel Id,Channel Url,Channel Title\n")
    return folder, playlists
end

local function has(text, words)
    assert.truthy(text:find(words, 1, true), ("%q is not in:\n%s"):format(words, text))
end

describe("import takeout", function()
    local env

    before_each(function()
        env = { HOME = "/home/none", YTSYNC_DB = simulator.path("import.db"),
            YTSYNC_ACCESS_TOKEN = "" }
    end)

    it("reads a whole export, and a plan is made of it without an account", function()
        local folder = export()
        local code, out, err = simulator.command("import takeout " .. simulator.quote(folder), env)
        assert.equal(0, code, err)
        has(out, "6,000 rows: 6,000 read, 0 bad\n80 playlists (1 is empty)")
        has(out, "No quota was used.")
        has(out, "Watch later holds 150 entries.")
        has(out, "An export holds no titles.")
        env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), [[
            local y = require "ytsync.policy"
            return y.policy { channel = "Me", old = "keep", categories = {
                y.category "Everything" { from = { "List number 2", "Watch later" } } } }]])
        code, out, err = simulator.command("plan --offline --json", env)
        assert.equal(0, code, err)
        local plan = assert(json.decode(out))
        assert.equal(1, plan.stages.create_playlists.count)
        assert.equal(150, plan.stages.add_videos.count)
        for _, stage in pairs(plan.stages) do
            for _, item in ipairs(stage.items) do
                assert.not_equal("PLtakeout000000001", item.playlist_id)
            end
        end
        code, out, err = simulator.command("run --yes", env)
        assert.equal(77, code, out)
        has(err, "access token")
    end)

    it("shows every row that it cannot read, with file and line", function()
        local _, playlists = export()
        local file = playlists .. "/List number 7-videos.csv"
        simulator.write(file, simulator.read(file) .. "nonsense,2024\n")
        local code, out, err = simulator.command("import takeout --json "
            .. simulator.quote(playlists), env)
        assert.equal(0, code, err)
        local result = assert(json.decode(out))
        assert.equal(6001, result.rows)
        assert.equal(6000, result.read)
        assert.equal(1, result.bad)
        assert.same({ kind = "bad_row", file = file, line = 82,
            text = "not the id of a video: nonsense,2024" }, result.notes[1])
        code, out = simulator.command("import takeout " .. simulator.quote(playlists), env)
        assert.equal(0, code)
        has(out, file .. ":82: not the id of a video: nonsense,2024\n"
            .. "6,001 rows: 6,000 read, 1 bad\n")
    end)

    it("says what was expected and found, and how to go on", function()
        local file = simulator.write(simulator.path("abos.csv"), "Kanal-ID,Kanal-URL,Kanaltitel\n")
        local cases = {
            { "import takeout " .. file, 65, "is no playlist of Takeout: its first line is "
                .. "\"Kanal-ID,Kanal-URL,Kanaltitel\". Expected is a table" },
            { "import takeout /nowhere", 65, "There is no /nowhere. Name the .zip files of the "
                .. "export, or its folder." },
            { "import takeout /no/takeout-*.zip", 65, "There is no /no/takeout-*.zip. Name the" },
            { "import takeout x.tgz", 65, "Unpack it (tar xzf)" },
            { "import takeout", 64, "needs a folder or a file" },
            { "import spotify x", 64, "import takes takeout and a path" },
            { "import forget", 64, "takes the title or the id of one imported playlist" },
        }
        for _, case in ipairs(cases) do
            local code, _, err = simulator.command(case[1], env)
            assert.equal(case[2], code, case[1] .. ": " .. err)
            has(err, case[3])
        end
    end)

    it("forgets a list by its title, once", function()
        local folder = export()
        assert.equal(0, (simulator.command("import takeout " .. simulator.quote(folder), env)))
        local code, out, err = simulator.command("import forget 'List number 2'", env)
        assert.equal(0, code, err)
        has(out, '"List number 2" with 75 entries is forgotten.')
        code, out, err = simulator.command("import forget 'List number 2'", env)
        assert.equal(1, code)
        assert.equal("", out)
        has(err, "no playlist 'List number 2' is known from an export alone")
    end)

    it("knows Watch Later in another language by the name that policies use", function()
        local folder = new_folder("Takeout")
        simulator.write(folder .. "/Später ansehen-Videos.csv",
            "Video-ID,Zeit\nvideo-00001,2024-02-26T12:22:09+00:00\n")
        assert.equal(0, (simulator.command("import takeout " .. folder, env)))
        env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"),
            'playlist "New" { all { from "Watch later", saved_after "2024" } }')
        local code, out, err = simulator.command("plan --offline --json", env)
        assert.equal(0, code, err)
        assert.equal(1, json.decode(out).stages.add_videos.count)
        assert.same({}, json.decode(out).warnings)
    end)

    it("writes down what of Watch later has found a place", function()
        local folder, playlists = export()
        local one = simulator.quote(playlists .. "/List number 7-videos.csv")
        assert.equal(0, (simulator.command("import takeout " .. one, env)))
        local code, out = simulator.command("import placed", env)
        assert.equal(0, code)
        has(out, "Nothing is known of Watch Later. It comes with an export: "
            .. simulator.COMMAND .. " import takeout PATH\n")
        assert.equal(0, (simulator.command("import takeout " .. simulator.quote(folder), env)))
        code, out = simulator.command("import placed", env)
        assert.equal(0, code)
        has(out, "0 of 150 entries in Watch Later are in a playlist now.")
    end)
end)
