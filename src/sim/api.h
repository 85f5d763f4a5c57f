/* api.h: one request on its way through the simulated API, and what its methods share. */
#ifndef YS_SIM_API_H
#define YS_SIM_API_H

#include "sim/params.h"
#include "sim/state.h"

#define YS_SIM_PAGE_ROWS_MAX 50
#define YS_SIM_PAGE_ROWS_DEFAULT 5
#define YS_SIM_NOTE_CODEPOINTS_MAX 280

struct ys_sim_call {
    struct ys_sim *sim;
    const struct ys_sim_request *request;
    struct ys_sim_reply *reply;
    enum ys_sim_method method;
    struct ys_sim_params params;
    struct ys_sim_input input;
    unsigned parts;
    /* the signed-in account */
    char channel_id[YS_ID_BYTES];
    char channel_title[YS_TITLE_BYTES];
    /* page quirks, by options or fault; -1 (total_lie: 0) is none */
    int64_t short_rows, hidden_row, total_lie;
    bool double_row, dead_token;
    /* for the log */
    struct ys_sim_event event;
    int64_t units;
    char reason[YS_REASON_BYTES];
    bool done; /* a refusal was written */
};

/* Writes a refusal and marks the call as done. Always YS_OK, so that a method can say
 * `return ys_sim_call_refuse(...)`. */
enum ys_status ys_sim_call_refuse(struct ys_sim_call *call, enum ys_sim_refusal refusal);
enum ys_status ys_sim_call_refuse_at(struct ys_sim_call *call, enum ys_sim_refusal refusal,
                                     const char *message, const char *location);

/* The methods. Each answers into call->reply; an error is the database's. */
typedef enum ys_status (*ys_sim_method_fn)(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_playlists_list(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_playlists_insert(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_playlists_update(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_playlists_delete(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_items_list(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_items_insert(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_items_update(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_items_delete(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_videos_list(struct ys_sim_call *call, struct ys_error *err);
enum ys_status ys_sim_channels_list(struct ys_sim_call *call, struct ys_error *err);

/* Fills in the account; refuses (call->done) without a good token. */
YS_CHECKED enum ys_status ys_sim_sign_in(struct ys_sim_call *call, struct ys_error *err);

/* Checks for an id list: 1..50 ids, comma-separated. Calls back for each (trimmed). */
typedef enum ys_status (*ys_sim_id_fn)(struct ys_sim_call *call, const char *id, void *ctx,
                                       struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_each_id(struct ys_sim_call *call, const char *ids,
                                         ys_sim_id_fn each, void *ctx, struct ys_error *err);

/* Kinds of ids that are no editable playlist of a person ("WL", "HL", "LL", "UU...", "RD..."). */
bool ys_sim_special_playlist(const char *id);
/* Whether a write to this playlist comes too early or meets another one: refuses then. */
bool ys_sim_write_clashes(struct ys_sim_call *call, const struct ys_sim_pl *playlist);
/* After a write's effect: notes it, and keeps the playlist busy for request->busy_ms. */
YS_CHECKED enum ys_status ys_sim_write_done(struct ys_sim_call *call, struct ys_sim_pl *playlist,
                                            struct ys_error *err);

/* ------------------------------------------------------------------ ledger */

/* Whether the day has `units` left; else refuses. Books them. */
YS_CHECKED enum ys_status ys_sim_charge(struct ys_sim_call *call, int64_t units,
                                        struct ys_error *err);
/* Gives back what a refused request did not cost. */
YS_CHECKED enum ys_status ys_sim_uncharge(struct ys_sim_call *call, int64_t units,
                                          struct ys_error *err);
/* Refuses with "the day is used up" in the given form. */
void ys_sim_refuse_exhausted(struct ys_sim_call *call, enum ys_sim_exhausted_form form);
/* Whether one more playlist may be created; else refuses (creation throttle). */
YS_CHECKED enum ys_status ys_sim_create_allowed(struct ys_sim_call *call, bool *allowed,
                                                struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_create_booked(struct ys_sim *sim, struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_log_request(struct ys_sim_call *call, const char *fault,
                                             struct ys_error *err);

/* ------------------------------------------------------------------ lists */

struct ys_sim_page {
    int64_t offset, rows;     /* rows: asked for, clamped to 50 */
    struct ys_buf items;      /* the items' JSON, comma-separated */
    struct ys_sim_hash hash;
    int64_t count, seen;      /* items written; rows met */
};

/* Reads maxResults and pageToken for the query that `key` names; refuses bad ones. The page
 * must be ended or freed. */
void ys_sim_page_begin(struct ys_sim_call *call, struct ys_sim_page *page, const char *key);
void ys_sim_page_free(struct ys_sim_page *page);
/* How many rows to read for a page: asked for, or fewer by a quirk. */
int64_t ys_sim_page_rows(struct ys_sim_call *call, struct ys_sim_page *page, int64_t total);
/* Before each row: false leaves it out (a quirk). */
bool ys_sim_page_item(struct ys_sim_call *call, struct ys_sim_page *page);
/* Writes the reply: envelope, tokens, 304 when the etag is the client's. `next_offset` < 0: no
 * more pages. `omit_empty`: without items the key is left out (channels.list). */
void ys_sim_page_end(struct ys_sim_call *call, struct ys_sim_page *page, const char *kind,
                     const char *key, int64_t next_offset, int64_t total, bool omit_empty);
/* A token for `offset`, and back: false when it is not for this query, or too old. */
#define YS_SIM_PAGE_TOKEN_BYTES 40
void ys_sim_page_token(struct ys_sim *sim, const char *key, int64_t offset,
                       char out[YS_SIM_PAGE_TOKEN_BYTES]);
bool ys_sim_page_token_read(struct ys_sim *sim, const char *key, const char *token,
                            int64_t *offset);

/* ------------------------------------------------------------------ resources as JSON */

struct ys_sim_pl_row {
    const char *id, *channel_id, *channel_title, *title, *description, *language, *thumb_video_id;
    int64_t published_ms, items;
    enum ys_privacy privacy;
};
struct ys_sim_it_row {
    const char *id, *playlist_id, *channel_id, *channel_title; /* the list's owner */
    const char *video_id, *title, *description, *owner_id, *owner_title, *note;
    int64_t added_ms, position, video_published_ms;
    enum ys_availability availability;
    bool own;                 /* the video belongs to the reader: a private one is shown */
};
struct ys_sim_vid_row {
    const char *id, *title, *description, *channel_id, *channel_title, *tags_json;
    int64_t published_ms, duration_s, category_id;
    enum ys_availability availability;
};
/* Each appends one resource with the parts asked for, and adds what its etag is made of to
 * `hash` (may be NULL). */
void ys_sim_render_playlist(struct ys_buf *out, const struct ys_sim_pl_row *row, unsigned parts,
                            struct ys_sim_hash *hash);
void ys_sim_render_item(struct ys_buf *out, const struct ys_sim_it_row *row, unsigned parts,
                        struct ys_sim_hash *hash);
void ys_sim_render_video(struct ys_buf *out, const struct ys_sim_vid_row *row, unsigned parts,
                         struct ys_sim_hash *hash);
struct ys_sim_ch_row {
    const char *id, *title;
    int64_t created_ms, videos;
};
void ys_sim_render_channel(struct ys_buf *out, const struct ys_sim_ch_row *row, unsigned parts,
                           struct ys_sim_hash *hash);

#endif
