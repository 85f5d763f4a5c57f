/* shelf.h: a small library made by hand in a world, and a policy made by hand over it, for tests
 * that look at single playlists and videos. Videos are numbers. */
#ifndef TESTS_SHELF_H
#define TESTS_SHELF_H

#include "support/world.h"

/* A world with `videos` live videos (1..videos), no playlists, and a session. */
void shelf_open(struct world *world, uint64_t seed, int videos);
/* The same with the database there (memvfs.h). */
void shelf_open_on(struct world *world, const char *vfs, uint64_t seed, int videos);
/* "video-00007" */
const char *shelf_video(int n, char out[16]);
/* A playlist of the user's that holds the videos from..to (none when from > to). */
void shelf_playlist(struct world *world, const char *title, enum ys_privacy privacy, int from,
                    int to, char id_out[YS_ID_BYTES]);
void shelf_put(struct world *world, const char *playlist_id, int video);

/* Fetches, and begins a policy. */
struct ys_target *shelf_policy(struct world *world, enum ys_old old);
/* A category that wants the videos from..to. */
void shelf_category(struct world *world, struct ys_target *target,
                    const struct ys_category_spec *spec, int from, int to);
void shelf_want(struct world *world, struct ys_target *target, const char *key, int from, int to);
void shelf_drop(struct world *world, struct ys_target *target, int from, int to);
/* Three categories without playlists, each wanting a third of the videos from..to: video n belongs
 * to shelf_thirds[n % 3]. A playlist that holds them all is worth carrying on for none of them. */
extern const char *const shelf_thirds[3];
void shelf_want_thirds(struct world *world, struct ys_target *target, enum ys_privacy privacy,
                       int from, int to);
/* Plans and starts the job; the target is freed. */
void shelf_start(struct world *world, struct ys_target *target);

/* How many copies of the video the playlist of that title holds; -1 when there is none. */
int64_t shelf_copies(struct world *world, const char *title, int video);
/* The id of the row at a position. */
void shelf_item_at(struct world *world, const char *playlist_id, int64_t position,
                   char id_out[YS_ID_BYTES]);
bool shelf_has(struct world *world, const char *playlist_id);
/* The job's first operation of that kind and status; fails the test when there is none. */
struct ys_operation_record shelf_operation(struct world *world, enum ys_op_kind kind,
                                           enum ys_op_status status);
/* How many of the job's operations are of that kind; have that status. */
int64_t shelf_total(struct world *world, enum ys_op_kind kind);
int64_t shelf_count(struct world *world, enum ys_op_status status);
struct ys_job_record shelf_job(struct world *world);
/* Steps until so many operations of a kind are done; fails the test when the job rests or ends
 * before. */
void shelf_until(struct world *world, enum ys_op_kind kind, int64_t done);
/* Fails the test unless `status` is the wanted one and the message holds the words (or NULL). */
void shelf_is(struct world *world, enum ys_status status, enum ys_status wanted,
              const char *words);

#endif
