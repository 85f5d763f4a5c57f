-- `schedule`, `notify` and `--quiet`: what runs by itself, and whom it tells. systemctl, loginctl
-- and crontab are scripts of the test, which write down what they were called with.
local json = require("ytsync.json")
local simulator = require("lua.simulator")

local check = simulator.available() and it or pending

local function has(got, words)
    assert.truthy(got:find(words, 1, true), ("%q is not in:\n%s"):format(words, got))
end

local function new_folder(name)
    local path = simulator.path(name)
    os.execute("mkdir -p " .. simulator.quote(path))
    return path
end

-- A folder with programs of these names and texts, and the few others that the command needs.
local function programs(texts)
    local folder = new_folder("bin")
    for _, name in ipairs({ "sh", "cat", "env", "pwd", simulator.LUA:match("[^/]+$") }) do
        os.execute(("ln -s \"$(command -v %s)\" %s/%s 2>/dev/null"):format(name == "pwd" and "pwd"
            or name, folder, name))
    end
    for name, text in pairs(texts) do -- unordered: each is a file of its own
        local path = simulator.write(folder .. "/" .. name, "#!/bin/sh\n" .. text .. "\n")
        os.execute("chmod +x " .. path)
    end
    return folder
end

describe("schedule", function()
    local env, calls

    before_each(function()
        calls = simulator.path("calls")
        env = { HOME = new_folder("home"), USER = "anna", XDG_CONFIG_HOME = new_folder("config"),
            YTSYNC_DB = simulator.path("schedule.db"), CALLS = calls }
    end)

    local function run(words)
        return simulator.command(words, env)
    end

    local function with(texts)
        env.PATH = programs(texts) .. ":/usr/bin:/bin"
    end

    it("is a timer of systemd's, with lingering looked at and 75 no failure", function()
        with({ systemctl = 'echo "systemctl $*" >> "$CALLS"; case "$*" in *list-timers*) '
            .. 'echo "Mon 2026-11-30 09:15:00 CET  9h left";; esac', loginctl = "echo Linger=no" })
        local code, out, err = run("schedule on --policy 'my 100% policy.lua'")
        assert.equal(0, code, err)
        has(out, "A systemd timer of yours calls `run` every day")
        has(out, "loginctl enable-linger")
        has(err, "needs a sign-in that is kept")
        local folder = env.XDG_CONFIG_HOME .. "/systemd/user/"
        local service = simulator.read(folder .. "ytsync.service")
        has(service, '" "run" "--yes" "--quiet" "--policy" "/')
        has(service, "my 100%% policy.lua\"\n")
        has(service, "\nSuccessExitStatus=75\n")
        assert.falsy(service:find("--delete", 1, true))
        local timer = simulator.read(folder .. "ytsync.timer")
        has(timer, "\nOnCalendar=*-*-* 00:15:00 America/Los_Angeles\n")
        has(timer, "\nPersistent=true\n")
        has(simulator.read(calls), "systemctl --user enable --now ytsync.timer\n")
        code, out = run("schedule status")
        assert.equal(0, code)
        has(out, "Next: Mon 2026-11-30 09:15:00 CET  9h left")
        code, out = run("schedule off")
        assert.equal(0, code)
        has(out, "Nothing is called by itself any more.")
        has(simulator.read(calls), "systemctl --user disable --now ytsync.timer\n")
        code, out = run("schedule")
        assert.equal(0, code)
        has(out, "Nothing is called by itself. To have `run` called every day: ")
        with({ systemctl = "exit 0", loginctl = "echo Linger=yes" })
        has(select(2, run("schedule on")), "lingering is on")
    end)

    it("is a line of cron's where there is no systemd", function()
        env.TABLE = simulator.write(simulator.path("table"), "5 4 * * * backup\n")
        with({ systemctl = "exit 1", crontab = 'if [ "$1" = -l ]; then cat "$TABLE"; else '
            .. 'cat > "$TABLE"; fi' })
        local code, out, err = run("schedule on")
        assert.equal(0, code, err)
        has(out, "A line in your crontab calls `run` every day")
        assert.equal(0, (run("schedule on"))) -- twice is once
        local lines = simulator.read(env.TABLE)
        local line = lines:match("^5 4 %* %* %* backup\n(15 %d+ %* %* %* [^\n]+)\n$")
        assert.truthy(line, lines)
        has(line, "'run' '--yes' '--quiet'")
        has(select(2, run("schedule status")), line)
        code, out = run("schedule off")
        assert.equal(0, code)
        has(out, "Nothing is called by itself any more.")
        assert.equal("5 4 * * * backup\n", simulator.read(env.TABLE))
        has(select(2, run("schedule off")), "There was no schedule.")
    end)

    it("says so when systemd refuses, and when it is called wrongly", function()
        with({ systemctl = 'case "$*" in *enable*) echo "Failed to connect"; exit 1;; esac' })
        local code, _, err = run("schedule on")
        assert.equal(1, code)
        has(err, "systemd did not take the timer: Failed to connect")
        code, _, err = run("schedule daily")
        assert.equal(64, code)
        has(err, "schedule takes on, off or status")
    end)
end)

describe("notify", function()
    local sim

    after_each(function()
        if sim then
            sim:stop()
            sim = nil
        end
    end)

    it("is set, shown and switched off", function()
        local env = { HOME = "/home/none", XDG_CONFIG_HOME = new_folder("config"),
            YTSYNC_DB = simulator.path("notify.db") }
        local code, out = simulator.command("config get notify", env)
        assert.equal(0, code)
        assert.equal("off\n", out)
        code, out = simulator.command("config set notify -- tell --me 'two words'", env)
        assert.equal(0, code)
        assert.equal("tell --me two words\n", out)
        code, out = simulator.command("config get notify --json", env)
        assert.equal(0, code)
        assert.same({ notify = { "tell", "--me", "two words" } }, json.decode(out))
        code, out = simulator.command("config set notify off", env)
        assert.equal(0, code)
        assert.equal("off\n", out)
    end)

    check("a program gets what became of the job as JSON, by no shell and without the token",
        function()
            sim = simulator.start("--videos 60 --playlists 6 --seed 7")
            sim.env.XDG_CONFIG_HOME = new_folder("config")
            sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"),
                'playlist "All" { where(function () return true end) }')
            sim.env.GOT = simulator.path("got")
            local program = simulator.write(simulator.path("program"),
                '#!/bin/sh\n{ echo "$1"; echo "[$YTSYNC_ACCESS_TOKEN]"; cat; } > "$GOT"\n')
            os.execute("chmod +x " .. program)
            local odd = "$(touch /tmp/never); `x`"
            assert.equal(0, (sim:run(("config set notify %s %s"):format(program,
                simulator.quote(odd)))))
            local code, out, err = sim:run("run --yes")
            assert.equal(0, code, err)
            has(out, "Receipt of job 1:")
            local first, second, rest = simulator.read(sim.env.GOT):match("^(.-)\n(.-)\n(.*)$")
            assert.equal(odd, first)
            assert.equal("[]", second)
            local event = assert(json.decode(rest))
            assert.equal("completed", event.event)
            assert.equal("completed", event.job.stage)
            has(event.message, "Sync complete: ")
            os.remove(sim.env.GOT)
            code, out, err = sim:run("run --yes --quiet")
            assert.equal(0, code)
            assert.equal("", out .. err) -- in order: nothing to say, nobody to tell
            assert.falsy(io.open(sim.env.GOT, "r"))
        end)

    check("a program that is not there is said, and stops nothing", function()
        sim = simulator.start("--videos 40 --playlists 6 --seed 7")
        sim.env.XDG_CONFIG_HOME = new_folder("config")
        sim.env.YTSYNC_POLICY = simulator.write(simulator.path("policy.lua"),
            'playlist "All" { where(function () return true end) }')
        assert.equal(0, (sim:run("config set notify /nowhere/program")))
        local code, _, err = sim:run("run --yes")
        assert.equal(0, code, err)
        has(err, "The program \"/nowhere/program\" could not be told: No such file or directory.")
    end)
end)
