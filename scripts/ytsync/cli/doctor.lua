--- `doctor`: is everything in order for a sync? Each step of "Connect your account" in the README,
--- and what can be wrong on this machine.
local core = require("ytsync.core")
local exits = require("ytsync.cli.exits")
local probe = require("ytsync.cli.probe")
local signin = require("ytsync.cli.signin")
local text = require("ytsync.text")

local CLOCK_OFF_MAX_MS = 5 * 60 * 1000
local FREE_BYTES_MIN = 200 * 1024 * 1024
local DAY_MS = 24 * 60 * 60 * 1000
-- By their folders' usual names, and by files that their programs put there.
local SYNCED = { { "Dropbox", "[Dd]ropbox" }, { "OneDrive", "[Oo]ne[Dd]rive" },
    { "Google Drive", "[Gg]oogle ?[Dd]rive" }, { "Nextcloud", "[Nn]ext[Cc]loud" },
    { "iCloud Drive", "Mobile Documents" }, { "Syncthing", "[Ss]yncthing" },
    { "pCloud", "p[Cc]loud" }, { "MEGA", "^MEGA" } }
local MARKERS = { { "Syncthing", ".stfolder" }, { "Dropbox", ".dropbox" },
    { "Nextcloud", ".sync_journal.db" }, { "Nextcloud", ".nextcloudsync.log" } }

local QUOTA_PAGE = "https://console.cloud.google.com/apis/api/youtube.googleapis.com/quotas"
local API_PAGE = "https://console.cloud.google.com/apis/library/youtube.googleapis.com"

local Checks = {}
Checks.__index = Checks

--- Notes one finding. `good` nil: it could not be looked at.
function Checks:note(name, good, message, remedy)
    local entry = { check = name, ok = good, message = message,
        remedy = not good and remedy or nil }
    self[#self + 1] = entry
    local mark = good and "ok  " or good == nil and "-   " or "FAIL"
    self.ctx:say(("%s  %-9s %s"):format(mark, name, message))
    if not good and remedy then
        self.ctx:say(("%s  %-9s -> %s"):format("    ", "", self.ctx:with_commands(remedy)))
    end
    return good
end

-- ------------------------------------------------------------------ the sign-in

local function check_client(checks, ctx, path)
    if not core.exists(path) then
        return checks:note("client", false, "there is no OAuth client yet",
            "`login` shows how to make one, step by step")
    end
    local login, message = core.login({ client = path, clock = ctx:clock() })
    if not login then
        return checks:note("client", false, message, "`login --client` with a new file")
    end
    login:close()
    return checks:note("client", true, "an OAuth client of the type \"Desktop app\" is kept")
end

local function ends(known, now)
    local age = (now - known.signed_in_at) // DAY_MS
    local words = ("signed in %s ago"):format(age == 1 and "1 day" or age .. " days")
    if known.ends_at > 0 then
        words = words .. "; Google ends it " .. text.moment(known.ends_at)
    elseif age >= 5 then
        words = words .. "; a project in \"Testing\" ends it after 7"
    end
    return words
end

local function check_token(checks, ctx, session)
    local other = signin.elsewhere(ctx)
    if other then
        return checks:note("sign-in", nil, other .. " is set; there is no sign-in to look at")
    end
    local account = ctx:account()
    local path = signin.path(ctx, account)
    check_client(checks, ctx, ctx:data_path("accounts/client.json"))
    local known, message, name = core.signin(path)
    if not known then
        checks:note("sign-in", false, message, name == "not_found" and "`login`" or nil)
        return false
    end
    checks:note("sign-in", true, ends(known, session:now()))
    if not known.may_read then
        return checks:note("scope", false, "it does not allow to read", "`login`")
    end
    return checks:note("scope", true, known.may_write and "reading and changing playlists"
        or "reading; the first run asks for more")
end

-- ------------------------------------------------------------------ YouTube

-- A day that is used up by others, or a project that has no quota at all: the ledger tells.
local function quota_remedy(session)
    local quota = session:quota()
    if quota and quota.limit == 0 then
        return "the project has no quota for this API: look at " .. QUOTA_PAGE
    elseif quota and quota.used * 10 < quota.limit then
        return ("ytsync itself used only %s today: something else spends from the same project, or "
            .. "the project has less than %s a day; look at %s"):format(
            text.count(quota.used, "unit"), text.number(quota.limit), QUOTA_PAGE)
    end
    return quota and "it starts anew " .. text.moment(quota.resets_at) or nil
end

local function check_youtube(checks, session)
    local channel, playlists, name = session:whoami()
    if channel then
        checks:note("api", true, "YouTube Data API v3 answers")
        return checks:note("channel", playlists > 0, ("%s (%s), %s"):format(channel.title,
            channel.id, text.count(playlists, "playlist")), "no playlists: is it the right "
            .. "channel? `login --switch`")
    end
    if name == "quota_exhausted" then
        return checks:note("quota", false, playlists, quota_remedy(session))
    elseif name == "forbidden" then
        return checks:note("api", false, playlists, "is it switched on? " .. API_PAGE)
    elseif name == "wrong_channel" then
        return checks:note("channel", false, playlists, "`login --switch`, or another --db")
    elseif name == "network_error" then
        return checks:note("network", false, playlists, "is this machine online?")
    elseif name == "locked" then
        return checks:note("api", nil, playlists)
    end
    return checks:note("sign-in", false, playlists)
end

local function check_quota(checks, session)
    local quota, message = session:quota()
    if not quota then
        return checks:note("quota", false, message)
    end
    local words = ("%s of %s units left today; it starts anew %s"):format(
        text.number(quota.remaining), text.number(quota.limit), text.moment(quota.resets_at))
    return checks:note("quota", quota.remaining > 0, words, quota_remedy(session))
end

-- ------------------------------------------------------------------ this machine

-- The service that carries this path's folder to other machines, by its name or its marks.
local function synced(path)
    for part in path:gmatch("[^/]+") do
        for _, service in ipairs(SYNCED) do
            if part:find(service[2]) then
                return service[1]
            end
        end
    end
    local folder = path
    repeat
        folder = folder:match("^(.*)/[^/]*$") or ""
        for _, marker in ipairs(MARKERS) do
            if core.exists(folder .. "/" .. marker[2]) then
                return marker[1]
            end
        end
    until folder == ""
    return nil
end

local function check_machine(checks, ctx, session)
    local health, message = session:health()
    checks:note("database", health ~= nil, health and "every page was read and is sound" or message,
        "move it away and start a new one: the library is read from YouTube again")
    if not health then
        return
    end
    local free = health.free_bytes
    checks:note("disk", free < 0 and nil or free >= FREE_BYTES_MIN, free < 0
        and "the free space is not known" or ("%s MiB free"):format(text.number(free // 1048576)),
        "make room: a backup is written before each job")
    if not health.clock_known then
        checks:note("clock", nil, "no answer of YouTube to compare it with")
    else
        local off = health.clock_off
        checks:note("clock", math.abs(off) <= CLOCK_OFF_MAX_MS, math.abs(off) < 2000
            and "as YouTube's" or ("%s %s YouTube's"):format(text.duration(math.abs(off)),
                off > 0 and "behind" or "ahead of"), "set this machine's clock")
    end
    local path = ctx:db_path()
    local service = synced(path)
    checks:note("folder", not service, service and ("%s lies in a folder of %s"):format(path,
        service) or path, "two machines would overwrite each other's database: move it (--db FILE)")
end

return {
    usage = "doctor [--probe [--yes]]",
    summary = "check the sign-in, the quota and this machine",
    help = [[
Looks at each step of connecting an account, at the quota, and at this machine: the OAuth client,
the sign-in and what it allows, the channel, whether the API is switched on, the day's quota, the
database (every page of it), free space, the clock, and whether the database lies in a folder that
other machines write to. Costs 2 units.
--probe measures instead what nobody has written down about YouTube: how far its lists are behind
its writes, and where a video goes that is added without a position. It first says what it will do
and asks (--yes answers), works on a private test playlist of its own, deletes that again, also
after an error, and costs about 280 units. One that a crash left is found and offered for deletion
by the next doctor --probe.]],
    run = function(ctx)
        local session, code = ctx:open({ must_exist = ctx.options.probe })
        if not session then
            return code
        end
        if ctx.options.probe then
            return probe.run(ctx, session)
        end
        local checks = setmetatable({ ctx = ctx }, Checks)
        if check_token(checks, ctx, session) ~= false then
            if check_youtube(checks, session) then
                check_quota(checks, session)
            end
        end
        check_machine(checks, ctx, session)
        local failed, signed = 0, true
        local list = {}
        for position, entry in ipairs(checks) do
            list[position] = { check = entry.check, ok = entry.ok, message = entry.message,
                remedy = entry.remedy }
            if entry.ok == false then
                failed = failed + 1
                signed = signed and not ({ client = true, ["sign-in"] = true, scope = true })[
                    entry.check]
            end
        end
        ctx:json({ checks = list, failed = failed })
        if failed > 0 then
            ctx:say(text.count(failed, "thing") .. " to mend.")
            return signed and exits.FAILED or exits.SIGN_IN
        end
        ctx:say("Everything is in order.")
        return exits.OK
    end,
}
