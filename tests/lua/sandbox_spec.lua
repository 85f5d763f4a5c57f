-- The sandbox: patterns mean what Lua's mean; loops, patterns and memory end in a message.
package.loaded["ytsync.core"] = package.loaded["ytsync.core"] or require("lua.fake_core")
local core = require("ytsync.core")
local sandbox = require("ytsync.sandbox")

local PATTERNS = { "a", "a*", "a-b", "(a)(b)", "^a", "b$", "%d+", "[%a_][%w_]*", "[^,]+",
    "(%w+)=(%w+)", "%b()", "%b''", "%f[%w]%w+", "()a()", "(.)%1", "x?y", "[a-c]+", "[]]", "[^]]",
    "%s*(.-)%s*$", "a+b?c*", "%%", "[%]-]", "[a-]", "(.-)%-(.*)$", ".-b", "[%s,]*", "%f[%z]", "",
    "((a)(b))", "[^%s]+", "%u%l*", ".", "^$", "$^", "a$b" }
local TEXTS = { "", "a", "aab", "abc", "foo=bar", "(a(b)c) x", "hello, World", "  trim me  ",
    "aa bb", "xyy", "a-b-c", "]x[", "100%", "a,b, c", "x\0y", "'q' 'r'", "a$b" }
local BROKEN = { "%", "[a", "(a", "%b", "%bx", "%f", "[a-", "(()", "[%" }

-- What a call returns, or raises without its place, as one list.
local function outcome(fn, ...)
    local results = table.pack(pcall(fn, ...))
    if not results[1] then
        return { "raised" }
    end
    return results
end

describe("patterns", function()
    it("find and match what Lua's do", function()
        for _, pattern in ipairs(PATTERNS) do
            for _, text in ipairs(TEXTS) do
                for _, name in ipairs({ "find", "match" }) do
                    for start = -3, 4 do
                        assert.same(outcome(string[name], text, pattern, start),
                            outcome(core.patterns[name], text, pattern, start))
                    end
                end
            end
        end
        assert.same({ true, 2, 2, n = 3 }, outcome(core.patterns.find, "a.c", ".", 2, true))
    end)

    it("walk and replace as Lua's do", function()
        local function walk(gmatch, text, pattern)
            local out = {}
            for a, b in gmatch(text, pattern) do
                out[#out + 1] = tostring(a) .. ":" .. tostring(b)
            end
            return table.concat(out, "|")
        end
        local function bracket(x)
            return x and "[" .. x .. "]"
        end
        for _, pattern in ipairs(PATTERNS) do
            for _, text in ipairs(TEXTS) do
                assert.equal(walk(string.gmatch, text, pattern),
                    walk(core.patterns.gmatch, text, pattern), pattern .. " in " .. text)
                for _, by in ipairs({ "<%0%1>", "%%", bracket, { a = "A", b = false } }) do
                    for most = 1, 3 do
                        assert.same(outcome(string.gsub, text, pattern, by, most),
                            outcome(core.patterns.gsub, text, pattern, by, most))
                    end
                end
            end
        end
    end)

    it("say what is wrong with them", function()
        for _, pattern in ipairs(BROKEN) do
            local _, theirs = pcall(string.find, "aaa", pattern)
            local _, ours = pcall(core.patterns.find, "aaa", pattern)
            assert.equal("raised", outcome(core.patterns.find, "aaa", pattern)[1], pattern)
            assert.equal(theirs:match("^%a+"), ours:match("^%a+"))
        end
        for _, by in ipairs({ "%2", "%", true }) do
            assert.equal("raised", outcome(core.patterns.gsub, "a", "a", by)[1])
        end
    end)
end)

local LONG = "it ran for too long"
local PATTERN = "a search pattern took too long"
local MEMORY = "it used too much memory and was stopped"
-- A second of the plain build; under valgrind and ASan everything takes many times as long, and
-- what grows slowly may meet the one limit before the other.
local PLAIN = (os.getenv("YTSYNC_BUILD") or "plain"):find("plain", 1, true) ~= nil
local SECOND_S = PLAIN and 1 or 60

describe("what takes too much", function()
    for _, case in ipairs({
        { "a loop", "while true do end", LONG },
        { "a loop around pcall", "while true do pcall(function() while true do end end) end",
            LONG },
        { "a loop of errors", "local function f() pcall(f) error() end while true do pcall(f) end",
            LONG },
        { "a pattern", "local s = ('a'):rep(100) return s:find('.-.-.-.-.-.-.-.-b')", PATTERN },
        { "a pattern in pcall", "while true do pcall(string.find, ('a'):rep(30000), "
            .. "'.-.-.-.-b') end", PATTERN },
        { "gsub", "return (('a'):rep(100):gsub('.-.-.-.-.-.-.-.-b', ''))", PATTERN },
        { "gmatch", "for x in ('a'):rep(100):gmatch('.-.-.-.-.-.-.-b') do return x end", PATTERN },
        { "a list that grows", "local t = {} for i = 1, 1e9 do t[i] = i end", MEMORY },
        { "a text that grows", "local s = 'x' while true do s = s .. s end", MEMORY },
        { "memory in pcall",
            "while true do pcall(function() local s = 'x' while true do s = s .. s end end) end",
            MEMORY },
        { "copies", "local s = ('a'):rep(1000000) while true do local t = s .. 'x' end", MEMORY },
        { "concat", "local t = {} for i = 1, 1e5 do t[i] = '' end while true do "
            .. "table.concat(t) end", LONG },
        { "insert", "local t = {} for i = 1, 1e5 do t[i] = i end while true do "
            .. "table.insert(t, 1, 0) end", LONG },
        { "sort", "local t = {} for i = 1, 1e5 do t[i] = i end while true do table.sort(t) end",
            LONG },
    }) do
        it("is stopped within a second: " .. case[1], function()
            local chunk = assert(sandbox.compile(case[2], "p.lua", sandbox.environment({})))
            local start = os.clock()
            local ok, message = sandbox.run(sandbox.LOAD_LIMIT, function()
                return chunk()
            end)
            assert.is_false(ok)
            local said = message:sub(1, #case[3] + 9)
            if PLAIN or case[3] ~= MEMORY or not message:find(LONG, 1, true) then
                assert.equal("p.lua:1: " .. case[3], said)
            end
            assert.truthy(os.clock() - start < SECOND_S)
            assert.is_nil(debug.gethook())
        end)
    end

    it("counts for each call, not for all together", function()
        local ok, kept = sandbox.run(100000, function(guard)
            local sum = 0
            for _ = 1, 100 do
                guard:reset()
                for _ = 1, 2000 do
                    sum = sum + 1
                end
            end
            return sum
        end)
        assert.is_true(ok)
        assert.equal(200000, kept)
    end)
end)
