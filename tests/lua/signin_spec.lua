-- Waiting for the browser, with a login of the test's own whose waits take no time.
local command = require("lua.command")

local SECONDS_MAX = 600

local function has(text, words)
    assert.truthy(text:find(words, 1, true), ("%q is not in:\n%s"):format(words, text))
end

describe("waiting for the browser", function()
    local fake = command.fake
    local real_exists = fake.exists
    local waits, comes_at

    -- Calls login; the browser comes back at that second.
    local function login(seconds)
        waits, comes_at = 0, seconds
        return command.run("login", { env = { YTSYNC_DB = command.DB,
            HOME = "/home/none", YTSYNC_BROWSER = "/browser" } })
    end

    before_each(function()
        fake.world(command.DB)
        fake.exists = function()
            return true
        end
        fake.open_with = function()
            return true
        end
        fake.login = function()
            return {
                url = function()
                    return "https://accounts.google.com/agree"
                end,
                wait = function(_, ms)
                    waits = waits + ms / 1000
                    return waits >= comes_at
                end,
                finish = function()
                    return nil, "it came", "auth_error"
                end,
                close = function() end,
            }
        end
    end)
    after_each(function()
        fake.exists, fake.open_with, fake.login = real_exists, nil, nil
        command.cleanup()
    end)

    it("explains \"Access blocked\" after 60 seconds, once", function()
        local code, _, err = login(59)
        assert.equal(77, code, err)
        assert.falsy(err:find("Access blocked", 1, true), err)
        has(err, "Your browser opens.")
        code, _, err = login(61)
        assert.equal(77, code, err)
        has(err, "Nobody has come back yet. Does the page say \"Access blocked\"")
        has(err, "add it, or publish the\napp, at "
            .. "https://console.cloud.google.com/auth/audience")
        local _, count = err:gsub("Nobody has come back yet", "")
        assert.equal(1, count)
        code, _, err = login(SECONDS_MAX)
        assert.equal(77, code, err)
        has(err, "it came")
    end)

    it("gives up after 10 minutes", function()
        local code, _, err = login(SECONDS_MAX + 1)
        assert.equal(77, code, err)
        has(err, "nobody came back from the browser within 10 minutes.")
        assert.equal(SECONDS_MAX, waits)
    end)
end)
