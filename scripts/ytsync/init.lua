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
local Job = require("ytsync.job")
local policies = require("ytsync.policy")
local targets = require("ytsync.target")

local M = {}

--- The library's version, "0.1.0".
M.version = core.version
--- Names of the settings that config_get and config_set know.
---@type string[]
M.config_keys = core.config_keys

---@class ytsync.Session
---@field core table
local Session = { __name = "ytsync.Session" }
Session.__index = Session

---@class ytsync.Plan
---@field core table
---@field policy ytsync.Policy|nil
---@field summary ytsync.Summary|nil
---@field part {only: string[]|nil, max_units: integer|nil}|nil  nil: it is a whole plan
local Plan = { __name = "ytsync.Plan" }
Plan.__index = Plan

-- The access token that a program's function gives, or nil and why it gave none.
local function ask_token(source)
    local ok, token, message = pcall(source)
    if not ok then
        return nil, "the token function went wrong: " .. tostring(token), "no_token"
    elseif type(token) ~= "string" then
        return nil, message and tostring(message) or "the token function gave no token", "no_token"
    end
    return token
end

--- Opens (and where needed creates) a database. Nothing is read from the environment.
---@param options {db: string, backup_dir: string|nil, api_url: string|nil,
---  token: string|(fun(): string)|nil, signin: string|nil, token_command: string|nil,
---  project: string|nil, clock: string|nil,
---  must_exist: boolean|nil, accept_old: boolean|nil,
---  log: (fun(level: string, text: string))|nil}  token: the access token, or a function that
---  gives one: it is asked now, and again when YouTube refuses the one it gave; log: gets what is
---  noted ("debug", "info", "warn" and a text) after each call of a method
---@return ytsync.Session|nil
---@return string|nil message
---@return string|nil name  "not_found", "database_corrupt", "locked", ...
function M.open(options)
    local given, source, world = options, nil, options.world
    if type(options.token) == "function" or world or options.log then
        given = {}
        for key, value in pairs(options) do -- unordered: a copy
            given[key] = value
        end
        given.world = nil -- of ytsync.sim
        given.log = options.log ~= nil
    end
    if type(options.token) == "function" then
        source = options.token
        local token, problem, problem_name = ask_token(source)
        if not token then
            return nil, problem, problem_name
        end
        given.token = token
    end
    local handle, message, name
    if world then
        handle, message, name = world:open(given)
    else
        handle, message, name = core.open(given)
    end
    if not handle then
        return nil, message, name
    end
    local session = setmetatable({ core = handle, token_source = source, token = given.token,
        log_sink = options.log }, Session)
    session:logged()
    return session
end

-- ------------------------------------------------------------------ session

--- Hands what was noted to the program's log function, and its arguments on.
---@param ... any
---@return any ...
function Session:logged(...)
    if self.log_sink then
        for _, line in ipairs(self.core:log_lines() or {}) do
            self.log_sink(line.level, line.text)
        end
    end
    return ...
end

--- Asks the program for another token, when it gave a function for that.
---@return boolean|nil renewed  false: there is no function, or it gave the same token again
---@return string|nil message  the function went wrong
---@return string|nil name
function Session:renew_token()
    if not self.token_source then
        return false
    end
    local token, message, name = ask_token(self.token_source)
    if not token then
        return nil, message, name
    elseif token == self.token then
        return false
    end
    self.token = token
    return self.core:set_token(token)
end

-- Methods that send requests: with a new token they are called once more.
for _, method in ipairs({ "fetch", "create_playlist", "add_video", "delete_playlist" }) do
    Session[method] = function(self, ...)
        local result, message, name = self:logged(self.core[method](self.core, ...))
        if result == nil and name == "auth_error" then
            local renewed, problem, problem_name = self:renew_token()
            if renewed then
                return self:logged(self.core[method](self.core, ...))
            elseif problem then
                return nil, problem, problem_name
            end
        end
        return result, message, name
    end
end

-- Methods that the core offers as they are.
local PASSED_ON = {
    "set_token", "interrupt", "config_get", "config_set", "quota", "channel",
    "playlists", "items", "import_takeout", "forget_import", "match_import",
    "pause", "resume", "cancel", "confirm", "retry_failed", "status", "operations", "errors",
    "log", "categories", "sleep", "now", "use_signin", "whoami", "health",
    "probe", "probe_leftovers", "probe_remove",
    "proofs", "proof_summary", "backups", "backup_create", "backup_find", "backup_verify",
    "backup_diff", "backup_prune", "backup_export",
}
for _, method in ipairs(PASSED_ON) do
    Session[method] = function(self, ...)
        return self:logged(self.core[method](self.core, ...))
    end
end

---@class ytsync.Session
---@field set_token fun(self, token: string): true|nil, string?, string?  replaces the token
---@field interrupt fun(self)  asks a running call to stop at the next clean point
---@field use_signin fun(self, path: string): true|nil, string?, string?  the file of a sign-in
---@field whoami fun(self): {id: string, title: string}|nil, integer|string, string?  the channel
---  of the sign-in, and how many playlists it has; 2 units
---@field health fun(self): {free_bytes: integer, clock_known: boolean, clock_off: integer}|nil,
---  string?, string?  reads every page of the database
---@field probe fun(self): table|nil, string?, string?, table?  measures on a test playlist of its
---  own, at most 500 units: {title, left, units, refused, place, made, added, added_more,
---  taken_out, deleted}, the last five {unseen, seen} in ms; on failure the same behind the name
---@field probe_leftovers fun(self): table[]|nil, string?, string?  test playlists still there
---@field probe_remove fun(self, playlist_id: string): true|nil, string?, string?  50 units and more
---@field config_get fun(self, key: string): integer|nil, string?, string?
---@field config_set fun(self, key: string, value: integer): integer|nil, string?, string?
---@field quota fun(self): table|nil, string?, string?  {day, limit, keep, used, reserved,
---  remaining, creates_used, creates_limit, resets_at, exhausted}; units, resets_at in ms
---@field fetch fun(self, options: {full: boolean|nil, progress: fun(p: {what: string,
---  done: integer, total: integer, units: integer}): boolean?}|nil): table|nil, string?, string?
---  {playlists, items, videos, playlists_listed, imported, units, refreshed, dropped, gone,
---  gone_file}: how many videos were asked for again because what was known was 30 days old, of how
---  many in no playlist it was dropped; how many are private or deleted, and the file that lists
---  them; a progress that returns false stops it
---@field import_takeout fun(self, options: {paths: string[]}): table|nil, any, string?
---  {files, other_files, rows, read, bad, repeated, lists, listed, gone, empty, watch_later,
---  self_sorted, undated, videos, untitled} and a list of notes {kind, file, line, text}
---@field forget_import fun(self, playlist_id: string): true|nil, string?, string?
---@field match_import fun(self): {imported: integer, listed: integer, common: integer}|nil,
---  string?, string?  playlists of the export, of the sign-in's channel, of both; 1 unit for 50
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
---@field retry_failed fun(self, job: integer|nil): integer|nil, string?, string?  how many
---  operations of the last job are open again
---@field status fun(self, job: integer|nil): table|nil, string?, string?  id 0: never a job
---@field operations fun(self, job: integer): table[]|nil, string?, string?
---@field errors fun(self, job: integer): table[]|nil, string?, string?
---@field log fun(self, options: {job: integer|nil, video: string|nil, playlist: string|nil,
---  actor: string|nil, since: integer|nil, limit: integer|nil}|nil): table[]|nil, string?, string?
---  {id, job_id, operation_id, at, actor, action, entity, playlist_id, video_id, before, after}:
---  the newest `limit` (100) entries that are all of what is said, oldest first; actor: "ytsync",
---  "user" or "elsewhere"; since in ms
---@field proofs fun(self, job: integer): table[]|nil, string?, string?  what its deletes rest on
---@field proof_summary fun(self, job: integer): table|nil, string?, string?  the same in numbers,
---  with the file that lists them
---@field backups fun(self): table[]|nil, string?, string?  {id, file, sha256, bytes, playlists,
---  items, videos, trigger, at}, oldest first
---@field backup_create fun(self, trigger: string): table|nil, string?, string?
---@field backup_find fun(self, which: string): table|nil, string?, string?  number, "last" or file
---@field backup_verify fun(self, which: string): table|nil, string?, string?  "backup_failed"
---@field backup_diff fun(self, a: string, b: string): table[]|nil, string?, string?  {kind,
---  playlist_id, playlist_title, video_id, before, after, videos}
---@field backup_prune fun(self, keep: integer): table[]|nil, string?, string?  those that went
---@field backup_export fun(self, which: string, folder: string): true|nil, string?, string?
---@field categories fun(self): table[]|nil, string?, string?  category -> YouTube playlist
---@field sleep fun(self, duration_ms: integer): true|nil, string?, string?  "interrupted"
---@field now fun(self): integer  ms

--- Closes the session with its plans and jobs. A second time does nothing.
function Session:close()
    self.core:close()
end
Session.__close = Session.close

--- All videos that are in a playlist now, by the time they were saved.
---@return table[]|nil videos  {id, title, channel, channel_id ("": unknown), description, tags,
---  duration_s (nil: unknown), published_at, saved_at, availability ("live", "private",
---  "deleted"), gone, live, playlists (titles ever seen in), playlist_ids}
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
---@param options {policy: ytsync.Policy|table|nil, target: ytsync.Target|nil, level: string|nil,
---  daily_units: integer|nil, only: string[]|nil, max_units: integer|nil}  a policy or a target;
---  level: instead of the policy's old; daily_units: as if the project had so many; only: keys of
---  categories; max_units: as many of them as fit. A plain table is taken as y.policy's
---@return ytsync.Plan|nil
---@return string|nil message
---@return string|nil name
---@return string|nil traceback  of an error in a policy's function
function Session:plan(options)
    local policy, target, summary = options.policy, options.target, nil
    if policy then
        if type(policy) ~= "table" then
            error("plan: policy must be a table, y.policy { ... } or from policy.load_file", 2)
        elseif not policies.is_policy(policy) then
            policy = policies.policy(policy)
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
        target = target, part = (options.only or options.max_units)
            and { only = options.only, max_units = options.max_units } or nil }, Plan)
end

--- Plans to make the library what a backup says it was (fetch first).
---@param which string  the backup's number, "last", or its file
---@param playlists string[]|nil  ids or titles of then; nil: all
---@return ytsync.Plan|nil
---@return string|nil message
---@return string|nil name
function Session:restore_plan(which, playlists)
    local handle, message, name = self.core:restore_plan(which, playlists)
    if not handle then
        return nil, message, name
    end
    return setmetatable({ core = handle }, Plan)
end

--- Plans to take a job back: a restore of the backup that was made before it.
---@param job integer
---@return ytsync.Plan|nil
---@return string|nil message
---@return string|nil name
function Session:undo_plan(job)
    local handle, message, name = self.core:undo_plan(job)
    if not handle then
        return nil, message, name
    end
    return setmetatable({ core = handle }, Plan)
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
    local policy = plan.policy
    if policy and policy.text then -- so that the backup of the job has it
        local kept, why, why_name = self.core:policy_keep(policy.hash, policy.text)
        if not kept then
            return nil, why, why_name
        end
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
--- entries_lost}}. `days` is -1, and `ends_at` 0, when a day's units are not enough for a write and
--- the reads before it. plain_units are writes alone, and so is `undo`: what taking it back would
--- cost, once it was done.
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

--- What a restore cannot bring back: {video_id, title, playlist_title}.
---@return table[]
function Plan:losses()
    return self.core:losses()
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

--- Why the plan cannot be started: the limits of the policy that it would go beyond. nil: it can.
---@return string|nil
---@return {units: integer, takeouts: integer, deletes: integer} needs  what it does of each
function Plan:guard()
    return self.core:guard()
end

--- Gives the plan back; a second time does nothing.
function Plan:close()
    self.core:close()
end
Plan.__close = Plan.close

return M
