-- What people read of a plan: every section, within 80 columns whatever the titles hold.
package.loaded["ytsync.core"] = package.loaded["ytsync.core"] or require("lua.fake_core")
local preview = require("ytsync.preview")
local machine = require("ytsync.preview.machine")
local json = require("ytsync.json")
local library = require("ytsync.cli.library")
local text = require("ytsync.text")

local NOW = 1795197600000 -- 2026-11-20T18:00:00Z
local DAY_MS = 24 * 60 * 60 * 1000

local function figures(fields)
    local out = { units = 41000, write_units = 40900, read_units = 100, plain_units = 208700,
        days = 5, plain_days = 22, ends_at = NOW + 4 * DAY_MS, adopted = 0, reused = 0,
        already_there = 0, unavailable = 0, blocked = 0, no_cheaper_way = true,
        create_playlists = { count = 2, units = 100 }, add_videos = { count = 0, units = 0 },
        delete_playlists = { count = 0, units = 0 },
        undo = { units = 23450, days = 3, playlists_deleted = 0, playlists_made = 0,
            playlists_changed = 0, entries_put_back = 0, entries_taken_out = 0,
            entries_moved = 0, entries_lost = 0 } }
    for key, value in pairs(fields or {}) do
        out[key] = value
    end
    return out
end

local function row(fields)
    local out = { category = "Jazz", playlist_id = "", title_now = "", title_then = "Jazz",
        privacy_now = "", privacy_then = "private", carried_on = false, rows_now = 0,
        rows_then = 10, inserts = 10, takeouts = 0, moves = 0, strangers = 0, units = 550,
        ready_at = NOW }
    for key, value in pairs(fields or {}) do
        out[key] = value
    end
    return out
end

local function given_up(fields)
    local out = row({ category = "", playlist_id = "PLx", title_now = "Old", title_then = "",
        privacy_now = "private", privacy_then = "", rows_now = 30, rows_then = 0, inserts = 0,
        takeouts = 30, units = 50, ready_at = NOW + 4 * DAY_MS })
    for key, value in pairs(fields or {}) do
        out[key] = value
    end
    return out
end

local function facts(fields)
    local out = { preview = figures(), items = {}, playlists = { row() }, days = {}, blocks = {},
        warnings = {}, now = NOW, old = "delete", otherwise = "leave", gone_policy = "keep",
        policy_lines = { unmatched = "otherwise = \"drop\"", gone = "gone = \"forget\"" } }
    for key, value in pairs(fields or {}) do
        out[key] = value
    end
    return out
end

local function shown(fields, options)
    local out = preview.plan(facts(fields), options)
    for line in out:gmatch("[^\n]+") do
        assert.truthy(text.width(line) <= 80, line)
    end
    return out
end

local function has(out, words)
    assert.truthy(out:find(words, 1, true), ("%q is not in:\n%s"):format(words, out))
end

local function has_not(out, words)
    assert.falsy(out:find(words, 1, true), ("%q is in:\n%s"):format(words, out))
end

-- As one line, for what may be wrapped anywhere.
local function flat(out)
    return (out:gsub("%s+", " "))
end

describe("the preview of a plan", function()
    it("shows the levels side by side, with the price of taking them back", function()
        local out = shown({ levels = { delete = figures(),
            reuse = figures({ units = 37900, days = 4, ends_at = NOW }),
            keep = { problem = "The category \"X\" would hold 5,001 videos." } } })
        has(out, "  old playlists              units   days   done               to undo, writes\n"
            .. "  keep ")
        has(out, "  keep                    The category \"X\" would hold 5,001 videos.")
        has(out, "  reuse                     37,900      4   today                       23,450\n")
        has(out, "> delete                    41,000      5   Tue 24 Nov 2026             23,450\n")
        has(out, "  the plain way, writes    208,700     22\n")
        has(out, "This plan: 41,000 units, 100 of them for reading; 5 days, done Tue 24 Nov 2026.")
        has(flat(out), "There is no cheaper way.")
    end)

    it("says nothing of the cheapest way without the certificate", function()
        has_not(flat(shown({ preview = figures({ no_cheaper_way = false }) })), "no cheaper way")
    end)

    it("says never when no day is enough", function()
        local never = figures({ days = -1, ends_at = 0, plain_days = -1 })
        local out = shown({ preview = never, levels = { delete = never } })
        has(out, "> delete                    41,000  never                               23,450\n")
        has(out, "  the plain way, writes    208,700  never\n")
        has(flat(out), "This plan: 40,900 units of writes; with so few units a day it never ends.")
        local known = machine.plan(facts({ preview = never, levels = { delete = never } }), json)
        assert.equal(json.null, known.days)
        assert.equal(json.null, known.ends_at)
        assert.equal(json.null, known.plain_days)
        assert.equal(json.null, known.levels.delete.days)
    end)

    it("does not call a plan the cheapest that keeps a playlist which is dear to keep", function()
        has(flat(shown({ preview = figures({ plain_units = 850 }) })), "There is no cheaper way "
            .. "that keeps the playlists which have their titles already.")
    end)

    it("says today of each level, though the clock goes on while they are planned", function()
        local now = NOW
        local session = {
            now = function()
                return now
            end,
            plan = function()
                now = now + 40
                return { preview = function() return figures({ ends_at = now }) end,
                    close = function() end }
            end,
        }
        local known = facts({ old = "reuse", preview = figures({ ends_at = NOW }) })
        library.add_levels({ options = {} }, session, {}, known)
        local out = preview.plan(known)
        local _, count = out:gsub("\n[ >] %l+ +41,000 +5   today", "")
        assert.equal(3, count, out)
    end)

    it("shows each playlist with now, then, in, out, units and its day", function()
        local out = shown({ playlists = { row(),
            row({ title_then = "Bebop", title_now = "jazz stuff", carried_on = true, rows_now = 90,
                rows_then = 80, inserts = 10, takeouts = 20, units = 1550, strangers = 2,
                privacy_now = "public", privacy_then = "public", ready_at = NOW + DAY_MS }),
            row({ title_now = "Food", title_then = "Food", units = 0, ready_at = 0 }),
            given_up() } })
        has(out, "  Jazz                           -     10    10     -      550   today\n")
        has(out, "  Bebop                         90     80    10    20    1,550   Sat 21 Nov "
            .. "2026\n"
            .. "    carries on \"jazz stuff\"; 2 videos that no playlist wants stay\n")
        has(out, "  and 1 playlist that is in order already\n")
        has(out, "  Deleted at the end, when everything was seen in its new place:\n"
            .. "  Old                           30      -     -    30       50   Tue 24 Nov 2026\n")
    end)

    it("keeps its columns with wide titles, and steers no terminal", function()
        local out = shown({ playlists = {
            row({ title_then = ("日本語の再生リスト"):rep(4), title_now = ("🎷"):rep(60),
                carried_on = true, privacy_now = "public" }),
            given_up({ title_now = "\27[2Jtrick\n🎺🎺 한국어 재생목록 모음집 아주 긴 제목" }) },
            blocks = { { title = ("映画"):rep(50), videos = 2, unmatched = 1, gone = 1 } },
            warnings = { ("長い "):rep(60) },
            days = { { starts_at = NOW, units = 500 }, { starts_at = NOW + DAY_MS, units = 1 } } })
        has_not(out, "\27")
        for line in out:gmatch("[^\n]+") do
            if line:find("^  日本語") then
                assert.equal("  日本語の再生リスト日本..."
                    .. "      0     10    10     -      550   today", line)
            end
        end
    end)

    it("cuts off nothing silently, and shows all of it when asked", function()
        local playlists, blocks, warnings, days = {}, {}, {}, {}
        for number = 1, 30 do
            playlists[number] = row({ title_then = "P" .. number, title_now = "P" .. number,
                privacy_now = "public", ready_at = NOW + (number - 1) * DAY_MS })
            blocks[number] = { title = "B" .. number, videos = 1, unmatched = 1, gone = 0 }
            warnings[number] = "W" .. number
            days[number] = { starts_at = NOW + (number - 1) * DAY_MS, units = 9900 }
        end
        local long = { playlists = playlists, blocks = blocks, warnings = warnings, days = days }
        local out = shown(long)
        has(out, "  and 18 more (all of them: plan --all)\n")
        has(out, "    and 18 more (all of them: plan --all)\n")
        has(out, "  and 18 more days (all of them: plan --all)\n")
        has_not(out, "W13")
        out = shown(long, { all = true })
        has_not(out, " more")
        for _, word in ipairs({ "P30", "\"B30\"", "W30", "Sat 19 Dec 2026" }) do
            has(out, word)
        end
    end)

    it("tells what happens in which order", function()
        local items = {}
        for position, kind in ipairs({ "playlist_create", "playlist_update", "item_insert",
            "item_insert", "item_move", "playlist_publish", "item_delete", "playlist_delete" }) do
            items[position] = { kind = kind }
        end
        local out = shown({ items = items })
        has(out, "  1. a backup of all playlists, read back and compared\n"
            .. "  2. 1 playlist created, 1 playlist changed; the new one is private while it is\n"
            .. "     filled\n"
            .. "  3. 2 videos added, 1 video moved; each playlist is listed again afterwards\n"
            .. "  4. 1 playlist published when its videos were seen in it\n"
            .. "  5. 1 entry taken out when its video was seen in its place\n"
            .. "  6. 1 playlist deleted, after a second yes\n")
        out = shown({ items = { { kind = "playlist_update" },
            { kind = "item_delete", video_id = "a" },
            { kind = "item_delete", video_id = "b" }, { kind = "item_delete", video_id = "c" } },
            drops = { { id = "b", title = "Dull", rule = "policy.lua:3" } } })
        has(out, "  2. 1 playlist changed\n"
            .. "  3. 2 entries taken out, each when its video was seen in its place\n"
            .. "  4. 1 entry taken out: the policy drops its video\n")
    end)

    it("shows the first title of a day within the line, however wide", function()
        local wide = ("音楽"):rep(30)
        local out = shown({ playlists = { row({ title_then = wide }), row({ title_then = wide }) },
            days = { { starts_at = NOW, units = 1100 }, { starts_at = NOW + DAY_MS, units = 1 } } })
        has(out, "音楽... and 1 more\n")
    end)

    it("says that delete takes only what the policy mentions", function()
        has(flat(shown({ words = true })), "left over are deleted at the end (old_playlists = "
            .. "\"delete\"). Those that the policy does not mention stay.")
        has_not(shown({ words = true, old = "reuse" }), "does not mention")
    end)

    it("says of a part what is in it, and no more than is proven", function()
        local part = { part = { only = { "Jazz" } }, playlists = { row(),
            row({ title_then = "Food", units = 0, ready_at = 0, in_part = false }),
            row({ title_then = "Rock", units = 0, ready_at = 0 }) } }
        local out = shown(part)
        has(out, "  and 1 playlist that is in order already\n"
            .. "  and 1 playlist that is not in this part\n")
        has_not(flat(out), "no cheaper way")
        out = shown(part, { all = true })
        has(out, "  Food                           -     10    10     -        0   not in the "
            .. "part\n")
        has(out, "  Rock                           -     10    10     -        0   in order\n")
        part.preview = figures({ create_playlists = { count = 0, units = 0 } })
        out = shown(part)
        has(out, "There is nothing to do in this part of the plan.\n")
        has_not(out, "Everything is in order")
    end)

    it("shows titles in full when all is asked for", function()
        local long = "the same long title of a playlist number "
        local fields = { playlists = { row({ title_then = long .. "1", title_now = long .. "one",
                carried_on = true, privacy_now = "public" }),
            row({ title_then = ("日本語の再生リスト"):rep(12) }), row({ title_then = "short" }),
            given_up({ title_now = long .. "2", rows_now = 1, ready_at = NOW }) },
            drops = { { id = "v1", title = long:rep(3), rule = "policy.lua:3 leftovers" } },
            blocks = { { title = long .. "3", videos = 1, unmatched = 1, gone = 0 } },
            levels = { delete = figures(), keep = { problem = ("why not "):rep(20) } },
            days = { { starts_at = NOW, units = 1 }, { starts_at = NOW + DAY_MS, units = 1 } } }
        local cut = shown(fields)
        has(cut, "\n  the same long title of ...     0     10    10     -      550   today\n"
            .. "    carries on")
        has(cut, " and 2 more; 1 playlist deleted\n")
        local out = shown(fields, { all = true })
        has(out, "\n  the same long title of ...     0     10    10     -      550   today\n"
            .. "    \"" .. long .. "1\"\n    carries on \"" .. long .. "one\"; public, then\n")
        has(out, "\n    \"" .. long .. "2\"\n")
        has(out:gsub("\n +", ""), ("日本語の再生リスト"):rep(12))
        has(flat(out), "\"" .. long .. "3\": 1 video that no")
        has(flat(out), flat(long:rep(3)))
        has(out, "\n  today                    1   the same long title of a playlist number 1,"
            .. "\n" .. (" "):rep(31) .. "日本語")
        has(flat(out), ", short; 1 playlist deleted")
        has_not(out:gsub("[^\n]+today\n", ""), "...")
        has_not(out, "\"short\"")
    end)

    it("shows the calendar: day, units, what becomes ready", function()
        local out = shown({ playlists = { row(), row({ title_then = "Bebop" }),
            row({ title_then = "Later", ready_at = NOW + DAY_MS }),
            given_up({ ready_at = NOW + DAY_MS }) },
            days = { { starts_at = NOW, units = 9900 },
                { starts_at = NOW + DAY_MS, units = 1250 } } })
        has(out, "  day                  units   what becomes ready\n"
            .. "  today                9,900   Jazz, Bebop\n"
            .. "  Sat 21 Nov 2026      1,250   Later; 1 playlist deleted\n")
    end)

    describe("of what blocks deletions", function()
        local function blocked(...)
            local blocks = {}
            for position, counts in ipairs({ ... }) do
                blocks[position] = { title = "B" .. position, videos = counts[1] + counts[2],
                    unmatched = counts[1], gone = counts[2] }
            end
            return flat(shown({ blocks = blocks })) .. " "
        end

        it("says why, and the one line that would settle it", function()
            local out = shown({ blocks = {
                { title = "Mixed", videos = 3, unmatched = 3, gone = 0 },
                { title = "Odd", videos = 1, unmatched = 1, gone = 0 },
                { title = "Unread", videos = 0, unmatched = 0, gone = 0 } } })
            has(out, "  3 playlists would be given up but must stay:\n"
                .. "    \"Mixed\": 3 videos that no playlist of the policy wants\n"
                .. "    \"Odd\": 1 video that no playlist of the policy wants\n"
                .. "    \"Unread\": its videos could not be read\n"
                .. "  One line in the policy would settle 2 of them: otherwise = \"drop\"\n")
            has_not(out, "Two lines")
            has(shown({ blocks = { { title = "Old", videos = 2, unmatched = 0, gone = 2 } } }),
                "    \"Old\": 2 private or deleted videos\n"
                .. "  One line in the policy would settle it: gone = \"forget\"\n")
        end)

        it("names the two lines together when none alone frees any", function()
            local out = blocked({ 1, 1 }, { 2, 1 })
            has(out, "Two lines together in the policy would settle all of them: otherwise = "
                .. "\"drop\" and gone = \"forget\" ")
            has_not(out, "One line")
            has(blocked({ 1, 1 }), "Two lines together in the policy would settle it: ")
        end)

        it("names the two lines together when they free more than one does", function()
            local out = blocked({ 3, 0 }, { 1, 0 }, { 0, 2 }, { 1, 1 }, { 0, 0 })
            has(out, "One line in the policy would settle 2 of them: otherwise = \"drop\" Two "
                .. "lines together in the policy would settle 4 of them: otherwise = \"drop\" and "
                .. "gone = \"forget\" ")
        end)

        it("promises nothing for what the policy leaves alone", function()
            local session = { items = function(_, id)
                return id == "PL1" and { { video_id = "a" }, { video_id = "a" },
                    { video_id = "b" }, { video_id = "c" } } or {}
            end, now = function() return NOW end }
            local plan = setmetatable({ part = false,
                summary = { left_alone = 1, alone = { a = true } },
                target = { categories = {} }, blocks = function()
                    return { { playlist_id = "PL1", title = "P", videos = 4, unmatched = 3,
                        gone = 1 }, { playlist_id = "PL2", title = "Q", videos = 1,
                        unmatched = 1, gone = 0 }, { playlist_id = "PL1", title = "Unread",
                        videos = 0, unmatched = 0, gone = 0 } }
                end, guard = function() end }, { __index = function()
                    return function() return {} end
                end })
            local known = library.facts(session, plan, { places = {}, mentioned = {} })
            local out = flat(shown({ blocks = known.blocks }))
            has(out, "\"P\": 1 video that no playlist of the policy wants, 1 private or deleted "
                .. "video, 2 videos that the policy leaves alone \"Q\": 1 video that no playlist "
                .. "of the policy wants \"Unread\": its videos could not be read One line in the "
                .. "policy would settle 1 of them: ")
            has_not(out, "Two lines")
            local document = machine.plan(facts({ blocks = known.blocks }), json)
            assert.equal(2, document.blocks[1].left_alone)
            assert.falsy(document.blocks[1].reason:find("settle", 1, true))
        end)

        it("names both lines when each frees as many", function()
            has(blocked({ 3, 0 }, { 0, 2 }), "Either of two lines in the policy would settle 1 of "
                .. "them: otherwise = \"drop\", or gone = \"forget\" Two lines together in the "
                .. "policy would settle all of them: ")
        end)
    end)

    it("names what others see change", function()
        local out = shown({ playlists = {
            row({ title_now = "mix", title_then = "Jazz", privacy_now = "public",
                privacy_then = "public", inserts = 3, takeouts = 2 }),
            row({ title_now = "secret", title_then = "Secret", privacy_now = "private" }),
            given_up({ title_now = "Shared", privacy_now = "unlisted" }) } })
        has(out, "  Others can see 2 playlists while they change:\n"
            .. "    \"mix\" (public): becomes \"Jazz\", 3 in, 2 out\n"
            .. "    \"Shared\" (unlisted): deleted\n")
    end)

    it("says what never comes back", function()
        local lost = figures()
        lost.undo.entries_lost = 2
        has(flat(shown({ preview = lost, playlists = { row({ takeouts = 5 }), given_up() } })),
            "Never comes back: address and cover of 1 deleted playlist; the date added of 35 "
            .. "entries; 2 entries of private or deleted videos.")
        has_not(shown({}), "Never comes back")
    end)

    it("tells of private and deleted videos, strangers and what is supposed", function()
        local out = flat(shown({ gone = 17, unmatched = 4, preview = figures({ unavailable = 3 }),
            daily_units = 50000, supposed_level = "keep", part = {} }))
        has(out, "17 videos are private or deleted: their entries stay where they are. 3 of them "
            .. "are wanted and cannot be added anywhere.")
        has(out, "4 videos that no playlist wants stay where they are.")
        has(out, "This supposes 50,000 units a day. This supposes old = \"delete\"; the policy "
            .. "says \"keep\". This is a part of the plan that is complete in itself;")
        has(flat(shown({ words = true, old = "reuse" })), "none is deleted (old_playlists = "
            .. "\"reuse\").")
        has(flat(shown({ gone = 1, gone_policy = "forget" })),
            "1 video is private or deleted: the policy lets its entries go (gone = \"forget\").")
    end)

    it("warns when the sign-in ends before the job does", function()
        local days = { { starts_at = NOW, units = 9900 },
            { starts_at = NOW + DAY_MS, units = 9800 },
            { starts_at = NOW + 4 * DAY_MS, units = 21300 } }
        local out = flat(shown({ sign_in_ends = NOW + 2 * DAY_MS, days = days }))
        has(out, ("Your sign-in ends %s, before the job does: about 19,700 of 41,000 units will "
            .. "be done by then."):format(text.moment(NOW + 2 * DAY_MS)))
        has_not(shown({ sign_in_ends = NOW + 5 * DAY_MS, days = days }), "sign-in")
    end)

    it("ends with the next command, a pilot with its price first", function()
        local out = preview.plan(facts({ run = "ytsync run", pilot = { units = 556,
            command = "ytsync run --only Jazz" } }))
        has(out, "\n\nTo try it with one playlist (556 units): ytsync run --only Jazz\n"
            .. "To do it: ytsync run")
    end)

    it("names and prices a category as a whole, whose playlists are numbered parts", function()
        local asked = {}
        local function plan(units)
            return { preview = function() return figures({ units = units }) end,
                guard = function() end, warnings = function() return {} end,
                close = function() end, items = function() return {} end,
                days = function() return {} end, blocks = function() return {} end,
                target = { categories = { { key = "Big", priority = 2 },
                    { key = "Jazz" }, { key = "Jazz 2" }, { key = "Big 3" } } },
                playlists = function()
                    return { row({ category = "Big", units = 600 }),
                        row({ category = "Big 2", units = 100 }), row({ category = "Jazz 2" }),
                        row({ category = "Big 3", units = 900 }), given_up() }
                end }
        end
        local session = { now = function() return NOW end,
            channel = function() return { id = "UC1" } end,
            plan = function(_, options)
                asked[#asked + 1] = options.only[1]
                return plan(561)
            end }
        local ctx = { command = function(_, words) return "ytsync " .. words end,
            quoted = function(word) return "'" .. word .. "'" end }
        local whole = plan(2150)
        local known = library.facts(session, whole, { places = {}, old = "reuse" })
        library.add_commands(ctx, session, whole, known)
        assert.same({ "Jazz 2" }, asked)
        assert.equal("Jazz 2", known.pilot.name)
        local rows = {}
        for position, entry in ipairs(known.playlists) do
            rows[position] = ("%s %d"):format(entry.whole, entry.priority)
        end
        assert.same({ "Big 2", "Big 2", "Jazz 2 0", "Big 3 0", "nil 0" }, rows)
        known.playlists[3].units = 701
        library.add_commands(ctx, session, whole, known)
        assert.same({ name = "Big", units = 561, command = "ytsync run --only 'Big'" }, known.pilot)
    end)

    it("is an estimate as long as the library is an export", function()
        local out = preview.plan(facts({ sign_in_first = "ytsync fetch" }))
        has(out, "This is an estimate from your Takeout export. To do it, sign in; then: ytsync "
            .. "fetch")
        has_not(out, "To do it: ")
    end)

    it("has little to say of a library in order", function()
        local nothing = { count = 0, units = 0 }
        assert.equal("Everything is in order: there is nothing to do.\n\n"
            .. "  All other playlists stay as they are (old = \"keep\").",
            shown({ old = "keep", run = "ytsync run", preview = figures({
                create_playlists = nothing }) }))
    end)

    it("has a form for machines", function()
        local document = machine.plan(facts({ playlists = { row(), given_up() },
            days = { { starts_at = NOW, units = 550, reads = 0, writes = 11, ready = 1 } },
            items = { { kind = "item_delete", title = "x" } }, levels = { keep = figures(),
                reuse = { problem = "no" } } }), json)
        local back = assert(json.decode(json.encode(document)))
        assert.equal("delete", back.old)
        assert.is_true(back.no_cheaper_way)
        assert.equal(23450, back.levels.keep.undo_units)
        assert.equal("no", back.levels.reuse.problem)
        assert.equal(10, back.playlists[1]["then"])
        assert.is_nil(back.playlists[1].title_now)
        assert.equal("2026-11-20T18:00:00Z", back.playlists[1].ready_at)
        assert.equal("Old", back.playlists[2].title_now)
        assert.equal(550, back.calendar[1].units)
        assert.equal(1, #back.stages.delete_playlists.items)
        assert.is_true(back.playlists[1].in_part)
        assert.equal(0, back.playlists[1].priority)
        for _, key in ipairs({ "part", "pilot" }) do
            assert.is_nil(back[key])
        end
        assert.same({ {}, {} }, { back.supposed, back.settling })
    end)

    it("tells machines what the screen says", function()
        local document = machine.plan(facts({ gone = 3, daily_units = 500, supposed_level = "keep",
            preview = figures({ bound_units = 40900 }),
            pilot = { name = "Jazz", units = 556, command = "ytsync run --only Jazz" },
            playlists = { row({ priority = 7 }) },
            policy_lines = { unmatched = "leftovers { into = \"Unsorted\" }",
                gone = "gone \"forget\"" },
            blocks = { { playlist_id = "PL1", title = "B", video_id = "v1", videos = 3,
                unmatched = 2, gone = 1, reason = "otherwise = \"drop\" would settle it" } } }),
            json)
        local back = assert(json.decode(json.encode(document)))
        assert.same({ lines = { "leftovers { into = \"Unsorted\" }", "gone \"forget\"" },
            playlists = 1 }, back.settling[1])
        assert.equal("\"B\" stays: 2 videos that no playlist of the policy wants, 1 private or "
            .. "deleted video; leftovers { into = \"Unsorted\" } and gone \"forget\" would settle "
            .. "it.", back.blocks[1].reason)
        assert.equal("v1", back.blocks[1].video_id)
        assert.same({ name = "Jazz", units = 556, command = "ytsync run --only Jazz" }, back.pilot)
        assert.same({ quota = 500, level = "delete" }, back.supposed)
        assert.same({ 3, 40900, 7 }, { back.gone, back.bound_units, back.playlists[1].priority })
    end)

    it("tells machines of a part what is in it, and no more than is proven", function()
        local document = machine.plan(facts({ part = { only = { "Jazz" }, max_units = 900 },
            playlists = { row(), row({ in_part = false }) },
            preview = figures({ bound_units = 40900 }) }), json)
        local back = assert(json.decode(json.encode(document)))
        assert.same({ only = { "Jazz" }, max_units = 900 }, back.part)
        assert.same({ true, false }, { back.playlists[1].in_part, back.playlists[2].in_part })
        assert.is_nil(back.no_cheaper_way)
        assert.is_nil(back.bound_units)
    end)
end)
