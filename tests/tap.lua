-- A busted output handler that writes TAP for tests/run.lua. busted's own TAP output dies on a file
-- with a syntax error before it has shown the error.

return function()
    local busted = require "busted"
    local handler = require "busted.outputHandlers.base"()
    local count = 0

    local function comment(text)
        for line in tostring(text):gmatch("[^\n]+") do print("# " .. line) end
    end

    local function line(word, name)
        count = count + 1
        print(("%s %d - %s"):format(word, count, name))
        io.stdout:flush()
    end

    local function failed(name, trace, message)
        line("not ok", name)
        if trace and trace.short_src then
            comment(("%s:%s"):format(trace.short_src, trace.currentline or "?"))
        end
        comment(message or "no message")
        if trace and trace.traceback then comment(trace.traceback) end
    end

    function handler.testEnd(element, _, status)
        local name = handler.getFullName(element)
        if status == "success" then
            line("ok", name)
        elseif status == "pending" then
            local found = handler.pendings[#handler.pendings]
            local why = found and found.message and ": " .. tostring(found.message) or ""
            line("ok", "# SKIP " .. name .. why)
        else
            local list = status == "failure" and handler.failures or handler.errors
            local last = list[#list] or {}
            local text = last.message
            if type(text) ~= "string" then text = require "pl.pretty".write(text) end
            failed(name, last.trace, text)
        end
        return nil, true
    end

    -- Errors outside of any test: syntax errors, before_each, missing modules.
    function handler.outside(element, _, message, trace)
        if element.descriptor ~= "it" then
            local name = element.name or element.descriptor or "?"
            failed(tostring(name), trace, type(message) == "table" and message.message or message)
        end
        return nil, true
    end

    function handler.suiteEnd()
        print("1.." .. count)
        return nil, true
    end

    busted.subscribe({ "test", "end" }, handler.testEnd, { predicate = handler.cancelOnPending })
    busted.subscribe({ "error" }, handler.outside)
    busted.subscribe({ "failure" }, handler.outside)
    busted.subscribe({ "suite", "end" }, handler.suiteEnd)
    return handler
end
