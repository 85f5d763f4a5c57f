--- `config`: the settings of quota and pace.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local notify = require("ytsync.notify")
local suggest = require("ytsync.suggest")
local ytsync = require("ytsync")

local WORDS = {
    ["quota.daily"] = "units that your Google project gets a day",
    ["quota.keep"] = "units of them that ytsync leaves free",
    ["quota.creates"] = "playlists that can be created a day",
    ["pace.per_second"] = "requests a second, at most",
    ["pace.reads"] = "reads under way at one time, at most",
    ["pace.writes"] = "writes under way at one time, at most",
    ["pace.settle_s"] = "seconds until a listing is trusted after a write",
}

local function known(ctx, key)
    for _, name in ipairs(ytsync.config_keys) do
        if name == key then
            return true
        end
    end
    return false, ctx:usage(("there is no setting '%s'%s"):format(key,
        suggest.hint(key, ytsync.config_keys)))
end

local function list(ctx, session)
    local values = {}
    for _, key in ipairs(ytsync.config_keys) do
        local value, message, name = session:config_get(key)
        if value == nil then
            return ctx:fail(message, name)
        end
        values[key] = value
        ctx:say(("%-16s %8d  %s"):format(key, value, WORDS[key] or ""))
    end
    ctx:json(values)
    return exits.OK
end

-- The command that is told what became of a job; it is no number and lies in a file of its own.
local function notify_config(ctx, action, words)
    local path = ctx:notify_path()
    if not path then
        return ctx:fail("there is no place for the setting: HOME is not set", "usage")
    end
    if action == "set" then
        local ok, message = notify.write(path, words[1] == "off" and {} or words)
        if not ok then
            return ctx:fail("the setting cannot be written: " .. tostring(message), "io_error")
        end
    end
    local command, message = notify.read(path)
    if message then
        return ctx:fail(message, "io_error")
    end
    ctx:json({ notify = json.array(command or {}) })
    ctx:say(command and table.concat(command, " ") or "off")
    return exits.OK
end

local function get(ctx, session, key)
    local value, message, name = session:config_get(key)
    if value == nil then
        return ctx:fail(message, name)
    end
    ctx:json({ [key] = value })
    ctx:say(("%d"):format(value))
    return exits.OK
end

local function set(ctx, session, key, word)
    local value = word:find("^%d+$") and math.tointeger(tonumber(word))
    if not value then
        return ctx:usage(("%s takes a whole number, not '%s'"):format(key, word))
    end
    local ok, message, name = session:config_set(key, value)
    if not ok then
        return ctx:fail(message, name)
    end
    return get(ctx, session, key)
end

return {
    usage = "config list | config get KEY | config set KEY NUMBER | config set notify "
        .. "COMMAND...",
    summary = "show or change quota and pace",
    help = [[
The settings belong to your Google project, not to a policy:
  quota.daily      units a day (10,000 unless Google gave you more)
  quota.keep       units of them that ytsync leaves free
  quota.creates    playlists that can be created a day
  pace.per_second  requests a second, at most
  pace.reads, pace.writes  requests under way at one time, at most
  pace.settle_s    seconds until a listing is trusted after a write
And one of yours alone:
  notify           a program that is told what became of a job, as JSON on its
                   standard input; `off` for none. No shell is in between.]],
    examples = {
        { "config set quota.daily 50000", "Google gave your project more" },
        { "config set notify -- notify-send -a ytsync done",
            "options of a program stand behind --" },
    },
    run = function(ctx)
        local action, key, word = ctx.arguments[1] or "list", ctx.arguments[2], ctx.arguments[3]
        local wanted = ({ list = 1, get = 2, set = 3 })[action]
        if not wanted then
            return ctx:usage(("config knows list, get and set, not '%s'"):format(action))
        end
        if key == "notify" and (action == "get" or word) then
            return notify_config(ctx, action, { table.unpack(ctx.arguments, 3) })
        end
        if #ctx.arguments ~= wanted and #ctx.arguments > 0 then
            return ctx:usage(({
                "config list takes no more words",
                "config get needs a key",
                "config set needs a key and a number",
            })[wanted])
        end
        if key then
            local ok, code = known(ctx, key)
            if not ok then
                return code
            end
        end
        local session, code = ctx:open()
        if not session then
            return code
        end
        if action == "list" then
            return list(ctx, session)
        elseif action == "get" then
            return get(ctx, session, key)
        end
        return set(ctx, session, key, word)
    end,
}
