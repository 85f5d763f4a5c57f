--- `doctor --probe`: measures, on a private test playlist of its own, what nobody has written down
--- about YouTube, and says what it found. What it finds is printed and not kept: nothing uses it.
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local signin = require("ytsync.cli.signin")
local text = require("ytsync.text")

local M = {}

local USUAL_UNITS, MAX_UNITS = 280, 500

local WHAT_IT_DOES = ([[
The probe measures how far YouTube's lists are behind its writes, and where a video goes that is
added without a position. It makes a private test playlist, adds two videos of your library to
it, takes one out again, and deletes the test playlist. Your own playlists are not touched. It
costs about %d units and one of the day's new playlists; it does not begin with fewer than %d
units left.]]):format(USUAL_UNITS, MAX_UNITS)

local NOT_PROBED = [[
Not probed, because a test playlist cannot tell, or not for a few units: how a used-up day is told
and whether it comes with Retry-After (the day would have to be used up), what failed writes and
"not modified" cost (only the console shows that, later), If-Match on writes (ytsync sends none),
playlists that YouTube sorts by itself or that add to their top (no program can make one), how
many playlists a channel may have, Liked videos (that list is yours), how long page tokens live
(hours).]]

local LAGS = {
    { "made", "A new playlist could be read by its id" },
    { "added", "An added video stood in its playlist's list" },
    { "added_more", "A second one stood there" },
    { "taken_out", "A video that was taken out was gone from the list" },
    { "deleted", "A deleted playlist was gone" },
}

local function seconds(ms)
    return ("%.1f s"):format(math.max(0, ms) / 1000)
end

-- How long it took, as far as the looks tell.
local function took(lag)
    if lag.seen >= 0 and lag.unseen < 0 then
        return "at the first look, " .. seconds(lag.seen) .. " after the reply"
    elseif lag.seen >= 0 then
        return ("%s to %s after the reply"):format(seconds(lag.unseen), seconds(lag.seen))
    elseif lag.unseen >= 0 then
        return "not yet " .. seconds(lag.unseen) .. " after the reply, when the looking ended"
    end
    return nil
end

local PLACES = {
    ["end"] = "Without a position, a video goes to the end of a new playlist.",
    top = "Without a position, a video goes to the top of a new playlist.",
}

--- What was found, as sentences.
---@param found table  from session:probe()
---@param settle_s integer  pace.settle_s
---@param command fun(words: string): string  a command as the user would type it
---@return string[]
function M.sentences(found, settle_s, command)
    local lines, longest = {}, -1
    for _, lag in ipairs(LAGS) do
        local words = took(found[lag[1]])
        if words then
            lines[#lines + 1] = ("%s: %s."):format(lag[2], words)
            longest = math.max(longest, found[lag[1]].seen, found[lag[1]].unseen)
        end
    end
    lines[#lines + 1] = PLACES[found.place]
    if found.refused > 0 then
        lines[#lines + 1] = ("YouTube refused %s for the moment (409)."):format(
            text.count(found.refused, "write"))
    end
    if longest >= settle_s * 1000 then
        lines[#lines + 1] = ("That is longer than ytsync waits before it believes that a write is "
            .. "missing (pace.settle_s is %d). Give it more: %s"):format(settle_s,
            command(("config set pace.settle_s %d"):format(2 * (longest // 1000 + 1))))
    elseif longest >= 0 then
        lines[#lines + 1] = ("ytsync waits %d s (pace.settle_s) before it believes that a write is "
            .. "missing: enough for what was seen."):format(settle_s)
    end
    return lines
end

-- Test playlists that earlier probes left. True: there are none (any more).
local function clear(ctx, session)
    local leftovers, message, name = session:probe_leftovers()
    if not leftovers then
        return nil, ctx:fail(message, name)
    end
    for _, playlist in ipairs(leftovers) do
        ctx:remark(("An earlier probe left its test playlist \"%s\" (%s)."):format(playlist.title,
            text.count(playlist.item_count, "video")))
        if not (ctx.options.yes or ctx:ask("Delete it?")) then
            ctx:say("It stays, and nothing was probed.")
            return nil, exits.OK
        end
        local ok
        ok, message, name = session:probe_remove(playlist.id)
        if not ok then
            return nil, ctx:fail(message, name)
        end
        ctx:remark("It was deleted.")
    end
    return true
end

-- True: may it begin?
local function agreed(ctx)
    ctx:remark(WHAT_IT_DOES)
    if ctx.options.yes then
        return true
    end
    local answer = ctx:ask("\nDo this?")
    if answer == nil then
        return nil, ctx:fail("the probe needs your yes, and there is no terminal to ask on",
            "usage", nil, "Give it beforehand with: " .. ctx:command("doctor --probe --yes"))
    elseif not answer then
        ctx:say("Nothing was changed.")
        return nil, exits.OK
    end
    return true
end

local function say(ctx, session, found)
    local settle_s = session:config_get("pace.settle_s") or 60
    local lines = M.sentences(found, settle_s, function(words)
        return ctx:command(words)
    end)
    for _, line in ipairs(lines) do
        ctx:say(line)
    end
    return lines
end

local function as_json(found, lines)
    local out = { findings = lines, units = found.units, refused = found.refused,
        place = found.place ~= "" and found.place or json.null }
    for _, lag in ipairs(LAGS) do
        local one = found[lag[1]]
        out[lag[1]] = { unseen_ms = one.unseen >= 0 and one.unseen or json.null,
            seen_ms = one.seen >= 0 and one.seen or json.null }
    end
    return out
end

--- Probes. Returns the exit code.
---@param ctx ytsync.Context
---@param session ytsync.Session
---@return integer
function M.run(ctx, session)
    local ok, code = agreed(ctx)
    if ok then
        ok, code = signin.need_write(ctx, session)
    end
    if ok then
        ok, code = clear(ctx, session)
    end
    if not ok then
        return code
    end
    ctx:remark("Probing; this takes a minute at most, a few if the lists are slow.")
    local found, message, name, partly = session:probe()
    if not found then
        say(ctx, session, partly)
        if partly.left then
            ctx:remark(("The test playlist \"%s\" is still there, or may be. Have it deleted with: "
                .. "%s"):format(partly.title, ctx:command("doctor --probe")))
        elseif partly.title ~= "" then
            ctx:remark("The test playlist was deleted again, or was not made.")
        end
        return ctx:fail(message, name, nil, name == "quota_exhausted"
            and "Try again another day: " .. ctx:again() or nil)
    end
    local lines = say(ctx, session, found)
    ctx:say(NOT_PROBED)
    ctx:say(("The test playlist was deleted. All this cost %s."):format(text.count(found.units,
        "unit")))
    ctx:json({ probe = as_json(found, lines) })
    return exits.OK
end

return M
