--- Text for terminals: nothing that a title holds may steer the terminal, and what is cut is cut
--- by the columns that it takes up on the screen. Also numbers, times and durations in words.
-- Times are milliseconds since 1970 UTC and are shown in the machine's time zone.
local M = {}

-- What stands in place of bytes that are not UTF-8.
local REPLACEMENT = "\u{FFFD}"

-- Ranges that take two columns (East Asian wide, emoji), from Unicode's EastAsianWidth in broad
-- strokes: a character too many or too few moves a column, it does no harm.
local WIDE = {
    { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF }, { 0xA960, 0xA97F },
    { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 },
    { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1F9FF },
    { 0x20000, 0x3FFFD },
}
-- Ranges that take none: combining marks, joiners, variation selectors.
local NARROW = {
    { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A },
    { 0x064B, 0x065F }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200B, 0x200D },
    { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xE0100, 0xE01EF },
}

local function within(ranges, code)
    for _, range in ipairs(ranges) do
        if code < range[1] then
            return false
        end
        if code <= range[2] then
            return true
        end
    end
    return false
end

-- Control characters of both sets, and the marks that turn the direction of writing around.
local function steers(code)
    return code < 0x20 or (code >= 0x7F and code <= 0x9F)
        or code == 0x200E or code == 0x200F or code == 0x2028 or code == 0x2029
        or (code >= 0x202A and code <= 0x202E) or (code >= 0x2066 and code <= 0x2069)
        or code == 0xFEFF
end

--- Makes a text safe for one line of a terminal: control characters and line breaks become
--- spaces, marks of direction go, bytes that are not UTF-8 become U+FFFD.
---@param text any  anything but a string is turned into one
---@return string
function M.safe(text)
    text = tostring(text)
    if not text:find("[^ -~]") then
        return text
    end
    local out, position = {}, 1
    while position <= #text do
        local length, bad = utf8.len(text, position)
        local last = length and #text or bad - 1
        for _, code in utf8.codes(text:sub(position, last)) do
            if not steers(code) then
                out[#out + 1] = utf8.char(code)
            elseif code < 0xA0 then
                out[#out + 1] = " "
            end
        end
        if not length then
            out[#out + 1] = REPLACEMENT
        end
        position = last + (length and 1 or 2)
    end
    return table.concat(out)
end

--- Like `safe`, with its line breaks kept: for messages of several lines.
---@param text any
---@return string
function M.safe_lines(text)
    local lines = {}
    for line in (tostring(text) .. "\n"):gmatch("(.-)\n") do
        lines[#lines + 1] = M.safe(line)
    end
    return table.concat(lines, "\n")
end

local function width_of(code)
    if code < 0x300 then
        return 1
    end
    if within(NARROW, code) then
        return 0
    end
    return within(WIDE, code) and 2 or 1
end

--- A message with an end: other programs' messages often lack it.
---@param message string
---@return string
function M.sentence(message)
    return message:find("[%.%?%!%)]%s*$") and message or message .. "."
end

--- Columns that a safe text takes up.
---@param text string
---@return integer
function M.width(text)
    local columns = 0
    for _, code in utf8.codes(text) do
        columns = columns + width_of(code)
    end
    return columns
end

--- Cuts a text to `columns`, with "..." at the end when something was cut. Makes it safe first.
---@param text any
---@param columns integer
---@return string
function M.cut(text, columns)
    text = M.safe(text)
    if M.width(text) <= columns then
        return text
    end
    local used, last = 0, 0
    for position, code in utf8.codes(text) do
        used = used + width_of(code)
        if used > columns - 3 then
            break
        end
        last = utf8.offset(text, 2, position) - 1
    end
    return text:sub(1, last) .. "..."
end

--- Cut and filled up with spaces to exactly `columns`.
---@param text any
---@param columns integer
---@return string
function M.pad(text, columns)
    text = M.cut(text, columns)
    return text .. (" "):rep(columns - M.width(text))
end

--- The same with the text at the right edge.
---@param text any
---@param columns integer
---@return string
function M.right(text, columns)
    text = M.cut(text, columns)
    return (" "):rep(columns - M.width(text)) .. text
end

--- Breaks a text into lines of at most `columns`, each with `indent` in front. Words longer than
--- a line stay whole: they are addresses and commands, which people copy.
---@param text string  spaces between words; line breaks are kept
---@param columns integer
---@param indent string|nil
---@return string
function M.wrap(text, columns, indent)
    indent = indent or ""
    local lines = {}
    for paragraph in (text .. "\n"):gmatch("(.-)\n") do
        local line = ""
        for word in paragraph:gmatch("%S+") do
            local longer = line == "" and word or line .. " " .. word
            if line ~= "" and M.width(indent .. longer) > columns then
                lines[#lines + 1] = indent .. line
                line = word
            else
                line = longer
            end
        end
        lines[#lines + 1] = line == "" and "" or indent .. line
    end
    return table.concat(lines, "\n")
end

-- A word in pieces of at most `columns`.
local function pieces(word, columns)
    local out, from, used = {}, 1, 0
    for position, code in utf8.codes(word) do
        local width = width_of(code)
        if used + width > columns then
            out[#out + 1] = word:sub(from, position - 1)
            from, used = position, 0
        end
        used = used + width
    end
    out[#out + 1] = word:sub(from)
    return table.concat(out, " ")
end

--- Like `wrap`, but no line is longer than `columns`: words that are, are broken. For titles, which
--- may have no space in them.
---@param text string
---@param columns integer
---@param indent string|nil
---@return string
function M.fold(text, columns, indent)
    local room = columns - #(indent or "")
    return M.wrap(text:gsub("%S+", function(word)
        return #word > room and pieces(word, room) or nil
    end), columns, indent)
end

--- A text folded to the right of what stands before it on its first line.
---@param head string  safe
---@param text string
---@param columns integer
---@return string
function M.hang(head, text, columns)
    local indent = (" "):rep(M.width(head))
    return head .. M.fold(text, columns, indent):sub(#indent + 1)
end

--- 1234567 -> "1,234,567".
---@param value integer
---@return string
function M.number(value)
    local digits = ("%d"):format(value)
    local sign, rest = digits:match("^(%-?)(%d+)$")
    rest = rest:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
    return sign .. rest
end

--- "1 video", "3 videos", "2 playlists".
---@param count integer
---@param one string
---@param many string|nil  default: `one` with an s
---@return string
function M.count(count, one, many)
    return M.number(count) .. " " .. (count == 1 and one or many or one .. "s")
end

--- A moment in the machine's time zone, "Mon 23 Nov 2026, 09:00"; "never" for 0.
---@param at_ms integer
---@return string
function M.moment(at_ms)
    if not at_ms or at_ms == 0 then
        return "never"
    end
    local text = os.date("%a %d %b %Y, %H:%M", at_ms // 1000)
    return (text:gsub("^(%a+ )0", "%1"))
end

--- The same day without the time, "Mon 23 Nov 2026".
---@param at_ms integer
---@return string
function M.day(at_ms)
    return (M.moment(at_ms):gsub(",.*", ""))
end

--- A moment for machines, "2026-11-23T08:00:00Z"; nil for 0.
---@param at_ms integer|nil
---@return string|nil
function M.iso(at_ms)
    if not at_ms or at_ms == 0 then
        return nil
    end
    return os.date("!%Y-%m-%dT%H:%M:%SZ", at_ms // 1000)
end

--- A length of time in two units at most: "5 h 12 min", "3 days 4 h", "40 s".
---@param duration_ms integer
---@return string
function M.duration(duration_ms)
    local seconds = math.max(0, duration_ms) // 1000
    if seconds < 60 then
        return ("%d s"):format(seconds)
    end
    local minutes = (seconds + 30) // 60
    if minutes < 60 then
        return ("%d min"):format(minutes)
    end
    local hours = minutes // 60
    if hours < 48 then
        local rest = minutes % 60
        return rest == 0 and ("%d h"):format(hours) or ("%d h %d min"):format(hours, rest)
    end
    local rest = hours % 24
    local days = ("%d days"):format(hours // 24)
    return rest == 0 and days or ("%s %d h"):format(days, rest)
end

return M
