/* world.h: a whole sync in one process: a simulated YouTube with a library, sessions on a database
 * file, a policy, all on one virtual clock. What has no status fails the test when it fails. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "sim/faults.h"
#include "sim/library.h"
#include "sim/sim.h"
#include "sim/truth.h"
#include "ytsync.h"

struct world {
    struct ys_sim_clock clock;
    struct ys_env env;
    struct ys_sim_options options;     /* set between world_init and world_open */
    struct ys_sim *sim;
    struct ys_transport *transport;
    struct ys_session *session;
    struct ys_job *job;
    struct ys_error err;               /* of the last call that is allowed to fail */
    char db_path[512];
    const char *vfs;                   /* where the database is (memvfs.h); NULL: a real file */
    size_t categories;                 /* of the policy */
    enum ys_old old;
    enum ys_privacy privacy;           /* final one of new playlists */
    bool drop_gone;                    /* the policy drops private and deleted videos */
    bool inboxes;                      /* some playlists are inboxes */
    bool uneven;                       /* some categories are large and some small */
    bool ordered;                      /* categories are ordered, by another hash of the ids */
    int64_t starts;                    /* sessions opened so far */
};

void world_init(struct world *world, uint64_t seed);
void world_open(struct world *world);
void world_close(struct world *world);
/* A small library: `playlists` overlapping lists over `videos` videos. */
void world_library(struct world *world, int64_t playlists, int64_t videos);
/* Opens a session on the world's database (closing the one that is open). */
void world_session(struct world *world);
/* The process dies: session and job are gone without a goodbye, and so is what was on the wire in
 * this direction (the simulator may still apply it). */
void world_crash(struct world *world);
void world_set(struct world *world, const char *key, int64_t value);

/* Each video belongs to one of the categories, by a hash of its id. */
size_t world_home(const struct world *world, const char *video_id);
void world_category_title(size_t category, char out[32]);
/* Its place in an ordered category: by this number. */
uint64_t world_rank(const char *video_id);
/* Fetches and plans. */
struct ys_plan *world_plan(struct world *world);
struct ys_target *world_target(struct world *world);
/* Starts a job from a fresh plan; false when there is nothing to do. */
bool world_start(struct world *world);
/* Steps until the job rests or ends: YS_OK completed, else why it rests. */
enum ys_status world_steps(struct world *world);
/* Like world_steps, but sleeps through quota pauses and says yes to deletes. */
enum ys_status world_finish(struct world *world);
/* Fails unless `status` is YS_OK. */
void world_ok(struct world *world, enum ys_status status);
void world_fault(struct world *world, const char *spec);

/* The end state: every video that was there and is live is in its category's playlist, once;
 * nothing lost, nothing doubled; one playlist per category, in order when it is ordered. */
void world_check_end(struct world *world);
/* The ledger of every day has at least what the simulator charged, and never more than may be
 * used. */
void world_check_quota(struct world *world, int64_t allowed_units);

#endif
