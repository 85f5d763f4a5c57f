/* state.h: playlists and items in the state's tables, with their versions (see internal.h).
 *
 * These know nothing of requests: callers have checked what may be done. A struct that was read
 * is a copy; the functions that change a playlist's counters change the copy too. All run inside
 * a transaction of the caller's (ys_sim_begin). */
#ifndef YS_SIM_STATE_H
#define YS_SIM_STATE_H

#include "sim/internal.h"

struct ys_sim_pl {
    int64_t key;
    char id[YS_ID_BYTES];
    char channel_id[YS_ID_BYTES];
    int64_t published_ms;
    bool self_sorted, add_to_top;
    int64_t born_mono_ms;       /* INT64_MIN: long ago */
    int64_t busy_until_ms;
    int64_t settled_ms;         /* when every reader sees everything; INT64_MIN: now */
    int64_t items;              /* true count */
    bool deleted;
    enum ys_privacy privacy;    /* true version's; UNSET when deleted */
};

/* The time from which readers see a change of this playlist made now: never before an earlier
 * change of the same playlist. */
int64_t ys_sim_pl_seen(struct ys_sim *sim, const struct ys_sim_pl *playlist);
YS_CHECKED enum ys_status ys_sim_pl_find(struct ys_sim *sim, const char *id, bool *found,
                                         struct ys_sim_pl *out, struct ys_error *err);

struct ys_sim_pl_fields {       /* NULL and UNSET: as before (create: "" and public) */
    const char *title, *description, *language;
    enum ys_privacy privacy;
};
/* Makes a playlist; `spec` gives what fields do not. born: it counts as young from now. */
YS_CHECKED enum ys_status ys_sim_pl_create(struct ys_sim *sim,
                                           const struct ys_sim_playlist *spec, bool born,
                                           char id_out[YS_ID_BYTES], struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_pl_revise(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                           const struct ys_sim_pl_fields *fields,
                                           struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_pl_delete(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                           struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_pl_set_busy(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                             int64_t until_ms, struct ys_error *err);

struct ys_sim_it {
    int64_t key;
    int64_t playlist;           /* key */
    char id[YS_ID_BYTES];
    char video_id[YS_ID_BYTES];
    char playlist_id[YS_ID_BYTES];
    int64_t rank;
    int64_t added_ms;
    char *note;                 /* owned by the struct; ys_sim_it_free */
};

void ys_sim_it_free(struct ys_sim_it *item);
/* The true version of an item; found is false when it is gone. */
YS_CHECKED enum ys_status ys_sim_it_find(struct ys_sim *sim, const char *id, bool *found,
                                         struct ys_sim_it *out, struct ys_error *err);
/* position 0..items. */
YS_CHECKED enum ys_status ys_sim_it_insert(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                           const char *video_id, int64_t position,
                                           int64_t added_ms, const char *note,
                                           char id_out[YS_ID_BYTES], struct ys_error *err);
YS_CHECKED enum ys_status ys_sim_it_remove(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                           const struct ys_sim_it *item, struct ys_error *err);
/* position 0..items-1, where it stands afterwards; note NULL: as before. */
YS_CHECKED enum ys_status ys_sim_it_move(struct ys_sim *sim, struct ys_sim_pl *playlist,
                                         const struct ys_sim_it *item, int64_t position,
                                         const char *note, struct ys_error *err);
/* The true position. */
YS_CHECKED enum ys_status ys_sim_it_position(struct ys_sim *sim, const struct ys_sim_it *item,
                                             int64_t *out, struct ys_error *err);

struct ys_sim_vid {
    bool known;
    enum ys_availability availability; /* DELETED when not known */
    char channel_id[YS_ID_BYTES];
};
YS_CHECKED enum ys_status ys_sim_vid_find(struct ys_sim *sim, const char *id,
                                          struct ys_sim_vid *out, struct ys_error *err);

#endif
