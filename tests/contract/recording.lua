--- Reads a recording of exchanges (src/sim/record.h) and holds each line against the contract.
local json = require("ytsync.json")

local M = {}

-- Faults whose answer is no answer of the API: broken on purpose, or of something in front of it.
local SPOILED = { ["502"] = true, ["504"] = true, ["500html"] = true, ["503html"] = true,
    truncated = true, notjson = true, empty = true, shape = true, hugebody = true,
    redirect = true, ["408"] = true }
local PROBLEMS_MAX = 5

--- Checks a file.
---@param contract table  from contract.discovery
---@param path string
---@return {requests: integer, errors: integer, methods: table<string, integer>, problems: string[]}
function M.check(contract, path)
    local seen = { requests = 0, errors = 0, methods = {}, problems = {} }
    local function wrong(exchange, what, problem)
        if problem and #seen.problems < PROBLEMS_MAX then
            seen.problems[#seen.problems + 1] = ("%s %s?%s (%s, HTTP %d, fault '%s'): %s"):format(
                exchange.method, exchange.path, exchange.query, what, exchange.status,
                exchange.fault, problem)
        end
    end
    for line in io.lines(path) do
        local exchange = assert(json.decode(line))
        if exchange.path ~= "/token" then
            local problem, method = contract:request(exchange)
            wrong(exchange, "request", problem)
            if exchange.wire == 0 and not SPOILED[exchange.fault] then
                wrong(exchange, "reply", contract:reply(exchange))
            end
            seen.requests = seen.requests + 1
            seen.errors = seen.errors + (exchange.status >= 400 and 1 or 0)
            seen.methods[method or "none"] = (seen.methods[method or "none"] or 0) + 1
        end
    end
    return seen
end

return M
