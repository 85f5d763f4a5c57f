--- Sign-ins as the command keeps them: where their files lie, signing in by the browser, and what a
--- verb needs that writes.
local core = require("ytsync.core")
local text = require("ytsync.text")

local M = {}

local WAIT_MS = 1000
-- After so long a page that nobody comes back from is probably Google's "Access blocked".
local BLOCKED_AFTER_S = 60
local GIVE_UP_AFTER_S = 600
local PASTES_MAX = 3
local BROWSERS = { "xdg-open", "open" }

local STEPS = [[
ytsync works with a Google project of your own, whose quota is yours alone. Once, in a browser:

  1. Make a project:             https://console.cloud.google.com/projectcreate
  2. Switch on the YouTube API:
       https://console.cloud.google.com/apis/library/youtube.googleapis.com
  3. Set up the sign-in page:    https://console.cloud.google.com/auth/overview
       Any name; your e-mail address; audience "External".
  4. Let yourself in:            https://console.cloud.google.com/auth/audience
       Either "Publish app" (a sign-in then lasts), or add yourself under "Test users" (a
       sign-in then ends after 7 days).
  5. Make a client:              https://console.cloud.google.com/auth/clients
       "Create client", type "Desktop app", then download its JSON file at once: Google shows
       the secret only then.
]]

local BLOCKED = [[
Nobody has come back yet. Does the page say "Access blocked" or "has not completed the Google
verification process"? Then the account is no test user of your project: add it, or publish the
app, at https://console.cloud.google.com/auth/audience and open the address again. "Google hasn't
verified this app" is a warning about your own project: "Advanced", then "Go to ...".]]

local GOOGLE_SAYS = '"See, edit, and permanently delete your YouTube videos, ratings, comments and '
    .. 'captions"'

local REQUESTS = [[
ytsync can send these requests and no others:
  read    channels.list, playlists.list, playlistItems.list, videos.list
  change  playlists.insert, playlists.update, playlists.delete,
          playlistItems.insert, playlistItems.update, playlistItems.delete
It never touches videos, ratings, comments or captions.]]

-- ------------------------------------------------------------------ where things lie

--- The file of this account's sign-in; nil when there is no place for it.
---@param ctx ytsync.Context
---@param name string
---@return string|nil
function M.path(ctx, name)
    return ctx:data_path("accounts/" .. name .. ".json")
end

local function client_path(ctx)
    return ctx:data_path("accounts/client.json")
end

-- Where tokens come from when they come from no sign-in file: their variable, else nil.
local function elsewhere(ctx)
    for _, name in ipairs({ "YTSYNC_ACCESS_TOKEN", "YTSYNC_TOKEN_COMMAND" }) do
        if (ctx.world.getenv(name) or "") ~= "" then
            return name
        end
    end
    return nil
end
M.elsewhere = elsewhere

-- ------------------------------------------------------------------ the client's file

local function ask_for_client(ctx)
    ctx:say(STEPS)
    if not ctx.world.isatty(0) then
        return nil, ctx:fail("there is no OAuth client yet", "no_token", nil,
            ("Do the steps above, then: %s --client FILE"):format(ctx:command("login")))
    end
    while true do
        ctx.world.err("Where is the JSON file that you downloaded? ")
        local answer = ctx.world.read_line()
        if not answer then
            ctx.world.err("\n")
            return nil, ctx:fail("no file was named", "no_token")
        end
        answer = answer:match("^%s*['\"]?(.-)['\"]?%s*$")
        answer = answer:gsub("^~", ctx.world.getenv("HOME") or "~")
        local ok, message = core.client_keep(answer, client_path(ctx))
        if ok then
            return true
        end
        ctx.world.err(text.safe_lines(text.sentence(message)) .. "\n")
    end
end

-- Sees to it that a client is kept.
local function need_client(ctx)
    local given = ctx.options.client
    if given then
        local ok, message, name = core.client_keep(given, client_path(ctx))
        if not ok then
            return nil, ctx:fail(message, name, nil, "")
        end
        ctx:remark("The client's file was copied to where only you can read it; the downloaded "
            .. "one can be removed: " .. given)
        return true
    end
    if core.exists(client_path(ctx)) then
        return true
    end
    return ask_for_client(ctx)
end

-- ------------------------------------------------------------------ the browser

local function open_browser(ctx, url)
    local own = ctx.world.getenv("YTSYNC_BROWSER")
    if own and own ~= "" then
        return core.open_with(own, url)
    end
    for _, program in ipairs(BROWSERS) do
        if core.open_with(program, url) then
            return true
        end
    end
    return false
end

local function paste(ctx, login)
    ctx.world.err("When you have agreed, the browser is sent to an address that begins with\n"
        .. "http://127.0.0.1 and may not be able to show it. Copy that whole address here:\n")
    for _ = 1, PASTES_MAX do
        ctx.world.err("> ")
        local address = ctx.world.read_line()
        if not address then
            ctx.world.err("\n")
            return nil, "no address was given", "no_token"
        end
        local ok, message, name = login:paste(address:match("^%s*(.-)%s*$"))
        if ok or name ~= "invalid_argument" then
            return ok, message, name
        end
        ctx.world.err(text.safe_lines(message) .. "\n")
    end
    return nil, "no address was given that answers this sign-in", "no_token"
end

local function wait(ctx, login)
    local waited_s = 0
    while waited_s < GIVE_UP_AFTER_S do
        local arrived, message, name = login:wait(WAIT_MS)
        if arrived == nil then
            return nil, message, name
        elseif arrived then
            return true
        end
        waited_s = waited_s + WAIT_MS // 1000
        if waited_s == BLOCKED_AFTER_S then
            ctx:remark(BLOCKED)
        end
    end
    return nil, ("nobody came back from the browser within %d minutes"):format(
        GIVE_UP_AFTER_S // 60), "no_token"
end

-- Lets a person agree in the browser.
local function agree(ctx, login)
    local url = login:url()
    if ctx.options.no_browser then
        ctx.world.err("Open this address in a browser, on any machine:\n\n" .. url .. "\n\n")
        return paste(ctx, login)
    end
    if open_browser(ctx, url) then
        ctx.world.err("Your browser opens. If it does not, open this address:\n\n" .. url
            .. "\n\n")
    else
        ctx.world.err("Open this address in a browser on this machine:\n\n" .. url .. "\n\n"
            .. "On another machine: call again with --no-browser.\n")
    end
    return wait(ctx, login)
end

-- ------------------------------------------------------------------ signing in

-- Before the database is bound to a channel: is it the one whose playlists were imported?
local function check_import(ctx, session)
    local known = session:channel()
    if ctx.options.switch or not known or known.id ~= "" then
        return true
    end
    local match, message, name = session:match_import()
    if not match then
        return nil, message, name
    elseif match.imported == 0 or match.common > 0 then
        return true
    end
    return nil, ("This channel has %s, but the Takeout that you imported has %s. One Google "
        .. "account can have several channels: sign in again, and on Google's page choose the one "
        .. "that you exported. If this one is right all the same: `login --switch`"):format(
        match.listed == 0 and "no playlists"
            or text.count(match.listed, "playlist") .. ", none of them in your export",
        text.count(match.imported, "playlist")), "wrong_channel"
end

-- Whose sign-in the new one is; refuses another channel than before unless --switch.
local function check_channel(ctx, session, pending, old, account)
    local ok, message, name = session:use_signin(pending)
    if ok then
        ok, message, name = check_import(ctx, session)
    end
    if not ok then
        return nil, message, name
    end
    local channel, playlists
    channel, playlists, name = session:whoami()
    if not channel then
        return nil, playlists, name
    end
    if old and old.channel_id ~= "" and old.channel_id ~= channel.id and not ctx.options.switch then
        return nil, ("This is the channel %s (%s), but the account \"%s\" is signed in for %s "
            .. "(%s). Take another one for good with `login --switch`, or keep both: "
            .. "`login --account NAME`, with a database of its own (--db FILE)"):format(
            channel.title, channel.id, account, old.channel_title,
            old.channel_id), "wrong_channel"
    end
    return channel, playlists
end

-- The whole way for one account. Returns the channel and how many playlists it has.
local function sign_in(ctx, session, account, old, write)
    local path = M.path(ctx, account)
    local pending = path .. ".pending"
    local login, message, name = core.login({ client = client_path(ctx), write = write,
        clock = ctx:clock() })
    if not login then
        return nil, message, name
    end
    local ok
    ok, message, name = agree(ctx, login)
    if ok then
        ok, message, name = login:finish(pending)
    end
    login:close()
    if not ok then
        return nil, message, name
    end
    local channel, playlists
    channel, playlists, name = check_channel(ctx, session, pending, old, account)
    if not channel then
        core.signin_remove(pending)
        return nil, playlists, name
    end
    ok, message, name = core.signin_adopt(pending, path, channel.id, channel.title)
    if ok then
        ok, message, name = session:use_signin(path)
    end
    if not ok then
        return nil, message, name
    end
    return channel, playlists
end

--- Signs in, and says so.
---@param ctx ytsync.Context
---@param session ytsync.Session  uses the new sign-in afterwards
---@param write boolean  with leave to change playlists
---@return table|nil  what to show of it as JSON
---@return integer|nil code
function M.run(ctx, session, write)
    local account, code = ctx:account()
    if not account then
        return nil, code
    end
    local path = M.path(ctx, account)
    if not path then
        return nil, ctx:fail("there is no place for the sign-in: HOME is not set", "usage")
    end
    local ok
    ok, code = need_client(ctx)
    if not ok then
        return nil, code
    end
    local old, message, name = core.signin(path)
    if not old and name == "forbidden" then
        return nil, ctx:fail(message, "auth_error", nil, "")
    end
    if old and old.may_write and not ctx.options.switch then
        write = true -- what was granted once is not taken away by signing in again
    end
    local channel, playlists
    channel, playlists, name = sign_in(ctx, session, account, old, write)
    if not channel then
        return nil, ctx:fail(playlists, name, nil, "")
    end
    ctx:say(("Signed in as %s (%s), %s, to %s."):format(channel.title, channel.id,
        text.count(playlists, "playlist"), write and "read and change playlists"
            or "read only; the first run asks for more"))
    if playlists == 0 then
        ctx:say("This channel has no playlists. If yours are elsewhere: one Google account can "
            .. "have several channels, and Google's page lets you choose. Take another with: "
            .. ctx:command("login --switch"))
    end
    return { account = account, channel = { id = channel.id, title = channel.title },
        playlists = playlists, may_write = write }
end

--- A verb that writes calls this before it does. True: go on.
---@param ctx ytsync.Context
---@param session ytsync.Session
---@return boolean|nil
---@return integer|nil code
function M.need_write(ctx, session)
    if elsewhere(ctx) then
        return true -- what that token allows, YouTube will say
    end
    local account, code = ctx:account()
    if not account then
        return nil, code
    end
    local path = M.path(ctx, account)
    local signin, message, name
    if path then
        signin, message, name = core.signin(path)
    end
    if not signin then
        if not path or name == "not_found" then
            return true -- the first request says what to do
        end
        return nil, ctx:fail(message, "auth_error", nil, "")
    elseif signin.may_write then
        return true
    end
    ctx:remark(("So far you have let ytsync read only. To change playlists it needs more, and "
        .. "Google will call that\n%s.\nThere is no smaller one. %s"):format(GOOGLE_SAYS,
        REQUESTS))
    if not ctx:ask("Sign in again in the browser to allow that?") then
        return nil, ctx:fail("the sign-in allows to read only", "auth_error", nil,
            ("Allow changes with: %s\nThen go on with: %s"):format(ctx:command("login --write"),
                ctx:again()))
    end
    local done
    done, code = M.run(ctx, session, true)
    return done and true, code
end

--- When the sign-in of this call ends, where Google says it.
---@param ctx ytsync.Context
---@return integer|nil ms
function M.ends_at(ctx)
    local account = not elsewhere(ctx) and ctx:account()
    local path = account and M.path(ctx, account)
    local signin = path and core.signin(path)
    return signin and signin.ends_at > 0 and signin.ends_at or nil
end

M.GOOGLE_SAYS, M.REQUESTS, M.STEPS = GOOGLE_SAYS, REQUESTS, STEPS
return M
