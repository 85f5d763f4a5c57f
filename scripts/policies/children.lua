-- A children's list: only channels that were looked at, only short videos, and nothing of what
-- slips in.

settings {
    new_playlists = "unlisted",    -- so that the tablet can open it by its address
}

playlist "For the children" {
    all {
        channel { "Sesame Street", "Die Sendung mit der Maus", "Peppa Pig*", "CBeebies*" },
        shorter_than "30 min",
        published_after "10 years ago",
    },
    but_not = any {
        title { "trailer", "scary", "prank", "unboxing", "halloween" },
        tag { "horror", "toy review" },
        where(function(v)
            return v.title:find("18%+") ~= nil
        end),
    },
    description = "Chosen by hand. Ask before you go on to the next video.",
}

leftovers "stay"

expect { title = "Elmo sings", channel = "Sesame Street", duration = "4 min",
    published = "1 year ago", goes_to = "For the children" }
expect { title = "Elmo sings 18+", channel = "Sesame Street", duration = "4 min",
    published = "1 year ago", goes_to = false }
