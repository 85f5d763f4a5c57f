-- What people meet who write a policy: every mistake ends in a sentence with file and line.
package.loaded["ytsync.core"] = package.loaded["ytsync.core"] or require("lua.fake_core")
local policies = require("ytsync.policy")

local HEAD = 'local y = require "ytsync.policy"\n'

local function load(body)
    return policies.load_text(HEAD .. body, "policy.lua")
end

local function message_of(body)
    local policy, message, name = load(body)
    assert.is_nil(policy)
    assert.equal("policy_error", name)
    return message
end

describe("a policy", function()
    it("is read with its defaults", function()
        local policy = assert(load([[return y.policy {
            categories = { y.category "Jazz" { when = y.title "jazz" } },
        }]]))
        assert.equal("keep", policy.old)
        assert.equal("keep", policy.gone)
        assert.equal("leave", policy.otherwise)
        assert.equal("first", policy.several)
        assert.equal("private", policy.privacy)
        assert.is_false(policy.privacy_given)
        assert.equal("Jazz", policy.categories[1].title)
        assert.equal("policy.lua", policy.name)
        assert.equal(64, #policy.hash)
    end)

    it("has another hash with another text", function()
        local body = 'return y.policy { categories = { y.category "A" { from = "x" } } }'
        local first, second = assert(load(body)), assert(load(body .. " "))
        assert.are_not.equal(first.hash, second.hash)
        assert.equal(first.hash, assert(load(body)).hash)
    end)

    it("trims titles and keeps a category's own fields", function()
        local policy = assert(load([[return y.policy {
            privacy = "unlisted",
            categories = { y.category " Jazz " { from = { "a", "b" }, title = " All jazz ",
                description = "d", privacy = "public", playlist = "PL1" } },
        }]]))
        local category = policy.categories[1]
        assert.equal("Jazz", category.key)
        assert.equal("All jazz", category.title)
        assert.equal("public", category.privacy)
        assert.equal("PL1", category.playlist_id)
        assert.is_true(policy.privacy_given)
    end)

    it("can be built by a program", function()
        local y = policies
        local policy = y.policy({ categories = { y.category("A")({ when = y.tag("x") }) } })
        assert.is_true(y.is_policy(policy))
        assert.equal("", policy.hash)
    end)
end)

-- Each: what is written after the head (line 1), and the whole message.
local MISTAKES = {
    { "unknown key in a category, on its own line", [[
return y.policy {
    categories = {
        y.category "Music" {
            when = y.title "x", -- privacey = is not here
            privacey = "private",
        },
    },
}]], "policy.lua:6: unknown key 'privacey' in category 'Music'; did you mean 'privacy'?" },
    { "unknown key in the policy", [[
return y.policy {
    categories = { y.category "A" { when = y.title "x" } },
    severel = "all",
}]], "policy.lua:4: unknown key 'severel' in the policy; did you mean 'several'?" },
    { "wrong word", [[
return y.policy {
    categories = { y.category "A" { when = y.title "x", privacy = "private" } },
    privacy = "privat",
}]], "policy.lua:4: privacy is 'privat', but can be 'private', 'unlisted', 'public'; "
        .. "did you mean 'private'?" },
    { "wrong type", 'return y.policy { categories = {}, old = 3 }',
        "policy.lua:2: old is 3, but can be 'keep', 'reuse', 'delete'" },
    { "no categories", "return y.policy { }", "policy.lua: the policy has no categories: "
        .. 'categories = { y.category "Jazz" { when = y.title "jazz" } }' },
    { "a category without rules", 'return y.policy { categories = { y.category "A" { } } }',
        "policy.lua:2: category 'A' has neither from nor when, so no video can get into it" },
    { "a category without a body", 'return y.policy { categories = { y.category "A" } }',
        "policy.lua:2: category 'A' has a name and no rules: y.category \"A\" { ... }" },
    { "a category without a name", 'return y.policy { categories = { y.category { } } }',
        "policy.lua:2: y.category takes a name first: y.category \"Jazz\" { ... }, not a table" },
    { "a rule without a name",
        'return y.policy { categories = { y.category "A" { y.title "x" } } }',
        "policy.lua:2: category 'A' has a value without a name; write when = ... before it" },
    { "categories without a name",
        'return y.policy { y.category "A" { when = y.title "x" } }', "policy.lua: the policy has "
        .. "a value without a name; write categories = { ... } around it" },
    { "one name twice", [[return y.policy { categories = {
    y.category "A" { when = y.title "x" },
    y.category "A " { when = y.title "y" } } }]],
        "policy.lua:4: two categories are called 'A'" },
    { "one title twice", [[return y.policy { categories = {
    y.category "A" { when = y.title "x" },
    y.category "B" { when = y.title "y", title = "A" } } }]],
        "policy.lua:4: categories 'A' and 'B' have one title, 'A'" },
    { "otherwise names nothing", [[return y.policy { otherwise = "Restt", categories = {
    y.category "Rest" { when = y.title "x" } } }]], "policy.lua:2: otherwise is 'Restt', which is "
        .. "no category; did you mean 'Rest'? (it can also be 'leave' or 'drop')" },
    { "a title that is too long", 'return y.policy { categories = { y.category(("x"):rep(151)) '
        .. '{ from = "a" } } }', "policy.lua:2: the name of a category has 151 characters; YouTube "
        .. "takes at most 150" },
    { "a title with < and >", 'return y.policy { categories = { y.category "a<b>" { } } }',
        "policy.lua:2: the name of a category holds < and >, which YouTube refuses" },
    { "an empty title", 'return y.policy { categories = { y.category "  " { } } }',
        "policy.lua:2: the title of a playlist cannot be empty" },
    { "a text where a rule is needed",
        'return y.policy { categories = { y.category "A" { when = "jazz" } } }',
        'policy.lua:2: when takes a rule or a function, not "jazz"; did you mean y.title "jazz"?' },
    { "a list where a rule is needed",
        'return y.policy { categories = { y.category "A" { when = { y.title "x" } } } }',
        "policy.lua:2: when takes a rule or a function, not a table; put several rules into "
        .. "y.any { ... } or y.all { ... }" },
    { "a text inside any", [[return y.policy { categories = { y.category "A" { when = y.any {
    y.title "x", "jazz" } } } }]], 'policy.lua:2: y.any, entry 2, takes a rule or a function, not '
        .. '"jazz"; did you mean y.title "jazz"?' },
    { "two texts without a table", 'local r = y.title("a", "b")', "policy.lua:2: y.title takes one "
        .. 'value: write y.title { "a", "b" } for several' },
    { "an empty text", 'local r = y.title ""',
        "policy.lua:2: y.title: entry 1 is empty; it would match everything" },
    { "an empty list", "local r = y.title {}",
        "policy.lua:2: y.title is empty; it would never match" },
    { "a number for a text", "local r = y.channel { 7 }",
        "policy.lua:2: y.channel: entry 1 is 7, not a text" },
    { "a key in a list", 'local r = y.tag { "a", b = "c" }',
        "policy.lua:2: y.tag takes a plain list, but there is b = ... in it" },
    { "an unknown matcher", 'local r = y.tittle "x"',
        "policy.lua:2: there is no y.tittle; did you mean 'title'?" },
    { "an unknown word", "return policcy {}", "policy.lua:2: unknown word 'policcy'" },
    { "a word of Lua that is kept away", "local f = io.open('x')",
        "policy.lua:2: unknown word 'io'; a policy cannot read or write files, or start programs" },
    { "another module", 'local x = require "socket"', "policy.lua:2: a policy can require "
        .. "'ytsync.policy' and 'ytsync.rules' only, not 'socket'" },
    { "a handle for a channel", 'return y.policy { channel = "@anna" }', "policy.lua:2: channel "
        .. "is '@anna', a handle; write the channel's id (UC...) or its title" },
    { "on_error that is no function", 'return y.policy { on_error = "skip" }',
        "policy.lua:2: on_error must be a function, not 'skip'" },
    { "never_touch with a rule", 'return y.policy { never_touch = y.title "x" }',
        "policy.lua:2: never_touch must be a list of titles or ids, not a rule" },
    { "no return", 'y.policy { categories = { y.category "A" { from = "x" } } }',
        "policy.lua: the file returns nothing; write return before y.policy { ... }" },
    { "something else returned", "return { }",
        "policy.lua: the file returns a table; it must end with return y.policy { ... }" },
    { "a syntax error", "return y.policy {\n  old = = 3 }",
        "policy.lua:3: unexpected symbol near '='" },
    { "an error of Lua's own", "local v = nil\nlocal z = v.x",
        "policy.lua:3: attempt to index a nil value (local 'v')" },
}

describe("a mistake in a policy", function()
    for _, mistake in ipairs(MISTAKES) do
        it("is named: " .. mistake[1], function()
            assert.equal(mistake[3], message_of(mistake[2]))
        end)
    end

    it("in an empty file is named", function()
        local _, message = policies.load_text("", "policy.lua")
        assert.equal('policy.lua: there is no playlist in it: playlist "Jazz" { title "jazz" }',
            message)
    end)

    it("in a compiled file is named", function()
        local _, message = policies.load_text(string.dump(function() end), "policy.lua")
        assert.equal("policy.lua: this is compiled Lua code; a policy is a text", message)
    end)

    it("in a file that is not there is named", function()
        local _, message, name = policies.load_file("/nowhere/policy.lua")
        assert.equal("not_found", name)
        assert.truthy(message:find("there is no policy at /nowhere/policy.lua", 1, true))
    end)
end)

describe("a policy's environment", function()
    it("stops an endless loop", function()
        local message = message_of("while true do end")
        assert.truthy(message:find("^policy%.lua:2: it ran for too long"))
    end)

    it("stops an endless loop that swallows errors", function()
        for _, body in ipairs({
            "while true do pcall(function() while true do end end) end",
            "local function f() while true do pcall(f) end end f()",
            "while true do pcall(function() while true do pcall(error) end end) end",
            "local function f() pcall(f) while true do pcall(error) end end f()",
            "local function g() ('a'):gsub('.', g) end while true do pcall(g) end",
        }) do
            assert.truthy(message_of(body):find("it ran for too long", 1, true))
        end
    end)

    it("leaves the hooks and the methods of strings as they were", function()
        local hook = debug.gethook()
        message_of("while true do end")
        assert.equal(hook, (debug.gethook()))
        assert.equal(string, getmetatable("").__index)
    end)

    it("has no way out", function()
        for _, word in ipairs({ "io", "os", "debug", "load", "loadstring", "dofile", "loadfile",
            "collectgarbage", "setmetatable", "getmetatable", "xpcall", "coroutine", "rawset",
            "package" }) do
            local message = message_of("local x = " .. word)
            assert.truthy(message:find("unknown word '" .. word .. "'", 1, true), word)
        end
        assert.truthy(message_of("local f = string.dump(print)"):find("nil value"))
        assert.truthy(message_of("local f = ('x'):dump()"):find("nil value"))
    end)

    it("limits how long a text can get by rep, also as a method", function()
        for _, body in ipairs({ "local x = ('x'):rep(1e9)", "local x = string.rep('x', 1e9)" }) do
            assert.equal("policy.lua:2: string.rep: the result would be longer than 1 MiB",
                message_of(body))
        end
    end)

    it("walks tables in one order", function()
        local seen = {}
        local policy = assert(policies.load_text(HEAD .. [[
            local t = { b = 1, a = 2, [2] = 3, [1] = 4, c = 5 }
            local list = {}
            for k in pairs(t) do
                print(k)
                list[#list + 1] = y.category(tostring(k)) { from = "x" }
            end
            return y.policy { categories = list }]], "policy.lua", {
            print = function(key)
                seen[#seen + 1] = key
            end,
        }))
        assert.same({ 1, 2, "a", "b", "c" }, seen)
        assert.equal("a", policy.categories[3].key)
    end)

    it("cannot change the words for the next policy", function()
        assert(load([[y.title = nil; string.upper = nil
            return y.policy { categories = { y.category "A" { from = "x" } } }]]))
        assert(load([[local u = string.upper("x")
            return y.policy { categories = { y.category "A" { when = y.title(u) } } }]]))
    end)
end)
