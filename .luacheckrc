-- luacheck: no globals but Lua's own; the words of a test are busted's.
std = "lua54"
max_line_length = 100
cache = false
exclude_files = { "build/**", "lua_modules/**" }

-- An error's message and name are often all that is wanted of `nil, message, name`.
ignore = { "212/_.*", "212/self" }

files["tests/**/*_spec.lua"] = { std = "+busted" }
files["tests/run_spec.lua"] = { globals = { "arg" } }
-- A policy is loaded with the words of the language in its environment.
files["scripts/policies/*.lua"] = {
    read_globals = {
        "settings", "playlist", "from", "title", "channel", "artist", "tag", "longer_than",
        "shorter_than", "published_before", "published_after", "saved_before", "saved_after",
        "all", "any", "but_not", "where", "order", "privacy", "everywhere", "was", "priority",
        "keep_newest", "inbox", "leave_alone", "leftovers", "gone", "on_problem", "expect",
    },
}
files["*.rockspec"] = { std = "+rockspec" }
