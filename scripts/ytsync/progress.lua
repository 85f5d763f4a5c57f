--- Progress while something runs. On a terminal one line is drawn anew: a bar, how far it is, how
--- fast, what it has cost, and what is being done now; what was finished stays above it. Elsewhere
--- there is a plain line per stage and per playlist that is complete. Goes to standard error, so
--- that results stay clean.
local text = require("ytsync.text")

local M = {}

-- Where the terminal does not say how wide it is.
local COLUMNS = 80
local COLUMNS_MIN = 40
local BAR_COLUMNS = 16
-- A rate over less than this says nothing.
local RATE_AFTER_MS = 10000
local MINUTE_MS = 60000

local LABELS = {
    pending = "Ready to sync",
    backup = "Creating backup",
    create_playlists = "Creating playlists",
    add_videos = "Adding videos",
    delete_playlists = "Deleting old playlists",
    completed = "Sync complete",
    paused = "Sync paused",
    failed = "Sync failed",
    cancelled = "Sync cancelled",
}

local KINDS = {
    playlist_create = "create playlist",
    playlist_update = "change playlist",
    item_insert = "add",
    item_move = "move",
    playlist_publish = "publish playlist",
    item_delete = "take out",
    playlist_delete = "delete playlist",
}

local WAITS = {
    quota_exhausted = "The day's quota is used up.",
    creates_exhausted = "No more playlists can be created today.",
}

---@class ytsync.Progress
local Progress = {}
Progress.__index = Progress

--- A display.
---@param options {write: fun(text: string), terminal: boolean, quiet: boolean, verbose: boolean,
---  columns: integer|nil, colour: boolean|nil, now: (fun(): integer)|nil}  now: ms, for the rate
---@return ytsync.Progress
function M.new(options)
    return setmetatable({
        write = options.write,
        terminal = options.terminal,
        quiet = options.quiet,
        verbose = options.verbose,
        -- One column is left free: some terminals wrap when the last one is written.
        columns = math.max(COLUMNS_MIN, options.columns or COLUMNS) - 1,
        colour = options.colour or false,
        now = options.now,
        drawn = "",
        stage = nil,
        units = 0,
        open = {},
        added = {},
    }, Progress)
end

-- ------------------------------------------------------------------ the line that is drawn anew

-- Only the bar has a colour, put in last, when nothing is measured any more.
local function coloured(line)
    return (line:gsub("%[(#+)", "[\27[32m%1\27[0m", 1))
end

--- Draws the line that changes; nothing where there is no terminal.
---@param line string
function Progress:draw(line)
    if self.quiet or not self.terminal then
        return
    end
    line = text.cut(line, self.columns)
    if line ~= self.drawn then
        self.write("\r" .. (self.colour and coloured(line) or line) .. "\27[K")
        self.drawn = line
    end
end

--- Ends the drawn line, so that other text starts on a line of its own.
function Progress:clear()
    if self.drawn ~= "" then
        self.write("\r\27[K")
        self.drawn = ""
    end
end

--- A line that stays.
---@param line string
function Progress:line(line)
    if self.quiet then
        return
    end
    self:clear()
    self.write(text.safe_lines(line) .. "\n")
end

local function bar(done, total)
    local filled = total > 0 and math.min(BAR_COLUMNS, done * BAR_COLUMNS // total) or 0
    return "[" .. ("#"):rep(filled) .. ("."):rep(BAR_COLUMNS - filled) .. "]"
end

-- Operations per minute since the first one, " 12/min", or nothing while that says nothing.
function Progress:rate(done)
    local now = self.now and self.now()
    if not now then
        return ""
    end
    if not self.began then
        self.began, self.began_done = now, done
    end
    local passed, made = now - self.began, done - self.began_done
    if passed < RATE_AFTER_MS or made < 2 then
        return ""
    end
    return (" %s/min"):format(text.number(made * MINUTE_MS // passed))
end

-- The parts that matter least come last, where a narrow terminal cuts.
function Progress:show(label, done, total, what)
    self:draw(("%s %s %s/%s%s, %s%s"):format(label, bar(done, total), text.number(done),
        text.number(total), self:rate(done), text.count(self.units, "unit"),
        what ~= "" and ": " .. what or ""))
end

--- For session:fetch.
---@param progress {what: string, done: integer, total: integer, units: integer}
function Progress:fetch(progress)
    self.units = progress.units
    self:show("Reading " .. progress.what, progress.done, progress.total, "")
    self.units = 0
end

-- ------------------------------------------------------------------ a job

--- Says which operations there are, so that a playlist whose last video was added can be told.
---@param operations table[]
function Progress:expect(operations)
    for _, operation in ipairs(operations) do
        if operation.kind == "item_insert" and (operation.status == "pending"
            or operation.status == "in_flight" or operation.status == "unknown") then
            self.open[operation.title] = (self.open[operation.title] or 0) + 1
        end
    end
end

local function describe(operation)
    local subject = operation.title
    if operation.video_id ~= "" then
        subject = operation.video_id .. " in \"" .. operation.title .. "\""
    else
        subject = "\"" .. subject .. "\""
    end
    local line = ("%s %s: %s"):format(KINDS[operation.kind] or operation.kind, subject,
        operation.status)
    if operation.rule ~= "" then
        line = line .. " (" .. operation.rule .. ")"
    end
    return line
end

--- One more video is settled; the last one of a playlist is told.
---@param operation table
function Progress:settle(operation)
    local left = self.open[operation.title]
    if operation.kind ~= "item_insert" or not left then
        return
    end
    if operation.status == "done" then
        self.added[operation.title] = (self.added[operation.title] or 0) + 1
    elseif operation.status ~= "skipped" and operation.status ~= "failed" then
        return
    end
    self.open[operation.title] = left > 1 and left - 1 or nil
    if left == 1 then
        self:line(("  %s: %s added."):format(text.cut(operation.title, self.columns - 30),
            text.count(self.added[operation.title] or 0, "video")))
    end
end

--- Says that another stage has begun.
---@param event {stage: string}
function Progress:enter_stage(event)
    if event.stage ~= self.stage and event.stage ~= "paused" then
        self.stage = event.stage
        -- How it ended is said as the result.
        if event.stage ~= "completed" and (not self.terminal or self.verbose) then
            self:line((LABELS[event.stage] or event.stage) .. " ...")
        end
    end
end

local function doing(operation)
    if not operation or operation.title == "" then
        return ""
    end
    return ("%s %s"):format(KINDS[operation.kind] or operation.kind, operation.title)
end

-- The job waits until a moment.
function Progress:wait(event)
    local why = WAITS[event.reason] or text.sentence(event.text)
    self:line(text.wrap(("%s Waiting until %s (%s). Ctrl-C ends the waiting; nothing is lost."):
        format(why, text.moment(event.until_ms), text.duration(event.wait_ms)), self.columns))
    self.began = nil -- a new day, a new rate
end

-- An operation was settled.
function Progress:operation(event)
    local operation = event.operation
    if self.verbose then
        self:line("  " .. describe(operation))
    end
    if operation.status == "done" or operation.status == "failed" then
        self.units = self.units + (operation.units or 0)
    end
    self:settle(operation)
end

--- For job:run's on_event.
---@param event table
function Progress:event(event)
    if event.kind == "wait" then
        self:wait(event)
        return
    end
    if event.kind == "error" then
        if self.verbose or (event.operation and event.operation.status == "failed") then
            self:line(("  failed: %s: %s"):format(describe(event.operation), event.text))
        end
        return
    end
    if event.kind == "note" and event.reason == "backup" then -- of the stage before this one
        self:line("  Backup: " .. event.text)
        self:enter_stage(event)
        return
    end
    self:enter_stage(event)
    if event.kind == "note" then
        if event.text ~= "" then
            self:line("  " .. event.text)
        end
        return
    end
    if event.kind == "operation" then
        self:operation(event)
    end
    if event.total and event.total > 0 and event.stage ~= "paused" then
        self:show(LABELS[event.stage] or event.stage, event.done, event.total,
            event.kind == "operation" and doing(event.operation) or "")
    end
end

return M
