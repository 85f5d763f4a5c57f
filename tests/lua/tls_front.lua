--- TLS and HTTP/2 in front of a simulator, for specs: nghttpx (Debian's nghttp2-proxy) with
--- certificates by a CA of our own, made by openssl.
local simulator = require("lua.simulator")

local M = {}

local PORT_FROM, PORT_TO = 20000, 31000 -- below those that the kernel gives out by itself
local TRIES_MAX = 20
local seeded = false

local Front = {}
Front.__index = Front

local function have(program)
    return (simulator.shell("command -v " .. program)) == 0
end

--- True when the programs and the simulator are there.
---@return boolean
function M.available()
    return simulator.available() and have("nghttpx") and have("openssl")
end

--- A port that nobody listens on now.
---@return integer
function M.free_port()
    if not seeded then
        math.randomseed()
        seeded = true
    end
    for _ = 1, TRIES_MAX do
        local port = math.random(PORT_FROM, PORT_TO)
        if simulator.shell(("bash -c 'exec 3<>/dev/tcp/127.0.0.1/%d'"):format(port)) ~= 0 then
            return port
        end
    end
    error("no free port was found")
end

local CERTIFICATES = [[set -e
d=%s; mkdir -p "$d"; cd "$d"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key \
    -out ca.pem -days 2 -subj "/CN=ytsync test CA"
cp ca.pem other.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout other.key \
    -out other.pem -days 2 -subj "/CN=another test CA"
make() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" \
        -out "$1.csr" -subj "/CN=$1"
    echo "subjectAltName=$2" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -out "$1.pem" \
        -days "$3" -extfile "$1.ext"
}
make good "IP:127.0.0.1,IP:::1,DNS:localhost" 2
make elsewhere "DNS:example.org" 2]]

--- Makes the certificates: ca.pem signed good.pem (this machine) and elsewhere.pem (another name);
--- other.pem is a CA that signed nothing.
---@return string folder
function M.certificates()
    local folder = simulator.path("tls")
    local code, _, err = simulator.shell(CERTIFICATES:format(simulator.quote(folder)))
    assert(code == 0, err)
    return folder
end

--- Starts a proxy before a port of this machine.
---@param folder string  of certificates
---@param backend integer  a port that speaks plain HTTP/1.1
---@param options {certificate: string|nil, port: integer|nil, more: string|nil, host: string|nil}
---@return table
function M.start(folder, backend, options)
    local host = options.host or "127.0.0.1"
    local name = folder .. "/" .. (options.certificate or "good")
    local log = simulator.path("access.log")
    for _ = 1, TRIES_MAX do
        local port = options.port or M.free_port()
        local pipe = assert(io.popen(("echo $$; exec nghttpx --conf=/dev/null --single-process "
            .. "--workers=1 -f'%s,%d' -b'127.0.0.1,%d;;proto=http/1.1' --no-ocsp "
            .. "--accesslog-file=%s --accesslog-format='$request' %s %s.key %s.pem 2>&1"):format(
            host, port, backend, log, options.more or "", name, name), "r"))
        local pid, said = pipe:read("l"), {}
        repeat
            local line = pipe:read("l")
            said[#said + 1] = line
            local up = line and line:find("Listening on", 1, true)
        until up or not line
        if said[#said] and said[#said]:find("Listening on", 1, true) then
            return setmetatable({ pid = pid, pipe = pipe, port = port, log = log,
                url = ("https://%s:%d"):format(host:find(":") and "[" .. host .. "]" or host,
                    port) }, Front)
        end
        pipe:close()
        assert(not options.port, table.concat(said, "\n"))
    end
    error("nghttpx did not start")
end

--- Ends it at once: connections break where they are.
function Front:stop()
    if self.pid then
        os.execute("kill -9 " .. self.pid)
        self.pipe:close()
        self.pid = nil
    end
end

--- How many requests came by HTTP/2, and how many in all.
---@return integer
---@return integer
function Front:counts()
    local second, all = 0, 0
    for line in io.lines(self.log) do
        all = all + 1
        second = second + (line:find("HTTP/2", 1, true) and 1 or 0)
    end
    return second, all
end

return M
