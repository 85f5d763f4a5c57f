--- Runs the command on a terminal of its own (pty.c) and shows what stood on the screen, for specs.
local simulator = require("lua.simulator")
local text = require("ytsync.text")

local M = {}

local PTY = (os.getenv("YTSYNC_BUILD") or "build/plain") .. "/tests/pty"

-- One line of a screen, cell by cell.
local Line = {}
Line.__index = Line

local function new_line()
    return setmetatable({ cells = {}, column = 0 }, Line)
end

function Line:put(character, columns)
    self.column = self.column + 1
    self.cells[self.column] = character
    for _ = 2, columns do -- the second half of a wide one
        self.column = self.column + 1
        self.cells[self.column] = ""
    end
end

function Line:erase_right()
    for column = #self.cells, self.column + 1, -1 do
        self.cells[column] = nil
    end
end

function Line:text()
    return (table.concat(self.cells):gsub("%s+$", ""))
end

-- Puts one thing onto the screen; returns the position behind it.
local function step(screen, raw, position)
    local line = screen[#screen]
    local sequence, final = raw:match("^\27%[([%d;]*)(%a)", position)
    if sequence then
        if final == "K" then
            line:erase_right()
        end
        return position + #sequence + 3
    end
    local character = raw:match("^[%z\1-\127\194-\244][\128-\191]*", position) or raw:sub(position,
        position)
    if character == "\r" then
        line.column = 0
    elseif character == "\n" then
        screen[#screen + 1] = new_line()
    elseif character:byte() >= 32 then
        local columns = text.width(character)
        line:put(character, columns)
        screen.widest = math.max(screen.widest, line.column)
    end
    return position + #character
end

--- What a terminal shows after these bytes, as lines; and the widest column that was ever written.
---@param raw string
---@return string[] lines
---@return integer widest
function M.screen(raw)
    local screen, position, lines = { new_line(), widest = 0 }, 1, {}
    while position <= #raw do
        position = step(screen, raw, position)
    end
    for number, line in ipairs(screen) do
        lines[number] = line:text()
    end
    return lines, screen.widest
end

--- True when the terminal was built.
---@return boolean
function M.available()
    local file = io.open(PTY, "rb")
    if file then
        file:close()
    end
    return file ~= nil
end

--- Runs the command on a terminal.
---@param words string
---@param env table<string, string>
---@param sends string[][]|nil  {what to wait for, what to type}
---@return integer code
---@return string raw  all that was written to the terminal
function M.run(words, env, sends)
    local line = PTY .. " --columns 80"
    for _, send in ipairs(sends or {}) do
        line = ("%s --send %s %s"):format(line, simulator.quote(send[1]), simulator.quote(send[2]))
    end
    local code, out, err = simulator.command(words, env, line)
    assert(err == "", err)
    return code, out
end

return M
