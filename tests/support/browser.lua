--- A browser for tests, in as much as a sign-in needs one: it opens the address that it is given,
-- follows redirects on this machine, and is done when a page comes. With a second word it prints
-- the first address that it is sent to and does not open it: a browser on another machine. Set
-- YTSYNC_BROWSER to a small program that starts it (lua.simulator's signing_in). Plain HTTP by bash
-- alone.
local url = assert(arg[1], "an address is needed")
local REDIRECTS_MAX = 5

local function quote(word)
    return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function get(address)
    local port, target = address:match("^http://127%.0%.0%.1:(%d+)(/.*)$")
    assert(port, "not an address of this machine: " .. address)
    local request = ("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n"):format(
        target, port)
    local script = ("exec 3<>/dev/tcp/127.0.0.1/%s; printf '%%s' %s >&3; cat <&3"):format(port,
        quote(request))
    local pipe = assert(io.popen("exec bash -c " .. quote(script), "r"))
    local reply = pipe:read("a")
    pipe:close()
    return reply
end

for _ = 1, REDIRECTS_MAX do
    local reply = get(url)
    local location = reply:match("\r\n[Ll]ocation: ([^\r]*)\r\n")
    if not location then
        os.exit(reply:find("^HTTP/1.1 200") and 0 or 1)
    end
    if arg[2] then
        print(location)
        os.exit(0)
    end
    url = location
end
os.exit(1)
