--- A job: a plan that is being carried out. See ytsync.init for how one comes about.
local sandbox = require("ytsync.sandbox")

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

---@class ytsync.Job
---@field core table
---@field session ytsync.Session
---@field policy ytsync.Policy|nil
---@field retries table<integer, integer>|nil  by operation, what on_error asked for
local Job = { __name = "ytsync.Job" }
Job.__index = Job

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
    return self.session:logged(self.core:step(timeout_ms))
end

--- What happened since the last call: {kind = "stage"|"operation"|"error"|"note", stage,
--- operation, reason, text, done, total}.
---@return table[]
function Job:events()
    return self.core:events()
end

--- The job's operations one by one: for operation in job:operations() do ... end. Each is
--- {id, job_id, seq, kind, status, category, playlist_id, title, video_id, remote_id, rule, error,
--- attempts, units, intent_at, done_at}.
---@return fun(): table|nil
function Job:operations()
    local list, message = self.session.core:operations(self:id())
    if not list then
        error(message, 2)
    end
    local position = 0
    return function()
        position = position + 1
        return list[position]
    end
end

--- How long until going on makes sense: 0 now, -1 not by time alone.
---@return integer
function Job:wait_ms()
    return self.core:wait_ms()
end

--- Settles a failed operation.
---@param operation_id integer
---@param decision "retry"|"skip"|"pause"|"fail"
---@return true|nil
---@return string|nil message
---@return string|nil name
function Job:decide(operation_id, decision)
    return self.core:decide(operation_id, decision)
end

--- Puts unsent work back, waits for what is in flight and leaves the job as it stands.
---@return true|nil
---@return string|nil message
---@return string|nil name
function Job:stop()
    return self.core:stop()
end

--- Gives the handle back; the job itself goes on to exist.
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

-- Takes the job up again as a new run would: what the user changed on YouTube meanwhile is looked
-- at before anything is written.
local function take_up(self)
    local id = self:id()
    self.core:close()
    local handle, message, name = self.session.core:job(id)
    if not handle then
        return nil, message, name
    end
    self.core = handle
    return true
end

-- After a rest: true when the run goes on. A refused token is replaced, when the program gives
-- another one. nil, message, name when going on failed.
local function renew(self, name)
    if name ~= "auth_error" then
        return false
    end
    local renewed, message, problem = self.session:renew_token()
    if not renewed then
        return renewed, message, problem
    end
    return take_up(self)
end

-- Sleeps until the job can go on, and takes it up again. False when time alone does not help; nil,
-- message, name when the sleep was interrupted or the job cannot be taken up.
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
    return take_up(self)
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
            local slept, why, why_name = renew(self, name)
            if slept == false and options.wait then
                slept, why, why_name = rest(self, options.on_event, message, name, empty_rests)
            end
            if not slept then
                return nil, why or message, why_name or name
            end
            empty_rests = empty_rests + 1
        end
    end
end

return Job
