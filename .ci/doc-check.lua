-- doc-check: every public function of the Lua module has a doc block in LuaLS form: a sentence, a
-- @param for each parameter, a @return when it returns something. Public is what stands in a
-- table that its file returns (M.name, Class:name), unless a plain comment (--) above it says that
-- it is the file's own; the command's files (cli) are left out.
--
--     lua5.4 .ci/doc-check.lua [ROOT]      prints what is missing; exit code 1 when something is

local root = arg and arg[1] or "."

local function lines_of(path)
    local lines = {}
    for line in io.lines(path) do lines[#lines + 1] = line end
    return lines
end

-- The comment lines that end right above a line.
local function block_above(lines, number)
    local block = {}
    local at = number - 1
    while at > 0 and lines[at]:find("^%-%-") do
        table.insert(block, 1, lines[at])
        at = at - 1
    end
    return block
end

local function has(block, pattern)
    for _, line in ipairs(block) do
        if line:find(pattern) then return true end
    end
    return false
end

-- Does the function that begins at a line return a value? Only its own returns count: those of
-- functions inside of it stand deeper than a `function` that was opened since.
local function returns_value(lines, number)
    local inner = {}
    for at = number + 1, #lines do
        local line = lines[at]
        if line:find("^end") then return false end
        local indent = #line:match("^%s*")
        if #inner > 0 and indent <= inner[#inner] and line:find("^%s*end") then
            inner[#inner] = nil
        elseif line:find("%f[%w]function%s*[%w_.:]*%(") and not line:find("%f[%w]end%f[%W]") then
            inner[#inner + 1] = indent
        elseif #inner == 0 and line:find("^%s*return%s+%S") then
            return true
        end
    end
    return false
end

local function check(path, report)
    local lines = lines_of(path)
    local count = 0
    for number, line in ipairs(lines) do
        local name, parameters = line:match("^function ([%w_]+[.:][%w_]+)%((.-)%)")
        local block = name and block_above(lines, number)
        local own = name and #block > 0 and not has(block, "^%-%-%-")
        if name and not own then
            count = count + 1
            if not has(block, "^%-%-%-%s*%u%l*") and not has(block, "^%-%-%-%s*[%d\"`]") then
                report(number, name .. " has no sentence that says what it does")
            end
            for parameter in parameters:gmatch("[%w_.]+") do
                local word = parameter == "..." and "%.%.%." or parameter
                if not has(block, "^%-%-%-@param " .. word .. "%??%f[^%w_.?]") then
                    report(number, name .. ": the parameter " .. parameter .. " has no @param")
                end
            end
            if returns_value(lines, number) and not has(block, "^%-%-%-@return ") then
                report(number, name .. " returns something and has no @return")
            end
        end
    end
    return count
end

local function files()
    local list = {}
    local pipe = assert(io.popen("ls '" .. root .. "'/scripts/ytsync/*.lua | LC_ALL=C sort"))
    for path in pipe:lines() do list[#list + 1] = path end
    pipe:close()
    return list
end

local found, functions = 0, 0
for _, path in ipairs(files()) do
    functions = functions + check(path, function(line, message)
        found = found + 1
        print(("%s:%d: %s"):format(path, line, message))
    end)
end
print(("%d functions, %d findings"):format(functions, found))
os.exit(found == 0 and functions > 0)
