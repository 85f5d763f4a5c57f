/* methods.c: the table of API methods.
 *
 * Prices: YOUTUBE_API 1.1, which copies the official calculator
 * (developers.google.com/youtube/data/determine_quota_cost, read in copies of August to November
 * 2026). A failed call is booked at the same price (1.4). Parts do not change the price (1.1).
 *
 * Parts: what an update names must be sent back whole (what is left out is wiped, section 2), so
 * updates name only what ytsync reads; request.c adds `localizations` when there are some. */
#include "youtube/methods.h"

#include "base/error.h"

#define CALCULATOR "YOUTUBE_API 1.1: official quota calculator, 2026-08 to 2026-11"
#define READ_UNITS 1
#define WRITE_UNITS 50

#define PLAYLISTS "/youtube/v3/playlists"
#define ITEMS "/youtube/v3/playlistItems"

static const struct ys_method_info methods[YS_METHOD_COUNT] = {
    [YS_METHOD_CHANNELS_LIST] = {"channels.list", YS_HTTP_GET, "/youtube/v3/channels",
                                 "id,snippet", READ_UNITS, false, CALCULATOR},
    [YS_METHOD_PLAYLISTS_LIST] = {"playlists.list", YS_HTTP_GET, PLAYLISTS,
                                  "id,snippet,status,contentDetails,localizations", READ_UNITS,
                                  false, CALCULATOR},
    [YS_METHOD_PLAYLISTS_INSERT] = {"playlists.insert", YS_HTTP_POST, PLAYLISTS,
                                    "snippet,status", WRITE_UNITS, true, CALCULATOR},
    [YS_METHOD_PLAYLISTS_UPDATE] = {"playlists.update", YS_HTTP_PUT, PLAYLISTS,
                                    "snippet,status", WRITE_UNITS, true, CALCULATOR},
    [YS_METHOD_PLAYLISTS_DELETE] = {"playlists.delete", YS_HTTP_DELETE, PLAYLISTS, "",
                                    WRITE_UNITS, true, CALCULATOR},
    [YS_METHOD_ITEMS_LIST] = {"playlistItems.list", YS_HTTP_GET, ITEMS,
                              "id,snippet,contentDetails,status", READ_UNITS, false, CALCULATOR},
    [YS_METHOD_ITEMS_INSERT] = {"playlistItems.insert", YS_HTTP_POST, ITEMS, "snippet",
                                WRITE_UNITS, true, CALCULATOR},
    [YS_METHOD_ITEMS_UPDATE] = {"playlistItems.update", YS_HTTP_PUT, ITEMS, "snippet",
                                WRITE_UNITS, true, CALCULATOR},
    [YS_METHOD_ITEMS_DELETE] = {"playlistItems.delete", YS_HTTP_DELETE, ITEMS, "", WRITE_UNITS,
                                true, CALCULATOR},
    [YS_METHOD_VIDEOS_LIST] = {"videos.list", YS_HTTP_GET, "/youtube/v3/videos",
                               "id,snippet,contentDetails,status", READ_UNITS, false,
                               CALCULATOR},
};

const struct ys_method_info *ys_method_info(enum ys_method method)
{
    YS_REQUIRE((int)method >= 0 && method < YS_METHOD_COUNT);
    return &methods[method];
}
