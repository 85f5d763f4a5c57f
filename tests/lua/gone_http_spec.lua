-- Videos that have become private or were deleted: what each word of `gone` does to their entries,
-- that they are counted and named, that gone.csv lists them, and that `forget` removes it.
local simulator = require("lua.simulator")
local json = require("ytsync.json")

local check = simulator.available() and it or pending

local function has(text, words)
    assert.truthy(text:find(words, 1, true), ("%q is not in:\n%s"):format(words, text))
end

local function hasnt(text, words)
    assert.is_nil(text:find(words, 1, true), ("%q is in:\n%s"):format(words, text))
end

describe("videos that are gone", function()
    local sim, list, deleted, hidden

    -- The command with a policy that says so; its output, after the exit code was looked at.
    local function run(words, gone, wanted)
        local policy = simulator.write(simulator.path("policy.lua"),
            'settings { old_playlists = "delete", give_up = "*" }\n'
            .. 'playlist "All" { where(function (v) return v.id ~= "" end) }\n'
            .. (gone and ('gone "%s"'):format(gone) or ""))
        local code, out, err = sim:run(words, { YTSYNC_POLICY = policy })
        assert.equal(wanted or 0, code, out .. err)
        return out, err
    end

    -- Entries of the library, as fetched last, of one video.
    local function entries(video)
        local rows = {}
        for line in run("export --format jsonl"):gmatch("[^\n]+") do
            local row = assert(json.decode(line))
            rows[#rows + 1] = row.video_id == video.video_id and row or nil
        end
        return rows
    end

    before_each(function()
        if not simulator.available() then
            return
        end
        sim = simulator.start("--videos 24 --playlists 3 --seed 7")
        list = sim.env.YTSYNC_DB .. ".backups/gone.csv"
        run("fetch")
        local rows = {}
        for line in run("export --format jsonl"):gmatch("[^\n]+") do
            local row = json.decode(line)
            rows[#rows + 1] = row.availability == "live" and row or nil
        end
        deleted, hidden = rows[1], rows[2]
        assert.truthy(deleted.video_id ~= hidden.video_id and deleted.title and hidden.title)
        sim:tell("/sim/edit", ("video %s deleted"):format(deleted.video_id))
        sim:tell("/sim/edit", ("video %s private"):format(hidden.video_id))
    end)
    after_each(function()
        if sim then
            sim:stop()
            sim = nil
        end
    end)

    check("are counted, and named by what was known of them", function()
        local out = run("fetch --full")
        has(out, ("private or deleted; by their last known titles they are listed in %s\n")
            :format(list))
        local result = json.decode(run("fetch --json"))
        assert.equal(list, result.gone_file)
        assert.truthy(result.gone >= 2)
        local content = simulator.read(list)
        local _, lines = content:gsub("\r\n", "")
        assert.equal(result.gone + 1, lines)
        for _, video in ipairs({ deleted, hidden }) do
            local line = content:match(('\n"%s",[^\n]*\r\n'):format(
                video.video_id:gsub("-", "%%-")))
            has(line, video.title:gsub('"', '""'))
            has(line, video == deleted and ',"deleted",' or ',"private",')
            has(line, video.playlist:gsub('"', '""'))
        end
    end)

    for _, word in ipairs({ "keep", "list" }) do
        check(("stay in their playlists by \"%s\""):format(word), function()
            run("fetch --full")
            local out = run("check", word)
            has(out, " of them private or deleted.")
            local asked = word == "list" and has or hasnt
            asked(out, "Private or deleted:\n")
            asked(out, ("%s %s ("):format(deleted.video_id, deleted.title))
            local plan = json.decode(run("plan --offline --json", word))
            assert.truthy(#plan.blocks >= 1)
            assert.same({}, plan.dropped)
            out = run("plan --offline", word):gsub("%s+", " ")
            has(out, "private or deleted: their entries stay where they are")
            asked(out, "stay where they are, and `check` lists them.")
            has(out, 'gone "forget"')
            run("run --yes --delete --wait --quiet", word)
            run("fetch --full")
            for _, video in ipairs({ deleted, hidden }) do
                local rows = entries(video)
                assert.truthy(#rows >= 1, video.video_id)
                assert.equal(video.playlist_id, rows[1].playlist_id)
                assert.equal(video.title, rows[1].title)
            end
        end)
    end

    check("do not go by leftovers \"drop\"", function()
        run("fetch --full")
        local policy = simulator.write(simulator.path("policy.lua"),
            'settings { old_playlists = "delete", give_up = "*" }\nleftovers "drop"\n'
            .. 'playlist "None" { title "in no title" }')
        local _, out = sim:run("plan --offline --json", { YTSYNC_POLICY = policy })
        local plan = json.decode(out)
        assert.truthy(#plan.dropped > 10)
        for _, video in ipairs(plan.dropped) do
            assert.truthy(video.id ~= deleted.video_id and video.id ~= hidden.video_id)
        end
        assert.truthy(#plan.blocks >= 1)
        _, out = sim:run("explain " .. deleted.video_id, { YTSYNC_POLICY = policy })
        has(out, "It is deleted: it cannot be added anywhere.\n"
            .. "No playlist wants it (it stays where it is).")
    end)

    check("may go by \"forget\", and are listed all the same", function()
        run("fetch --full")
        hasnt(run("check", "forget"), "Private or deleted:\n")
        local plan = json.decode(run("plan --offline --json", "forget"))
        assert.same({}, plan.blocks)
        assert.truthy(#plan.dropped >= 2)
        has(run("plan --offline", "forget"):gsub("%s+", " "),
            "private or deleted: the policy lets their entries go")
        run("run --yes --delete --wait --quiet", "forget")
        run("fetch --full")
        assert.same({}, entries(deleted))
        assert.same({}, entries(hidden))
        local content = simulator.read(list)
        local line = content:match(('\n"%s",[^\n]*\r\n'):format(
            deleted.video_id:gsub("-", "%%-")))
        has(line, ('"deleted","","%s'):format(deleted.playlist:gsub('"', '""')))
        has(line, deleted.title:gsub('"', '""'))
        assert.truthy(os.rename(list, list))
        run("forget --yes")
        assert.is_nil(os.rename(list, list))
    end)

    check("are kept when what was known of others is asked for again", function()
        run("fetch --full")
        hasnt(run("fetch"), "What YouTube says")
        local live = json.decode(run("fetch --json"))
        assert.same({ 0, 0 }, { live.refreshed, live.dropped })
        live = live.videos - live.gone
        sim:tell("/sim/clock", tostring(30 * 24 * 60 * 60 * 1000))
        has(run("fetch"), ("What YouTube says of videos may be kept for 30 days: %d videos were "
            .. "asked for again.\n"):format(live))
        hasnt(run("fetch"), "What YouTube says")
        assert.equal(deleted.title, entries(deleted)[1].title)
        has(simulator.read(list), deleted.title:gsub('"', '""'))
    end)

    check("are listed, or it is said why they cannot be", function()
        os.remove(list)
        os.execute("mkdir -p " .. simulator.quote(list .. "/in the way"))
        local _, err = run("fetch --full", nil, 1)
        has(err:gsub("%s+", " "), ("The list of private and deleted videos %s cannot be given its "
            .. "name: Is a directory. The library itself was read and is stored."):format(list))
    end)
end)
