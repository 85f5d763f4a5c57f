-- Signing in and out as a user does, against the simulated sign-in over HTTP: a browser that
-- follows the address (tests/support/browser.lua), the file that is kept, what each refusal says,
-- and how a job rests and goes on.
local simulator = require("lua.simulator")
local json = require("ytsync.json")
local terminal = require("lua.terminal")

local check = simulator.available() and it or pending
local check_terminal = simulator.available() and terminal.available() and it or pending
local COMMAND = simulator.COMMAND
local SMALL = "--videos 24 --playlists 3 --seed 7"
local POLICY = [[
local y = require "ytsync.policy"
return y.policy { old = "keep", otherwise = "Rest", categories = {
    y.category "Jazz" { when = y.title "jazz" }, y.category "Rest" {} } }
]]
local HOUR_MS = 60 * 60 * 1000

local function has(text, words)
    assert.truthy(text:find(words, 1, true), ("%q is not in:\n%s"):format(words, text))
end

local sim

local function run(code, words, more)
    local got, out, err = sim:run(words, more)
    assert.equal(code, got, words .. "\n" .. out .. err)
    return out, err
end

local function account(name)
    return sim.data .. "/accounts/" .. (name or "default") .. ".json"
end

local function sign_in()
    return run(0, "login --client " .. sim:client_file())
end

local function mode(path)
    local _, out = simulator.shell("stat -c %a " .. simulator.quote(path))
    return out:match("%d+")
end

-- A Takeout whose only playlist has this id and title; returns its folder.
local function takeout(id, title)
    local folder = simulator.path("takeout") .. "/playlists"
    os.execute("mkdir -p " .. simulator.quote(folder))
    simulator.write(folder .. "/playlists.csv", "Playlist ID,Add new videos to top of playlist,"
        .. "Playlist Create Timestamp,Playlist Update Timestamp,Playlist Video Order,Playlist "
        .. "Visibility,Playlist Title (Original),Playlist Title,Playlist Title (Original) Language,"
        .. "Playlist Title Language\n" .. id .. ",false,2020-01-01T00:00:00+00:00,"
        .. "2020-01-01T00:00:00+00:00,manual,Private," .. title .. "," .. title .. ",,\n")
    simulator.write(folder .. "/" .. title .. "-videos.csv", "Video ID,Playlist Video Creation "
        .. "Timestamp\nACTexOwBLf9,2021-02-02T01:12:09+00:00\n")
    return folder
end

-- The sign-in is narrowed to reading, as one that was made with an older grant.
local function narrow()
    local kept = json.decode(simulator.read(account()))
    kept.scope = "https://www.googleapis.com/auth/youtube.readonly"
    simulator.write(account(), json.encode(kept))
end

local function writes()
    local count = 0
    for _, request in ipairs(sim:ask("/sim/requests")) do
        if request.method:find("insert") or request.method:find("update")
            or request.method:find("delete") then
            count = count + 1
        end
    end
    return count
end

describe("signing in", function()
    before_each(function()
        if simulator.available() then
            sim = simulator.start(SMALL)
            sim:signing_in()
            sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"), POLICY)
        end
    end)
    after_each(function()
        if sim then
            sim:stop()
            sim = nil
        end
    end)

    check("reads first, widens, refreshes, is refused, agrees again, and ends", function()
        local _, err = run(77, "fetch")
        has(err, "You are not signed in. Sign in with `" .. COMMAND .. " login`")
        has(err, "Then go on with: " .. COMMAND .. " fetch")
        local out = sign_in()
        has(out, "Signed in as Sample Collector (UCsimulated0000000000000), 3 playlists, to read "
            .. "only; the first run asks for more.")
        run(0, "fetch")
        run(0, "plan")

        _, err = run(77, "run --yes")
        has(err, '"See, edit, and permanently delete your YouTube videos, ratings, comments and '
            .. 'captions"')
        has(err, "playlistItems.insert, playlistItems.update, playlistItems.delete")
        has(err, "the sign-in allows to read only.")
        has(err, "Allow changes with: " .. COMMAND .. " login --write")
        assert.equal(0, sim:ask("/sim/truth").report.lost)
        out = run(0, "login --write")
        has(out, "to read and change playlists.")
        assert.truthy(json.decode(simulator.read(account())).scope:find("force-ssl", 1, true))

        -- The access token ends after an hour, and is renewed before it does.
        sim:tell("/sim/clock", tostring(2 * HOUR_MS))
        run(0, "fetch --full")
        -- One that dies early is renewed after the refusal, once.
        local token = json.decode(simulator.read(account())).access_token
        sim:tell("/sim/token", "revoke " .. token)
        run(0, "fetch --full")
        assert.are_not.equal(token, json.decode(simulator.read(account())).access_token)

        sim:tell("/sim/consent", "revoke")
        _, err = run(77, "run --yes")
        has(err, "Google no longer accepts the sign-in of 2026-11-20 (0 days ago): Token has been "
            .. "expired or revoked (invalid_grant). Sign in again with `" .. COMMAND .. " login`. "
            .. "A project in \"Testing\" ends every sign-in after 7 days; to make it last, publish "
            .. "it: console > Google Auth Platform > Audience > Publish app.")
        out = run(0, "login")
        has(out, "to read and change playlists.") -- what was granted once is asked for again
        run(0, "run --yes --wait --quiet")
        assert.equal(0, sim:ask("/sim/truth").report.doubled)

        out, err = run(0, "logout")
        has(out, "Signed out of Sample Collector. The sign-in was revoked and removed.")
        has(err, "Google ends every sign-in that your Google project has for this account")
        has(run(0, "logout"), 'The account "default" is not signed in.')
        assert.same({ account = "default", signed_out = false },
            json.decode((run(0, "logout --json"))))
        _, err = run(77, "fetch")
        has(err, "You are not signed in.")
        has(run(0, "status"), "Job 1: Sync complete.")
    end)

    check("keeps what it is given where only its user can read it", function()
        local _, err = sign_in()
        has(err, "The client's file was copied to where only you can read it")
        assert.equal("600", mode(account()))
        assert.equal("600", mode(account("client")))
        assert.equal("700", mode(sim.data .. "/accounts"))
        os.execute("chmod 640 " .. simulator.quote(account()))
        for _, words in ipairs({ "fetch", "run --yes" }) do
            _, err = run(77, words)
            has(err, "The file " .. account() .. " holds secrets, and other users can get at it "
                .. "(mode 0640). Close it with: chmod 600 '" .. account() .. "'.")
        end
        run(0, "quota") -- what needs no request works
        os.execute("chmod 600 " .. simulator.quote(account()))
        run(0, "fetch")
        simulator.write(account(), '{"ytsync_signin": 2}')
        _, err = run(77, "fetch")
        has(err, account() .. " holds no sign-in that this ytsync can read. Sign in again with `"
            .. COMMAND .. " login`.")
        simulator.write(account(), "")
        _, err = run(77, "fetch")
        has(err, "The file " .. account() .. " is empty.")
    end)

    check("lets a job rest as auth_error and go on after login", function()
        sign_in()
        run(0, "login --write")
        -- The sign-in ends under way.
        sim:tell("/sim/fault", "playlistItems.insert#4+200=401")
        sim:tell("/sim/consent", "refuse invalid_grant Token has been expired or revoked.")
        local _, err = run(77, "run --yes")
        has(err, "Google no longer accepts the sign-in of 2026-11-20")
        local out = run(0, "status --json")
        assert.equal("auth_error", json.decode(out).pause_reason)
        sim:clear_faults()
        sim:tell("/sim/consent", "allow")
        run(0, "login")
        run(0, "run --yes --wait --quiet")
        local report = sim:ask("/sim/truth").report
        assert.equal(0, report.lost)
        assert.equal(0, report.doubled)
    end)

    check("says what each refusal of the sign-in means", function()
        sign_in()
        local refusals = {
            { "invalid_client The OAuth client was not found.", "Google does not know this OAuth "
                .. "client, or not with this secret: it was deleted, or its secret was changed "
                .. "(invalid_client: The OAuth client was not found)." , "--client" },
            { "unauthorized_client", "it is of another type (unauthorized_client).",
                'type "Desktop app"' },
            { "invalid_scope Bad", "Google does not know the scope that was asked for "
                .. "(invalid_scope: Bad).", "YouTube Data API v3" },
            { "admin_policy_enforced", "The administrator of this Google account does not allow it",
                "login --switch" },
            { "org_internal", "The project is for accounts of one organisation only", "External" },
            { "unsupported_grant_type", "The address of the token endpoint leads to something else",
                "--client" },
            { "invalid_request", "Google could not use the request (invalid_request).", "login" },
            { "invalid_grant Account has been deleted", "Google no longer accepts the sign-in of "
                .. "2026-11-20 (0 days ago): Account has been deleted (invalid_grant).", "login" },
            { "something_new With words", "Google refused the sign-in (something_new: With words).",
                "Sign in again with `" .. COMMAND .. " login`." },
        }
        for _, case in ipairs(refusals) do
            sim:tell("/sim/consent", "allow\nrefuse " .. case[1])
            sim:tell("/sim/clock", tostring(2 * HOUR_MS))
            local _, err = run(77, "fetch")
            has(err, case[2])
            has(err, case[3])
            _, err = run(77, "login") -- and while a code is traded for tokens
            has(err, case[1]:match("^%S+"))
        end
        sim:tell("/sim/consent", "allow")
        sim:tell("/sim/fault", "token#1+1000=503")
        local _, err = run(1, "fetch")
        has(err, "Google's sign-in server is in trouble (HTTP 503 from " .. sim.url .. ").")
        sim:clear_faults()
        sim:tell("/sim/fault", "token#1+1000=notjson")
        _, err = run(77, "fetch")
        has(err, "The answer of the sign-in server " .. sim.url .. "/token makes no sense.")
        sim:clear_faults()
        run(0, "fetch")
    end)

    check("says what a no on Google's page, or less than asked for, means", function()
        local client = sim:client_file()
        sim:tell("/sim/consent", "deny access_denied")
        local _, err = run(77, "login --client " .. client)
        has(err, "The access was not allowed on Google's page (access_denied).")
        has(err, 'If Google said "Access blocked", add the account as a test user first')
        assert.equal(1, (simulator.shell("test -e " .. simulator.quote(account()))))
        sim:tell("/sim/consent", "allow\nscope openid")
        _, err = run(77, "login")
        has(err, "Google granted less than was asked for: the leave to see your YouTube data was "
            .. "not among it. Sign in again with `" .. COMMAND .. " login` and leave the box")
        sim:tell("/sim/consent", "allow\nscope https://www.googleapis.com/auth/youtube.readonly")
        _, err = run(77, "login --write")
        has(err, "the leave to change your YouTube playlists was not among it. Sign in again with `"
            .. COMMAND .. " login --write`")
        run(0, "login")
        sim:tell("/sim/consent", "allow\nchannel UCnobody")
        sim:tell("/sim/account", "UCnobody")
        _, err = run(77, "login --switch")
        has(err, "This Google account has no YouTube channel: make one at youtube.com")
    end)

    check("refuses another channel than before, unless told to switch", function()
        sign_in()
        sim:tell("/sim/account", "UCother00000000000000000 The Other")
        sim:tell("/sim/consent", "channel UCother00000000000000000")
        local _, err = run(77, "login")
        has(err, "The sign-in is for the channel UCother00000000000000000 (The Other), but "
            .. "UCsimulated0000000000000 is expected.")
        _, err = run(77, "login --account two") -- an account of its own, but the first's database
        has(err, "UCsimulated0000000000000 is expected.")
        local db = " --db " .. simulator.path("other.db")
        _, err = run(77, "login" .. db)
        has(err, 'This is the channel The Other (UCother00000000000000000), but the account '
            .. '"default" is signed in for Sample Collector (UCsimulated0000000000000).')
        local out = run(0, "login --account two" .. db)
        has(out, "Signed in as The Other (UCother00000000000000000), 0 playlists")
        has(out, "This channel has no playlists. If yours are elsewhere:")
        run(0, "fetch --account two" .. db)
        run(0, "login --switch" .. db)
        local _, usage = run(64, "fetch --account ../x")
        has(usage, "an account's name has 1 to 32 letters, digits, '-' and '_', not '../x'.")
    end)

    check("refuses clients of another kind, each with its own words", function()
        local function refused(text, words)
            local path = simulator.write(simulator.path("client.json"), text)
            local _, err = run(77, "login --client " .. path)
            has(err, path)
            has(err, words)
        end
        refused('{"web":{"client_id":"x"}}', 'is an OAuth client of the type "Web application".')
        refused('{"type":"service_account"}', "is the key of a service account, and YouTube knows "
            .. "no service accounts.")
        refused('{"installed":{"client_id":"x"}}', "lacks the client's secret, and Google shows a "
            .. "secret only once. Add a new secret")
        refused("{}", "holds no OAuth client. Download the JSON file")
        refused("<html>", "is no JSON file.")
        refused('{"installed":{"client_id":"x","client_secret":"y","token_uri":'
            .. '"http://example.org/token"}}', "it must begin with https://, or lead to this")
        local _, err = run(1, "login --client /nowhere/at/all.json")
        has(err, "There is no file /nowhere/at/all.json.")
        local out
        out, err = run(77, "login")
        has(out, "https://console.cloud.google.com/auth/clients")
        has(err, "Do the steps above, then: " .. COMMAND .. " login --client FILE")
    end)

    -- Calls login --no-browser; `answer` is a line of shell that gets the address as $url and
    -- prints what a person would paste.
    local function paste(answer)
        local shown, names = simulator.path("shown"), {}
        for name in pairs(sim.env) do -- unordered: settings of the environment
            names[#names + 1] = name .. "=" .. simulator.quote(sim.env[name])
        end
        local script = ([[mkfifo %s; { exec 3<%s; while read -r url <&3; do case $url in http*)
            %s; break;; esac; done; cat <&3 >&2; } |
            env %s %s scripts/sync.lua login --no-browser 2>%s]]):format(shown, shown, answer,
            table.concat(names, " "), simulator.LUA, shown)
        return simulator.shell("bash -c " .. simulator.quote("set -o pipefail; " .. script))
    end

    check("takes a pasted address, and no answer to another sign-in", function()
        assert.equal(0, (simulator.shell("mkdir -p " .. sim.data .. "/accounts")))
        os.rename(sim:client_file(), account("client"))
        local code, _, err = paste("echo http://127.0.0.1:1/nothing; echo; echo x")
        assert.equal(77, code, err)
        has(err, "This is no answer of Google's sign-in. Paste the whole address")
        has(err, "no address was given that answers this sign-in.")
        code, _, err = paste('echo "http://127.0.0.1:1/?state=other&code=4%2Fabc"')
        assert.equal(77, code, err)
        has(err, "The answer belongs to another sign-in (its state differs).")
        local out
        code, out, err = paste(simulator.LUA .. ' tests/support/browser.lua "$url" stop')
        assert.equal(0, code, err)
        has(out, "Signed in as Sample Collector")
        run(0, "fetch")
    end)

    check("takes the token from a command, and writes none of it", function()
        sign_in()
        local kept = simulator.path("kept.json")
        os.execute(("mv %s %s"):format(simulator.quote(account()), simulator.quote(kept)))
        local env = { YTSYNC_TOKEN_COMMAND = "cat " .. kept }
        run(0, "fetch", env)
        sim:tell("/sim/clock", tostring(2 * HOUR_MS))
        run(0, "fetch --full", env)
        assert.equal(1, (simulator.shell("test -e " .. simulator.quote(account()))))
        run(0, "fetch --full", { YTSYNC_TOKEN_COMMAND = "echo sim-token" })
        local _, err = run(77, "fetch --full", { YTSYNC_TOKEN_COMMAND = "echo wrong-token" })
        has(err, "YouTube refused the access token that the token command (YTSYNC_TOKEN_COMMAND) "
            .. "printed, twice the same.")
        assert.falsy(err:find("wrong-token", 1, true))
        _, err = run(77, "fetch", { YTSYNC_TOKEN_COMMAND = "false" })
        has(err, "The token command (YTSYNC_TOKEN_COMMAND) failed: false ended with code 1")
        _, err = run(77, "fetch", { YTSYNC_TOKEN_COMMAND = "/no/such/program" })
        has(err, "/no/such/program cannot be started: No such file or directory")
        _, err = run(77, "fetch", { YTSYNC_TOKEN_COMMAND = "printf a\\nb" })
        has(err, "printed neither a sign-in file nor one line with an access token.")
    end)

    check("forgets all that was stored, and nothing else", function()
        sign_in()
        run(0, "login --write")
        run(0, "run --yes --wait --quiet")
        local db = sim.env.YTSYNC_DB
        local own = simulator.write(db .. ".backups/my own notes.txt", "mine")
        local neighbour = simulator.write(db .. "2", "another database")
        local _, err = run(64, "forget")
        has(err, "this needs your yes, and there is no terminal to ask on.")
        local out = run(0, "forget --yes")
        has(out, "files removed.")
        for _, path in ipairs({ account(), account("client"), db, db .. ".state",
            db .. ".policies" }) do
            assert.equal(1, (simulator.shell("test -e " .. simulator.quote(path))), path)
        end
        local _, left = simulator.shell("ls -A " .. simulator.quote(db .. ".backups"))
        assert.equal("my own notes.txt\n", left)
        assert.equal("mine", simulator.read(own))
        assert.equal("another database", simulator.read(neighbour))
        has(run(0, "forget --yes"), 'Nothing is stored of the account "default".')
    end)

    check("sees that the channel is not the one of the imported Takeout", function()
        run(0, "import takeout " .. takeout("PLelsewhere00000000000000000000001", "Elsewhere"))
        local client = sim:client_file()
        local _, err = run(77, "login --client " .. client)
        has(err, "This channel has 3 playlists, none of them in your export, but the Takeout that "
            .. "you imported has 1 playlist. One Google account can have several channels: sign in "
            .. "again, and on Google's page choose the one that you exported. If this one is right "
            .. "all the same: `" .. COMMAND .. " login --switch`")
        sim:tell("/sim/account", "UCother00000000000000000 The Other")
        sim:tell("/sim/consent", "channel UCother00000000000000000")
        _, err = run(77, "login")
        has(err, "This channel has no playlists, but the Takeout that you imported has 1 playlist.")
        -- Nothing was bound: the other channel can still be taken.
        sim:tell("/sim/consent", "channel UCsimulated0000000000000")
        has(run(0, "login --switch"), "Signed in as Sample Collector")
        run(0, "fetch")
        run(0, "login") -- the database knows its channel now
    end)

    check("takes the channel of the imported Takeout without a word", function()
        local playlist = sim:ask("/sim/truth").playlists[1]
        run(0, "import takeout " .. takeout(playlist.id, "Renamed since"))
        local out, err = sign_in()
        has(out, "Signed in as Sample Collector")
        assert.falsy(err:find("Takeout", 1, true), err)
    end)

    check("asks before every verb that writes for leave to change playlists", function()
        sign_in()
        run(0, "login --write")
        run(0, "run --yes --wait --quiet")
        narrow()
        local before = writes()
        local function refused(words)
            local out, err = run(77, words)
            has(err, "So far you have let ytsync read only. To change playlists it needs more, and "
                .. 'Google will call that\n"See, edit, and permanently delete your YouTube videos, '
                .. 'ratings, comments and captions".\nThere is no smaller one.')
            has(err, "ytsync can send these requests and no others:")
            has(err, "the sign-in allows to read only.")
            has(err, "Allow changes with: " .. COMMAND .. " login --write")
            has(err, "Then go on with: " .. COMMAND .. " " .. words)
            return out
        end
        refused("undo 1 --yes")
        refused("restore 1 --yes")
        refused("restore last --yes --delete")
        simulator.write(sim.env.YTSYNC_POLICY, (POLICY:gsub("Rest", "Others")))
        local plan = simulator.path("plan.json")
        run(0, "plan --out " .. plan)
        refused("run --yes --plan " .. plan)
        refused("run --yes --only Others")
        refused("doctor --probe --yes")
        assert.equal(before, writes())
        -- Of an unfinished job: going on, by each of its verbs.
        run(0, "login --write")
        sim:tell("/sim/fault", "write#2+10000=403forbidden")
        sim:run("run --yes")
        sim:clear_faults()
        narrow()
        before = writes()
        -- These two change nothing on YouTube; what they open, run asks about.
        has(run(0, "retry --failed"), "can be tried again. Go on: " .. COMMAND .. " run")
        refused("run --yes")
        run(0, "pause")
        run(0, "resume")
        refused("run --yes")
        assert.equal(before, writes())
        -- And of a restore.
        run(0, "cancel")
        run(0, "login --write")
        sim:tell("/sim/fault", "write#2+10000=503")
        sim:run("restore 1 --yes")
        sim:clear_faults()
        narrow()
        before = writes()
        local status = json.decode((run(0, "status --json")))
        assert.equal("paused", status.stage)
        refused("restore")
        refused("run --yes")
        assert.equal(before, writes())
    end)

    check_terminal("asks on a terminal whether to widen, does so, and goes on", function()
        sign_in()
        local function on_terminal(expected, words, sends)
            local code, raw = terminal.run(words, sim.env, sends)
            assert.equal(expected, code, raw)
            return raw
        end
        local widen = "Sign in again in the browser to allow that? [y/N] "
        local raw = on_terminal(77, "run", { { "Do this? [y/N] ", "y\n" }, { widen, "n\n" } })
        has(raw, "So far you have let ytsync read only.")
        local quoted = raw:find('"See, edit, and permanently delete your YouTube videos', 1, true)
        assert.truthy(quoted and quoted < raw:find(widen, 1, true), raw)
        has(raw, "the sign-in allows to read only.")
        assert.equal(0, writes())
        raw = on_terminal(0, "run --wait", { { "Do this? [y/N] ", "y\n" }, { widen, "y\n" } })
        has(raw, "Your browser opens.")
        has(raw, "3 playlists, to read\r\nand change playlists.")
        has(raw, "Sync complete")
        narrow()
        raw = on_terminal(0, "undo 1 --delete", { { "Do this? [y/N] ", "y\n" },
            { widen, "y\n" } })
        has(raw, "and change playlists.")
    end)

    check_terminal("waits for the file of step 5, and says what is wrong with a path", function()
        local question = "Where is the JSON file that you downloaded? "
        local web = simulator.write(simulator.path("web.json"), '{"web":{"client_id":"x"}}')
        local client = sim:client_file()
        local code, raw = terminal.run("login", sim.env, { { question, "/nowhere.json\n" },
            { question, web .. "\n" }, { question, "'" .. client .. "' \n" } })
        assert.equal(0, code, raw)
        has(raw, "https://console.cloud.google.com/projectcreate")
        has(raw, "There is no file /nowhere.json.")
        has(raw, 'is an OAuth client of the type "Web application".')
        has(raw, "Signed in as Sample Collector")
        assert.equal("600", mode(account("client")))
        os.remove(account("client"))
        code, raw = terminal.run("login", sim.env, { { question, "\4" } })
        assert.equal(77, code, raw)
        has(raw, "no file was named.")
    end)
end)
