--- ytsync for Lua programs: put a YouTube library in order by a policy.
--
--     local ytsync = require "ytsync"
--     local policy = assert(require "ytsync.policy".load_file "policy.lua")
--     local session <close> = assert(ytsync.open { db = "library.db", token = token })
--     assert(session:fetch())
--     local plan <close> = assert(session:plan { policy = policy })
--     print(plan:preview().units, "units")
--     local job <close> = assert(session:start(plan))
--     local ok, message, name = job:run()      -- nil, "...", "quota_exhausted": run again later
--
-- Manners: a method returns its value, or nil, a message for people and a stable status name
-- (ytsync.h: YS_STATUS_MAP). It raises only for an argument of the wrong type. Times are integer
-- milliseconds since 1970 UTC, costs are quota units, ids are strings. Handles close themselves
-- when collected; closing a session closes its plans and jobs.
local core = require("ytsync.core")
local policies = require("ytsync.policy")
local sandbox = require("ytsync.sandbox")
local targets = require("ytsync.target")

local M = {}

--- The library's version, "0.1.0".
M.version = core.version
--- Names of the settings that config_get and config_set know.
---@type string[]
M.config_keys = core.config_keys

-- How long one turn of the engine waits for something to happen.
local STEP_MS = 1000
-- How often a policy's on_error may ask for one operation to be tried again by one job handle: a
-- permanent error must not keep a job alive for ever.
local RETRIES_MAX = 3
-- Rests that end at once, one after the other with nothing done between them.
local EMPTY_RESTS_MAX = 3

-- What passes by itself; everything else needs a person.
local PASSING = {
    quota_exhausted = true, creates_exhausted = true, throttled = true, network_error = true,
    bad_reply = true, reply_too_large = true, outcome_unknown = true, library_changing = true,
}

local DECISIONS = { retry = true, skip = true, pause = true, fail = true }

---@class ytsync.Session
---@field core table
local Session = { __name = "ytsync.Session" }
Session.__index = Session

---@class ytsync.Plan
---@field core table
---@field policy ytsync.Policy|nil
---@field summary ytsync.Summary|nil
local Plan = { __name = "ytsync.Plan" }
Plan.__index = Plan

---@class ytsync.Job
---@field core table
---@field session ytsync.Session
---@field policy ytsync.Policy|nil
---@field retries table<integer, integer>|nil  by operation, what on_error asked for
local Job = { __name = "ytsync.Job" }
Job.__index = Job

--- Opens (and where needed creates) a database.
---@param options {db: string, backup_dir: string|nil, api_url: string|nil, token: string|nil,
---  signin: string|nil, token_command: string|nil,
---  project: string|nil, clock: string|nil, must_exist: boolean|nil, accept_old: boolean|nil}
---@return ytsync.Session|nil
---@return string|nil message
---@return string|nil name  "not_found", "database_corrupt", "locked", ...
function M.open(options)
    local handle, message, name = core.open(options)
    if not handle then
        return nil, message, name
    end
    return setmetatable({ core = handle }, Session)
end

-- ------------------------------------------------------------------ session

-- Methods that the core offers as they are.
local PASSED_ON = {
    "set_token", "interrupt", "config_get", "config_set", "quota", "fetch", "channel",
    "playlists", "items", "import_takeout", "forget_import", "create_playlist", "add_video",
    "delete_playlist", "pause", "resume", "cancel", "confirm", "status", "operations", "errors",
    "log", "categories", "sleep", "now", "use_signin", "whoami",
}
for _, method in ipairs(PASSED_ON) do
    Session[method] = function(self, ...)
        return self.core[method](self.core, ...)
    end
end

---@class ytsync.Session
---@field set_token fun(self, token: string): true|nil, string?, string?  replaces the token
---@field interrupt fun(self)  asks a running call to stop at the next clean point
---@field use_signin fun(self, path: string): true|nil, string?, string?  the file of a sign-in
---@field whoami fun(self): {id: string, title: string}|nil, integer|string, string?  the channel
---  of the sign-in, and how many playlists it has; 2 units
---@field config_get fun(self, key: string): integer|nil, string?, string?
---@field config_set fun(self, key: string, value: integer): integer|nil, string?, string?
---@field quota fun(self): table|nil, string?, string?  {day, limit, keep, used, reserved,
---  remaining, creates_used, creates_limit, resets_at, exhausted}; units, resets_at in ms
---@field fetch fun(self, options: {full: boolean|nil, progress: fun(p: {what: string,
---  done: integer, total: integer, units: integer}): boolean?}|nil): table|nil, string?, string?
---  {playlists, items, videos, playlists_listed, imported, units}; a progress that returns false
---  stops it
---@field import_takeout fun(self, options: {paths: string[]}): table|nil, any, string?
---  {files, other_files, rows, read, bad, repeated, lists, listed, gone, empty, watch_later,
---  self_sorted, undated, videos, untitled} and a list of notes {kind, file, line, text}
---@field forget_import fun(self, playlist_id: string): true|nil, string?, string?
---@field channel fun(self): {id: string, title: string, fetched_at: integer}|nil, string?, string?
---@field playlists fun(self, options: {deleted: boolean|nil}|nil): table[]|nil, string?, string?
---@field items fun(self, playlist_id: string): table[]|nil, string?, string?
---@field create_playlist fun(self, spec: {title: string, description: string|nil,
---  privacy: string|nil}): string|nil, string?, string?  the id; private unless told; 50 units
---@field add_video fun(self, playlist_id: string, video_id: string): string|nil, string?, string?
---  the item's id; 50 units; YouTube allows doubles
---@field delete_playlist fun(self, playlist_id: string): true|nil, string?, string?  50 units
---@field pause fun(self, job: integer|nil): true|nil, string?, string?  works beside a runner
---@field resume fun(self, job: integer|nil): true|nil, string?, string?
---@field cancel fun(self, job: integer|nil): true|nil, string?, string?
---@field confirm fun(self, job: integer|nil): true|nil, string?, string?  the second yes
---@field status fun(self, job: integer|nil): table|nil, string?, string?  id 0: never a job
---@field operations fun(self, job: integer): table[]|nil, string?, string?
---@field errors fun(self, job: integer): table[]|nil, string?, string?
---@field log fun(self, options: {job: integer|nil, limit: integer|nil}|nil): table[]|nil
---@field categories fun(self): table[]|nil, string?, string?  category -> YouTube playlist
---@field sleep fun(self, duration_ms: integer): true|nil, string?, string?  "interrupted"
---@field now fun(self): integer  ms

--- Closes the session with its plans and jobs. A second time does nothing.
function Session:close()
    self.core:close()
end
Session.__close = Session.close

--- All videos that are in a playlist now, by the time they were saved.
---@return table[]|nil videos  {id, title, channel, description, tags, duration_s (nil: unknown),
---  published_at, saved_at, availability ("live", "private", "deleted"), gone, live, playlists
---  (titles ever seen in), playlist_ids}
---@return string|nil message
---@return string|nil name
function Session:videos()
    local videos, message, name = self.core:videos()
    if not videos then
        return nil, message, name
    end
    for _, video in ipairs(videos) do
        video.live = video.availability == "live"
        video.gone = not video.live
    end
    return videos
end

--- The stored library, as policies are tried on it: {channel, playlists, videos}; playlists with
--- those that are gone from YouTube. Before the first fetch there is no channel.
---@return table|nil
---@return string|nil message
---@return string|nil name
function Session:library()
    local playlists, message, name = self:playlists({ deleted = true })
    if not playlists then
        return nil, message, name
    end
    local videos
    videos, message, name = self:videos()
    if not videos then
        return nil, message, name
    end
    return { channel = self:channel(), playlists = playlists, videos = videos }
end

--- Tries a policy on the stored library, without planning.
---@param policy ytsync.Policy
---@param library table|nil  from session:library(); default: read now
---@return ytsync.Target|nil
---@return ytsync.Summary|string summary  or the message
---@return string|nil name
---@return string|nil traceback
function Session:target(policy, library)
    local message, name
    if not library then
        library, message, name = self:library()
        if not library then
            return nil, message, name
        end
    end
    return targets.build(policy, library, { now_ms = self:now() })
end

-- A target with what is asked for besides: another level, a part of it, another day's units.
local function asked(target, options)
    local out = {}
    for key, value in pairs(target) do -- unordered: a copy
        out[key] = value
    end
    out.old = options.level or target.old
    out.daily_units = options.daily_units
    out.only = options.only
    out.max_units = options.max_units
    return out
end

--- Plans from what the store holds (fetch first); sends nothing and stores nothing.
---@param options {policy: ytsync.Policy|nil, target: ytsync.Target|nil, level: string|nil,
---  daily_units: integer|nil, only: string[]|nil, max_units: integer|nil}  a policy or a target;
---  level: instead of the policy's old; daily_units: as if the project had so many; only: keys of
---  categories; max_units: as many of them as fit
---@return ytsync.Plan|nil
---@return string|nil message
---@return string|nil name
---@return string|nil traceback  of an error in a policy's function
function Session:plan(options)
    local policy, target, summary = options.policy, options.target, nil
    if policy then
        if not policies.is_policy(policy) then
            error("plan: policy must come from y.policy { ... } or policy.load_file", 2)
        end
        local name, trace
        target, summary, name, trace = self:target(policy)
        if not target then
            return nil, summary, name, trace
        end
    elseif type(target) ~= "table" then
        error("plan: give policy = or target =", 2)
    end
    local handle, message, name = self.core:plan(asked(target, options))
    if not handle then
        return nil, message, name
    end
    return setmetatable({ core = handle, policy = policy, summary = summary or options.summary,
        target = target }, Plan)
end

--- Stores a plan as a new job. "wrong_state" when the channel has an unfinished one.
---@param plan ytsync.Plan
---@return ytsync.Job|nil
---@return string|nil message
---@return string|nil name
function Session:start(plan)
    if getmetatable(plan) ~= Plan then
        error("start: a plan is needed, from session:plan { ... }", 2)
    end
    local handle, message, name = self.core:start(plan.core)
    if not handle then
        return nil, message, name
    end
    return setmetatable({ core = handle, session = self, policy = plan.policy }, Job)
end

--- Opens the unfinished job, or the one with this number.
---@param id integer|nil
---@param options {policy: ytsync.Policy|nil}|nil  whose on_error decides
---@return ytsync.Job|nil
---@return string|nil message
---@return string|nil name  "not_found"
function Session:job(id, options)
    local handle, message, name = self.core:job(id)
    if not handle then
        return nil, message, name
    end
    return setmetatable({
        core = handle,
        session = self,
        policy = options and options.policy or nil,
    }, Job)
end

-- ------------------------------------------------------------------ plan

--- The plan in numbers: {units, write_units, read_units, plain_units, days, plain_days, ends_at,
--- create_playlists = {count, units}, add_videos =, delete_playlists =, adopted, reused,
--- already_there, unavailable, blocked, no_cheaper_way, bound_units (no plan for this target writes
--- for less), undo = {units, days, playlists_deleted,
--- playlists_made, playlists_changed, entries_put_back, entries_taken_out, entries_moved,
--- entries_lost}}. `undo` is what taking it back would cost, once it was done.
---@return table
function Plan:preview()
    return self.core:preview()
end

--- Every planned operation: {kind, category, playlist_id, title, video_id, rule, units, anchor}
--- (the video that it comes to stand after; "top"; "": in no order).
---@return table[]
function Plan:items()
    return self.core:items()
end

--- What becomes of each playlist: of the categories in their order, then of those given up:
--- {category, playlist_id, title_now, title_then, privacy_now, privacy_then, carried_on, rows_now,
--- rows_then, inserts, takeouts, moves, strangers, units, ready_at}. "" is none; ready_at is when
--- its day begins, 0 when nothing is to be done.
---@return table[]
function Plan:playlists()
    return self.core:playlists()
end

--- The days of the forecast on which something is done: {starts_at, units, reads, writes, ready}.
---@return table[]
function Plan:days()
    return self.core:days()
end

--- Playlists that stay although the policy would give them up: {playlist_id, title, video_id,
--- reason, videos, unmatched, gone}.
---@return table[]
function Plan:blocks()
    return self.core:blocks()
end

--- Remarks for people, the policy's and the planner's.
---@return string[]
function Plan:warnings()
    local out = {}
    for _, warning in ipairs(self.summary and self.summary.warnings or {}) do
        out[#out + 1] = warning
    end
    for _, warning in ipairs(self.core:warnings()) do
        out[#out + 1] = warning
    end
    return out
end

--- Why the plan cannot be started: a limit of the policy that it would go beyond. nil: it can.
---@return string|nil
function Plan:guard()
    return self.core:guard()
end

function Plan:close()
    self.core:close()
end
Plan.__close = Plan.close

-- ------------------------------------------------------------------ job

--- The job's number.
---@return integer
function Job:id()
    return self.core:id()
end

--- One turn of the engine; waits up to timeout_ms.
---@param timeout_ms integer
---@return boolean|nil more  false: completed; nil: it rests or failed
---@return string|nil message
---@return string|nil name  "quota_exhausted", "paused", "confirmation", "auth_error", ...
function Job:step(timeout_ms)
    return self.core:step(timeout_ms)
end

--- What happened since the last call: {kind = "stage"|"operation"|"error"|"note", stage,
--- operation, reason, text, done, total}.
---@return table[]
function Job:events()
    return self.core:events()
end

--- How long until going on makes sense: 0 now, -1 not by time alone.
---@return integer
function Job:wait_ms()
    return self.core:wait_ms()
end

--- Settles a failed operation.
---@param operation_id integer
---@param decision "retry"|"skip"|"pause"|"fail"
function Job:decide(operation_id, decision)
    return self.core:decide(operation_id, decision)
end

--- Puts unsent work back, waits for what is in flight and leaves the job as it stands.
function Job:stop()
    return self.core:stop()
end

function Job:close()
    self.core:close()
end
Job.__close = Job.close

-- Asks the policy what to do about a failed operation. Returns a decision, or nil to leave it
-- failed; nil, message, name, traceback when the hook itself went wrong.
local function ask_policy(policy, event, retries)
    local operation = event.operation
    local ok, answer, trace = sandbox.run(sandbox.CALL_LIMIT, function()
        return policy.on_error(operation, {
            reason = event.reason,
            message = event.text,
            stage = event.stage,
        })
    end)
    if not ok then
        return nil, "on_error went wrong: " .. tostring(answer), "policy_error", trace
    end
    if answer == nil then
        return nil
    end
    if not DECISIONS[answer] then
        return nil, ("on_error answered '%s'; it can be 'retry', 'skip', 'pause' or 'fail'")
            :format(tostring(answer)), "policy_error"
    end
    if answer == "retry" then
        retries[operation.id] = (retries[operation.id] or 0) + 1
        if retries[operation.id] > RETRIES_MAX then
            return nil
        end
    end
    return answer
end

-- Settles one failed operation by the policy's word. Returns nil, message, name when the run
-- has to end.
local function settle(self, event, retries)
    local decision, problem, problem_name, trace = ask_policy(self.policy, event, retries)
    if problem then
        self:decide(event.operation.id, "pause")
        return nil, problem, problem_name, trace
    end
    if decision then
        local ok, message, name = self:decide(event.operation.id, decision)
        if not ok then
            return nil, message, name
        end
    end
    return true
end

-- Hands events on, and failed operations to the policy. True when the run may go on, false when
-- on_event wants it to stop; nil, message, name, traceback when a hook went wrong.
local function deliver(self, on_event, retries)
    local hook = self.policy and self.policy.on_error
    local go_on = true
    for _, event in ipairs(self:events()) do
        if on_event and on_event(event) == false then
            go_on = false
        end
        local failed = event.kind == "error" and event.operation
            and event.operation.status == "failed"
        if failed and hook then
            local ok, message, name, trace = settle(self, event, retries)
            if not ok then
                return nil, message, name, trace
            end
        end
    end
    return go_on
end

-- Sleeps until the job can go on, and takes it up again as a new run would: what the user changed
-- on YouTube meanwhile is looked at before anything is written. False when time alone does not
-- help; nil, message, name when the sleep was interrupted or the job cannot be taken up.
local function rest(self, on_event, message, name, empty_rests)
    if not PASSING[name] then
        return false
    end
    local wait_ms = self:wait_ms()
    if wait_ms < 0 or (wait_ms == 0 and empty_rests >= EMPTY_RESTS_MAX) then
        return false
    elseif wait_ms == 0 then
        return true
    end
    if on_event then
        on_event({ kind = "wait", reason = name, text = message, wait_ms = wait_ms,
            until_ms = self.session:now() + wait_ms })
    end
    local ok, why, why_name = self.session:sleep(wait_ms)
    if not ok then
        return nil, why, why_name
    end
    local id = self:id()
    self.core:close()
    local handle
    handle, why, why_name = self.session.core:job(id)
    if not handle then
        return nil, why, why_name
    end
    self.core = handle
    return true
end

--- Works on the job until it is completed or rests.
---@param options {on_event: (fun(event: table): boolean?)|nil, wait: boolean|nil,
---  policy: ytsync.Policy|nil}|nil  on_event gets every event (also {kind = "wait", reason,
---  text, wait_ms, until_ms}) and stops the run by returning false; wait: sleep until the quota
---  resets and go on, instead of returning
---@return true|nil completed
---@return string|nil message
---@return string|nil name  why it rests: "quota_exhausted", "confirmation", "paused",
---  "policy_error", "interrupted", ...
---@return string|nil traceback  of an error in on_error
function Job:run(options)
    options = options or {}
    self.policy = options.policy or self.policy
    self.retries = self.retries or {}
    local empty_rests = 0
    while true do
        local more, message, name = self:step(STEP_MS)
        local ok, problem, problem_name, trace = deliver(self, options.on_event, self.retries)
        if ok == nil then
            self:stop()
            return nil, problem, problem_name, trace
        end
        if more == false then
            return true
        elseif not ok then
            self:stop()
            return nil, "Stopped on request.", "interrupted"
        elseif more then
            empty_rests = 0
        else
            local slept, why, why_name = false, nil, nil
            if options.wait then
                slept, why, why_name = rest(self, options.on_event, message, name, empty_rests)
            end
            if not slept then
                return nil, why or message, why_name or name
            end
            empty_rests = empty_rests + 1
        end
    end
end

return M
