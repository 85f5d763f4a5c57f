/* rig.h: a client over a store and a simulated YouTube, all on one virtual clock. The client's own
 * wall clock may be wrong by `skew_ms`. What has no status fails the test when it fails. */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include <signal.h>

#include "library/fetch.h"
#include "sim/truth.h"
#include "youtube/client.h"

struct rig {
    struct ys_sim_clock clock;
    struct ys_env world;               /* the simulator's */
    int64_t skew_ms;                   /* our wall clock minus the right one */
    struct ys_env env;                 /* ours */
    struct ys_sim_options options;     /* of the simulator; set between rig_init and rig_open */
    const char *store_path;            /* ":memory:" unless set before rig_open */
    struct ys_sim *sim;
    struct ys_transport *transport;
    struct ys_store *store;
    struct ys_client *client;
    volatile sig_atomic_t interrupted;
    struct ys_error err;               /* of the last rig_status */
    int64_t videos;                    /* made so far */
};

void rig_init(struct rig *rig, uint64_t seed, int64_t wall_ms);
void rig_open(struct rig *rig);
/* rig_init and rig_open with seed 1 at YS_SIM_START_WALL_MS. */
void rig_start(struct rig *rig);
void rig_close(struct rig *rig);
/* The process dies: client and connections are gone, what was committed is there. The new one
 * takes over what the old one left. */
void rig_crash(struct rig *rig);
/* Sets a setting, and makes the client anew (settings are read when it is made). */
void rig_set(struct rig *rig, const char *key, int64_t value);

/* Fails the test with the error's words unless `status` is YS_OK. */
void rig_ok(struct rig *rig, enum ys_status status);
/* Fails the test unless `status` is the wanted one and the message holds each of the words (up to
 * NULL). */
void rig_fails(struct rig *rig, enum ys_status status, enum ys_status wanted, ...);
#define RIG(rig, call) ((rig)->err = (struct ys_error){0}, rig_ok((rig), (call)))

void rig_fault(struct rig *rig, const char *spec);
/* The id of video number `n`: 11 characters. */
void rig_video_id(int64_t n, char out[16]);
/* Adds `count` new videos and a playlist of them; id_out has YS_ID_BYTES. */
void rig_playlist(struct rig *rig, const char *title, int64_t count, char *id_out);
/* Adds `count` playlists of `each` new videos. */
void rig_playlists(struct rig *rig, int64_t count, int64_t each);

/* A number from our store, or the simulator's view of it. */
int64_t rig_number(struct rig *rig, const char *sql);
/* What our ledger has booked on a day: used and reserved. */
int64_t rig_booked(struct rig *rig, int64_t day);
/* What the simulator charged on a day. */
int64_t rig_charged(struct rig *rig, int64_t day);
/* On every day the ledger has at least what was charged; `exactly`: just that. */
void rig_ledger_covers(struct rig *rig, bool exactly);
/* The store holds just the channel's playlists and items that there are. */
void rig_same_as_truth(struct rig *rig);

/* Fetches; the units must be what the simulator charged meanwhile (when `exactly`). */
enum ys_status rig_fetch(struct rig *rig, bool full, struct ys_fetch_result *out);
/* One read of the channel, one insert of a video: what the client makes of it. */
enum ys_status rig_read(struct rig *rig);
enum ys_status rig_insert(struct rig *rig, const char *playlist_id, int64_t video,
                          struct ys_outcome *outcome);
enum ys_status rig_create(struct rig *rig, const char *title, struct ys_outcome *outcome);

#endif
