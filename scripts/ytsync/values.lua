--- Lengths of time and dates as people write them in a policy: "1 h 30 min", "2021-03", "2 years
--- ago". Pure. Dates are in UTC; a year or a month means its first moment.
local M = {}

local DAY_MS = 24 * 60 * 60 * 1000

local SECONDS = {
    s = 1, sec = 1, second = 1, seconds = 1,
    m = 60, min = 60, minute = 60, minutes = 60,
    h = 3600, hour = 3600, hours = 3600,
}

M.DURATION_FORMS = [["30 min", "1 h 30 min", "45 s" or "1:30:00"]]
M.DATE_FORMS = [["2021", "2021-03", "2021-03-15" or "2 years ago"]]

local function clock_seconds(text)
    local hours, minutes, seconds = text:match("^(%d+):(%d%d):(%d%d)$")
    if not hours then
        minutes, seconds = text:match("^(%d+):(%d%d)$")
    end
    if not minutes or tonumber(seconds) > 59 or (hours and tonumber(minutes) > 59) then
        return nil
    end
    return (tonumber(hours or 0) * 60 + tonumber(minutes)) * 60 + tonumber(seconds)
end

--- Seconds that a text means, nil when it means none.
---@param text string
---@return integer|nil
function M.duration(text)
    local clock = clock_seconds(text)
    if clock then
        return math.tointeger(clock)
    end
    local total, rest = 0, text:lower()
    if not rest:find("%d") then
        return nil
    end
    while rest:find("%S") do
        local number, unit, after = rest:match("^[%s,]*(%d+%.?%d*)%s*(%a+)(.*)$")
        if not number or not SECONDS[unit] then
            return nil
        end
        total = total + tonumber(number) * SECONDS[unit]
        rest = after
    end
    return math.floor(total)
end

-- Days from 1970-01-01 to a day of the Gregorian calendar. Years begin with March, so that the
-- leap day is the last of a year.
local function days_of(year, month, day)
    local from_march = (month + 9) % 12
    local years = month <= 2 and year - 1 or year
    local century_days = years // 4 - years // 100 + years // 400
    return years * 365 + century_days + (153 * from_march + 2) // 5 + day - 1 - 719468
end

local function month_days(year, month)
    if month == 12 then
        return 31
    end
    return days_of(year, month + 1, 1) - days_of(year, month, 1)
end

local function civil(at_ms)
    local parts = os.date("!*t", at_ms // 1000)
    return parts.year, parts.month, parts.day
end

local AGO = { day = { days = 1 }, week = { days = 7 }, month = { months = 1 },
    year = { months = 12 } }

---@class ytsync.Date
---@field at_ms integer|nil  a fixed moment
---@field days integer|nil  or so many days
---@field months integer|nil  or months before the policy is tried

--- A date that a text means, nil when it means none.
---@param text string
---@return ytsync.Date|nil
function M.date(text)
    text = text:match("^%s*(.-)%s*$"):lower()
    local count, unit = text:match("^(%d+)%s+(%a-)s?%s+ago$")
    if count and AGO[unit] and #count <= 4 then
        local per = AGO[unit]
        return { days = per.days and per.days * math.tointeger(tonumber(count)),
            months = per.months and per.months * math.tointeger(tonumber(count)) }
    end
    local year, rest = text:match("^(%d%d%d%d)(.*)$")
    if not year then
        return nil
    end
    local month, day = rest:match("^%-(%d%d?)%-(%d%d?)$")
    month = month or rest:match("^%-(%d%d?)$")
    if not month and rest ~= "" then
        return nil
    end
    local y, m, d = tonumber(year), tonumber(month or 1), tonumber(day or 1)
    if m < 1 or m > 12 or d < 1 or d > month_days(y, m) then
        return nil
    end
    return { at_ms = math.tointeger(days_of(y, m, d) * DAY_MS) }
end

--- The moment that a date means when a policy is tried at `now_ms`.
---@param date ytsync.Date
---@param now_ms integer
---@return integer ms
function M.moment(date, now_ms)
    if date.at_ms then
        return date.at_ms
    elseif date.days then
        return now_ms - date.days * DAY_MS
    end
    local year, month, day = civil(now_ms)
    local months = year * 12 + month - 1 - date.months
    year, month = months // 12, months % 12 + 1
    day = math.min(day, month_days(year, month))
    return days_of(year, month, day) * DAY_MS + now_ms % DAY_MS
end

return M
