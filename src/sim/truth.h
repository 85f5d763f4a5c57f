/* truth.h: what is really in the simulated YouTube, for tests to compare with. Lag, faults and
 * quirks do not touch these answers; nothing here costs quota or is logged. */
#ifndef YS_SIM_TRUTH_H
#define YS_SIM_TRUTH_H

#include "sim/sim.h"

/* ------------------------------------------------------------------ playlists and items */

struct ys_truth_playlist {
    char id[YS_ID_BYTES];
    char channel_id[YS_ID_BYTES];
    char title[YS_TITLE_BYTES];
    enum ys_privacy privacy;
    int64_t items;
    int64_t published_at_ms;
    bool made_by_api;          /* else it was part of the library or made by the user */
};
struct ys_truth_item {
    char id[YS_ID_BYTES];
    char video_id[YS_ID_BYTES];
    int64_t position;
    int64_t added_at_ms;
    enum ys_availability availability; /* of the video, now */
};

/* Walks an account's playlists (channel_id NULL: all), in order of creation. The callback
 * returns false to stop. Fields are valid during the call. */
typedef bool (*ys_truth_playlist_fn)(void *ctx, const struct ys_truth_playlist *playlist);
YS_CHECKED enum ys_status ys_truth_playlists(struct ys_sim *sim, const char *channel_id,
                                             ys_truth_playlist_fn each, void *ctx,
                                             struct ys_error *err);
typedef bool (*ys_truth_item_fn)(void *ctx, const struct ys_truth_item *item);
YS_CHECKED enum ys_status ys_truth_items(struct ys_sim *sim, const char *playlist_id,
                                         ys_truth_item_fn each, void *ctx, struct ys_error *err);
/* One playlist by id, or by title (the oldest of that title). YS_ENOTFOUND. */
YS_CHECKED enum ys_status ys_truth_playlist(struct ys_sim *sim, const char *id,
                                            struct ys_truth_playlist *out, struct ys_error *err);
YS_CHECKED enum ys_status ys_truth_playlist_titled(struct ys_sim *sim, const char *title,
                                                   struct ys_truth_playlist *out,
                                                   struct ys_error *err);
/* Counts; -1 when the state's database fails. NULL playlist_id: in any playlist. */
int64_t ys_truth_playlist_count(struct ys_sim *sim, const char *channel_id);
int64_t ys_truth_title_count(struct ys_sim *sim, const char *title);
int64_t ys_truth_copies(struct ys_sim *sim, const char *playlist_id, const char *video_id);
/* The id of the first item of that video in the playlist. YS_ENOTFOUND. */
YS_CHECKED enum ys_status ys_truth_item_of(struct ys_sim *sim, const char *playlist_id,
                                           const char *video_id, char id_out[YS_ID_BYTES],
                                           struct ys_error *err);

/* ------------------------------------------------------------------ lost and doubled */

/* Remembers what is in the library now; ys_truth_compare measures against the last snapshot
 * (ys_sim_library_* take one at their end). */
YS_CHECKED enum ys_status ys_truth_snapshot(struct ys_sim *sim, struct ys_error *err);

struct ys_truth_report {
    int64_t playlists_before, playlists_now;
    int64_t items_before, items_now;       /* rows */
    int64_t videos_before, videos_now;     /* distinct, of those that are live now */
    int64_t lost;      /* live now, in some playlist then, in none now */
    int64_t lost_rows; /* entries that are private or deleted now and are in none any more */
    int64_t doubled;   /* copies of a video beyond one in a playlist, without those of then */
    int64_t doubled_before; /* the user's own, then */
};
YS_CHECKED enum ys_status ys_truth_compare(struct ys_sim *sim, struct ys_truth_report *out,
                                           struct ys_error *err);

/* Everything as text, sorted by channel, title and id, one line per playlist and item, with
 * ids (with_ids) or without: two runs are equal when these are. */
YS_CHECKED enum ys_status ys_truth_dump(struct ys_sim *sim, bool with_ids, struct ys_buf *out,
                                        struct ys_error *err);
/* The report, and playlists with their video ids, as JSON (GET /sim/truth). */
YS_CHECKED enum ys_status ys_truth_json(struct ys_sim *sim, bool with_items, struct ys_buf *out,
                                        struct ys_error *err);

/* ------------------------------------------------------------------ quota and requests */

struct ys_sim_quota {
    int64_t day;               /* Pacific, days since 1970-01-01 */
    int64_t used_units;        /* by requests that came through ys_sim_handle */
    int64_t others_units;      /* ys_sim_spend */
    int64_t limit_units;
    int64_t requests;          /* charged ones */
    int64_t refused;           /* with the day used up; these cost nothing */
    int64_t creates;           /* playlists made */
};
/* Of a day by the server's window (all zero when nothing happened). */
YS_CHECKED enum ys_status ys_sim_quota(struct ys_sim *sim, int64_t day, struct ys_sim_quota *out,
                                       struct ys_error *err);
/* The days on record, oldest first: 0, 1, ...; YS_ENOTFOUND past the last. */
YS_CHECKED enum ys_status ys_sim_quota_nth(struct ys_sim *sim, int64_t index,
                                           struct ys_sim_quota *out, struct ys_error *err);
/* The highest used_units of any day; total over all days. -1 when the database fails. */
int64_t ys_sim_quota_peak(struct ys_sim *sim);
int64_t ys_sim_quota_total(struct ys_sim *sim);

struct ys_sim_logged {
    int64_t number;                 /* 1, 2, ... */
    int64_t wall_ms, mono_ms;
    enum ys_sim_method method;
    int64_t units;                  /* charged */
    int status;
    enum ys_sim_wire wire;
    bool effect;                    /* something changed */
    char reason[YS_REASON_BYTES];   /* of an error body, "" otherwise */
    char fault[YS_REASON_BYTES];    /* the fault that was applied, "" for none */
    char playlist_id[YS_ID_BYTES];
    char video_id[YS_ID_BYTES];
    char item_id[YS_ID_BYTES];
};
typedef bool (*ys_sim_logged_fn)(void *ctx, const struct ys_sim_logged *request);
/* Walks the log from a request number on. */
YS_CHECKED enum ys_status ys_sim_requests(struct ys_sim *sim, int64_t from_number,
                                          ys_sim_logged_fn each, void *ctx, struct ys_error *err);
/* How many requests of a method there were (YS_SIM_METHOD_COUNT: all), and how many of them
 * changed something. */
int64_t ys_sim_request_count(struct ys_sim *sim, enum ys_sim_method method);
int64_t ys_sim_effect_count(struct ys_sim *sim, enum ys_sim_method method);
/* Requests that wrote this playlist / that inserted this video, with an effect. */
int64_t ys_sim_effects_on(struct ys_sim *sim, enum ys_sim_method method,
                          const char *playlist_id, const char *video_id);
YS_CHECKED enum ys_status ys_sim_requests_json(struct ys_sim *sim, int64_t from_number,
                                               struct ys_buf *out, struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_quota_json(struct ys_sim *sim, struct ys_buf *out,
                                            struct ys_error *err);

#endif
