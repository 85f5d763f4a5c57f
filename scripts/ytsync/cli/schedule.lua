--- `schedule`: has `run` called every day, by a systemd user timer or a line for cron. A job that
--- needs days goes on by itself; a library that is in order costs a few units.
local core = require("ytsync.core")
local exits = require("ytsync.cli.exits")
local text = require("ytsync.text")

local NAME = "ytsync"
-- A quarter of an hour after midnight in Los Angeles, when the day's quota is new.
local CALENDAR = "*-*-* 00:15:00 America/Los_Angeles"
local AFTER_RESET_MS = 15 * 60 * 1000
-- Midnight in Los Angeles in winter, where no database can tell.
local WINTER_MIDNIGHT_MS = 8 * 60 * 60 * 1000
local MARK = "# ytsync schedule"

local function quoted(word)
    return "'" .. word:gsub("'", "'\\''") .. "'"
end

-- Runs a line of shell that this file alone makes; the first line that it prints, and how it ended.
local function ask(line)
    local pipe = io.popen(line .. " 2>&1", "r")
    if not pipe then
        return "", false
    end
    local said = pipe:read("a")
    local ok = pipe:close()
    return said, ok == true
end

local function has(program)
    local _, ok = ask("command -v " .. program)
    return ok
end

-- ------------------------------------------------------------------ the call

local function absolute(path)
    if path:sub(1, 1) == "/" then
        return path
    end
    return (ask("pwd"):gsub("\n$", "")) .. "/" .. path
end

-- The words of the daily call. Nothing is deleted by it: that takes a person's yes.
local function words_of(ctx)
    local script = absolute(ctx.world.script or "ytsync")
    local words = {}
    if script:find("%.lua$") then
        words[1] = (ask("command -v " .. quoted(ctx.world.interpreter or "lua5.4")):gsub("\n$", ""))
    end
    words[#words + 1] = script
    words[#words + 1] = "run"
    words[#words + 1] = "--yes"
    words[#words + 1] = "--quiet"
    for _, key in ipairs({ "db", "policy" }) do
        if ctx.options[key] then
            words[#words + 1] = "--" .. key
            words[#words + 1] = absolute(ctx.options[key])
        end
    end
    return words
end

-- ------------------------------------------------------------------ systemd

local function systemd_folder(ctx)
    local base = ctx.world.getenv("XDG_CONFIG_HOME")
    if not base or base:sub(1, 1) ~= "/" then
        base = (ctx.world.getenv("HOME") or "") .. "/.config"
    end
    return base .. "/systemd/user"
end

local function has_systemd()
    if not has("systemctl") then
        return false
    end
    local _, ok = ask("systemctl --user show-environment")
    return ok
end

-- systemd's own quoting: % and $ mean something to it.
local function unit_words(words)
    local out = {}
    for position, word in ipairs(words) do
        local safe = word:gsub('[\\"]', "\\%0"):gsub("%%", "%%%%"):gsub("%$", "$$$$")
        out[position] = '"' .. safe .. '"'
    end
    return table.concat(out, " ")
end

local function write(path, content)
    local file, message = io.open(path, "w")
    if not file then
        return nil, message
    end
    file:write(content)
    return file:close()
end

local function service(words)
    return table.concat({ "[Unit]", "Description=ytsync puts the YouTube library in order", "",
        "[Service]", "Type=oneshot", "ExecStart=" .. unit_words(words),
        "# 75: it waits for quota or for you, and goes on another day.",
        "SuccessExitStatus=75", "TimeoutStartSec=infinity", "" }, "\n")
end

local function timer()
    return table.concat({ "[Unit]", "Description=ytsync, every day when the quota is new", "",
        "[Timer]", "OnCalendar=" .. CALENDAR, "RandomizedDelaySec=20min", "Persistent=true", "",
        "[Install]", "WantedBy=timers.target", "" }, "\n")
end

-- A user's timers end when he logs out, unless he lingers.
local function say_lingering(ctx)
    local user = ctx.world.getenv("USER") or ctx.world.getenv("LOGNAME") or ""
    local said, ok = ask("loginctl show-user " .. quoted(user) .. " --property=Linger")
    if ok and said:find("Linger=yes", 1, true) then
        ctx:say("It also runs while you are logged out (lingering is on).")
    else
        ctx:say("It runs only while you are logged in. To have it run always: "
            .. "loginctl enable-linger")
    end
end

local function systemd_on(ctx, words)
    local folder = systemd_folder(ctx)
    core.mkdir_p(folder) -- a failure shows when the files are written
    local ok, message = write(("%s/%s.service"):format(folder, NAME), service(words))
    if ok then
        ok, message = write(("%s/%s.timer"):format(folder, NAME), timer())
    end
    if not ok then
        return ctx:fail("the timer cannot be written: " .. tostring(message), "io_error")
    end
    local said, done = ask("systemctl --user daemon-reload && systemctl --user enable --now "
        .. NAME .. ".timer")
    if not done then
        return ctx:fail("systemd did not take the timer: " .. said:gsub("%s+$", ""), "io_error")
    end
    ctx:json({ schedule = "systemd", timer = ("%s/%s.timer"):format(folder, NAME) })
    ctx:say("A systemd timer of yours calls `run` every day when the quota is new.")
    say_lingering(ctx)
    return exits.OK
end

local function systemd_off(ctx)
    local folder = systemd_folder(ctx)
    if not ctx:exists(("%s/%s.timer"):format(folder, NAME)) then
        return false
    end
    ask("systemctl --user disable --now " .. NAME .. ".timer")
    os.remove(("%s/%s.timer"):format(folder, NAME))
    os.remove(("%s/%s.service"):format(folder, NAME))
    ask("systemctl --user daemon-reload")
    return true
end

-- ------------------------------------------------------------------ cron

-- cron knows one time zone, ours: the moment moves by an hour when one of both changes its clocks.
local function cron_line(ctx, words)
    local session = ctx:has_database() and ctx:open({ must_exist = true })
    local quota = session and session:quota()
    local reset = quota and quota.resets_at or WINTER_MIDNIGHT_MS
    local at = os.date("*t", (reset + AFTER_RESET_MS) // 1000)
    local shell = {}
    for position, word in ipairs(words) do
        shell[position] = quoted(word):gsub("%%", "\\%%")
    end
    return ("%d %d * * * %s %s"):format(at.min, at.hour, table.concat(shell, " "), MARK)
end

-- The user's crontab without our line, and our line when it was there.
local function crontab()
    local said, ok = ask("crontab -l")
    local others, ours = {}, nil
    for line in (ok and said or ""):gmatch("[^\n]+") do
        if line:find(MARK, 1, true) then
            ours = line
        else
            others[#others + 1] = line
        end
    end
    return others, ours
end

local function write_crontab(lines)
    local pipe = io.popen("crontab -", "w")
    if not pipe then
        return false
    end
    pipe:write(table.concat(lines, "\n"), #lines > 0 and "\n" or "")
    return pipe:close() == true
end

local function cron_on(ctx, words)
    local line = cron_line(ctx, words)
    if not has("crontab") then
        ctx:json({ schedule = "none", line = line })
        ctx:say("There is neither systemd nor cron here. Have this called every day:")
        ctx:say("  " .. ctx.world.command .. " run --yes --quiet")
        return exits.OK
    end
    local lines = crontab()
    lines[#lines + 1] = line
    if not write_crontab(lines) then
        return ctx:fail("cron did not take the line", "io_error", nil, "Put it in by hand "
            .. "(crontab -e): " .. line)
    end
    ctx:json({ schedule = "cron", line = line })
    ctx:say("A line in your crontab calls `run` every day when the quota is new:")
    ctx:say("  " .. line)
    return exits.OK
end

local function cron_off()
    if not has("crontab") then
        return false
    end
    local lines, ours = crontab()
    return ours ~= nil and write_crontab(lines)
end

-- ------------------------------------------------------------------ the verb

local function off(ctx)
    local one, other = systemd_off(ctx), cron_off()
    ctx:json({ schedule = "off" })
    ctx:say((one or other) and "Nothing is called by itself any more."
        or "There was no schedule.")
    return exits.OK
end

local function status(ctx)
    local path = ("%s/%s.timer"):format(systemd_folder(ctx), NAME)
    local _, ours = nil, nil
    if has("crontab") then
        _, ours = crontab()
    end
    if ctx:exists(path) then
        local said = ask("systemctl --user list-timers " .. NAME .. ".timer --no-pager --no-legend")
        ctx:json({ schedule = "systemd", timer = path, next = said:match("^[^\n]*") })
        ctx:say("A systemd timer calls `run` every day: " .. path)
        ctx:say(said ~= "" and "Next: " .. text.safe(said:match("^[^\n]*"))
            or "It is not active; switch it on again with: " .. ctx:command("schedule on"))
    elseif ours then
        ctx:json({ schedule = "cron", line = ours })
        ctx:say("A line in your crontab calls `run` every day:")
        ctx:say("  " .. ours)
    else
        ctx:json({ schedule = "off" })
        ctx:say("Nothing is called by itself. To have `run` called every day: "
            .. ctx:command("schedule on"))
    end
    return exits.OK
end

return {
    usage = "schedule on | schedule off | schedule status",
    summary = "have `run` called every day",
    help = [[
on      a systemd timer of yours, or a line in your crontab, calls `run --yes --quiet` every day a
        quarter of an hour after the quota is new. A job that takes days goes on by itself, and one
        that rests (exit code 75) is no failure. Playlists are never deleted by it: that takes
        your own `run --delete`.
off     takes that away
status  which of both there is, and when it runs next]],
    examples = {
        { "schedule on", "every day, for the policy and database in their usual places" },
        { "schedule on --policy ~/nightly.lua", "for another policy" },
    },
    run = function(ctx)
        local action = ctx.arguments[1] or "status"
        if #ctx.arguments > 1 or not ({ on = true, off = true, status = true })[action] then
            return ctx:usage("schedule takes on, off or status")
        end
        if action == "off" then
            return off(ctx)
        elseif action == "status" then
            return status(ctx)
        end
        if not ctx:signed_in() or ctx.world.getenv("YTSYNC_ACCESS_TOKEN") then
            ctx:remark("A daily call needs a sign-in that is kept; YTSYNC_ACCESS_TOKEN is not "
                .. "handed on to it.")
        end
        local words = words_of(ctx)
        return has_systemd() and systemd_on(ctx, words) or cron_on(ctx, words)
    end,
}
