/* stores.h: stores for tests: opening, filling, looking into, spoiling them.
 *
 * What has no status aborts the test with the error's message when it fails. */
#ifndef TESTS_STORES_H
#define TESTS_STORES_H

#include "store/library.h"

/* 2026-11-22T10:00:00Z: what the clock of these stores says. */
#define STORES_WALL_MS INT64_C(1795341600000)

/* A clock that stands still; random numbers are the system's. Log lines are kept, see below. */
struct ys_env stores_env(void);
/* The last line that was logged through it, "" for none. */
const char *stores_logged(void);

struct ys_store *stores_memory(void);
struct ys_store *stores_open(const char *path);
/* Opens and closes it again. */
enum ys_status stores_try(const char *path, struct ys_error *err);
/* Whether the error has this status and each of the words (up to NULL) in its message; prints it
 * when not. */
bool stores_error(const struct ys_error *err, enum ys_status status, ...);

void stores_begin(struct ys_store *store);
void stores_commit(struct ys_store *store);
/* Each runs in the caller's transaction. */
int64_t stores_account(struct ys_store *store, const char *channel_id);
int64_t stores_playlist(struct ys_store *store, int64_t account_id, const char *id,
                        const char *title);
void stores_item(struct ys_store *store, const char *playlist_id, const char *item_id,
                 const char *video_id, int64_t position, int64_t added_at_ms);

/* The number that a query gives. */
int64_t stores_number(struct ys_store *store, const char *sql);
/* Runs statements on a store, constraints on values not kept. */
void stores_exec(struct ys_store *store, const char *sql);
/* Runs statements on a file by the driver alone, which makes a database when there is none. */
void stores_raw(const char *path, const char *sql);

/* Whole files. */
char *stores_file(const char *path, size_t *bytes);      /* free it; NULL when not there */
void stores_copy(const char *from, const char *to);
void stores_overwrite(const char *path, long offset, const void *data, size_t bytes);

#endif
