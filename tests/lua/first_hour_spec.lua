-- The first hour: the bare command says what is next, init writes a policy that loads, and four
-- steps lead to a first figure without an account.
local firstpolicy = require("ytsync.firstpolicy")
local json = require("ytsync.json")
local overlap = require("ytsync.overlap")
local policies = require("ytsync.policy")
local simulator = require("lua.simulator")
local text = require("ytsync.text")

local check = simulator.available() and it or pending

local function has(got, words)
    assert.truthy(got:find(words, 1, true), ("%q is not in:\n%s"):format(words, got))
end

local function fits(page)
    for line in page:gmatch("[^\n]+") do
        assert.truthy(text.width(line) <= 80 or line:find("sync.lua", 1, true)
            or line:find("/", 1, true), line)
    end
end

-- ------------------------------------------------------------------ a library made by hand

local Library = {}
Library.__index = Library

local function new_library()
    return setmetatable({ playlists = {}, videos = {}, by_id = {} }, Library)
end

function Library:playlist(title, from, to, more)
    local id = ("PL%015d"):format(#self.playlists)
    self.playlists[#self.playlists + 1] = { id = id, title = title, item_count = to - from + 1,
        source = more and more.source or "youtube", deleted_at = 0 }
    for number = from, to do
        local video = self.by_id[number]
        if not video then
            video = { id = ("video-%05d"):format(number), title = "", channel = "", playlists = {},
                playlist_ids = {}, saved_at = 0, gone = false, tags = {}, availability = "live" }
            self.by_id[number] = video
            self.videos[#self.videos + 1] = video
        end
        table.insert(video.playlist_ids, id)
        table.insert(video.playlists, title)
        for key, value in pairs(more and more.video or {}) do -- unordered: fields are set
            video[key] = value
        end
    end
    return id
end

local function loads(written)
    local path = simulator.write(simulator.path("policy.lua"), written.text)
    return assert(policies.load_file(path))
end

local function sources_of(policy, key)
    for _, category in ipairs(policy.categories) do
        if category.key == key then
            return category
        end
    end
    return nil
end

describe("titles that only a number tells apart", function()
    it("have one stem", function()
        for _, title in ipairs({ "Jazz", "jazz 2", "Jazz (part 3)", "Jazz - Vol. 4", "JAZZ #5",
            "Jazz2", "Jazz copy" }) do
            assert.equal("jazz", overlap.stem(title), title)
        end
        assert.equal("料理", overlap.stem("料理 2"))
        assert.equal("1984", overlap.stem("1984"))
        assert.equal("blink", overlap.stem("blink 182"))
    end)
end)

describe("init's suggestions", function()
    it("put playlists together by title and by what they share", function()
        local library = new_library()
        library:playlist("Jazz", 1, 100)
        library:playlist("Jazz 2", 101, 140)
        library:playlist("smooth", 60, 99)
        library:playlist("Cooking", 200, 230)
        library:playlist("two alike", 1, 2)
        local written = firstpolicy.write(library)
        assert.equal(1, written.groups)
        assert.equal(2, written.alone)
        has(written.text, "-- 3 playlists with 140 different videos together.")
        has(written.text, '"Jazz 2",                -- 40 videos; same title')
        has(written.text, '"smooth",                -- 40 videos; 40 in the first, too')
        local policy = loads(written)
        assert.equal("keep", policy.old)
        assert.equal(1, #policy.categories)
        assert.truthy(sources_of(policy, "Jazz"))
    end)

    it("load whatever the titles are", function()
        local library = new_library()
        local titles = { 'say "hi"', "back\\slash", "-- no comment ]]", "料理🍜", "<b>bold</b>",
            "Same", "Same", ("long "):rep(29) .. "end", "line\nbreak", "   " }
        for number, title in ipairs(titles) do
            library:playlist(title, number * 100, number * 100 + 20)
            library:playlist(title .. " 2", number * 100, number * 100 + 10)
        end
        local written = firstpolicy.write(library)
        assert.equal(9, written.groups)
        local policy = loads(written)
        assert.equal(9, #policy.categories)
        for line in written.text:gmatch("[^\n]+") do
            assert.truthy(not line:find("%c"), line)
        end
    end)

    it("sort Watch Later by channel, by word, by year", function()
        local library = new_library()
        local at_2023 = 1680000000000
        library:playlist("Pots", 1, 20, { video = { channel = "Wok Star" } })
        library:playlist("Pots 2", 21, 30, { video = { channel = "Wok Star" } })
        library:playlist("Watch later", 100, 109, { source = "watch_later",
            video = { channel = "Wok Star", title = "Noodles", saved_at = at_2023 } })
        library:playlist("後で見る", 110, 119, { source = "watch_later",
            video = { channel = "Night \"Trains\"", title = "Sleeper to Vienna",
                saved_at = at_2023 } })
        library:playlist("Watch Later", 120, 129, { source = "watch_later",
            video = { channel = "", title = "Bicycle repair", saved_at = at_2023 } })
        local written = firstpolicy.write(library)
        has(written.text, "    -- 10 videos in Watch Later; 30 of 30 others of the channel are "
            .. 'here\n    channel "Wok Star",\n')
        has(written.text, "-- 10 videos of this channel are in Watch Later alone.\n"
            .. 'playlist "Night \\"Trains\\"" { all { from { "Watch later", "後で見る", '
            .. '"Watch Later" }, channel "Night \\"Trains\\"" } }')
        has(written.text, '-- playlist "Bicycle" { all {')
        has(written.text, 'playlist "Saved in 2023" { all { from { "Watch later", "後で見る", '
            .. '"Watch Later" }, saved_after "2023", saved_before "2024" } }')
        local policy = loads(written)
        assert.equal(3, #policy.categories)
        assert.equal(2, written.written)
        assert.equal(2, written.struck)
        assert.equal(30, written.later)
    end)

    it("are an honest nothing for an empty library", function()
        local written = firstpolicy.write(new_library())
        assert.equal(0, written.groups)
        has(written.text, "Nothing was found that belongs together.")
        assert.equal(1, #loads(written).categories)
        local library = new_library()
        library:playlist("Alone", 1, 20)
        assert.truthy(sources_of(loads(firstpolicy.write(library)), "Alone"))
    end)
end)

-- ------------------------------------------------------------------ as a user

local ROWS = "Video ID,Playlist Video Creation Timestamp\n"

local function export()
    local folder = simulator.path("Takeout")
    os.execute("mkdir -p " .. simulator.quote(folder))
    local function list(title, from, to)
        local lines = {}
        for number = from, to do
            lines[#lines + 1] = ("video-%05d,2024-02-26T12:22:09+00:00"):format(number)
        end
        simulator.write(folder .. "/" .. title .. "-videos.csv", ROWS
            .. table.concat(lines, "\n") .. "\n")
    end
    list("Jazz", 1, 30)
    list("Jazz 2", 31, 50)
    list("料理🍜", 60, 70)
    list("Watch later", 100, 140)
    return folder
end

describe("the first hour", function()
    local env, sim

    after_each(function()
        if sim then
            sim:stop()
            sim = nil
        end
    end)
    before_each(function()
        env = { HOME = simulator.path("home"), YTSYNC_DB = simulator.path("hour.db"),
            YTSYNC_POLICY = simulator.path("policies") .. "/policy.lua" }
    end)

    local function run(words)
        local code, out, err = simulator.command(words, env)
        return code, out, err
    end

    local function next_is(words)
        local code, out, err = run("")
        assert.equal(0, code, err)
        has(out, "\n  " .. simulator.COMMAND .. " " .. words .. "\n")
        fits(out)
        return out
    end

    it("has four steps to a first figure, and each says the next", function()
        has(next_is("import takeout PATH"), "it needs no account")
        local code, out, err = run("init")
        assert.equal(65, code, out)
        has(err, "there is no library yet to suggest anything from")
        local folder = export()
        code, out, err = run("import " .. folder)
        assert.equal(64, code, out)
        has(err, "did you mean: " .. simulator.COMMAND .. " import takeout " .. folder .. "?")
        assert.equal(65, (run("import takeout /nowhere")))
        code, out, err = run("init") -- the database is there now, and empty
        assert.equal(65, code, out)
        has(err, "there is no library yet to suggest anything from")
        code, out, err = run("plan --offline")
        assert.equal(65, code, out)
        has(err, "Write one from your library: " .. simulator.COMMAND .. " init")
        code, out, err = run("import takeout " .. simulator.quote(folder))
        assert.equal(0, code, err)
        has(out, simulator.COMMAND .. " init")
        fits(out)
        has(next_is("init"), "4 playlists, 41 in Watch Later, from Takeout")
        code, out, err = run("init")
        assert.equal(0, code, err)
        has(out, "1 suggestion from playlists that belong together, 1 from Watch Later;")
        has(out, "After a fetch, init can suggest by channel")
        fits(out)
        next_is("plan --offline")
        code, out, err = run("plan --offline")
        assert.equal(0, code, err)
        has(out, "61") -- 20 of Jazz 2, 41 of Watch later
        code, out, err = run("init")
        assert.equal(64, code, out)
        has(err, "there is a policy already")
        has(err, "init --print")
        code, out = run("init --print")
        assert.equal(0, code)
        assert.equal(simulator.read(env.YTSYNC_POLICY), out)
        code, out = run("init --print --json")
        assert.equal(0, code)
        assert.equal(simulator.read(env.YTSYNC_POLICY), assert(json.decode(out)).text)
        code, out, err = run("run --yes")
        assert.equal(77, code, out .. err)
        env.YTSYNC_ACCESS_TOKEN = "some-token"
        next_is("fetch")
    end)

    check("leads on from the fetch to the end of the job", function()
        sim = simulator.start("--videos 120 --playlists 30 --seed 7")
        for name, value in pairs(sim.env) do
            env[name] = value
        end
        next_is("fetch")
        assert.equal(0, (run("fetch")))
        next_is("init")
        local code, _, err = run("init")
        assert.equal(0, code, err)
        has(next_is("plan"), "Then: " .. simulator.COMMAND .. " run")
        simulator.write(env.YTSYNC_POLICY, 'playlist "All" { where(function () return true end) }')
        assert.equal(0, (run("config set quota.daily 200")))
        sim:tell("/sim/set", "quota=200")
        code, _, err = run("run --yes")
        assert.equal(75, code, err)
        has(next_is("run --wait"), "the day's quota is used up until")
        assert.equal(0, (run("pause")))
        has(next_is("resume"), "you paused the job")
        assert.equal(0, (run("cancel")))
        next_is("plan")
    end)

    it("says what mends a database that cannot be used", function()
        simulator.write(env.YTSYNC_DB, "this is no database")
        local code, out, err = run("")
        assert.equal(65, code)
        has(err, "ytsync: ")
        has(out, "The database cannot be used; see above what mends it.")
    end)
end)

describe("help", function()
    it("has four groups, and examples for a verb", function()
        local code, out = simulator.command("help", { HOME = "/home/none" })
        assert.equal(0, code)
        local from = 1
        for _, group in ipairs({ "\nStart\n  demo ", "\nEvery day\n  plan ", "\nLook\n  status ",
            "\nSafety\n" }) do
            local at = out:find(group, from, true)
            assert.truthy(at, group)
            from = at
        end
        assert.falsy(out:find("\nMore\n", 1, true))
        code, out = simulator.command("help import", { HOME = "/home/none" })
        assert.equal(0, code)
        has(out, "\nExamples:\n  " .. simulator.COMMAND .. " import takeout ~/Downloads/")
    end)
end)
