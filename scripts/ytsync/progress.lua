--- Progress while something runs: one line that is drawn anew on a terminal, a line per stage
--- elsewhere, every operation with -v. Goes to standard error, so that results stay clean.
local text = require("ytsync.text")

local M = {}

-- One column is left free: some terminals wrap when the last one is written.
local COLUMNS = 79

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
---@param options {write: fun(text: string), terminal: boolean, quiet: boolean, verbose: boolean}
---@return ytsync.Progress
function M.new(options)
    return setmetatable({
        write = options.write,
        terminal = options.terminal,
        quiet = options.quiet,
        verbose = options.verbose,
        drawn = "",
        stage = nil,
    }, Progress)
end

-- Draws the line that changes; nothing where there is no terminal.
function Progress:draw(line)
    if self.quiet or not self.terminal then
        return
    end
    line = text.cut(line, COLUMNS)
    if line ~= self.drawn then
        self.write("\r" .. line .. "\27[K")
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

--- For session:fetch.
---@param progress {what: string, done: integer, total: integer, units: integer}
function Progress:fetch(progress)
    self:draw(("Reading %s: %s of %s, %s"):format(progress.what, text.number(progress.done),
        text.number(progress.total), text.count(progress.units, "unit")))
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

function Progress:enter_stage(event)
    if event.stage ~= self.stage and event.stage ~= "paused" then
        self.stage = event.stage
        -- How it ended is said as the result.
        if event.stage ~= "completed" and (not self.terminal or self.verbose) then
            self:line((LABELS[event.stage] or event.stage) .. " ...")
        end
    end
end

--- For job:run's on_event.
---@param event table
function Progress:event(event)
    if event.kind == "wait" then
        local why = WAITS[event.reason] or text.sentence(event.text)
        self:line(("%s Waiting until %s (%s)."):format(why, text.moment(event.until_ms),
            text.duration(event.wait_ms)))
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
    if event.kind == "operation" and self.verbose then
        self:line("  " .. describe(event.operation))
    end
    if event.total and event.total > 0 and event.stage ~= "paused" then
        self:draw(("%s: %s of %s done"):format(LABELS[event.stage] or event.stage,
            text.number(event.done), text.number(event.total)))
    end
end

return M
