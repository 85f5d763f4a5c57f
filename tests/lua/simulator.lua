--- A simulated YouTube over HTTP and the command as its user starts it, for specs.
local json = require("ytsync.json")

local M = {}

local BUILD = os.getenv("YTSYNC_BUILD") or "build/plain"
local FOLDER = os.getenv("TMPDIR") or "/tmp"
local LUA = os.getenv("YTSYNC_TEST_LUA") or "lua5.4"
local RUN = tostring({}):match("0x(%x+)")
local started = 0

--- The interpreter that runs the command.
M.LUA = LUA
--- How the command calls itself in its messages.
M.COMMAND = LUA .. " scripts/sync.lua"

local Simulator = {}
Simulator.__index = Simulator

local function quote(word)
    return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end
M.quote = quote

--- True when the simulator was built (the sanitizer and valgrind builds have none).
---@return boolean
function M.available()
    local file = io.open(BUILD .. "/simd", "rb")
    if file then
        file:close()
    end
    return file ~= nil
end

--- The build folder for programs that start in another one.
---@return string
function M.absolute_build()
    if BUILD:sub(1, 1) == "/" then
        return BUILD
    end
    local pipe = assert(io.popen("pwd", "r"))
    local top = pipe:read("l")
    pipe:close()
    return top .. "/" .. BUILD
end

--- A path in the test's folder that nothing else uses.
---@param name string
---@return string
function M.path(name)
    started = started + 1
    return ("%s/command-%s-%d-%s"):format(FOLDER, RUN, started, name)
end

---@param path string
---@return string
function M.read(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("a")
    file:close()
    return text
end

---@param path string
---@param text string
---@return string path
function M.write(path, text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    return path
end

--- Runs a line of shell; standard input is empty.
---@param line string
---@return integer code
---@return string out
---@return string err
function M.shell(line)
    local out, err = M.path("out"), M.path("err")
    local _, _, code = os.execute(("{ %s; } >%s 2>%s </dev/null"):format(line, quote(out),
        quote(err)))
    local out_text, err_text = M.read(out), M.read(err)
    os.remove(out)
    os.remove(err)
    return code, out_text, err_text
end

-- The command with these settings in its environment, as a line of shell.
local function command_line(words, env, under)
    local names, line = {}, "env"
    for name in pairs(env) do
        names[#names + 1] = name
    end
    table.sort(names)
    for _, name in ipairs(names) do
        line = line .. " " .. name .. "=" .. quote(env[name])
    end
    return ("%s %s %s scripts/sync.lua %s"):format(line, under or "", LUA, words)
end

--- Runs the command with these settings in its environment.
---@param words string
---@param env table<string, string>
---@param under? string  a program that starts it, with its arguments
---@return integer code
---@return string out
---@return string err
function M.command(words, env, under)
    return M.shell(command_line(words, env, under))
end

--- Starts a simulator with a database of its own beside it.
---@param options string  of simd
---@return table
function M.start(options)
    local base = M.path("sim")
    local pipe = assert(io.popen(("echo $$; exec %s --clock %s --exit-with-parent %s 2>&1"):format(
        quote(BUILD .. "/simd"), quote(base .. ".clock"), options), "r"))
    local pid = pipe:read("l")
    local line = pipe:read("l") or ""
    local url, port = line:match("^listening on (http://127%.0%.0%.1:(%d+))$")
    if not url then
        error("simd did not start: " .. line)
    end
    return setmetatable({ pid = pid, pipe = pipe, url = url, port = port, env = {
        YTSYNC_API_URL = url,
        YTSYNC_CLOCK = base .. ".clock",
        YTSYNC_DB = base .. ".db",
        YTSYNC_ACCESS_TOKEN = "sim-token",
    } }, Simulator)
end

function Simulator:stop()
    if self.pid then
        os.execute("kill " .. self.pid)
        self.pid = nil
        self.pipe:close()
    end
end

-- A test that fails leaves its simulator running, and closing the pipe waits for its end.
Simulator.__gc = Simulator.stop

--- Calls the command against this simulator. `more` overrides settings; "" takes one away.
function Simulator:run(words, more, under)
    local env = {}
    for name, value in pairs(self.env) do
        env[name] = value
    end
    for name, value in pairs(more or {}) do
        env[name] = value
    end
    return M.command(words, env, under)
end

--- Settings for signing in at this simulator instead of being given a token: a folder for data of
--- its own, a browser that agrees at once, and no token.
---@param folder string|nil  made up when it is not given
---@return table env
function Simulator:signing_in(folder)
    folder = folder or M.path("data")
    local browser = M.write(M.path("browser"), "#!/bin/sh\nexec " .. LUA
        .. " tests/support/browser.lua \"$1\"\n")
    os.execute("chmod 700 " .. quote(browser))
    self.env.YTSYNC_ACCESS_TOKEN = ""
    self.env.XDG_DATA_HOME = folder
    self.env.YTSYNC_BROWSER = browser
    self.data = folder .. "/ytsync"
    return self.env
end

--- The JSON file of an OAuth client whose sign-in is this simulator. `changes` overrides members.
---@return string path
function Simulator:client_file(changes)
    local client = { client_id = "sim-client", client_secret = "sim-secret",
        project_id = "sim-project", auth_uri = self.url .. "/o/oauth2/v2/auth",
        token_uri = self.url .. "/token" }
    for name, value in pairs(changes or {}) do
        client[name] = value
    end
    return M.write(M.path("client.json"), json.encode({ installed = client }))
end

local Running = {}
Running.__index = Running

--- Begins a call of the command that runs beside the test.
function Simulator:begin(words)
    local err = M.path("err")
    local pipe = assert(io.popen(("echo $$; exec %s 2>%s </dev/null"):format(
        command_line(words, self.env), quote(err)), "r"))
    return setmetatable({ pid = pipe:read("l"), pipe = pipe, err = err }, Running)
end

--- Sends a signal and waits for the end. Returns the exit code and what was said.
function Running:finish(signal)
    os.execute(("kill -%s %s"):format(signal, self.pid))
    self.pipe:read("a")
    local _, _, code = self.pipe:close()
    return code, M.read(self.err)
end

-- Plain HTTP by bash alone: the test endpoints need no more.
local function exchange(self, request)
    local _, reply = M.shell("bash -c " .. quote(("exec 3<>/dev/tcp/127.0.0.1/%s; printf '%%s' %s "
        .. ">&3; cat <&3"):format(self.port, quote(request))))
    return assert(reply:match("\r\n\r\n(.*)$"), "no answer")
end

--- GET of a test endpoint, as it is.
function Simulator:text(path)
    return exchange(self, ("GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"):format(path))
end

--- GET of a test endpoint, decoded.
function Simulator:ask(path)
    return assert(json.decode(self:text(path)))
end

--- POST to a test endpoint.
function Simulator:tell(path, body)
    local reply = exchange(self, ("POST %s HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n"
        .. "\r\n%s"):format(path, #body, body))
    assert(reply:find('"ok":true', 1, true), reply)
end

--- Takes all faults away.
function Simulator:clear_faults()
    local reply = exchange(self, "DELETE /sim/fault HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
    assert(reply:find('"ok":true', 1, true), reply)
end

return M
