--- Runs the command in this process, over the fake of the core: words in, exit code and what was
--- printed out. For specs.
local fake = require("lua.fake_core")

package.loaded["ytsync.core"] = fake
-- Modules that took the core when they were loaded must take the fake.
for name in pairs(package.loaded) do
    if name:find("^ytsync") and name ~= "ytsync.core" then
        package.loaded[name] = nil
    end
end
local main = require("ytsync.cli.main")

local M = {
    fake = fake,
    DB = "/fake/library.db",
    POLICY_HEAD = 'local y = require "ytsync.policy"\n',
}

local files = {}

--- A file with this text; removed by `cleanup`.
---@param text string
---@return string path
function M.file(text)
    local path = os.tmpname()
    local handle = assert(io.open(path, "w"))
    handle:write(text)
    handle:close()
    files[#files + 1] = path
    return path
end

--- A policy file.
---@param body string  what follows the head
---@return string path
function M.policy(body)
    return M.file(M.POLICY_HEAD .. body)
end

--- Forgets everything: libraries and files.
function M.cleanup()
    fake.reset()
    for _, path in ipairs(files) do
        os.remove(path)
    end
    files = {}
end

--- Calls the command.
---@param words string  separated by spaces
---@param options {env: table|nil, answers: string[]|nil}|nil  with answers there is a terminal
---@return integer code
---@return string out
---@return string err
function M.run(words, options)
    options = options or {}
    local env = options.env or { YTSYNC_DB = M.DB, YTSYNC_ACCESS_TOKEN = "secret-token",
        HOME = "/home/none" }
    local argv, out, err = {}, {}, {}
    for word in words:gmatch("%S+") do
        argv[#argv + 1] = word
    end
    local answers = options.answers
    local code = main(argv, {
        command = "ytsync",
        getenv = function(name)
            return env[name]
        end,
        out = function(text)
            out[#out + 1] = text
        end,
        err = function(text)
            err[#err + 1] = text
        end,
        read_line = function()
            return table.remove(answers, 1)
        end,
        isatty = function()
            return answers ~= nil
        end,
    })
    return code, table.concat(out), table.concat(err)
end

return M
