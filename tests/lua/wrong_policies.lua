--- Policies that are wrong, each with the sentence that its author must meet: {what, text, line,
--- sentence}; line nil where there is none to name. `library` marks those whose mistake shows only
--- when they are tried on the videos (see wrong_policies_spec.lua).
local LONG = ("x"):rep(151)

local M = {}

-- What is wrong shows while the file is loaded.
M.files = {
    -- typos
    { "a word in a playlist", 'playlist "Jazz" {\n  tilte "jazz",\n}', 2,
        "unknown word 'tilte'; did you mean 'title'?" },
    { "a statement", 'playlits "Jazz" { title "jazz" }', 1,
        "unknown word 'playlits'; did you mean 'playlist'?" },
    { "a key of a playlist", 'playlist "Jazz" {\n  title "jazz",\n  privacey = "unlisted",\n}', 3,
        "unknown key 'privacey' in playlist 'Jazz'; did you mean 'privacy'?" },
    { "a key of the second playlist", 'playlist "A" { title "a", privacy = "private" }\n'
        .. 'playlist "B" {\n  title "b",\n  privcy = "private" }', 4,
        "unknown key 'privcy' in playlist 'B'; did you mean 'privacy'?" },
    { "a key of settings", 'settings {\n  old_playlist = "keep",\n}', 2,
        "unknown key 'old_playlist' in settings; did you mean 'old_playlists'?" },
    { "a key of leftovers", 'leftovers { inot = "Rest" }', 1,
        "unknown key 'inot' in leftovers; did you mean 'into'?" },
    { "a key of expect", 'playlist "A" { title "a" }\nexpect { titel = "a", goes_to = "A" }', 2,
        "unknown key 'titel' in expect; did you mean 'title'?" },
    { "a choice", 'playlist "A" { title "a", privacy = "privat" }', 1,
        "privacy is 'privat', but can be 'private', 'unlisted', 'public'; did you mean "
            .. "'private'?" },
    { "a choice of settings", 'settings { old_playlists = "reuze" }', 1,
        "old_playlists is 'reuze', but can be 'keep', 'reuse', 'delete'; did you mean 'reuse'?" },
    { "a choice of leftovers", 'leftovers "stey"', 1,
        "leftovers is 'stey', but can be 'stay', 'drop'; did you mean 'stay'?" },
    { "a choice of gone", 'gone "forgte"', 1,
        "gone is 'forgte', but can be 'keep', 'list', 'forget'; did you mean 'forget'?" },
    { "a decision", 'on_problem "skp"', 1,
        "on_problem is 'skp', but can be 'retry', 'skip', 'pause', 'fail'; did you mean 'skip'?" },
    { "a name of one's own", 'local jazz = { "jazz" }\nplaylist "Jazz" { title(jaz) }', 2,
        "unknown word 'jaz'" },
    { "where a video is expected", 'playlist "Jazz" { title "jazz" }\n'
        .. 'expect { title = "a",\n  goes_to = "Jaz" }', 3,
        "goes_to is 'Jaz', which is no playlist here; did you mean 'Jazz'?" },
    { "a rule of the table form", 'local y = require "ytsync.policy"\nreturn y.policy { '
        .. 'categories = { y.category "A" { when = y.tittle "a" } } }', 2,
        "there is no y.tittle; did you mean 'title'?" },
    -- types
    { "a number that is none", 'playlist "A" { title "a",\n  keep_newest = "10" }', 2,
        "keep_newest is '10', but can be a whole number from 1 to 1000000" },
    { "a handle", 'playlist "A" {\n  channel { "Ann", "@ann" } }', 2,
        'channel: entry 2, "@ann", is a handle, and YouTube\'s listings do not say which channel '
            .. "has which; write the channel's name as the videos show it, or its id (UC...)" },
    { "a handle of an artist", 'playlist "A" { artist "@ann" }', 1,
        'artist: entry 1, "@ann", is a handle, and YouTube\'s listings do not say which channel '
            .. "has which; write the channel's name as the videos show it" },
    { "an id for an artist", 'playlist "A" { artist "UCaaaaaaaaaaaaaaaaaaaaaa" }', 1,
        'artist: entry 1, "UCaaaaaaaaaaaaaaaaaaaaaa", is the id of a channel; write channel '
            .. '"UCaaaaaaaaaaaaaaaaaaaaaa"' },
    { "a priority", 'playlist "A" { title "a",\n  priority = "high" }', 2,
        "priority is 'high', but can be a whole number from -1000 to 1000" },
    { "a misspelt priority", 'playlist "A" { title "a",\n  prioritty = 5 }', 2,
        "unknown key 'prioritty' in playlist 'A'; did you mean 'priority'?" },
    { "a line of its own", 'playlist "A" { title "a",\n  privacy "pubic",\n}\n'
        .. 'playlist "B" { title "b", privacy = "public" }', 2,
        "privacy is 'pubic', but can be 'private', 'unlisted', 'public'; did you mean 'public'?" },
    { "a limit", 'settings {\n  limit = { unit_per_run = 5 } }', 2,
        "unknown key 'unit_per_run' in limit; did you mean 'units_per_run'?" },
    { "a number for a text", 'playlist "A" { title(7) }', 1,
        "title takes a text or a list of texts, not 7" },
    { "a list in a list", 'playlist "A" { title { "a", { "b" } } }', 1,
        "title: entry 2 is a table, not a text" },
    { "two texts", 'playlist "A" { title("a", "b") }', 1,
        'title takes one value: write title { "a", "b" } for several' },
    { "an empty text", 'playlist "A" { title "" }', 1,
        "title: entry 1 is empty; it would match everything" },
    { "a text without a word", 'playlist "A" { channel { "a", "--" } }', 1,
        'channel: entry 2, "--", holds no letter and no digit, so it would never be found' },
    { "an empty list", 'playlist "A" { title {} }', 1, "title is empty; it would never match" },
    { "a text that says not where", 'playlist "A" { "jazz" }', 1,
        [["jazz" in playlist 'A' does not say where to look; write title "jazz", channel "jazz" ]]
            .. 'or from "jazz"' },
    { "a word with nothing behind it", 'playlist "A" { title "a", everywhere }', 1,
        "everywhere in playlist 'A' has nothing behind it; write everywhere = true" },
    { "a bare function", 'playlist "A" { function (v) return true end }', 1,
        "a function in playlist 'A': write where(function (v) ... end)" },
    { "a bare list", 'playlist "A" { { "a", "b" } }', 1,
        "a list in playlist 'A' has no word before it; write title { ... } or from { ... }" },
    { "a number for a length", 'playlist "A" { longer_than(30) }', 1,
        'longer_than takes a length of time such as "30 min", "1 h 30 min", "45 s" or "1:30:00", '
            .. "not 30" },
    { "a length without a unit", 'playlist "A" { shorter_than "30" }', 1,
        'shorter_than takes a length of time such as "30 min"' },
    { "a day that is none", 'playlist "A" { saved_before "2021-02-30" }', 1,
        'saved_before takes a date such as "2021", "2021-03", "2021-03-15" or "2 years ago", '
            .. 'not "2021-02-30"' },
    { "a text for yes or no", 'playlist "A" { title "a", everywhere = "yes" }', 1,
        "everywhere is 'yes', but can be true or false" },
    { "a text where a rule is needed", 'playlist "A" { title "a", but_not = "b" }', 1,
        'but_not takes a rule or a function, not "b"' },
    { "a text in all", 'playlist "A" { all { title "a", "b" } }', 1,
        'all, entry 2, takes a rule or a function, not "b"; did you mean title "b"?' },
    { "where without a function", 'playlist "A" { where "long" }', 1,
        "where takes a function: where(function (v) return v.live end), not 'long'" },
    { "a playlist without a name", "playlist { title \"a\" }", 1,
        'playlist takes a name first: playlist "Jazz" { ... }, not a table' },
    { "a playlist without lines", 'playlist "A"\nplaylist "B" { title "b" }', 1,
        "playlist 'A' has a name and no lines: playlist \"A\" { ... }" },
    { "a playlist that nothing gets into", 'playlist "A" { privacy = "private" }', 1,
        "playlist 'A' has no line that lets a video in, such as title \"jazz\" or from \"Jazz\"" },
    { "a playlist in a playlist", 'playlist "A" {\n  title "a",\n  playlist "B" { title "b" } }', 3,
        "this stands inside of playlist 'A', which begins in line 1; is a } missing before it?" },
    { "a title that is too long", 'playlist "' .. LONG .. '" { title "a" }', 1,
        "the name of a playlist has 151 characters; YouTube takes at most 150" },
    { "a word taken for a variable", 'title = "jazz"\nplaylist "A" { title "a" }', 1,
        "title is a word of the language" },
    { "a handle for a channel", 'settings { channel = "@anna" }', 1,
        "channel is '@anna', a handle; write the channel's id (UC...) or its title" },
    { "expect without an end", 'playlist "A" { title "a" }\nexpect { title = "a" }', 2,
        'expect does not say where the video goes: goes_to = "Jazz", or goes_to = false for '
            .. "nowhere" },
    -- what Lua cannot read
    { "a comma between lines", 'playlist "A" {\n  title "a"\n  tag "b",\n}', 2,
        "a comma is missing at the end of line 2, before tag" },
    { "a comma in a list", 'playlist "A" {\n  title { "a" "b" },\n}', 2,
        "a comma is missing before \"b\"" },
    { "a quote at the end of the file", 'playlist "A" { title "jazz', 1,
        'the text that begins with "jazz is not closed; a " is missing at its end' },
    { "a text without quotes", 'playlist "A" {\n  title jazz,\n}', 2,
        'a text stands in quotes: title "jazz"' },
    { "a choice without quotes", 'playlist "A" { title "jazz" }\nleftovers drop', 2,
        'a text stands in quotes: leftovers "drop"' },
    { "a comma before a brace", 'playlist "A" {\n  title { "a" }\n  { "b" },\n}', 2,
        'a comma is missing between title "a" and what follows it' },
    { "a brace at the end", 'playlist "A" {\n  title { "a" },\n', 1,
        "the { in line 1 is not closed; a } is missing" },
    { "a brace before a playlist",
        'playlist "A" {\n  title "a",\n\nplaylist "B" { title "b" }\n', 1,
        "the { in line 1 is not closed; a } is missing before playlist in line 4" },
    { "a brace and a comma", 'playlist "A" {\n  title "a"\nplaylist "B" { title "b" }\n', 1,
        "the { in line 1 is not closed; a } is missing before playlist in line 3" },
    { "a brace too many", 'playlist "A" { title "a" } }', 1,
        "this } closes nothing; a { is missing, or a } is too many" },
    { "a quote", 'playlist "A" {\n  title "a,\n}', 2,
        'the text that begins with "a, is not closed; a " is missing at its end' },
    { "curly quotes", "playlist \u{201C}A\u{201D} { title \u{201C}a\u{201D} }", 1,
        "\u{201C} is a typographic quotation mark; write a plain \"" },
    { "low quotes", 'playlist "A" {\n  title \u{201E}a\u{201D} }', 2,
        "\u{201E} is a typographic quotation mark; write a plain \"" },
    { "a colon", 'playlist "A" {\n  title "a",\n  privacy: "private",\n}', 3,
        "a value is given with =, not with a colon: write privacy = ..." },
    { "a colon before true", 'playlist "A" {\n  title "a", everywhere: true }', 2,
        "a value is given with =, not with a colon: write everywhere = ..." },
    -- loops, patterns, memory
    { "an endless loop", 'playlist "A" { title "a" }\nwhile true do end', 2,
        "it ran for too long and was stopped (an endless loop?)" },
    { "an endless loop around pcall", "local function f() while true do end end\n"
        .. "while true do pcall(f) end", 1, "it ran for too long and was stopped" },
    { "a pattern while loading", "\nlocal x = (('a'):rep(100)):find('.-.-.-.-.-.-.-.-b')", 2,
        "a search pattern took too long and was stopped" },
    { "memory", "local t = {}\nfor i = 1, 1e9 do\n  t[i] = ('x'):rep(1000)\nend", 3,
        "it used too much memory and was stopped" },
    { "a text that grows", "local s = 'x'\nwhile true do s = s .. s end", 2,
        "it used too much memory and was stopped" },
    -- the rest
    { "compiled code", string.dump(function() end), nil,
        "this is compiled Lua code; a policy is a text" },
    { "files", 'local f = io.open("/etc/passwd")', 1,
        "unknown word 'io'; a policy cannot read or write files, or start programs" },
    { "programs", 'os.execute "true"', 1,
        "unknown word 'os'; a policy cannot read or write files, or start programs" },
    { "an error of Lua's own", "local v\nprint(v.x)", 2,
        "attempt to index a nil value (local 'v')" },
    { "two playlists of one name", 'playlist "A" { title "a" }\n\nplaylist "A" { title "b" }', 3,
        "playlist 'A' was there before, in line 1; put their lines together" },
    { "settings twice", 'settings { old_playlists = "keep" }\nsettings {}', 2,
        "settings was said before, in line 1" },
    { "nothing in it", "-- nothing\n", nil,
        'there is no playlist in it: playlist "Jazz" { title "jazz" }' },
    { "a return that is missing", 'local y = require "ytsync.policy"\n'
        .. 'y.policy { categories = { y.category "A" { when = y.title "a" } } }', nil,
        "the file returns nothing; write return before y.policy { ... }" },
    { "both forms", 'local y = require "ytsync.policy"\nplaylist "A" { title "a" }\n'
        .. 'return y.policy { categories = { y.category "A" { when = y.title "a" } } }', nil,
        "the file says its playlists in two ways" },
}

-- What is wrong shows on the library: "Twice" is the title of two of its playlists.
M.library = {
    { "an error in a function",
        'playlist "A" {\n  where(function (v)\n    return v.x.y\n  end),\n}', 3,
        "attempt to index a nil value (field 'x') (playlist 'A', rule policy.lua:2 function, " },
    { "an endless loop in a function", 'playlist "A" {\n  where(function (v)\n'
        .. "    while true do pcall(error) end\n  end),\n}", 3,
        "it ran for too long and was stopped (an endless loop?) (playlist 'A', rule policy.lua:2 "
            .. "function, " },
    { "a pattern in a function", 'playlist "A" {\n  where(function (v)\n'
        .. '    return (v.title:rep(20)):find(".-.-.-.-.-.-.-\\1")\n  end),\n}', 3,
        "a search pattern took too long and was stopped (too many of * + - in it?) (playlist 'A', "
            .. "rule policy.lua:2 function, " },
    { "a memory hog in a function", 'playlist "A" {\n  where(function (v)\n    local t = {}\n'
        .. "    while true do t[#t + 1] = v.title:rep(999) .. #t end\n  end),\n}", 4,
        "it used too much memory and was stopped" },
    { "memory that is kept from video to video", 'local t = {}\nplaylist "A" {\n'
        .. "  where(function (v)\n    for i = 1, 20 do t[#t + 1] = ('x'):rep(1000000) end\n"
        .. "  end),\n}", 4, "it used too much memory and was stopped" },
    { "an error in leave_alone", "leave_alone(where(function (v)\n  error('no')\nend))\n"
        .. 'playlist "A" { title "a" }', 2, "no (playlist '?', rule policy.lua:1 function, " },
    { "a title that two playlists have", 'playlist "A" { title "a" }\n'
        .. 'playlist "Twice" { title "b" }', 2, "2 playlists are called 'Twice' (" },
    { "a former title that two playlists have",
        'playlist "New" {\n  title "b", was = "Twice" }', 1, "2 playlists are called 'Twice' (" },
    { "never_touch of nothing", 'settings {\n  never_touch = { "Nowhere at all" } }\n'
        .. 'playlist "A" { title "a" }', 2,
        "never_touch: no playlist is called 'Nowhere at all' and none has that id" },
    { "a playlist that is never to be touched", 'settings { never_touch = "Ambient" }\n'
        .. 'playlist "Ambient" { title "a" }', 2,
        "'Ambient' would fill the playlist 'Ambient' (" },
    { "a former title that is never to be touched", 'settings { never_touch = "Ambient" }\n'
        .. 'playlist "New" { title "a", was = "Ambient" }', 2,
        "'New' would fill the playlist 'Ambient' (" },
    { "an inbox that is never to be touched", 'settings { never_touch = "Ambient" }\n'
        .. 'inbox "Ambient"\nplaylist "New" { title "a" }', 2,
        "inbox: never_touch names 'Ambient' (" },
    { "an expectation that is wrong", 'playlist "A" { title "apple" }\n'
        .. 'expect { title = "Pear", goes_to = "A" }', 2,
        "\"Pear\" should go to 'A', but no playlist wants it" },
}

return M
