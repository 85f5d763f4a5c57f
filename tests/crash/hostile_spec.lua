-- hostile_spec.lua: titles, descriptions and channel names come from strangers. Whatever they hold,
-- no verb sends the terminal a control character or a mark that turns the direction of writing
-- around, no file gets a name from them, and the sync does its work.
local simulator = require("lua.simulator")
local json = require("ytsync.json")

local check = simulator.available() and it or pending
-- What a title can be made of; none of these is refused in other people's videos.
local NASTY = {
    "\27[2J\27[31mred", "\27]0;title\7", "\27]8;;http://evil.example\27\\link", "\r overwritten",
    "tab\there", "\u{202E}gnirts", "\u{2066}isolate\u{2069}", "\u{200F}rtl\u{200E}",
    "\u{9B}31mC1", "\u{85}nel", "\u{2028}line\u{2029}para", "\u{FEFF}bom", "\127del", "\8\8\8bs",
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "../../../etc/passwd", "a/b\\c",
    "'; DROP TABLE videos; --", "\"quoted\" %s %n %d", "$(touch pwned) `touch pwned`", "{again}",
    "{{x}}", "\u{1F4A9}\u{200D}\u{1F525}", ("long "):rep(200),
}
local LOUDNESS = { "", " -v", " --json" }

-- No control character but line feed and tab, no C1, no mark of direction, no separator.
local function assert_harmless(words, text)
    for position, code in utf8.codes(text) do
        local bad = (code < 0x20 and code ~= 10 and code ~= 9) or (code >= 0x7F and code <= 0x9F)
            or code == 0x200E or code == 0x200F or (code >= 0x2028 and code <= 0x202E)
            or (code >= 0x2066 and code <= 0x2069) or code == 0xFEFF
        assert.is_false(bad, ("%s: U+%04X at byte %d of:\n%s"):format(words, code, position,
            (text:gsub("[^\n -~]", "?"))))
    end
end

local function library(path)
    local lines, playlists = {}, {}
    for number, title in ipairs(NASTY) do
        local id = ("nasty%06d"):format(number)
        lines[#lines + 1] = json.encode({ id = id, title = title, description = title,
            channel = title, tags = { title }, duration_s = 60 })
        playlists[#playlists + 1] = json.encode({ playlist = ("PLnasty%d"):format(number),
            title = title:sub(1, 120):match("^[%z\1-\127\194-\244][%z\1-\255]*$") and title
                or "x", items = json.array({ id, "nasty000001" }) })
    end
    table.move(playlists, 1, #playlists, #lines + 1, lines)
    return simulator.write(path, table.concat(lines, "\n") .. "\n")
end

local POLICY = [[
local y = require "ytsync.policy"
return y.policy { old = "delete", gone = "forget", otherwise = "Rest", categories = {
    y.category "Links" { when = y.title { "link", "DROP", "etc" } },
    y.category "Rest" { description = "plain" } } }
]]

describe("titles of strangers", function()
    check("harm neither the terminal nor the disk, and are sorted like any other", function()
        local folder = simulator.path("work")
        os.execute("mkdir -p " .. simulator.quote(folder))
        local sim = simulator.start("--library " .. library(simulator.path("library.jsonl")))
        sim.env.YTSYNC_DB = folder .. "/library.db"
        sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), POLICY)
        local function run(words, expected)
            for _, loud in ipairs(LOUDNESS) do
                local code, out, err = sim:run(words .. loud)
                assert.truthy(expected[code], words .. loud .. ": " .. code .. "\n" .. out .. err)
                assert_harmless(words .. loud, out)
                assert_harmless(words .. loud, err)
            end
        end
        local fine = { [0] = true }
        run("fetch --full", fine)
        run("check", fine)
        run("plan", fine)
        -- Some inserts fail, so that errors name titles too.
        sim:tell("/sim/fault", "playlistItems.insert#3+2=reason:videoNotFound")
        run("run --yes", { [0] = true, [75] = true })
        sim:clear_faults()
        for _, words in ipairs({ "status", "log --limit 500", "plan", "quota" }) do
            run(words, fine)
        end
        run("run --yes --delete --wait", { [0] = true, [1] = true, [75] = true })
        run("status", fine)
        run("log --limit 500", fine)
        local report = sim:ask("/sim/truth").report
        sim:stop()
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
        -- No file is named after a title, here or where the command was started.
        local _, names = simulator.shell("find " .. simulator.quote(folder) .. " -type f")
        for name in names:gmatch("[^\n]+") do
            assert.truthy(name:find("^[%w%./_-]+$"), name)
        end
        assert.equal(1, (simulator.shell("test -e pwned")))
    end)
end)
