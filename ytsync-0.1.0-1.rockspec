-- The rock of ytsync. It builds with our Makefile, which finds libcurl, SQLite and libcrypto with
-- pkg-config; their packages must be there already (`make deps` in a checkout, or your system's
-- package manager): building a rock installs no system packages.
rockspec_format = "3.0"
package = "ytsync"
version = "0.1.0-1"
source = {
    -- Set it to where the archive of `git archive --prefix=ytsync-0.1.0/ v0.1.0` is published, before
    -- `luarocks pack` makes a source rock of it; `luarocks make` in a checkout does not look at it.
    url = "file:///ytsync-0.1.0.tar.gz",
    dir = "ytsync-0.1.0",
}
description = {
    summary = "Puts a YouTube library in order by a Lua policy, and keeps it so",
    detailed = [[
        You say in a Lua policy which videos belong to which category; ytsync works out the
        cheapest set of changes, shows it with its cost, backs everything up, and carries it out
        over as many quota days as it takes, surviving crashes and network faults without losing
        or doubling one video.]],
    license = "MIT",
}
supported_platforms = { "unix" }
dependencies = {
    "lua >= 5.4, < 5.5",
    "lua-cjson >= 2.1",
}
build = {
    type = "make",
    build_target = "module",
    install_target = "install-rock",
    build_variables = {
        CFLAGS = "$(CFLAGS)",
        LIBFLAG = "$(LIBFLAG)",
        LUA_INCDIR = "$(LUA_INCDIR)",
        BUILD = "build/rock",
    },
    install_variables = {
        INST_LUADIR = "$(LUADIR)",
        INST_LIBDIR = "$(LIBDIR)",
        BUILD = "build/rock",
        CFLAGS = "$(CFLAGS)",
        LIBFLAG = "$(LIBFLAG)",
        LUA_INCDIR = "$(LUA_INCDIR)",
    },
    install = { bin = { ytsync = "scripts/sync.lua" } },
    copy_directories = { "scripts/policies" },
}
