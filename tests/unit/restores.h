/* restores.h: a library made by hand, its truth as text, and restores of it, step by step; what has
 * no status fails the test when it fails. */
#ifndef TESTS_RESTORES_H
#define TESTS_RESTORES_H

#include "support/shelf.h"

extern struct world rs_world;

/* For cmocka: closes the world. */
int rs_tear_down(void **state);

/* Title, privacy and videos in order, playlist by playlist; no ids, no dates, and no entries of
 * private or deleted videos. The caller frees it. */
char *rs_dump(void);
/* How many such entries the last dump left out. */
extern int64_t rs_gone_lines;

void rs_fetch(void);
void rs_back_up(void);
/* Fetches, and plans the restore of a backup. */
struct ys_plan *rs_plan(const char *which);
/* Makes a job of the plan, which is freed; carries the job out. */
void rs_start(struct ys_plan *plan);
void rs_finish(void);

/* Opens the world with three playlists of the user's: Jazz (1 to 6, then 2 and 1 again, public),
 * Rock (5 to 9, unlisted), and another Rock (20 to 22, private); 40 videos. */
void rs_library(uint64_t seed);
extern char rs_jazz[YS_ID_BYTES], rs_rock[YS_ID_BYTES], rs_other[YS_ID_BYTES];

/* How many entries the plan moves. */
int64_t rs_moves(const struct ys_plan *plan);
/* The user moves an entry. */
void rs_move(const char *playlist_id, int64_t from, int64_t to);

#endif
