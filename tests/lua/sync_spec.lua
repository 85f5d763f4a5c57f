-- scripts/sync.lua itself, as a process: how it is started, and what it says when it cannot start.
local root = os.getenv("PWD")
local function run(command)
    local file = os.tmpname()
    local _, _, code = os.execute(("%s >'%s' 2>&1 </dev/null"):format(command, file))
    local handle = assert(io.open(file))
    local output = handle:read("a")
    handle:close()
    os.remove(file)
    return code, output
end

local function has(program)
    return (os.execute(("command -v %s >/dev/null 2>&1"):format(program)))
end

describe("scripts/sync.lua", function()
    it("can be read by Lua 5.1 and says which Lua it needs", function()
        for _, program in ipairs({ "lua5.1", "lua5.3", "luajit" }) do
            if has(program) then
                local code, output = run(program .. " scripts/sync.lua help")
                assert.equal(1, code)
                assert.truthy(output:find("^ytsync needs Lua 5.4, but this is Lua 5%.%d%. Start it "
                    .. "with: lua5.4 scripts/sync.lua\n$"), output)
            end
        end
        -- Nothing that came after 5.1 may be written in it, whatever Luas are here.
        local handle = assert(io.open("scripts/sync.lua"))
        local text = handle:read("a")
        handle:close()
        for _, word in ipairs({ "goto ", "<close>", "<const>", "//", "\\u{" }) do
            assert.is_nil(text:find(word, 1, true), word)
        end
    end)

    it("says that the compiled part is missing, and how to make it", function()
        local code, output = run("env -u LUA_CPATH_5_4 YTSYNC_BUILD=/nowhere lua5.4 "
            .. "scripts/sync.lua help")
        assert.equal(1, code)
        assert.equal("The compiled part of ytsync (ytsync/core.so) was not found. Build it with: "
            .. "make -C scripts/..\n", output)
    end)

    it("finds its files from any folder, and is named as it was called", function()
        if not package.searchpath("ytsync.core", package.cpath) then
            pending("this build has the compiled part in its own host alone")
            return
        end
        -- A stand-in for the compiled part: sync.lua looks for ytsync.core on Lua's paths too.
        local fake = ("LUA_PATH_5_4='%s/tests/?.lua;;' lua5.4 -e \"package.preload['ytsync.core'] ="
            .. " function() return require('lua.fake_core') end\""):format(root)
        local code, output = run(("cd / && %s %s/scripts/sync.lua help"):format(fake, root))
        assert.equal(0, code)
        assert.truthy(output:find("Usage: lua5.4 " .. root .. "/scripts/sync.lua VERB [OPTIONS]",
            1, true),
            output)
        code, output = run(("%s scripts/sync.lua nonsense"):format(fake))
        assert.equal(64, code)
        assert.truthy(output:find("there is no verb 'nonsense'", 1, true))
        code, output = run(("%s scripts/sync.lua help stauts"):format(fake))
        assert.equal(64, code)
        assert.truthy(output:find("there is no verb 'stauts'; did you mean 'status'?\nSee: lua5.4 "
            .. "scripts/sync.lua help\n", 1, true), output)
    end)
end)
