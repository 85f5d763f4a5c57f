--- `logout`: takes the leave back at Google. `forget`: removes what ytsync stored of an account.
local core = require("ytsync.core")
local exits = require("ytsync.cli.exits")
local signin = require("ytsync.cli.signin")
local text = require("ytsync.text")

local function file_of(ctx)
    local account, code = ctx:account()
    if not account then
        return nil, code
    end
    local path = signin.path(ctx, account)
    if not path then
        return nil, ctx:fail("there is no place for sign-ins: HOME is not set", "usage")
    end
    return path, account
end

local function logout(ctx)
    local path, account = file_of(ctx)
    if not path then
        return account
    end
    local known, message, name = core.signin(path)
    if not known then
        if name == "not_found" then
            ctx:json({ account = account, signed_out = false })
            ctx:say(("The account \"%s\" is not signed in."):format(account))
            return exits.OK
        end
        return ctx:fail(message, "auth_error", nil, "")
    end
    ctx:remark("Google ends every sign-in that your Google project has for this account, also "
        .. "those on other machines.")
    local ok
    ok, message, name = core.signin_revoke(path, ctx:clock())
    if not ok then
        return ctx:fail(message, name, nil, ("The sign-in is still there. Try again later; or take "
            .. "the leave back at https://myaccount.google.com/connections and remove it with: %s")
            :format(ctx:command("forget")))
    end
    ctx:json({ account = account, signed_out = true })
    ctx:say(("Signed out%s. The sign-in was revoked and removed."):format(
        known.channel_title ~= "" and " of " .. known.channel_title or ""))
    return exits.OK
end

-- ------------------------------------------------------------------ forget

-- Folders that ytsync makes beside a database, and the files that it writes there.
local FOLDERS = {
    { ending = ".backups", names = { "^backup%-%d+%-%d+%-%d+%.jsonl", "^proof%-%d+%.csv$",
        "^gone%.csv" } },
    { ending = ".policies", names = { "^%x+%.lua$" } },
}
-- And files, the database itself among them.
local FILES = { "", "-wal", "-shm", "-journal", ".lock", ".state", ".watch-later.txt" }

local function is_one_of(name, patterns)
    for _, pattern in ipairs(patterns) do
        if name:find(pattern) then
            return true
        end
    end
    return false
end

-- Everything that is there of this account, in the order in which it is removed; and the folders
-- that may be empty then.
local function stored(ctx, path)
    local db = ctx:db_path()
    local found, folders = {}, {}
    local function add(name)
        if core.exists(name) then
            found[#found + 1] = name
        end
    end
    add(path)
    add(path .. ".pending")
    if #core.files(path:match("^(.*)/")) <= 2 then -- the last account's, and the client's
        add(path:match("^(.*)/") .. "/client.json")
    end
    for _, kind in ipairs(db and FOLDERS or {}) do
        local folder = db .. kind.ending
        local names = core.files(folder)
        table.sort(names)
        for _, name in ipairs(names) do
            if is_one_of(name, kind.names) then -- what else lies there is not ours
                add(folder .. "/" .. name)
            end
        end
        folders[#folders + 1] = folder
    end
    for _, ending in ipairs(db and FILES or {}) do
        add(db .. ending)
    end
    return found, folders
end

local function forget(ctx)
    local path, account = file_of(ctx)
    if not path then
        return account
    end
    local found, folders = stored(ctx, path)
    if #found == 0 then
        ctx:say(("Nothing is stored of the account \"%s\"."):format(account))
        return exits.OK
    end
    if not ctx.options.yes then
        local list = "These files would be removed, backups included:\n  "
            .. table.concat(found, "\n  ") .. "\nYour playlists on YouTube stay as they are. "
            .. "Google still remembers your leave; `logout` takes that back first.\nRemove them?"
        local answer = ctx:ask(ctx:with_commands(list))
        if answer == nil then
            return ctx:fail("this needs your yes, and there is no terminal to ask on", "usage", nil,
                "Give it beforehand with: " .. ctx:command("forget --yes"))
        elseif not answer then
            ctx:say("Nothing was removed.")
            return exits.OK
        end
    end
    for _, name in ipairs(found) do
        local ok, problem = os.remove(name)
        if not ok then
            return ctx:fail("a file could not be removed: " .. problem, "io_error")
        end
    end
    for _, folder in ipairs(folders) do
        os.remove(folder) -- stays when something of the user's own lies there
    end
    ctx:json({ account = account, removed = found })
    ctx:say(("%s removed."):format(text.count(#found, "file")))
    return exits.OK
end

return {
    logout = {
        usage = "logout [--account NAME]",
        summary = "take your leave back and remove the sign-in",
        help = [[
Revokes the sign-in at Google and removes its file. Google then ends every sign-in that your Google
project has for this account. The library, jobs and backups stay.]],
        run = logout,
    },
    forget = {
        usage = "forget [--account NAME] [--yes]",
        summary = "remove all that is stored of an account",
        help = [[
Removes the sign-in, the database with the library and its jobs, the backups and the kept policies
from this machine, after it has listed them and you said yes. Nothing changes on YouTube.]],
        run = forget,
    },
}
