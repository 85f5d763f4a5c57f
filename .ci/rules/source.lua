-- What the rules share: listing and reading files, and a view of C source in which comments and
-- string contents are blanked out, so that a rule about code is not misled by a sentence.
-- Lines and columns stay where they were.

local M = {}

local function lines_of(command)
    local p = assert(io.popen(command, "r"))
    local list = {}
    for line in p:lines() do list[#list + 1] = line end
    p:close()
    return list
end

local function quote(s)
    return "'" .. s:gsub("'", "'\\''") .. "'"
end

-- list: the files below root, sorted, without what was built; git's list where root is a checkout.
function M.list(root)
    local q = quote(root)
    local git = lines_of("test -e " .. q .. "/.git && git -C " .. q ..
        " ls-files -co --exclude-standard 2>/dev/null | LC_ALL=C sort")
    local files = {}
    if #git > 0 then
        for _, path in ipairs(git) do
            local f = io.open(root .. "/" .. path)
            if f then
                f:close()
                files[#files + 1] = path
            end
        end
        return files
    end
    return lines_of("cd " .. q .. " && find . -name build -prune -o -name .git -prune" ..
        " -o -type f -print | sed 's,^[.]/,,' | LC_ALL=C sort")
end

local function split(text)
    local lines = {}
    for line in (text:gsub("\n$", "") .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
    return lines
end

-- blank: replaces everything but line ends by spaces.
local function blank(s)
    return (s:gsub("[^\n]", " "))
end

-- scan_c: walks over C text once. Gives the code (comments, strings and characters blanked), and
-- the literals as a list of { from, to, text } in order; neighbours are not joined here.
local function scan_c(text)
    local code, literals = {}, {}
    local at = 1
    while at <= #text do
        local two, one = text:sub(at, at + 1), text:sub(at, at)
        local stop
        if two == "/*" then
            stop = select(2, text:find("*/", at + 2, true)) or #text
            code[#code + 1] = blank(text:sub(at, stop))
        elseif two == "//" then
            stop = (text:find("\n", at, true) or #text + 1) - 1
            code[#code + 1] = blank(text:sub(at, stop))
        elseif one == '"' or one == "'" then
            stop = at + 1
            while stop <= #text and text:sub(stop, stop) ~= one do
                stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1)
            end
            local inner = text:sub(at + 1, stop - 1)
            if one == '"' then literals[#literals + 1] = { from = at, to = stop, text = inner } end
            code[#code + 1] = one .. blank(inner) .. one
        else
            stop = (text:find("[/\"']", at + 1) or #text + 1) - 1
            code[#code + 1] = text:sub(at, stop)
        end
        at = stop + 1
    end
    return table.concat(code), literals
end

-- joined: literals that C glues together, as { line, text }. A comment between two does not part
-- them, anything else does.
local function joined(text, code, literals)
    local list = {}
    local line, counted_to = 1, 1
    for _, literal in ipairs(literals) do
        for _ in text:sub(counted_to, literal.from - 1):gmatch("\n") do line = line + 1 end
        counted_to = literal.from
        local last = list[#list]
        if last and not code:sub(last.to + 1, literal.from - 1):find("%S") then
            last.text, last.to = last.text .. literal.text, literal.to
        else
            list[#list + 1] = { line = line, text = literal.text, to = literal.to }
        end
    end
    return list
end

-- read: a file as rules see it: path, kind, layer (of src/), text, lines, and for C code_lines and
-- literals.
function M.read(root, path)
    local f = assert(io.open(root .. "/" .. path, "rb"))
    local text = f:read("a")
    f:close()
    local file = { path = path, text = text, lines = split(text) }
    file.kind = path:match("%.(%w+)$") or path:match("[^/]+$")
    file.layer = path:match("^src/(%w+)/")
    if file.kind == "c" or file.kind == "h" then
        local code, literals = scan_c(text)
        file.code_lines = split(code)
        file.literals = joined(text, code, literals)
    end
    return file
end

-- functions: the functions that a C or Lua file defines at column one: { name, line, length,
-- static }. A C signature may take several lines; the length counts from its first one.
function M.functions(file)
    local found = {}
    if file.kind == "lua" then
        for i, line in ipairs(file.lines) do
            local name = line:match("^local function ([%w_]+)")
                or line:match("^function ([%w_.:]+)")
            if name and not line:find("%f[%w]end[%s,)]*$") then
                local last = i
                while last < #file.lines and not file.lines[last]:find("^end") do
                    last = last + 1
                end
                found[#found + 1] = { name = name, line = i, length = last - i + 1 }
            end
        end
        return found
    end
    local first
    for i, line in ipairs(file.code_lines or {}) do
        if not first and line:find("^[%a_][%w_%s*]*%(") then first = i end
        if first and (line:find("^{") or line:find("%)%s*{%s*$")) then
            local signature = table.concat(file.code_lines, " ", first, i)
            local last = i
            while last < #file.code_lines and not file.code_lines[last]:find("^}") do
                last = last + 1
            end
            local name = signature:match("([%w_]+)%s*%(")
            found[#found + 1] = { name = name, line = first, length = last - first + 1,
                static = signature:find("^static%f[%W]") ~= nil }
            first = nil
        elseif line:find(";%s*$") or line:find("^}") then
            first = nil
        end
    end
    return found
end

return M
