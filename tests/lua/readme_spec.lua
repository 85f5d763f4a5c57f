-- What README.md, src/README.md and scripts/README.md say is tried: the policies load and plan, the
-- Lua example runs a job to its end, the tables of verbs, settings and exit codes are those of
-- the command, and what is named exists. (tests/packaging.sh builds the example in C.)
local config_keys = require("ytsync").config_keys
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local options = require("ytsync.cli.options")
local simulator = require("lua.simulator")

local check = simulator.available() and it or pending
local SMALL = "--videos 120 --playlists 30 --seed 7"
local TOP = assert(io.popen("pwd", "r")):read("l")

-- The block of code, written four columns in, that begins with a line; dedented.
local function block(file, first_line)
    local lines, inside = {}, false
    for line in simulator.read(file):gmatch("([^\n]*)\n") do
        inside = inside or line == "    " .. first_line
        if inside and line ~= "" and line:sub(1, 4) ~= "    " then
            break
        end
        lines[#lines + 1] = inside and line:sub(5) or nil
    end
    assert(#lines > 0, first_line .. " is not in " .. file)
    return table.concat(lines, "\n") .. "\n"
end

-- First cells of the table rows between a heading and the next one.
local function cells(file, heading)
    local section = simulator.read(file):match("\n" .. heading .. "\n(.-)\n## ")
    local found = {}
    for cell in section:gmatch("\n|([^|]*)|") do
        for word in cell:gmatch("`([^`]+)`") do
            found[#found + 1] = word
        end
        found[#found + 1] = cell:match("^%s*(%d+)%s*$")
    end
    return found
end

local function sorted(list)
    table.sort(list)
    return list
end

local function exists(path)
    local file = io.open(path, "rb")
    if file then
        file:close()
    end
    return file ~= nil
end

describe("README.md", function()
    it("lists the verbs and options that there are", function()
        local _, page = simulator.command("help", { HOME = "/home/none" })
        local verbs = {}
        for verb in page:gmatch("\n  (%l+) ") do
            verbs[#verbs + 1] = verb
        end
        local listed = {}
        for _, word in ipairs(cells("README.md", "## The verbs")) do
            listed[#listed + 1] = word
        end
        assert.same(sorted(verbs), sorted(listed))
        local text = simulator.read("README.md")
        for name in text:gmatch("\n| `(YTSYNC_[%u_]+)`") do
            assert.truthy(page:find(name, 1, true), name)
        end
        for option in text:gmatch("`(%-%-[%l-]+)[ `]") do
            assert.truthy(options.OPTIONS[option], option)
        end
    end)

    it("lists the settings and exit codes that there are", function()
        assert.same(sorted({ table.unpack(config_keys) }),
            sorted(cells("README.md", "## Quota and days")))
        local codes, listed = {}, {}
        for _, value in pairs(exits) do
            codes[#codes + 1] = math.type(value) and tostring(value)
        end
        for _, word in ipairs(cells("README.md", "## For scripts")) do
            listed[#listed + 1] = word:match("^%d+$")
        end
        assert.same(sorted(codes), sorted(listed))
    end)

    check("names the settings' true defaults", function()
        local sim = simulator.start(SMALL)
        local _, out = sim:run("config list --json")
        sim:stop()
        local values = assert(json.decode(out))
        local rows = simulator.read("README.md"):gmatch("\n| (`%l+%.[^|]+) | ([%d, ]+) |")
        for names, defaults in rows do
            local each = defaults:gmatch("%d+")
            for name in names:gmatch("`([^`]+)`") do
                assert.equal(values[name], math.tointeger(tonumber(each())), name)
            end
        end
    end)

    it("names targets of make and files that exist", function()
        local makefile = simulator.read("Makefile")
        for _, file in ipairs({ "README.md", "src/README.md" }) do
            local text = simulator.read(file)
            local folder = file:match("^(.*/)") or ""
            for target in text:gmatch("[`\n] *make (%l+)") do
                assert.truthy(makefile:find("\n## " .. target .. ": ", 1, true), target)
            end
            for path in text:gmatch("%]%(([^)]+)%)") do
                assert.truthy(path:find("^https://") or exists(folder .. path), path)
            end
        end
    end)

    check("shows policies that plan", function()
        local sim = simulator.start(SMALL)
        for _, place in ipairs({ { "README.md", "settings {" },
            { "scripts/README.md", "settings {" },
            { "scripts/README.md", 'local y = require "ytsync.policy"' } }) do
            local file = place[1]
            local text = block(file, place[2])
            -- The sample library has no such playlist, and a wrong name there is an error.
            text = text:gsub('never_touch = { "[^"]*" }', "never_touch = {}")
            local policy = simulator.write(simulator.path("policy.lua"), text)
            local code, out, err = sim:run("plan --policy " .. policy)
            assert.equal(0, code, file .. ": " .. err)
            assert.truthy(out:find("the plain way", 1, true), out)
        end
        sim:stop()
    end)

    check("shows a Lua program that works a job to its end", function()
        local sim = simulator.start(SMALL)
        local folder = simulator.path("program")
        simulator.shell("mkdir " .. folder)
        simulator.write(folder .. "/policy.lua", [[
            local y = require "ytsync.policy"
            return y.policy { old = "delete", gone = "forget", otherwise = "Rest", categories = {
                y.category "Jazz" { when = y.title "jazz" }, y.category "Rest" {} } }]])
        simulator.write(folder .. "/job.lua", block("README.md", 'local ytsync = require "ytsync"'))
        local env = ("LUA_PATH_5_4=%s LUA_CPATH_5_4=%s"):format(
            simulator.quote(TOP .. "/scripts/?.lua;" .. TOP .. "/scripts/?/init.lua;;"),
            simulator.quote(simulator.absolute_build() .. "/?.so;;"))
        for name, value in pairs(sim.env) do
            env = env .. " " .. name .. "=" .. simulator.quote(value)
        end
        local code, out, err = simulator.shell(("cd %s && env %s %s job.lua"):format(folder, env,
            simulator.LUA))
        assert.equal(0, code, err)
        assert.truthy(out:find("^%d+ units, %d+ days\ndone\n$"), out .. err)
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
        sim:stop()
    end)
end)

describe("src/README.md", function()
    it("gives the layers in the order that lint checks", function()
        package.path = ".ci/?.lua;" .. package.path -- the rules of `make lint`
        local line = table.concat(require("rules.c").LAYERS, "  ")
        assert.truthy(simulator.read("src/README.md"):find("\n    " .. line .. "\n", 1, true))
    end)

    it("names files that exist", function()
        for name in simulator.read("src/README.md"):gmatch("`([%l/_]+%.[ch])`") do
            local found = exists("src/" .. name) or exists(name) or exists("include/" .. name)
            for _, layer in ipairs(require("rules.c").LAYERS) do
                found = found or exists("src/" .. layer .. "/" .. name)
            end
            assert.truthy(found, name)
        end
    end)
end)
