--- `explain X`: one video: which rule, what will happen to it or did, and what it costs.
local coverages = require("ytsync.coverage")
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local library = require("ytsync.cli.library")
local sandbox = require("ytsync.sandbox")
local targets = require("ytsync.target")
local text = require("ytsync.text")
local which = require("ytsync.cli.which")

local WILL = { item_insert = "it will be added to", item_move = "it will be moved in",
    item_delete = "its entry will be taken out of" }
local DID = { item_insert = "adding it to", item_move = "moving it in",
    item_delete = "taking its entry out of" }
local STATUS = { pending = "is still to come", in_flight = "is under way", done = "is done",
    failed = "failed", skipped = "was left out", unknown = "is being looked up" }

-- What the rules say: the playlists and reasons of all that want it, whoever gets it.
local function judge(policy, video, now_ms)
    local program, first = targets.program(policy, now_ms)
    if not program then
        return nil, first
    end
    local hits, refused, verdict = {}, {}, { wanted = json.array({}) }
    local ok, raised, trace = sandbox.run(sandbox.CALL_LIMIT, function()
        verdict.homes = json.array((coverages.homes_of(policy, program, first, video)))
        program:survey(video, hits, refused)
        for number, alternative in ipairs(program.alternatives) do
            local category = policy.categories[alternative.category - first]
            if hits[number] then
                table.insert(verdict.wanted, {
                    category = category and category.key,
                    rule = program:reason(number, video),
                    refused = refused[alternative.category] or false,
                })
            end
        end
    end)
    if not ok then
        return nil, targets.failure(policy, program, first, video, raised), trace
    end
    return verdict
end

local function contains(list, value)
    for _, entry in ipairs(list) do
        if entry == value then
            return true
        end
    end
    return false
end

local function any_of(list, key, value)
    for _, entry in ipairs(list) do
        if entry[key] == value then
            return entry
        end
    end
    return nil
end

-- What comes of the homes that the rules say: keep_newest leaves older videos out, and what the
-- policy drops goes nowhere.
local function correct(verdict, target, video)
    local homes = json.array({})
    verdict.left_out = {}
    for _, key in ipairs(verdict.homes) do
        local category = any_of(target.categories, "key", key)
        if category.trimmed and not any_of(category.videos, 1, video.id) then
            table.insert(verdict.left_out, key)
        else
            homes[#homes + 1] = key
        end
    end
    local drop = any_of(target.drops, 1, video.id)
    verdict.homes, verdict.dropped = drop and json.array({}) or homes, drop and drop[2]
end

-- What became of a playlist's wish to have the video.
local function fate(policy, verdict, entry, alone)
    local key = entry.category
    if not key then
        return "It is left alone"
    elseif alone then
        return ("'%s' would have it, but it is left alone"):format(key)
    elseif entry.refused then
        return ("'%s' would have it, but its but_not says no"):format(key)
    elseif contains(verdict.left_out, key) then
        return ("'%s' would have it, but keeps only its newest videos"):format(key)
    elseif contains(verdict.homes, key) then
        local priority = any_of(policy.categories, "key", key).priority
        return ("It goes to '%s'%s"):format(key, priority == 0 and ""
            or (" (priority %d)"):format(priority))
    elseif verdict.dropped and #verdict.left_out == 0 then
        return ("'%s' would have it, but it is dropped"):format(key)
    end
    return ("'%s' wants it too, but an earlier playlist has it"):format(key)
end

local function show_rules(ctx, policy, verdict, video)
    local alone = false
    for _, entry in ipairs(verdict.wanted) do
        alone = alone or not entry.category
    end
    for _, entry in ipairs(verdict.wanted) do
        ctx:say(text.wrap(("%s: %s"):format(fate(policy, verdict, entry, alone),
            text.safe(entry.rule)), 80))
    end
    if verdict.dropped then
        ctx:say(text.wrap(("The policy drops it in so many words: %s"):format(
            text.safe(verdict.dropped)), 80))
    elseif #verdict.homes == 0 and not alone then
        local stays = policy.otherwise == "leave" or policy.otherwise == "drop" and video.gone
        ctx:say(("No playlist wants it (%s)."):format(stays
            and "it stays where it is" or "what no playlist wants: " .. policy.otherwise))
    end
end

-- What the plan would do to it now.
local function show_plan(ctx, plan, video, result)
    result.planned = json.array({})
    for _, item in ipairs(plan:items()) do
        if item.video_id == video.id then
            table.insert(result.planned, item)
            ctx:say(("By the plan %s '%s', %s."):format(WILL[item.kind] or item.kind,
                text.safe(item.title), text.count(item.units, "unit")))
        end
    end
    if #result.planned == 0 then
        ctx:say("By the plan nothing is to be done with it.")
    end
end

-- What the unfinished job, or the last one, did or will do to it.
local function show_job(ctx, session, video, result)
    local status = session:status()
    if not status or status.id == 0 then
        return
    end
    result.job, result.operations = status.id, json.array({})
    for _, operation in ipairs(session:operations(status.id) or {}) do
        if operation.video_id == video.id then
            table.insert(result.operations, operation)
            ctx:say(text.wrap(("In job %d %s '%s' %s, %s%s%s."):format(status.id,
                DID[operation.kind] or operation.kind, text.safe(operation.category),
                STATUS[operation.status] or operation.status, text.count(operation.units, "unit"),
                operation.error ~= "" and ": " .. text.safe(operation.error) or "",
                operation.rule and operation.rule ~= "" and " (" .. text.safe(operation.rule) .. ")"
                    or ""), 80))
        end
    end
end

local function explain(ctx, session, policy, video)
    local result = { id = video.id, title = video.title, channel = video.channel,
        playlists = json.array(video.playlists), availability = video.availability }
    ctx:say(("%s\n%s, https://youtu.be/%s"):format(
        video.title ~= "" and text.cut(video.title, 80) or "(title not known)",
        text.safe(video.channel == "" and "(no channel)" or video.channel), video.id))
    if #video.playlists > 0 then
        ctx:say(text.wrap("Seen in: " .. text.safe(table.concat(video.playlists, ", ")), 80))
    end
    if video.gone then
        ctx:say(("It is %s: it cannot be added anywhere."):format(video.availability))
    end
    local verdict, message, trace = judge(policy, video, session:now())
    if not verdict then
        return ctx:fail(message, "policy_error", trace)
    end
    local plan, code = library.plan(ctx, session, policy)
    if not plan then
        return code
    end
    correct(verdict, plan.target, video)
    result.homes, result.wanted, result.dropped = verdict.homes, verdict.wanted, verdict.dropped
    show_rules(ctx, policy, verdict, video)
    show_plan(ctx, plan, video, result)
    plan:close()
    show_job(ctx, session, video, result)
    ctx:json(result)
    return exits.OK
end

return {
    usage = "explain VIDEO",
    summary = "why a video goes where it goes",
    help = [[
VIDEO is an id, an address or a part of a title. Shows which rule of the policy gives it to which
playlist (file and line) or drops it, what the plan would do with it and for how many units, and
what the unfinished job, or the last one, did with it. Works on the library read last; no request
leaves.]],
    run = function(ctx)
        if #ctx.arguments == 0 then
            return ctx:usage("explain needs a video: an id, an address or a part of its title")
        end
        local policy, code = ctx:load_policy()
        if not policy then
            return code
        end
        local session
        session, code = ctx:open({ must_exist = true })
        if not session then
            return code
        end
        local videos, message, name = session:videos()
        if not videos then
            return ctx:fail(message, name)
        end
        local video
        video, code = which.one(ctx, "video", videos, table.concat(ctx.arguments, " "), "explain")
        if not video then
            return code
        end
        return explain(ctx, session, policy, video)
    end,
}
