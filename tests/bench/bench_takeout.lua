-- How long an export of a usual size takes: 80 lists and 6,000 rows, and how much memory the
-- process has at most. `make bench`
local ytsync = require("ytsync")

local LISTS, ROWS_EACH = 80, 75
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

local function video_id(number)
    local id = {}
    for place = 11, 1, -1 do
        local digit = number % 64
        id[place] = ALPHABET:sub(digit + 1, digit + 1)
        number = number // 64
    end
    return table.concat(id)
end

local function write(path, lines)
    local file = assert(io.open(path, "w"))
    file:write(table.concat(lines, "\n"), "\n")
    file:close()
end

local pipe = assert(io.popen("mktemp -d", "r"))
local folder = pipe:read("l")
pipe:close()
for list = 1, LISTS do
    local lines = { "Video ID,Playlist Video Creation Timestamp" }
    for row = 1, ROWS_EACH do
        lines[#lines + 1] = video_id((list * ROWS_EACH + row) * 2654435761)
            .. ",2024-02-26T12:22:09+00:00"
    end
    write(("%s/List %d-videos.csv"):format(folder, list), lines)
end

local begun = os.clock()
local session = assert(ytsync.open({ db = folder .. "/library.db" }))
local result = assert(session:import_takeout({ paths = { folder } }))
session:close()
local seconds = os.clock() - begun
assert(result.rows == LISTS * ROWS_EACH and result.read == result.rows)
print(("%d lists, %d rows: %.2f s of processor time (at most 1 s is asked for)"):format(
    result.lists, result.rows, seconds))
local status = io.open("/proc/self/status", "r")
if status then
    local kilobytes = status:read("a"):match("VmHWM:%s*(%d+) kB")
    status:close()
    print(("%.1f MiB at most, Lua and all libraries with it (32 MiB are asked for)"):format(
        tonumber(kilobytes) / 1024))
end
os.execute("rm -rf " .. folder)
