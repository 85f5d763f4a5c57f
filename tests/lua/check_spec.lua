-- check, find and explain: what a policy in the language does on a library, in words and as JSON.
local command = require("lua.command")
local json = require("ytsync.json")
local run, fake, DB = command.run, command.fake, command.DB

local LIBRARY = {
    playlists = {
        { id = "PL1", title = "Mixed", videos = { "v0000000001", "v0000000002", "v0000000003" } },
        { id = "PL2", title = "Favorites", videos = { "v0000000004", "v0000000005" } },
        { id = "PL3", title = "Old jazz", videos = { "v0000000006" } },
    },
    videos = {
        { id = "v0000000001", title = "Jazz one", channel = "Miles Davis - Topic" },
        { id = "v0000000002", title = "Pasta with jazz", channel = "Kitchen" },
        { id = "v0000000003", title = "Jazz cover", channel = "Somebody" },
        { id = "v0000000004", title = "Speedrun any percent", channel = "Runner" },
        { id = "v0000000005", title = "Speedrun of the year", channel = "Runner" },
        { id = "v0000000006", title = "A slow one", channel = "Bill Evans" },
    },
}

local POLICY = [[
settings { never_touch = "Favorites" }
playlist "Jazz" {
    from "Old jazz",
    title { "jazz", "bebpo" },
    artist { "Miles Davis", "Bil Evans" },
    but_not = title "cover",
}
playlist "Cooking" {
    title "pasta",
    where(function (v) return v.title == "never" end),
}
playlist "Slow" { title "slow", everywhere = true }
expect { title = "Jazz in Rome", goes_to = "Jazz" }
expect { title = "Jazz cover", goes_to = false }
expect { title = "slow", playlists = "Old jazz", goes_to = { "Slow", "Jazz" } }
]]

describe("check", function()
    local policy

    before_each(function()
        fake.world(DB, LIBRARY)
        policy = command.file(POLICY)
    end)
    after_each(command.cleanup)

    it("shows what each line catches, and what it catches alone", function()
        local code, out, err = run("check --policy " .. policy)
        assert.equal(0, code, err)
        assert.truthy(out:find("3 videos go as expected.", 1, true))
        assert.truthy(out:find("is in order: 3 playlists.", 1, true))
        assert.truthy(out:find("\n  Jazz%s+3\n"))
        assert.truthy(out:find('\n%s+3  from "Old jazz"%s+1%s+1\n'))
        assert.truthy(out:find('\n%s+4  title { "jazz", "bebpo" }%s+2%s+1\n'))
        assert.truthy(out:find('\n%s+5  artist { "Miles Davis", "Bil Evans" }%s+1%s+0\n'))
        assert.truthy(out:find("\n  Cooking%s+0\n"))
        assert.truthy(out:find("%(no playlist wants them: they stay%)%s+3\n"))
        for line in out:gmatch("[^\n]+") do
            assert.truthy(utf8.len(line) <= 80 or line:find("is in order", 1, true), line)
        end
    end)

    it("names a video whose title is not known by its id", function()
        local videos = {}
        for number = 1, 6 do
            videos[number] = { id = "v000000000" .. number, title = "", channel = "" }
        end
        fake.world(DB, { playlists = LIBRARY.playlists, videos = videos })
        local wanted = command.file('playlist "A" { from "Old jazz" }\n'
            .. 'playlist "B" { from { "Old jazz", "Mixed" } }')
        local code, out, err = run("check --policy " .. wanted)
        assert.equal(0, code, out .. err)
        assert.truthy(out:find("1 video by 'A' and 'B', such as \"v0000000006\"", 1, true), out)
        code, out = run('find from"Mixed"')
        assert.equal(0, code)
        assert.truthy(out:find("\n  v0000000001  (title not known)\n", 1, true), out)
        code, out = run("explain v0000000006 --policy " .. wanted)
        assert.equal(0, code)
        assert.truthy(out:find("(title not known)\n(no channel), https://youtu.be/v0000000006\n", 1,
            true), out)
    end)

    it("shows what is odd", function()
        local _, out = run("check --policy " .. policy)
        local flat = out:gsub("%s+", " ")
        assert.truthy(flat:find('title "bebpo"', 1, true))
        assert.truthy(flat:find([[artist "Bil Evans"; did you mean 'Bill Evans'?]], 1, true))
        assert.is_nil(flat:find('title "never"', 1, true))
        assert.truthy(flat:find("1 video by 'Jazz' and 'Cooking', such as \"Pasta with jazz\"", 1,
            true))
        assert.truthy(flat:find("by channel: Runner (2)", 1, true))
        assert.truthy(flat:find("by word: speedrun (2)", 1, true))
    end)

    it("gives the same as JSON", function()
        local _, out = run("check --json --policy " .. policy)
        local result = assert(json.decode(out))
        assert.equal(3, result.categories[1].videos)
        assert.same({ category = "Jazz", place = policy:match("[^/]+$") .. ":3",
            rule = 'from "Old jazz"', videos = 1, alone = 1 }, result.lines[1])
        assert.equal("Bill Evans", result.nothing[2].closest)
        assert.equal("Runner", result.channels[1].name)
    end)

    it("ends with 65 when an expectation does not hold, without a library too", function()
        local wrong = command.file(POLICY .. 'expect { title = "Pasta", goes_to = "Jazz" }')
        fake.reset()
        local code, _, err = run("check --policy " .. wrong)
        assert.equal(65, code)
        assert.truthy(err:find([["Pasta" should go to 'Jazz', but it goes to 'Cooking' (]], 1,
            true))
        assert.truthy(err:find("    16 | expect {", 1, true))
    end)

    it("lists what is private or deleted when asked", function()
        LIBRARY.videos[6].availability = "private"
        fake.world(DB, LIBRARY)
        local text = POLICY .. 'gone "list"'
        local _, out = run("check --policy " .. command.file(text))
        LIBRARY.videos[6].availability = nil
        assert.truthy(out:find("Private or deleted:\n    v0000000006 A slow one (Old jazz)", 1,
            true))
    end)

    it("warns of a line that catches nearly everything", function()
        local videos, ids = {}, {}
        for number = 1, 60 do
            ids[number] = ("v%010d"):format(number)
            videos[number] = { id = ids[number], title = "the song" }
        end
        fake.world(DB, { playlists = { { id = "PL1", title = "A", videos = ids } },
            videos = videos })
        local _, out = run("check --policy " .. command.file('playlist "P" { title "the" }'))
        assert.truthy(out:find('title "the" catches 60 of 60 videos', 1, true))
    end)
end)

describe("find", function()
    before_each(function()
        fake.world(DB, LIBRARY)
    end)
    after_each(command.cleanup)

    it("tries a rule", function()
        local code, out, _ = run('find title "jazz"')
        assert.equal(0, code)
        assert.truthy(out:find("^3 of 6 videos:\n"))
        assert.truthy(out:find("v0000000002  Pasta with jazz", 1, true))
        _, out = run('find --limit 1 all { title "jazz", but_not = title "cover" }')
        assert.truthy(out:find("^2 of 6 videos:\n"))
        assert.truthy(out:find("and 1 more", 1, true))
        _, out = run('find --json channel "kitchen"')
        assert.equal("v0000000002", json.decode(out).found[1].id)
    end)

    it("says what is wrong with a rule", function()
        for words, message in pairs({
            ['find titel "jazz"'] = "rule:1: unknown word 'titel'; did you mean 'title'?",
            ['find "jazz"'] = 'rule:1: "jazz" is no rule; write one such as title "jazz"',
            ['find longer_than "30"'] = "longer_than takes a length of time",
            ["find where(function(v) return v.x.y end)"] = "attempt to index a nil value",
        }) do
            local code, _, err = run(words)
            assert.equal(65, code)
            assert.truthy(err:find(message, 1, true), err)
        end
        assert.equal(64, (run("find")))
    end)
end)

describe("explain", function()
    local policy

    before_each(function()
        fake.world(DB, LIBRARY)
        policy = command.file(POLICY)
    end)
    after_each(command.cleanup)

    local function explain(words)
        local code, out, err = run("explain --policy " .. policy .. " " .. words)
        return (out:gsub("%s+", " ")), err, code
    end

    it("names the rule, the plan and its price, for an id, an address and a title", function()
        local name = policy:match("[^/]+$")
        for _, words in ipairs({ "v0000000001", "https://youtu.be/v0000000001?t=3",
            "https://www.youtube.com/watch?v=v0000000001&list=PL1", "jazz ONE" }) do
            local out = explain(words)
            assert.truthy(out:find("Jazz one Miles Davis - Topic, https://youtu.be/v0000000001", 1,
                true), out)
            assert.truthy(out:find(("It goes to 'Jazz': %s:4 title \"jazz\""):format(name), 1,
                true))
            assert.truthy(out:find("it will be added to 'Jazz', 50 units.", 1, true))
        end
    end)

    it("names who else wants it, and why it does not get it", function()
        local out = explain("v0000000002")
        assert.truthy(out:find("'Cooking' wants it too, but an earlier playlist has it", 1, true))
        out = explain("v0000000003")
        assert.truthy(out:find("'Jazz' would have it, but its but_not says no", 1, true))
        assert.truthy(out:find("No playlist wants it (it stays where it is).", 1, true))
        assert.truthy(out:find("By the plan nothing is to be done with it.", 1, true))
    end)

    it("names what the policy drops, and who would have had it", function()
        for _, video in ipairs(LIBRARY.videos) do
            video.published_at = tonumber(video.id:sub(-1)) * 86400000
        end
        fake.world(DB, LIBRARY)
        policy = command.file('playlist "Jazz" {\n  title "jazz",\n  keep_newest = 2,\n'
            .. '  priority = 7 }\nleftovers "drop"')
        local name = policy:match("[^/]+$")
        local out = explain("v0000000001")
        assert.truthy(out:find("'Jazz' would have it, but keeps only its newest videos", 1, true),
            out)
        assert.truthy(out:find(("The policy drops it in so many words: %s:3 keep_newest 2")
            :format(name), 1, true), out)
        assert.truthy(explain("v0000000003"):find("It goes to 'Jazz' (priority 7)", 1, true))
        assert.truthy(explain("v0000000006"):find(("in so many words: %s:5 leftovers"):format(name),
            1, true))
        local _, checked = run("check --policy " .. policy)
        assert.truthy(checked:find("\n  Jazz %(priority 7%)%s+2\n"), checked)
        assert.truthy(checked:find("\n      3  keep_newest 2 leaves out%s+1\n"), checked)
        assert.truthy(checked:find(("Dropped by the policy in so many words, so they need no "
            .. 'place:\n    %s:5 leftovers: 3 videos'):format(name), 1, true), checked)
        assert.truthy(checked:find('keep_newest 2: 1 video, "Jazz one"', 1, true), checked)
        local _, planned = run("plan --all --policy " .. policy)
        assert.truthy(planned:find("\n    priority 7\n", 1, true), planned)
        assert.truthy(planned:find("\n      v0000000001  Jazz one\n", 1, true), planned)
        for _, video in ipairs(LIBRARY.videos) do
            video.published_at = nil
        end
    end)

    it("shows what a job did", function()
        assert.equal(0, (run("run --yes --policy " .. policy)))
        local out = explain("v0000000001")
        assert.truthy(out:find("In job 1 adding it to 'Jazz' is done, 50 units", 1, true), out)
    end)

    it("asks which one is meant, or says that there is none", function()
        local _, err, code = explain("jazz")
        assert.equal(64, code)
        assert.truthy(err:find("3 videos have 'jazz' in their title", 1, true))
        assert.truthy(err:find("v0000000003  Jazz cover", 1, true))
        _, err, code = explain("nothing like it")
        assert.equal(1, code)
        assert.truthy(err:find("no video of the library has the id or the title 'nothing like it'",
            1, true))
        assert.equal(64, (run("explain --policy " .. policy)))
    end)
end)
