/* torture.h: a tiny library put in order from beginning to end in one process, for tests in which
 * something fails on the way: memory, the disk.
 *
 * What belongs to the other side (the simulated YouTube) never fails. The database lies on the
 * memory disk; lock, state file and backups are real files. */
#ifndef TESTS_TORTURE_H
#define TESTS_TORTURE_H

#include "support/memvfs.h"
#include "support/world.h"

struct torture {
    struct world world;        /* its session stays closed until the end */
    struct memvfs *disk;       /* borrowed */
    struct ys_transport *wire; /* of the simulator */
    struct ys_session *session;
    int lowest_fd;             /* that was free at the beginning */
};

/* A new disk; the default VFS from now on. */
struct memvfs *torture_disk(void);
/* A fresh world: a library of 3 playlists and 6 videos, an empty disk. */
void torture_begin(struct torture *torture, struct memvfs *disk);
/* Opens a session (which must be closed, also after a failure), and closes it. */
enum ys_status torture_open(struct torture *torture, struct ys_error *err);
void torture_close(struct torture *torture);
/* Plans from what was fetched; *out may have nothing to do. */
enum ys_status torture_plan(struct torture *torture, struct ys_plan **out, struct ys_error *err);
/* Steps, confirms and sleeps until the job is completed or cannot go on. */
enum ys_status torture_run(struct torture *torture, struct ys_job *job, struct ys_error *err);
/* What one process does: opens a session; takes up the unfinished job, or fetches, plans and starts
 * one; runs it; closes all. The first failure ends it. */
enum ys_status torture_process(struct torture *torture, struct ys_error *err);
/* Fresh processes, in which nothing fails, finish the job. Then nothing is lost or doubled, the
 * policy is fulfilled, the ledger holds all that was charged, and nothing is left open. */
void torture_end(struct torture *torture);

/* Something that goes wrong at its nth occasion. */
struct torture_fault {
    const char *name;
    void (*start)(const struct torture_fault *fault, long nth); /* 1: the next occasion */
    long (*stop)(const struct torture_fault *fault); /* how many occasions there were */
    /* Fails the test unless a call may end like this. */
    void (*check)(const struct torture_fault *fault, long nth, enum ys_status status,
                  const struct ys_error *err);
    void (*after)(const struct torture_fault *fault); /* a process ended; may be NULL */
    int kind;                  /* the test's */
    bool for_good;
};

/* Reading the library, planning, starting a job, asking, setting flags: each call again and again
 * in one session, each time with the next occasion failing, until nothing failed. */
void torture_calls(struct memvfs *disk, const struct torture_fault *fault);
/* A job that fails at the nth occasion, is opened again, fails a little later, and so on. */
void torture_all_the_way(struct memvfs *disk, const struct torture_fault *fault, long nth);
/* Whole processes, each with another occasion failing, one in `step`; how many failed. */
long torture_sync(struct memvfs *disk, const struct torture_fault *fault, long step);

#endif
