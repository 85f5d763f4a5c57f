-- Watch later of the last two years, by how long there is to watch; what is older is left alone.
-- Watch later itself can be read only from a Google Takeout, and only you can empty it.

local LATER = from { "Watch later", "Später ansehen", "À regarder plus tard" }

leave_alone { all { LATER, saved_before "2 years ago" } }

playlist "Later: a few minutes" { all { LATER, shorter_than "10 min" } }
playlist "Later: half an hour" { all { LATER, longer_than "9:59", shorter_than "40 min" } }
playlist "Later: an evening" { all { LATER, longer_than "39:59" } }
playlist "Later: who knows" { LATER }

leftovers "stay"

expect { title = "Old", playlists = "Watch later", saved = "2012", duration = "5 min",
    goes_to = false }
expect { title = "New", playlists = "Watch later", saved = "3 days ago", duration = "5 min",
    goes_to = "Later: a few minutes" }
expect { title = "New", playlists = "Watch later", saved = "3 days ago",
    goes_to = "Later: who knows" }
