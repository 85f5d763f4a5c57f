--- Exit codes of the command, and what to do about each kind of failure.
-- The codes are fixed: others script against them.
local M = {}

M.OK = 0           -- done, or nothing to do
M.FAILED = 1
M.CHANGES = 2      -- plan --exit-code: there is something to do
M.USAGE = 64       -- wrong call, or a question would be needed and there is no terminal
M.DATA = 65        -- the policy or the data cannot be used
M.WAITING = 75     -- paused, waiting, or another runner is at work
M.SIGN_IN = 77

-- Status name (ytsync.h: YS_STATUS_MAP) to exit code; every other name is FAILED.
local CODES = {
    ok = M.OK,
    invalid_argument = M.USAGE,
    usage = M.USAGE,
    policy_error = M.DATA,
    changed = M.DATA,
    no_policy = M.DATA,
    no_database = M.DATA,
    no_export = M.DATA,
    database_corrupt = M.DATA,
    database_foreign = M.DATA,
    database_newer = M.DATA,
    database_stale = M.DATA,
    database_schema = M.DATA,
    database_on_network = M.DATA,
    locked = M.WAITING,
    lease_lost = M.WAITING,
    quota_exhausted = M.WAITING,
    creates_exhausted = M.WAITING,
    throttled = M.WAITING,
    paused = M.WAITING,
    confirmation = M.WAITING,
    interrupted = M.WAITING,
    auth_error = M.SIGN_IN,
    no_token = M.SIGN_IN,
    wrong_channel = M.SIGN_IN,
}

-- What mends it; {run} is the command for that verb, as the user called it, {again} the whole call.
local REMEDIES = {
    auth_error = "Put a fresh access token into YTSYNC_ACCESS_TOKEN and go on with: {again}",
    wrong_channel = "Use the token of the right channel, or another database (--db FILE).",
    changed = "Look at what there is to do now: {plan}",
    database_corrupt = "Or start a new one with --db FILE: the library is read from YouTube "
        .. "again.",
    database_newer = "Update ytsync, or name another file with --db FILE.",
    database_stale = "Put the newest copy back, or take this one as it is with --accept-old.",
    database_on_network = "Keep the database on a local disk: --db FILE.",
    bad_reply = "The server's answer could not be used. Nothing is lost; try again later: {again}\n"
        .. "If it stays so: does YTSYNC_API_URL lead to YouTube's API?",
    interrupted = "Nothing is lost. Go on with: {run}",
    lease_lost = "Look at how far it has come: {status}",
    locked = "Look at it: {status}",
    library_changing = "Nothing is lost. Try again when nothing else changes the library: {again}",
    network_error = "Nothing is lost. Try again later: {again}",
    no_database = "Read your library first: {fetch}",
    policy_error = "Mend the policy, then try it with: {check}",
    quota_exhausted = "Go on then with: {run} (or let it wait by itself: {run --wait})",
    reply_too_large = "Nothing is lost. Does YTSYNC_API_URL lead to YouTube's API?",
    throttled = "Try again in a while: {again}",
}

--- The exit code for a status name.
---@param name string|nil
---@return integer
function M.code(name)
    return CODES[name] or M.FAILED
end

--- The sentence that says what to do, or nil.
---@param name string|nil
---@param command fun(words: string): string  verb to command line; "again" to the call itself
---@return string|nil
function M.remedy(name, command)
    local text = REMEDIES[name]
    return text and (text:gsub("{(.-)}", command))
end

return M
