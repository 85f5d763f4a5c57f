/* agendas.h: an agenda built by hand, a moment, and what comes next of them, for tests of the
 * schedule. One at a time. */
#ifndef TESTS_AGENDAS_H
#define TESTS_AGENDAS_H

#include "plan/schedule.h"

#define AG_SETTLE_MS 60000
#define AG_START_MS INT64_C(1000000)

extern struct ys_agenda ag;
extern struct ys_moment ag_moment;  /* now, 10,000 units, nothing agreed to */
extern struct ys_action ag_action;  /* the last decision */

/* For cmocka. */
int ag_set_up(void **state);
int ag_tear_down(void **state);

size_t ag_lane_of(const char *category, const char *playlist);
/* A category's lane as it is after loading: what has no inserts is verified. */
size_t ag_category(const char *key, const char *playlist);
size_t ag_doomed(const char *playlist, size_t rows);
/* A pending task at the lane's end. */
size_t ag_add(size_t lane, enum ys_op_kind kind, const char *video);
void ag_becomes(size_t task, enum ys_op_status status);
/* The lane was listed now, and everything was in it. */
void ag_listed(size_t lane);
/* Its last listing had so many copies of the video. */
void ag_sees(size_t lane, const char *video, int64_t copies);

/* Decides. */
enum ys_action_kind ag_next(void);
void ag_expect_write(size_t task);
void ag_expect_lane(enum ys_action_kind kind, size_t lane);
void ag_expect_wait(int64_t wake_ms);

#endif
