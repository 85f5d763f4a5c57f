/* imports.h: what is stored of an export of Google Takeout. An imported playlist is a source of
 * videos and nothing else until YouTube lists a playlist of its id: ys_playlist_put then takes the
 * row over, and its next listing replaces the entries. Watch Later is never listed. Writers run
 * inside a transaction that the caller began. */
#ifndef YS_STORE_IMPORTS_H
#define YS_STORE_IMPORTS_H

#include "store/library.h"

/* Stands for the channel in `accounts` until the first fetch says which one it is. */
#define YS_IMPORT_CHANNEL "takeout"
/* What the ids of playlists begin with that an export names without their id. */
#define YS_IMPORT_ID_PREFIX "takeout-"
/* What the ids of imported entries begin with; no entry of YouTube's holds a colon. */
#define YS_IMPORT_ITEM_PREFIX "takeout:"

/* What became of an imported playlist. */
enum ys_import_outcome {
    YS_IMPORT_STORED,   /* its entries are to be put now */
    YS_IMPORT_LISTED,   /* YouTube listed it: its entries are read there */
    YS_IMPORT_GONE      /* it was deleted from YouTube after it was listed: it stays so */
};

struct ys_row_import {
    const char *youtube_id, *title;
    enum ys_source source;
    enum ys_privacy privacy;        /* UNSET counts as private */
    int64_t created_at_ms, at_ms;
    bool sort_known, self_sorted;
};

/* The account last fetched, else the one that stands for the channel that is not known yet. */
YS_CHECKED enum ys_status ys_import_account(struct ys_store *store, int64_t *id_out,
                                            struct ys_error *err);
/* The channel turned out to be this one: what was imported becomes its. */
YS_CHECKED enum ys_status ys_import_adopt(struct ys_store *store, const char *channel_id,
                                          const char *title, struct ys_error *err);
/* Stores or renews a playlist; one that was imported before loses its entries. How YouTube sorts it
 * is taken over in any case. */
YS_CHECKED enum ys_status ys_import_playlist(struct ys_store *store, int64_t account_id,
                                             const struct ys_row_import *row, int64_t *id_out,
                                             enum ys_import_outcome *outcome,
                                             struct ys_error *err);
/* One entry of the playlist `row`, of row id `playlist`: item, video (nothing that is known of it
 * changes) and origin. */
YS_CHECKED enum ys_status ys_import_item(struct ys_store *store, int64_t playlist,
                                         const struct ys_row_import *row, int64_t position,
                                         const char *video_id, int64_t added_at_ms,
                                         struct ys_error *err);
/* Forgets an imported playlist; where its videos were seen stays known. YS_ENOTFOUND when none of
 * that id was imported. */
YS_CHECKED enum ys_status ys_import_forget(struct ys_store *store, const char *youtube_id,
                                           struct ys_error *err);
/* After a fetch: playlists that an export named without their id, and that YouTube listed under
 * that title meanwhile, are forgotten. *left_out: how many imported playlists stay that YouTube
 * did not list, besides Watch Later. */
YS_CHECKED enum ys_status ys_import_settle(struct ys_store *store, int64_t account_id,
                                           int64_t *left_out, struct ys_error *err);
/* How many videos in imported playlists have no title yet. */
YS_CHECKED enum ys_status ys_import_untitled(struct ys_store *store, int64_t account_id,
                                             int64_t *count, struct ys_error *err);

#endif
