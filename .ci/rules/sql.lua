-- Rules about SQL (DESIGN section 4): what is written in src/store must mean the same in SQLite and
-- in PostgreSQL, so what differs between them is refused. They look at string literals, glued as C
-- glues them, that hold a word of SQL in capitals.

local M = {}

local function has_word(text, words)
    for _, word in ipairs(words) do
        if text:find("%f[%w_]" .. word .. "%f[^%w_]") then return word end
    end
    return nil
end

local STATEMENTS = { "^%s*SELECT%s", "^%s*INSERT%s+INTO%s", "^%s*INSERT%s+OR%s",
    "^%s*UPDATE%s+[%w_]+%s+SET%s", "^%s*DELETE%s+FROM%s", "^%s*CREATE%s+%u+%s",
    "^%s*WITH%s+[%w_]+%s+AS%s", "^%s*ALTER%s+TABLE%s", "^%s*REPLACE%s+INTO%s", "^%s*PRAGMA%s" }

local function is_statement(text)
    for _, pattern in ipairs(STATEMENTS) do
        if text:find(pattern) then return true end
    end
    return false
end

local FRAGMENT_WORDS = { "SELECT", "FROM", "WHERE", "VALUES", "SET", "ORDER BY", "GROUP BY",
    "RETURNING", "ON CONFLICT", "CREATE TABLE", "BEGIN", "COMMIT", "ROLLBACK", "INSERT", "UPDATE",
    "DELETE", "AND", "LIMIT" }

-- each_sql: calls f(sql, line) for every literal of src/store that holds SQL, with the contents
-- of quoted SQL strings blanked, because they are data.
local function each_sql(file, f)
    if file.layer ~= "store" or not file.literals then return end
    for _, literal in ipairs(file.literals) do
        if has_word(literal.text, FRAGMENT_WORDS) then
            f(literal.text:gsub("'[^']*'", "''"), literal.line)
        end
    end
end

-- sql_rule: a rule whose find(sql) gives a message or nil.
local function sql_rule(name, why, find)
    M[#M + 1] = { name = name, why = why, check = function(file, report)
        each_sql(file, function(sql, line)
            local message = find(sql)
            if message then report(line, message) end
        end)
    end }
end

local MAY_HOLD_SQL = { store = true, db = true, sim = true }

local function check_place(file, report)
    if not file.literals or not file.layer or MAY_HOLD_SQL[file.layer] then return end
    -- JSON is taken apart by SELECT on a private connection (net/json.h), in no database of ours.
    local reads_json = file.text:find("%f[%w_]struct ys_json%f[^%w_]") ~= nil
        or file.text:find("%f[%w_]struct ys_json_row%f[^%w_]") ~= nil
    for _, literal in ipairs(file.literals) do
        local is_query = literal.text:find("^%s*SELECT%s")
        if is_statement(literal.text) and not (is_query and reads_json) then
            report(literal.line, "SQL outside of src/store")
        end
    end
end

M[#M + 1] = { name = "sql-place", why = "all queries are in src/store", check = check_place }

sql_rule("sql-like", "LIKE differs in case folding", function(sql)
    local word = has_word(sql, { "LIKE", "ILIKE", "GLOB", "REGEXP" })
    return word and word .. " does not mean the same in both databases; compare in C"
end)

sql_rule("sql-parameter", "parameters are ?1, ?2", function(sql)
    if (sql .. " "):find("%?%D") then return "a bare ?; number the parameters: ?1, ?2" end
    local other = sql:match("%$%d+") or sql:match("%f[%S:][:@][%a_]+")
    return other and "parameter " .. other .. "; write ?1, ?2"
end)

sql_rule("sql-integer", "INTEGER has 32 bits in PostgreSQL", function(sql)
    local word = has_word(sql, { "INTEGER", "INT", "SMALLINT" })
    return word and word .. " has 32 bits or less elsewhere; write BIGINT"
end)

-- argument_count: of the call whose bracket opens at `from`.
local function argument_count(sql, from)
    local call = sql:match("%b()", from)
    if not call then return 1 end
    local flat = call:sub(2, -2):gsub("%b()", "")
    return select(2, flat:gsub(",", "")) + 1
end

sql_rule("sql-scalar-max", "max(a, b) is SQLite's alone", function(sql)
    local lower = sql:lower()
    for _, name in ipairs { "max", "min" } do
        local at = 1
        while true do
            local from, bracket = lower:find("%f[%w_]" .. name .. "%s*%(", at)
            if not from then break end
            if argument_count(lower, bracket) > 1 then
                return name .. " of several values is not portable; use CASE"
            end
            at = bracket + 1
        end
    end
    return nil
end)

sql_rule("sql-conflict", "a conflict names its target", function(sql)
    if sql:find("INSERT%s+OR%s+%u+") or has_word(sql, { "REPLACE%s+INTO" }) then
        return "INSERT OR ... and REPLACE are SQLite's alone; write ON CONFLICT (columns)"
    end
    return sql:find("ON%s+CONFLICT%s+DO") and "ON CONFLICT without its columns" or nil
end)

sql_rule("sql-id", "ids are the driver's", function(sql)
    local word = has_word(sql:upper(), { "AUTOINCREMENT", "ROWID", "LAST_INSERT_ROWID", "SERIAL",
        "BIGSERIAL", "_ROWID_", "OID" })
    return word and word .. ": generated ids are the driver's"
end)

sql_rule("sql-transaction", "transactions and settings are the driver's", function(sql)
    local word = sql:match("^%s*(BEGIN)%f[^%w_]") or sql:match("^%s*(COMMIT)%f[^%w_]")
        or sql:match("^%s*(ROLLBACK)%f[^%w_]") or sql:match("^%s*(SAVEPOINT)%f[^%w_]")
        or sql:match("^%s*(PRAGMA)%f[^%w_]")
    return word and word .. " belongs to the driver (src/db)"
end)

sql_rule("sql-now", "time and chance come from struct ys_env", function(sql)
    local upper = sql:upper()
    local word = has_word(upper, { "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME" })
        or upper:match("%f[%w_](DATETIME)%s*%(") or upper:match("%f[%w_](STRFTIME)%s*%(")
        or upper:match("%f[%w_](JULIANDAY)%s*%(") or upper:match("%f[%w_](RANDOM)%s*%(")
        or upper:match("%f[%w_](NOW)%s*%(")
    return word and word .. ": time and chance come from struct ys_env"
end)

return M
