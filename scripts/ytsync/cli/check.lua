--- `check`: is the policy in order, and how does it fit the library read last? No request leaves.
local checkreport = require("ytsync.checkreport")
local coverages = require("ytsync.coverage")
local exits = require("ytsync.cli.exits")
local json = require("ytsync.json")
local text = require("ytsync.text")
local where = require("ytsync.where")

local function add_json(result, summary, coverage)
    result.videos = summary.videos
    result.unmatched = summary.unmatched
    result.left_alone = summary.left_alone
    result.gone = summary.gone
    result.warnings = json.array(summary.warnings)
    for position, category in ipairs(summary.categories) do
        result.categories[position].videos = category.videos
        result.categories[position].left_out = category.left_out
    end
    result.dropped = json.array(summary.drops)
    result.lines, result.nothing = json.array({}), json.array({})
    for position, line in ipairs(coverage.lines) do
        result.lines[position] = { category = line.key, place = where.text(line.place),
            rule = line.text, videos = line.videos, alone = line.alone }
    end
    for position, entry in ipairs(coverage.nothing) do
        result.nothing[position] = { place = where.text(entry.place), kind = entry.kind,
            text = entry.word, closest = entry.closest }
    end
    result.shared = json.array(coverage.shared)
    result.gone_videos = json.array({})
    for position, video in ipairs(coverage.gone) do
        result.gone_videos[position] = video.id
    end
    result.channels, result.words = json.array(coverage.channels), json.array(coverage.words)
end

-- The library and what the policy makes of it; nil and the exit code after a failure.
local function check_library(ctx, policy, result, headline)
    local session, code = ctx:open({ must_exist = true })
    if not session then
        return code
    end
    local library, message, name = session:library()
    if not library then
        return ctx:fail(message, name)
    end
    local target, summary, trace
    target, summary, name, trace = session:target(policy, library)
    if not target then
        return ctx:fail(summary, name, trace)
    end
    local coverage
    coverage, message, trace = coverages.survey(policy, library, session:now())
    if not coverage then
        return ctx:fail(message, "policy_error", trace)
    end
    add_json(result, summary, coverage)
    ctx:say(headline)
    ctx:say(checkreport.coverage(summary, coverage, policy.otherwise, policy.gone == "list"))
    return exits.OK
end

-- The policy's own expectations; they need no library.
local function check_expectations(ctx, policy)
    local failures, message, trace = coverages.expectations(policy, os.time() * 1000)
    if not failures then
        return ctx:fail(message, "policy_error", trace)
    elseif #failures > 0 then
        return ctx:fail(table.concat(failures, "\n"), "policy_error")
    elseif #policy.expects > 0 then
        ctx:say(("%s as expected."):format(text.count(#policy.expects, "video goes",
            "videos go")))
    end
    return exits.OK
end

return {
    usage = "check",
    summary = "check the policy, without any request",
    help = [[
Loads the policy and says where it is wrong; tries its `expect` lines. When the library was read
before, shows for each line how many videos it catches, and how many their playlist gets by this
line alone; texts that no video holds, with the closest name; lines that catch far too much; videos
that two playlists want, and of those that none wants the most frequent channels and words; what the
policy drops in so many words; the slowest function; and playlists named that do not exist.]],
    run = function(ctx)
        local policy, code = ctx:load_policy()
        if not policy then
            return code
        end
        local result = { policy = ctx:policy_path(), categories = json.array({}) }
        for position, category in ipairs(policy.categories) do
            result.categories[position] = { key = category.key, title = category.title,
                priority = category.priority }
        end
        code = check_expectations(ctx, policy)
        if code ~= exits.OK then
            return code
        end
        local headline = ("%s is in order: %s."):format(ctx:policy_path(),
            text.count(#policy.categories, "playlist"))
        if ctx:has_database() then
            code = check_library(ctx, policy, result, headline)
        else
            ctx:say(headline)
            ctx:say("The library was not read yet: " .. ctx:command("fetch"))
        end
        if code == exits.OK then
            ctx:json(result)
        end
        return code
    end,
}
