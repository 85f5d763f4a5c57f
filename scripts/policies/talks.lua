-- Talks by length: what fits into a coffee break, a train ride, an evening.

-- What counts as a talk.
local function talk(longer, shorter)
    local is_talk = any {
        channel { "*conference*", "Devroom Archive", "Null Terminated", "GOTO*" },
        title { "talk", "keynote", "lecture", "Vortrag", "講演" },
        tag { "conference", "talk" },
    }
    return all { is_talk, longer, shorter, but_not = title { "trailer", "highlights" } }
end

playlist "Talks: up to 15 minutes" { talk(shorter_than "15 min", longer_than "1 min") }
playlist "Talks: up to 45 minutes" { talk(shorter_than "45 min", longer_than "14:59") }
playlist "Talks: an evening" { talk(longer_than "44:59", shorter_than "5 h") }

leftovers "stay"

expect { title = "A keynote on parsers", duration = "50 min", goes_to = "Talks: an evening" }
expect { title = "Lightning talk", duration = "5 min", goes_to = "Talks: up to 15 minutes" }
expect { title = "Keynote trailer", duration = "2 min", goes_to = false }
