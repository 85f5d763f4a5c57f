#!/usr/bin/env lua5.4
-- The ytsync command. Finds its modules by its own path, from any working directory:
--   from a checkout     scripts/ beside it and the compiled part in build/plain (or YTSYNC_BUILD)
--   installed           share/lua/5.4 and lib/lua/5.4 beside its bin folder, else Lua's own paths
-- This file alone must be readable by every Lua since 5.1, so that a wrong one gets a sentence.

local function fail(message)
    io.stderr:write(message, "\n")
    os.exit(1)
end

if _VERSION ~= "Lua 5.4" then
    fail("ytsync needs Lua 5.4, but this is " .. tostring(_VERSION)
        .. ". Start it with: lua5.4 " .. tostring(arg and arg[0] or "scripts/sync.lua"))
end

local function exists(path)
    local file = io.open(path, "rb")
    if file then
        file:close()
    end
    return file ~= nil
end

local script = arg and arg[0] or "sync.lua"
local folder = script:match("^(.*)/[^/]*$") or "."

local function add_paths(lua_folder, library_folder)
    package.path = lua_folder .. "/?.lua;" .. lua_folder .. "/?/init.lua;" .. package.path
    package.cpath = library_folder .. "/?.so;" .. package.cpath
end

local checkout = exists(folder .. "/ytsync/init.lua")
if checkout then
    add_paths(folder, os.getenv("YTSYNC_BUILD") or folder .. "/../build/plain")
elseif exists(folder .. "/../share/lua/5.4/ytsync/init.lua") then
    add_paths(folder .. "/../share/lua/5.4", folder .. "/../lib/lua/5.4")
end

local function interpreter()
    local first = 0 -- it stands before its own options
    while arg[first - 1] do
        first = first - 1
    end
    return first < 0 and arg[first] or "lua5.4"
end

-- The command as the user called it, for messages that name the next one.
local function command()
    if not script:match("%.lua$") then
        return script:match("[^/]+$")
    end
    return interpreter() .. " " .. script
end

local ok, main = pcall(require, "ytsync.cli.main")
if not ok then
    local problem = tostring(main)
    if problem:find("'ytsync.core' not found", 1, true) then
        fail("The compiled part of ytsync (ytsync/core.so) was not found. "
            .. (checkout and "Build it with: make -C " .. folder .. "/.."
                or "Install ytsync again, or set LUA_CPATH to where it is."))
    elseif problem:find("'cjson' not found", 1, true) then
        fail("The Lua module cjson was not found. Install it: apt-get install lua-cjson, "
            .. "or luarocks install lua-cjson")
    elseif problem:find("'ytsync", 1, true) and problem:find("not found", 1, true) then
        fail("The Lua files of ytsync were not found. Install ytsync again, or set LUA_PATH to "
            .. "where they are.")
    end
    fail(problem)
end

os.exit(main(arg, { command = command(), folder = folder, script = script,
    interpreter = interpreter() }), true)
