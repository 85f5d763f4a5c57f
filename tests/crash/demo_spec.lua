-- demo_spec.lua: the whole demonstration, unchanged, over TLS and HTTP/2, with every exchange
-- recorded: what `make demo` sends and gets holds against the API's own description.
local discovery = require("contract.discovery")
local front = require("lua.tls_front")
local recording = require("contract.recording")
local simulator = require("lua.simulator")

local BUILD = simulator.absolute_build()
local contract = discovery.load()

local function check(name, run)
    if front.available() then
        it(name, run)
    else
        pending(name .. " (nghttpx, openssl or simd is not there)")
    end
end

-- A build folder whose simd listens where the proxy expects it, and records.
local function build_folder(port, record)
    local folder = simulator.path("build")
    local code, _, err = simulator.shell(("mkdir -p %s && ln -s %s/ytsync %s/ytsync"):format(
        simulator.quote(folder), simulator.quote(BUILD), simulator.quote(folder)))
    assert(code == 0, err)
    simulator.write(folder .. "/simd", ("#!/bin/sh\nexec %s \"$@\" --port %d --record %s\n"):format(
        simulator.quote(BUILD .. "/simd"), port, simulator.quote(record)))
    os.execute("chmod 700 " .. simulator.quote(folder .. "/simd"))
    return folder
end

describe("the demonstration", function()
    check("runs over TLS and HTTP/2, and its requests keep to the API's description", function()
        local certificates = front.certificates()
        local port, record = front.free_port(), simulator.path("record")
        local proxy = front.start(certificates, port, {})
        local code, out, err = simulator.shell(("env YTSYNC_CA_FILE=%s/ca.pem "
            .. "YTSYNC_DEMO_API_URL=%s https_proxy= %s scripts/demo.lua %s"):format(
            simulator.quote(certificates), proxy.url, simulator.LUA,
            simulator.quote(build_folder(port, record))))
        local second, all = proxy:counts()
        proxy:stop()
        assert.equal(0, code, out .. err)
        assert.truthy(out:find("0 videos lost, 0 doubled.", 1, true), out)
        assert.truthy(out:find("A second run plans nothing.", 1, true), out)
        assert.truthy(all > 1000, all .. " requests are few")
        assert.equal(all, second) -- all of them by HTTP/2
        if contract then
            local seen = recording.check(contract, record)
            assert.same({}, seen.problems)
            assert.equal(all, seen.requests)
        end
        os.remove(record)
    end)
end)
