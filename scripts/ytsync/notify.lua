--- Tells a program of the user's what became of a job: `config set notify COMMAND ARG...`. The
--- program gets one JSON document on its standard input; no shell is in between.
local core = require("ytsync.core")
local json = require("ytsync.json")

local M = {}

-- So long the end of the program is waited for; then it goes on by itself.
local LIMIT_MS = 5000

--- The command that was set, as a list of words; nil when there is none.
---@param path string|nil  of the file that keeps it
---@return string[]|nil
---@return string|nil message  when the file cannot be used
function M.read(path)
    local file = path and io.open(path, "r")
    if not file then
        return nil
    end
    local words = json.decode(file:read("a"))
    file:close()
    if type(words) ~= "table" or #words == 0 then
        return nil, ("%s holds no list of words"):format(path)
    end
    for _, word in ipairs(words) do
        if type(word) ~= "string" or word:find("\0", 1, true) then
            return nil, ("%s holds no list of words"):format(path)
        end
    end
    return words
end

--- Keeps a command; an empty list takes it away.
---@param path string
---@param words string[]
---@return true|nil
---@return string|nil message
function M.write(path, words)
    if #words == 0 then
        os.remove(path)
        return true
    end
    core.mkdir_p(path:match("^(.*)/[^/]*$") or ".") -- a failure shows when the file is opened
    local file, message = io.open(path, "w")
    if not file then
        return nil, message
    end
    file:write(json.encode(json.array(words)), "\n")
    return file:close()
end

--- Tells the program.
---@param words string[]
---@param event table  what can be JSON
---@return true|nil
---@return string|nil message
function M.tell(words, event)
    local code, message = core.notify(words, json.encode(event) .. "\n", LIMIT_MS)
    if not code then
        return nil, message
    elseif code > 0 then
        return nil, ("The program \"%s\" ended with %d."):format(words[1], code)
    end
    return true
end

return M
