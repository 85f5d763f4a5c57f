/* plans.h: a library and a target built by hand, and the plan between them, for tests of the
 * planner. One at a time; what has no status fails the test when it fails. */
#ifndef TESTS_PLANS_H
#define TESTS_PLANS_H

#include "plan/plan.h"

/* 2026-11-20T18:00:00Z, a Friday morning in California. */
#define PLANS_NOW_MS INT64_C(1795197600000)

extern struct ys_snapshot pl_library;
extern struct ys_target *pl_target;
extern struct ys_plan *pl_plan;         /* of the last pl_make */
extern struct ys_preview pl_preview;
extern struct ys_plan_today pl_today;   /* 10,000 units less 100, ten creations, all left */
extern struct ys_error pl_err;

/* For cmocka: an empty library and a target with old = "delete". */
int pl_set_up(void **state);
int pl_tear_down(void **state);

/* The id of video `n`: eleven characters, valid until four more were asked for. */
const char *pl_video(int n);

/* Playlists are added by title, as the store gives them. Returns the number. */
size_t pl_playlist(const char *id, const char *title);
/* Adds videos from..to to the last playlist, live. */
void pl_items(int from, int to);
void pl_item(int video, enum ys_availability availability);
struct ys_snap_playlist *pl_at(size_t playlist);

/* Another target, empty. */
void pl_old(enum ys_old old);
/* A category that wants videos from..to (none when from > to); its number. */
size_t pl_category(const char *key, int from, int to);
size_t pl_category_spec(const struct ys_category_spec *spec, int from, int to);
void pl_drop(int from, int to);

/* Plans; fails the test unless it works. */
void pl_make(void);
/* Plans; fails the test unless it is refused with the status and all of the words (up to NULL). */
void pl_refused(enum ys_status status, ...);
/* How many operations of a kind there are, of a category (NULL: any). */
int64_t pl_count(enum ys_op_kind kind, const char *category);
/* The first operation of a kind, of a category (NULL: any). */
const struct ys_planned *pl_first(enum ys_op_kind kind, const char *category);
/* The block of a playlist, or NULL. */
const struct ys_plan_block *pl_block(const char *playlist_id);

#endif
