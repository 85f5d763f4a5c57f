--- What must hold whenever the command refuses something: the right exit code, one sentence first,
--- no token, no traceback, no "internal error". For specs.
local assert = require("luassert")

local M = {
    --- For tests that give a token of their own.
    TOKEN = "a-token-that-nobody-sees",
}

local NEVER = { M.TOKEN, "sim-token", "stack traceback", "internal error" }

--- Checks a refusal: `parts` are texts that must be in it.
---@param words string  the call, for the message of a failed test
---@param code integer
---@param err string  standard error
---@param expected integer
---@param ... string
local function check(_, words, code, err, expected, ...)
    local text = ("%s: %d\n%s"):format(words, code, err)
    assert.equal(expected, code, text)
    local first = err:match("ytsync: (%S[^\n]+)\n")
    assert.truthy(first and first:find("[%.%?%)]$"), text)
    for _, part in ipairs({ ... }) do
        assert.truthy(err:find(part, 1, true), ("%q is not in\n%s"):format(part, text))
    end
    for _, part in ipairs(NEVER) do
        assert.is_nil(err:find(part, 1, true), text)
    end
end

return setmetatable(M, { __call = check })
