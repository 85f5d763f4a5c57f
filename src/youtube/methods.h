/* methods.h: the one table of API methods: verb, path, parts, price, source. */
#ifndef YS_YOUTUBE_METHODS_H
#define YS_YOUTUBE_METHODS_H

#include "net/transport.h"

#define YS_METHOD_MAP(X)                                                                         \
    X(CHANNELS_LIST)                                                                             \
    X(PLAYLISTS_LIST)                                                                            \
    X(PLAYLISTS_INSERT)                                                                          \
    X(PLAYLISTS_UPDATE)                                                                          \
    X(PLAYLISTS_DELETE)                                                                          \
    X(ITEMS_LIST)                                                                                \
    X(ITEMS_INSERT)                                                                              \
    X(ITEMS_UPDATE)                                                                              \
    X(ITEMS_DELETE)                                                                              \
    X(VIDEOS_LIST)

enum ys_method {
#define X(code) YS_METHOD_##code,
    YS_METHOD_MAP(X)
#undef X
        YS_METHOD_COUNT
};

/* Ids in one list request, and rows in one page: the API's limit for both. */
#define YS_PAGE_ROWS_MAX 50

struct ys_method_info {
    const char *name;      /* "playlistItems.insert" */
    enum ys_http_method verb;
    const char *path;      /* "/youtube/v3/playlistItems" */
    const char *part;
    int64_t cost_units;
    bool write;
    const char *source;    /* where the price is stated */
};

const struct ys_method_info *ys_method_info(enum ys_method method);

#endif
