-- tls_spec.lua: the command behind TLS and HTTP/2: whom it trusts, and what a broken HTTP/2
-- connection does to a sync. What libcurl makes of single connections is tests/unit/test_curl*.c.
local front = require("lua.tls_front")
local simulator = require("lua.simulator")

local SMALL = "--videos 60 --playlists 6 --seed 7"
local POLICY = [[
local y = require "ytsync.policy"
return y.policy { old = "delete", gone = "forget", otherwise = "Rest", categories = {
    y.category "Jazz" { when = y.title "jazz" }, y.category "Rest" {} } }
]]
local BREAKS = 6

local function check(name, run)
    if front.available() then
        it(name, run)
    else
        pending(name .. " (nghttpx, openssl or simd is not there)")
    end
end

local function has(text, words)
    assert.truthy(text:find(words, 1, true), ("%q is not in:\n%s"):format(words, text))
end

describe("over TLS", function()
    local sim, certificates, proxy

    before_each(function()
        if front.available() then
            certificates = front.certificates()
            sim = simulator.start(SMALL)
            sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), POLICY)
            sim.env.YTSYNC_CA_FILE = certificates .. "/ca.pem"
            sim.env.https_proxy = ""
        end
    end)
    after_each(function()
        if proxy then
            proxy:stop()
            proxy = nil
        end
        if sim then
            sim:stop()
            sim = nil
        end
    end)

    local function begin(options)
        if proxy then
            proxy:stop()
        end
        proxy = front.start(certificates, sim.port, options)
        sim.env.YTSYNC_API_URL = proxy.url
    end

    local function refused(words)
        local before = #sim:ask("/sim/requests").requests
        local code, _, err = sim:run("fetch --quiet")
        assert.equal(1, code, err)
        has(err, "channels.list: The request could not be sent: ")
        has(err, words)
        assert.equal(before, #sim:ask("/sim/requests").requests)
    end

    check("only a server with a certificate for its name, by a known CA, is spoken to", function()
        begin({})
        local code, _, err = sim:run("fetch")
        assert.equal(0, code, err)
        local second, all = proxy:counts()
        assert.truthy(all > 3)
        assert.equal(all, second)
        sim.env.YTSYNC_CA_FILE = certificates .. "/other.pem"
        refused("SSL certificate problem")
        sim.env.YTSYNC_CA_FILE = ""
        refused("SSL certificate problem")
        sim.env.YTSYNC_CA_FILE = "/no/such/file.pem"
        refused("/no/such/file.pem")
        sim.env.YTSYNC_CA_FILE = certificates .. "/ca.pem"
        begin({ certificate = "elsewhere" })
        refused("SSL: no alternative certificate subject name matches")
        begin({ more = "--tls-max-proto-version=TLSv1.2" })
        assert.equal(0, (sim:run("fetch")))
    end)

    check("a loopback address of IPv6 will do as well", function()
        if simulator.shell("test -s /proc/net/if_inet6") ~= 0 then
            return pending("there is no IPv6 here")
        end
        begin({ host = "::1" })
        local code, _, err = sim:run("fetch")
        assert.equal(0, code, err)
    end)

    check("nothing goes another way than the proxy that the user set", function()
        begin({})
        local dead = "http://127.0.0.1:" .. front.free_port()
        sim.env.https_proxy, sim.env.no_proxy = dead, ""
        refused("Failed to connect")
        sim.env.no_proxy = "127.0.0.1"
        assert.equal(0, (sim:run("fetch")))
        -- Plain HTTP to this machine never leaves by a proxy.
        sim.env.YTSYNC_API_URL, sim.env.no_proxy, sim.env.http_proxy = sim.url, "", dead
        assert.equal(0, (sim:run("fetch")))
    end)

    check("connections that break amid requests lose and double nothing", function()
        begin({})
        local port = proxy.port
        assert.equal(0, (sim:run("config set pace.settle_s 5")))
        for number = 1, BREAKS do
            -- An insert takes effect, its answer does not come, and the connection breaks.
            sim:tell("/sim/fault", ("playlistItems.insert#%d+1=effect+timeout"):format(number))
            local running = sim:begin("run --yes --delete --wait -v")
            local asked = #sim:ask("/sim/requests").requests
            repeat
                local log = sim:ask("/sim/requests?from=" .. asked + 1).requests
                local hangs = false
                for _, request in ipairs(log) do
                    hangs = hangs or request.wire == "timeout"
                end
            until hangs
            proxy:stop()
            begin({ port = port })
            running:finish("TERM")
            sim:clear_faults()
        end
        local code, out, err = sim:run("run --yes --delete --wait --quiet")
        assert.equal(0, code, out .. err)
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
        local second, all = proxy:counts()
        assert.equal(all, second)
    end)
end)
