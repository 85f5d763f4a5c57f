-- Music by artist: a playlist for each artist, made by a loop, and one for the rest.

local ARTISTS = {
    ["Miles Davis"] = { "kind of blue", "so what" },
    ["Bill Evans"] = { "waltz for debby" },
    ["Nora Vale Quartet"] = {},
}

-- An artist is a channel of that name, its "- Topic" channel or its VEVO channel. Titles of works
-- are looked for in live recordings that others uploaded.
for name, works in pairs(ARTISTS) do
    local lines = { artist(name) }
    for _, work in ipairs(works) do
        lines[#lines + 1] = all { title(work), title(name) }
    end
    lines.but_not = title { "reaction", "how to play", "tutorial" }
    playlist(name)(lines)
end

playlist "Live" {
    all { title { "live", "concert", "unplugged" }, tag { "music", "live music", "jazz" } },
    longer_than "2 h",
    but_not = title "stream",
}

leftovers "stay"

expect { title = "So What", channel = "Miles Davis - Topic", goes_to = "Miles Davis" }
expect { title = "Peace Piece", channel = "BillEvansVEVO", goes_to = "Bill Evans" }
expect { title = "So What reaction", channel = "Miles Davis", goes_to = false }
