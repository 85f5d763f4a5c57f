#!/bin/sh
# Installs ytsync from a clean clone of the repository in each way that the README names, and tries
# what came out: make install and uninstall into an empty prefix (the command, the module, the C
# library by pkg-config), luarocks make into an empty tree, and luarocks install of the packed rock.
# The dependency lua-cjson comes from a local rocks folder that is made here from Debian's source
# package; nothing is taken from a rocks server. Works in a temporary folder and leaves nothing.
# TAP, then the last line `N passed, N failed`.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lua=${YTSYNC_TEST_LUA:-lua5.4}
export HOME="$work/home"
mkdir -p "$HOME"
unset LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4 YTSYNC_DB YTSYNC_POLICY YTSYNC_BUILD

passed=0 failed=0 count=0
# check NAME COMMAND...: one test; what the command printed is shown when it fails.
check() {
    name=$1
    shift
    count=$((count + 1))
    if "$@" >"$work/output" 2>&1; then
        passed=$((passed + 1))
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name"
        sed 's/^/# /' "$work/output"
    fi
}
skip() {
    count=$((count + 1))
    echo "ok $count - # SKIP $1"
}
finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
    exit $?
}
# The command must work from a folder that holds nothing of ours.
elsewhere() { (mkdir -p "$work/elsewhere" && cd "$work/elsewhere" && "$@"); }
prints_verbs() { elsewhere "$@" | grep -q fetch; }

check "the repository can be cloned" git clone -q "$top" "$work/src"
cd "$work/src" || finish

# --- make install -------------------------------------------------------------------------------
prefix=$work/prefix
check "make install" make -j2 PREFIX="$prefix" install
check "the installed command works from another folder" prints_verbs "$prefix/bin/ytsync" help
ln -s "$prefix/bin/ytsync" "$work/link"
check "and through a symbolic link" prints_verbs "$work/link" help

cat >"$work/use.lua" <<'END'
-- Loads the installed module and nothing else of ours.
local ytsync = require "ytsync"
assert(type(ytsync) == "table" and next(ytsync), "ytsync is no module")
END
installed_module() {
    elsewhere env LUA_PATH="$prefix/share/lua/5.4/?.lua;$prefix/share/lua/5.4/?/init.lua;;" \
        LUA_CPATH="$prefix/lib/lua/5.4/?.so;;" "$lua" "$work/use.lua"
}
check "require \"ytsync\" from the prefix" installed_module

# The program that README.md shows, as strict as its readers may compile it.
awk '/^    #include <stdio.h>/ { on = 1 } on && /^[^ ]/ { exit } on { sub(/^    /, ""); print }' \
    README.md >"$work/use.c"
c_program() {
    flags=$(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --cflags --libs ytsync) || return 1
    # shellcheck disable=SC2086 # several flags
    ${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -o "$work/use" "$work/use.c" $flags &&
        elsewhere env -u YTSYNC_ACCESS_TOKEN "$work/use" 2>&1 | grep -q '^no_token: '
}
check "README's C program finds the library with pkg-config" c_program
policies_installed() {
    for policy in scripts/policies/*.lua; do
        [ ! -f "$policy" ] || [ -f "$prefix/share/ytsync/policies/${policy##*/}" ] || return 1
    done
}
check "the example policies are installed" policies_installed
check "make install again" make -j2 PREFIX="$prefix" install
echo "mine" >"$prefix/share/ytsync/mine"
check "make uninstall" make PREFIX="$prefix" uninstall
only_mine() { [ "$(find "$prefix" -type f)" = "$prefix/share/ytsync/mine" ]; }
check "uninstall removes exactly what install put there" only_mine
not_twice() { ! make PREFIX="$prefix" uninstall; }
check "a second uninstall says that there is nothing" not_twice

# --- LuaRocks -----------------------------------------------------------------------------------
if ! command -v luarocks >/dev/null 2>&1; then
    skip "LuaRocks is not installed"
    finish
fi
rocks() { MAKEFLAGS=-j2 luarocks --lua-version=5.4 "$@"; }

# Debian's source package of lua-cjson, by an apt configuration of our own: the machine's own lists
# and sources stay as they are.
fetch_cjson() {
    command -v apt-get >/dev/null 2>&1 && command -v dpkg-source >/dev/null 2>&1 || return 1
    [ -r /etc/os-release ] || return 1
    # shellcheck source=/dev/null
    . /etc/os-release
    [ "${ID:-}" = debian ] || return 1
    apt=$work/apt
    mkdir -p "$apt/lists/partial" "$apt/cache"
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | head -n 1)
    [ -n "$mirror" ] || return 1
    echo "deb-src $mirror $VERSION_CODENAME main" >"$apt/sources.list"
    set -- -q -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=
    (cd "$apt" && apt-get "$@" update && apt-get "$@" source --download-only lua-cjson &&
        dpkg-source --no-check -x lua-cjson_*.dsc cjson) >"$work/apt.log" 2>&1
}
if ! fetch_cjson; then
    skip "the source package of lua-cjson cannot be had here (no Debian, or no network)"
    [ ! -f "$work/apt.log" ] || tail -n 3 "$work/apt.log" | sed 's/^/# /'
    finish
fi

mkdir "$work/rocks"
pack_cjson() {
    (cd "$work/apt/cjson" && rocks make --tree "$work/cjson" lua-cjson-*.rockspec) &&
        (cd "$work/rocks" && rocks pack --tree "$work/cjson" lua-cjson) &&
        luarocks-admin --lua-version=5.4 make_manifest "$work/rocks"
}
check "lua-cjson as a rock in a local folder" pack_cjson

# try_tree TREE: the module and the command as LuaRocks put them there.
tree_module() {
    elsewhere env LUA_PATH="$1/share/lua/5.4/?.lua;$1/share/lua/5.4/?/init.lua" \
        LUA_CPATH="$1/lib/lua/5.4/?.so" "$lua" "$work/use.lua"
}
try_tree() {
    check "require \"ytsync\" from the tree ($2)" tree_module "$1"
    check "ytsync help from the tree ($2)" prints_verbs "$1/bin/ytsync" help
}
# The build must not lean on what the plain build left.
git clean -qfdx
check "luarocks make into an empty tree" \
    rocks make --tree "$work/made" --only-server="$work/rocks"
try_tree "$work/made" made

pack_ytsync() { (cd "$work/rocks" && rocks pack --tree "$work/made" ytsync); }
check "luarocks pack" pack_ytsync
install_rock() {
    rocks install --tree "$work/installed" --only-server="$work/rocks" \
        "$work"/rocks/ytsync-*.rock
}
check "luarocks install of the packed rock" install_rock
try_tree "$work/installed" installed
# A source rock is made of the archive of a release; here its address is a file of ours.
pack_source() {
    archive=$work/ytsync-0.1.0.tar.gz
    mkdir "$work/release" && git archive --prefix=ytsync-0.1.0/ -o "$archive" HEAD &&
        sed "s|url = \".*\"|url = \"file://$archive\"|" ytsync-0.1.0-1.rockspec \
            >"$work/release/ytsync-0.1.0-1.rockspec" &&
        (cd "$work/release" && rocks pack ytsync-0.1.0-1.rockspec) && rm "$archive"
}
check "luarocks pack of the sources" pack_source
install_source() {
    rocks install --tree "$work/from_source" --only-server="$work/rocks" \
        "$work"/release/ytsync-*.src.rock
}
check "luarocks install of the source rock" install_source
try_tree "$work/from_source" "from source"

remove_rock() {
    rocks remove --tree "$work/installed" ytsync &&
        [ ! -e "$work/installed/bin/ytsync" ] && [ ! -e "$work/installed/lib/lua/5.4/ytsync" ]
}
check "luarocks remove" remove_rock
finish
