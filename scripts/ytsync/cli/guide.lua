--- The bare command: where things stand, and the one next thing to do.
local exits = require("ytsync.cli.exits")
local report = require("ytsync.report")
local text = require("ytsync.text")

local M = {}

-- ------------------------------------------------------------------ where things stand

local function library_line(state)
    if not state.session then
        return "none yet"
    end
    local playlists, later, newest = state.session:playlists(), 0, 0
    if not playlists then
        return "none yet"
    end
    for _, playlist in ipairs(playlists) do
        later = later + (playlist.source == "watch_later" and playlist.item_count or 0)
        newest = math.max(newest, playlist.fetched_at)
    end
    state.imported = state.channel.fetched_at == 0
    state.has_library = true
    local line = text.count(#playlists, "playlist")
        .. (later > 0 and (", %s in Watch Later"):format(text.number(later)) or "")
    if state.imported then
        return ("%s, from Takeout, %s"):format(line, text.day(newest))
    end
    return ("%s, read %s: %s"):format(line, text.moment(state.channel.fetched_at),
        state.channel.title)
end

local function job_line(state)
    local status = state.status
    if not status or status.id == 0 then
        return "none yet"
    end
    local line = ("number %d: %s, %s of %s done"):format(status.id, status.label,
        text.number(status.done), text.count(status.total, "operation"))
    return line
end

-- ------------------------------------------------------------------ what comes next

-- The first of these whose condition holds is the next step: {condition, what, words of the call}.
local STEPS = {
    { function(state)
        return state.problem
    end, "The database cannot be used; see above what mends it.", nil },
    { function(state)
        return state.job and state.job.needs_you ~= ""
    end, "the job needs you", "status" },
    { function(state)
        return state.job and state.job.pause_reason == "confirmation"
    end, "everything is in its place; say yes to the deletions", "run --delete" },
    { function(state)
        return state.job and (state.job.pause_reason == "user_paused"
            or state.job.pause_requested)
    end, "you paused the job; take it up again", "resume" },
    { function(state)
        return state.job and state.job.pause_reason == "errors_collected"
    end, "some operations failed; look at them", "status" },
    { function(state)
        return state.job and state.job.pause_reason == "quota_exhausted"
    end, "wait for the quota and go on by itself (or call run again later)", "run --wait" },
    { function(state)
        return state.job
    end, "go on with the job", "run" },
    { function(state)
        return not state.has_library and not state.signed_in
    end, "import your playlists from Google Takeout; it needs no account",
        "import takeout PATH" },
    { function(state)
        return not state.has_library
    end, "read your library from YouTube", "fetch" },
    { function(state)
        return not state.has_policy
    end, "write a first policy from your library", "init" },
    { function(state)
        return state.imported and not state.signed_in
    end, "see what your policy comes to, without an account", "plan --offline" },
    { function(state)
        return state.imported
    end, "read your library from YouTube: titles, channels, and what changed since", "fetch" },
    { function(state)
        return not state.status or state.status.id == 0
    end, "see what would be done and what it costs", "plan" },
    { function()
        return true
    end, "see whether there is something new to do", "plan" },
}

local function next_step(state)
    for _, step in ipairs(STEPS) do
        if step[1](state) then
            return step[2], step[3]
        end
    end
    return nil
end

-- What could come after it, in a line or two.
local function afterwards(ctx, state, words)
    if words == "import takeout PATH" then
        return ("Get the export at https://takeout.google.com (\"YouTube\", there \"playlists\").\n"
            .. "Or watch it at work on a sample library first: %s"):format(ctx:command("demo"))
    elseif words == "plan --offline" then
        return package.searchpath("ytsync.cli.login", package.path)
            and ("To carry it out, sign in: %s"):format(ctx:command("login"))
            or ("To carry it out, sign in; then: %s"):format(ctx:command("fetch"))
    elseif words == "plan" and state.status and state.status.id ~= 0 then
        return ("To have that done every day: %s"):format(ctx:command("schedule on"))
    elseif words == "plan" then
        return ("Then: %s"):format(ctx:command("run"))
    end
    return nil
end

local function look(ctx)
    local state = { has_policy = ctx:exists(ctx:policy_path() or ""), signed_in = ctx:signed_in() }
    if not ctx:has_database() then
        return state
    end
    local session, code = ctx:open({ must_exist = true })
    if not session then
        state.problem = code
        return state
    end
    state.session = session
    state.channel = session:channel() or { id = "", title = "", fetched_at = 0 }
    state.status = session:status()
    state.job = state.status and report.unfinished(state.status) and state.status or nil
    return state
end

--- Says where things stand.
---@param ctx ytsync.Context
---@return integer code
function M.run(ctx)
    local state = look(ctx)
    local function line(label, words)
        ctx:say("  " .. text.pad(label, 10)
            .. (words:find("/", 1, true) and words or text.cut(words, 66)))
    end
    ctx:say("ytsync puts a YouTube library in order, by a policy that you write.\n")
    line("library", library_line(state))
    line("policy", state.has_policy and ctx:policy_path() or "none yet")
    line("sign-in", state.signed_in and "there is one" or "none yet")
    line("last job", job_line(state))
    local pause = state.job and report.pause(state.job, state.session:now())
    if pause then
        line("", pause)
    end
    local what, words = next_step(state)
    ctx:say("")
    if words then
        ctx:say(text.wrap("Next: " .. what .. ":", 80))
        ctx:say("  " .. ctx:command(words))
    else
        ctx:say(what)
    end
    local after = afterwards(ctx, state, words)
    if after then
        ctx:say(after)
    end
    ctx:say("\nAll verbs: " .. ctx.world.command .. " help")
    return state.problem or exits.OK
end

return M
