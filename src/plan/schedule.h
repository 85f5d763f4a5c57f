/* schedule.h: what comes next. The agenda is the job in memory; ys_agenda_next is the one pure
 * function that decides.
 *
 * A lane is everything that is done to one playlist, strictly in order: create or update, inserts,
 * publish, takeouts, delete. One write per lane is in flight, creates one at a time per channel.
 * Lanes stand side by side, so that no day's quota is left idle while one of them waits; but a
 * later one only spends what the day has beyond the needs of the earlier ones, so that categories
 * finish early and what a day holds does not depend on the pace. Where creations are scarce, a
 * large playlist may be made before its turn, so that units are not left over for want of work.
 *
 * Before the first write of a process a lane is surveyed (listed); when its inserts are through it
 * is verified (listed again, settle_ms after the last write). Deletes are a barrier: they begin
 * when every category is complete, each with a fresh proof.
 *
 * All times are monotonic milliseconds of this process. */
#ifndef YS_PLAN_SCHEDULE_H
#define YS_PLAN_SCHEDULE_H

#include "base/arena.h"
#include "base/map.h"

#define YS_NO_TASK ((size_t)-1)
/* The first write to a playlist leaves this long after its creation (YOUTUBE_API 3.3: earlier
 * ones were answered 409 or 404, and still cost). */
#define YS_AFTER_CREATE_MS INT64_C(3000)
/* A doomed playlist is deleted at most this long after it was listed, its destinations at most
 * this long after theirs (DESIGN section 6). An update leaves at most this long after the fields
 * that it sends back were read. */
#define YS_PROOF_MS INT64_C(60000)
#define YS_METADATA_MS INT64_C(60000)
#define YS_DESTINATION_MS INT64_C(600000)
#define YS_NEVER_MS INT64_MIN

/* One operation in memory. */
struct ys_task {
    int64_t id, seq;
    enum ys_op_kind kind;
    enum ys_op_status status;
    size_t lane, next;          /* next task of the lane, YS_NO_TASK at the end */
    int64_t attempts, copies, units;
    int64_t nth;                /* which of its video's copies in the category's order, from 1 */
    int64_t intent_at_ms;       /* wall time of the last attempt's claim */
    bool seen;                  /* a listing showed its effect */
    bool parked;                /* skipped because of its lane, not by the policy's word */
    bool positional;            /* it has a place in its category's order */
    int64_t position;           /* where its last request asked to be, -1: nowhere */
    const char *video_id, *item_id, *remote_id, *title;
};

/* A row of an ordered lane, as its last listing and the writes since then have it. */
struct ys_place {
    char *item_id;
    int64_t position;
    int64_t rank;               /* of its video in the category's order, -1: it has none */
    bool placed;                /* one of the rows that others are put in place by */
};

struct ys_lane {
    const char *category;       /* "" for a playlist that is to be deleted */
    char playlist_id[YS_ID_BYTES]; /* "" until it is created */
    size_t head, tail;          /* its tasks */
    size_t cursor;              /* first task that may be unfinished */
    size_t rows;                /* rows as last known, for the price of a listing */
    int64_t open[YS_OP_KIND_COUNT]; /* its unfinished tasks per kind */
    bool destination;           /* some video has its home here */
    bool stopped;               /* gone or refused: nothing more is done here */
    bool gone;                  /* YouTube does not list it: what stood there is not seen */
    bool ordered;               /* some task is positional */
    bool self_sorted;           /* YouTube sorts it: no positions are sent, nothing is moved */
    bool busy;                  /* a write is in flight */
    bool surveyed;              /* listed by this process before its first write */
    bool verified;              /* a listing showed every insert that is done */
    bool looked;                /* the unknown outcome was looked at once */
    int64_t ready_ms;           /* no write before */
    int64_t settle_ms;          /* an unknown outcome counts as not applied from then on */
    int64_t last_add_ms;        /* when the last insert (or create) can have been on the wire */
    int64_t last_write_ms;      /* the same for any write */
    int64_t listed_ms;          /* when its last complete listing began */
    int64_t proved_ms;          /* when the listing of a passed proof began */
    int64_t metadata_ms;        /* when all mutable fields were read, since the last update */
    int64_t created_ms;         /* from when on it counts as young: its creation by this process, or
                                 * the start of this process when another one created it */
    struct ys_map present;      /* of that listing: video id -> copies */
    struct ys_place *places;    /* of an ordered lane */
    size_t place_count, place_capacity;
    int64_t home_count;         /* places of videos that have their home here */
};

/* A video and one place in a lane where it has its home; several are chained, last ones first. */
struct ys_home {
    size_t lane, next;
    int64_t rank;               /* homes of a lane are added in its category's order */
    int64_t nth;                /* of the video's places in this lane, from 1 */
};

struct ys_agenda {
    struct ys_arena arena;
    struct ys_task *tasks;
    size_t task_count, task_capacity;
    struct ys_lane *lanes;
    size_t lane_count, lane_capacity;
    struct ys_map lane_index;   /* "c:" category key, or "p:" playlist id -> lane */
    struct ys_map homes;        /* video id -> first of its homes */
    struct ys_home *home_list;
    size_t home_count, home_capacity;
    struct ys_map drops;        /* video ids */
    int64_t settle_ms;          /* the configured settle time */
    int64_t open[YS_STAGE_COUNT]; /* unfinished tasks per stage */
    int64_t finished;           /* tasks that are through, one way or another */
};

void ys_agenda_init(struct ys_agenda *agenda, int64_t settle_ms);
void ys_agenda_free(struct ys_agenda *agenda);
/* The lane of a category (key) or of a doomed playlist (id), made when missing. */
YS_CHECKED enum ys_status ys_agenda_lane(struct ys_agenda *agenda, const char *category,
                                         const char *playlist_id, size_t *out,
                                         struct ys_error *err);
/* Appends a task to its lane, but what adds or moves a row before what comes when the rows are
 * there; text is copied. */
YS_CHECKED enum ys_status ys_agenda_add(struct ys_agenda *agenda, const struct ys_task *task,
                                        struct ys_error *err);
YS_CHECKED enum ys_status ys_agenda_add_home(struct ys_agenda *agenda, const char *video_id,
                                             size_t lane, struct ys_error *err);
/* Number of the video's nth place in the order of the lane's category, or -1. */
int64_t ys_agenda_rank(const struct ys_agenda *agenda, size_t lane, const char *video_id,
                       int64_t nth);
void ys_lane_forget_places(struct ys_lane *lane);
/* Whether operations of the kind bring a row to its place: the listing afterwards must show it. */
bool ys_op_kind_places(enum ys_op_kind kind);
/* The first unfinished task of the lane, or YS_NO_TASK. */
size_t ys_lane_task(struct ys_agenda *agenda, struct ys_lane *lane);
/* Gives a task another status, and keeps the counters right. */
void ys_agenda_set_status(struct ys_agenda *agenda, size_t task, enum ys_op_status status);
/* A finished task is open again: the lane starts over from its beginning. */
void ys_agenda_reopen(struct ys_agenda *agenda, size_t task);
static inline bool ys_task_finished(const struct ys_task *task)
{
    return task->status == YS_OP_STATUS_DONE || task->status == YS_OP_STATUS_FAILED ||
           task->status == YS_OP_STATUS_SKIPPED;
}

enum ys_action_kind {
    YS_ACT_DONE,       /* nothing is left */
    YS_ACT_WAIT,       /* nothing can be done before wake_ms, or before a reply comes */
    YS_ACT_WRITE,      /* send `task` */
    YS_ACT_SETTLE,     /* find out what became of `task` */
    YS_ACT_SURVEY,     /* list `lane` before its first write */
    YS_ACT_METADATA,   /* read the fields of `lane` before an update */
    YS_ACT_VERIFY,     /* list `lane` after its last write */
    YS_ACT_PROVE,      /* list the doomed `lane` and account for each of its videos */
    YS_ACT_PROOF_FILE, /* the engine's own: the proof is written down before the first delete */
    YS_ACT_CONFIRM,    /* everything is proved; a person has to say yes */
    YS_ACT_NO_UNITS,   /* what could be done costs more than the day has left */
    YS_ACT_NO_CREATES  /* only creations are left, and they must wait */
};

struct ys_action {
    enum ys_action_kind kind;
    size_t lane, task;
    int64_t wake_ms;   /* WAIT: INT64_MAX when only a reply can change something */
};

/* What the decision depends on besides the agenda. */
struct ys_moment {
    int64_t now_ms;
    int64_t units_left;
    int64_t creates_left; /* playlists that may be created today; 0 while none may be */
    bool confirmed;    /* playlists may be deleted */
    bool may_write;    /* a slot and a token of the limiter are free */
};

void ys_agenda_next(struct ys_agenda *agenda, const struct ys_moment *moment,
                    struct ys_action *out);

/* Whether a row of `lane` that holds the video may be deleted: NULL, or why not. `own_copies`:
 * copies of it in the lane itself (0 for a doomed playlist). */
const char *ys_agenda_objection(const struct ys_agenda *agenda, size_t lane,
                                const char *video_id, int64_t own_copies);
/* Where such a video is: the lane of its home, another one than `lane` when it has several;
 * YS_NO_TASK when it is dropped or has none. */
size_t ys_agenda_place(const struct ys_agenda *agenda, size_t lane, const char *video_id);

#endif
