/* probe.h: what probe.c (measures) and probe_playlist.c (finds and deletes test playlists) share.
 *
 * A test playlist is known by its title, which holds a random number and stands in the audit log
 * from before the playlist is made, with the videos that go into it. Deleted is only a private
 * playlist of such a title that a listing showed to hold nothing but those videos. */
#ifndef YS_SYNC_PROBE_H
#define YS_SYNC_PROBE_H

#include "sync/session.h"

#define YS_PROBE_VIDEOS 2
#define YS_PROBE_TITLE_BEGIN "ytsync test playlist "
#define YS_PROBE_ACTION "probe"

struct probing {
    struct ys_session *session;
    struct ys_client *client;
    struct ys_probe_record *out;
    char title[YS_TITLE_BYTES];
    char videos[YS_PROBE_VIDEOS][YS_ID_BYTES];
    char playlist_id[YS_ID_BYTES];     /* "" until it is known */
    char item_id[YS_ID_BYTES];         /* the first video's entry */
    size_t adding;                     /* the video that `build_add` is about */
    int64_t write_mono_ms;             /* when the last write came back */
    int64_t made_mono_ms;              /* when the playlist was made */
    int repeats;                       /* of refused writes, here and at the end anew */
    char day[sizeof(((struct ys_quota_record *)0)->day)]; /* of `used_before` */
    int64_t used_before;               /* of the day's units */
    int64_t units_max;                 /* when so much was spent, looking ends */
    /* The last listing. */
    int64_t looked_mono_ms;            /* when it left */
    int64_t at[YS_PROBE_VIDEOS];       /* -1: not in it */
    int64_t strangers;                 /* entries that no probe put there */
};

/* Fills in the request of a write; it is asked again before a repeat. */
typedef enum ys_status (*ys_probe_build_fn)(const struct probing *probe, struct ys_request *request,
                                            struct ys_error *err);
/* Sends a write, again after a while when YouTube refuses it for the moment. On YS_OK it took
 * effect, and the exchange is the caller's to free. YS_EUNKNOWN: nobody knows. */
YS_CHECKED enum ys_status ys_probe_write(struct probing *probe, ys_probe_build_fn build,
                                         struct ys_exchange *exchange, struct ys_error *err);

/* One look, 1 unit: does it show what is waited for? */
typedef enum ys_status (*ys_probe_look_fn)(struct probing *probe, bool *seen, struct ys_error *err);
/* Looks until it is seen, or the time or the units for that are used up. */
YS_CHECKED enum ys_status ys_probe_watch(struct probing *probe, ys_probe_look_fn look,
                                         struct ys_probe_lag *lag, struct ys_error *err);
/* Lists the playlist's entries: fills in `at` and `strangers`. */
YS_CHECKED enum ys_status ys_probe_list(struct probing *probe, struct ys_error *err);
/* Is the playlist there, by its id? `each` (may be NULL) is told. */
YS_CHECKED enum ys_status ys_probe_read(struct probing *probe, ys_api_playlist_fn each, void *ctx,
                                        bool *there, struct ys_error *err);
/* The session may send, the token is the channel's own, and units count from now on. */
YS_CHECKED enum ys_status ys_probe_open(struct probing *probe, struct ys_error *err);
/* Adds to the audit log. */
YS_CHECKED enum ys_status ys_probe_log(struct probing *probe, const char *action,
                                       const char *entity, const char *after,
                                       struct ys_error *err);
/* Books what was spent so far into `out->units`. */
YS_CHECKED enum ys_status ys_probe_units(struct probing *probe, struct ys_error *err);

/* Finds the playlist's id by its title. */
YS_CHECKED enum ys_status ys_probe_find(struct probing *probe, struct ys_error *err);
/* Deletes the playlist and waits until that shows. */
YS_CHECKED enum ys_status ys_probe_delete(struct probing *probe, struct ys_probe_lag *lag,
                                          struct ys_error *err);

#endif
