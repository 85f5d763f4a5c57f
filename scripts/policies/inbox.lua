-- A nightly inbox: save everything to one playlist while you are on the move, and let a nightly run
-- put each video where it belongs. A video leaves the inbox when it was seen in its new playlist;
-- what no line wants stays in the inbox until you say something about it.

inbox "to sort"

playlist "Cooking" {
    all { from "to sort", any { title { "recipe", "how to cook", "dinner" }, tag "cooking" } },
    order = "last saved first",
}

playlist "Long reads for the eyes" {
    all { from "to sort", longer_than "40 min", but_not = title { "live", "stream" } },
}

playlist "Quick" {
    all { from "to sort", shorter_than "5 min" },
}

leftovers "stay"

expect { title = "Dinner in an hour", playlists = "to sort", goes_to = "Cooking" }
expect { title = "A documentary", playlists = "to sort", duration = "1 h",
    goes_to = "Long reads for the eyes" }
expect { title = "Dinner in an hour", playlists = "Favorites", goes_to = false }
