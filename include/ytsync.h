/* ytsync.h: the public C API of libytsync.
 *
 * ytsync puts a YouTube library in order: it reads the library, takes a target (which video
 * belongs to which category), plans the changes, and carries them out as a durable job that
 * stops and resumes at any point.
 *
 * Conventions
 *   - A function that can fail returns enum ys_status; YS_OK is 0. Detail goes into the
 *     caller's struct ys_error, which may be NULL. Nothing is allocated on an error path.
 *   - Times are int64_t milliseconds since 1970-01-01 UTC unless the name says otherwise; 0
 *     means "not yet" or "not known". Durations end in _ms or _s. Quota costs are in units.
 *   - Text is UTF-8. Strings in records are copies inside the record: nothing to free. Strings
 *     passed in are only read during the call.
 *   - A handle belongs to one thread at a time. Separate sessions share nothing.
 *
 * Facts about the YouTube Data API v3 (costs, limits) are sourced where they stand as
 * constants, in src/youtube/methods.c and beside YS_*_MAX below.
 */
#ifndef YTSYNC_H
#define YTSYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define YS_VERSION "0.1.0"

#if defined(__GNUC__) || defined(__clang__)
#define YS_CHECKED __attribute__((warn_unused_result))
#define YS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define YS_CHECKED
#define YS_PRINTF(fmt, args)
#endif

/* ------------------------------------------------------------------ status */

/* Every status once: code, stable name (what Lua and --json show), sentence, class.
 * Classes: NONE (success), CALLER (the caller's mistake), RETRY (nothing was applied, the same
 * call may succeed later), AMBIGUOUS (it may have been applied), WAIT (the job rests until
 * something named happens), FATAL (a person has to act). */
#define YS_STATUS_MAP(X)                                                                         \
    X(OK, "ok", "Done.", NONE)                                                                   \
    X(EINVAL, "invalid_argument", "An argument is not valid.", CALLER)                           \
    X(ECLOSED, "closed", "The handle is closed.", CALLER)                                        \
    X(ENOTFOUND, "not_found", "There is no such thing.", CALLER)                                 \
    X(ESTATE, "wrong_state", "That is not possible in this state.", CALLER)                      \
    X(EPOLICY, "policy_error", "The policy cannot be used as it is.", CALLER)                    \
    X(ELIMIT, "limit_exceeded", "A limit was reached.", CALLER)                                  \
    X(ENOMEM, "out_of_memory", "Memory ran out.", FATAL)                                         \
    X(EINTERNAL, "internal_error", "An internal check failed; this is a bug.", FATAL)            \
    X(EIO, "io_error", "A file could not be read or written.", FATAL)                            \
    X(EDB, "database_error", "The database refused an operation.", FATAL)                        \
    X(EDBCORRUPT, "database_corrupt", "The database file is damaged.", FATAL)                    \
    X(EDBFOREIGN, "database_foreign", "The file is not a ytsync database.", FATAL)               \
    X(EDBNEWER, "database_newer", "A newer ytsync wrote the database.", FATAL)                   \
    X(EDBSTALE, "database_stale", "The database is an old copy.", FATAL)                         \
    X(EDBSCHEMA, "database_schema", "The database's tables are not as expected.", FATAL)         \
    X(ENETFS, "database_on_network", "The database is on a network file system.", FATAL)         \
    X(ELOCKED, "locked", "Another ytsync is at work on this database.", WAIT)                    \
    X(ELEASE, "lease_lost", "Another runner took the job over.", FATAL)                          \
    X(ENETWORK, "network_error", "The server could not be reached.", RETRY)                      \
    X(EUNKNOWN, "outcome_unknown", "Whether the request took effect is not known.", AMBIGUOUS)   \
    X(EREPLY, "bad_reply", "The server's reply makes no sense.", RETRY)                          \
    X(ETOOBIG, "reply_too_large", "The server's reply is larger than allowed.", RETRY)           \
    X(ESHIFTING, "library_changing", "The library changed while it was read.", RETRY)            \
    X(EAUTH, "auth_error", "YouTube refused the sign-in.", FATAL)                                \
    X(ENOTOKEN, "no_token", "There is no access token.", FATAL)                                  \
    X(EFORBIDDEN, "forbidden", "YouTube does not allow this.", FATAL)                            \
    X(ECHANNEL, "wrong_channel", "The token belongs to another channel.", FATAL)                 \
    X(EAPI, "api_refused", "YouTube refused the request.", FATAL)                                \
    X(EQUOTA, "quota_exhausted", "The day's quota is used up.", WAIT)                            \
    X(ETHROTTLED, "throttled", "YouTube asks to slow down.", RETRY)                              \
    X(ECREATES, "creates_exhausted", "No more playlists can be created today.", WAIT)            \
    X(EPAUSED, "paused", "The job is paused.", WAIT)                                             \
    X(ECONFIRM, "confirmation", "The job waits for a yes before it deletes playlists.", WAIT)    \
    X(ECHANGED, "changed", "The policy or the library changed meanwhile.", FATAL)                \
    X(EBACKUP, "backup_failed", "The backup could not be written and read back.", FATAL)         \
    X(EINTERRUPTED, "interrupted", "Stopped on request.", WAIT)

enum ys_status {
#define X(code, name, sentence, class) YS_##code,
    YS_STATUS_MAP(X)
#undef X
        YS_STATUS_COUNT
};

enum ys_status_class {
    YS_CLASS_NONE,
    YS_CLASS_CALLER,
    YS_CLASS_RETRY,
    YS_CLASS_AMBIGUOUS,
    YS_CLASS_WAIT,
    YS_CLASS_FATAL
};

/* Stable name, sentence and class of a status; "unknown_status" for a value out of range. */
const char *ys_status_name(enum ys_status status);
const char *ys_status_sentence(enum ys_status status);
enum ys_status_class ys_status_class(enum ys_status status);

#define YS_ERROR_BYTES 1024

/* Detail of a failure. `message` names the thing, the reason and, where there is one, the
 * remedy. Never holds a token. */
struct ys_error {
    enum ys_status status;
    char message[YS_ERROR_BYTES];
};

/* ------------------------------------------------------------------ limits */

/* Ids are opaque; YouTube's are at most 64 bytes today (a playlist item id is about 68). */
#define YS_ID_BYTES 128
/* A playlist title has at most 150 code points (YOUTUBE_API: measured), so 600 bytes. */
#define YS_TITLE_CODEPOINTS_MAX 150
#define YS_TITLE_BYTES 640
/* Descriptions: 5,000 characters, an assumption (no source states the constant). */
#define YS_DESCRIPTION_CODEPOINTS_MAX 5000
/* Rows in one playlist (Google Help: 5,000). */
#define YS_PLAYLIST_ITEMS_MAX 5000
#define YS_REASON_BYTES 64
#define YS_NAME_BYTES 64

/* ------------------------------------------------------------------ enumerations */

/* X(code, stored and shown name, label for people) */
#define YS_STAGE_MAP(X)                                                                          \
    X(PENDING, "pending", "Ready to sync")                                                       \
    X(BACKUP, "backup", "Creating backup")                                                       \
    X(CREATE_PLAYLISTS, "create_playlists", "Creating playlists")                                \
    X(ADD_VIDEOS, "add_videos", "Adding videos")                                                 \
    X(DELETE_PLAYLISTS, "delete_playlists", "Deleting old playlists")                            \
    X(COMPLETED, "completed", "Sync complete")                                                   \
    X(PAUSED, "paused", "Sync paused")                                                           \
    X(FAILED, "failed", "Sync failed")                                                           \
    X(CANCELLED, "cancelled", "Sync cancelled")

enum ys_stage {
#define X(code, name, label) YS_STAGE_##code,
    YS_STAGE_MAP(X)
#undef X
        YS_STAGE_COUNT
};

/* Why a job is paused. X(code, name, sentence) */
#define YS_PAUSE_MAP(X)                                                                          \
    X(NONE, "", "")                                                                              \
    X(QUOTA_EXHAUSTED, "quota_exhausted", "The day's quota is used up.")                         \
    X(USER_PAUSED, "user_paused", "You paused it.")                                              \
    X(CONFIRMATION, "confirmation", "It waits for your yes before it deletes playlists.")        \
    X(ERRORS_COLLECTED, "errors_collected", "Some operations failed and need a decision.")       \
    X(AUTH_ERROR, "auth_error", "YouTube refused the sign-in.")                                  \
    X(NETWORK_ERROR, "network_error", "YouTube could not be reached.")                           \
    X(POLICY_ERROR, "policy_error", "The policy stopped it.")

enum ys_pause_reason {
#define X(code, name, sentence) YS_PAUSE_##code,
    YS_PAUSE_MAP(X)
#undef X
        YS_PAUSE_COUNT
};

/* X(code, name, stage) */
#define YS_OP_KIND_MAP(X)                                                                        \
    X(PLAYLIST_CREATE, "playlist_create", CREATE_PLAYLISTS)                                      \
    X(PLAYLIST_UPDATE, "playlist_update", CREATE_PLAYLISTS)                                      \
    X(ITEM_INSERT, "item_insert", ADD_VIDEOS)                                                    \
    X(ITEM_MOVE, "item_move", ADD_VIDEOS)                                                        \
    X(PLAYLIST_PUBLISH, "playlist_publish", ADD_VIDEOS)                                          \
    X(ITEM_DELETE, "item_delete", DELETE_PLAYLISTS)                                              \
    X(PLAYLIST_DELETE, "playlist_delete", DELETE_PLAYLISTS)

enum ys_op_kind {
#define X(code, name, stage) YS_OP_##code,
    YS_OP_KIND_MAP(X)
#undef X
        YS_OP_KIND_COUNT
};

#define YS_OP_STATUS_MAP(X)                                                                      \
    X(PENDING, "pending")                                                                        \
    X(IN_FLIGHT, "in_flight")                                                                    \
    X(UNKNOWN, "unknown")                                                                        \
    X(DONE, "done")                                                                              \
    X(FAILED, "failed")                                                                          \
    X(SKIPPED, "skipped")

enum ys_op_status {
#define X(code, name) YS_OP_STATUS_##code,
    YS_OP_STATUS_MAP(X)
#undef X
        YS_OP_STATUS_COUNT
};

#define YS_PRIVACY_MAP(X)                                                                        \
    X(UNSET, "")                                                                                 \
    X(PRIVATE, "private")                                                                        \
    X(UNLISTED, "unlisted")                                                                      \
    X(PUBLIC, "public")

enum ys_privacy {
#define X(code, name) YS_PRIVACY_##code,
    YS_PRIVACY_MAP(X)
#undef X
        YS_PRIVACY_COUNT
};

/* What may happen to playlists that the user had before (DESIGN: three levels).
 * X(code, name) */
#define YS_OLD_MAP(X)                                                                            \
    X(KEEP, "keep")                                                                              \
    X(REUSE, "reuse")                                                                            \
    X(DELETE, "delete")

enum ys_old {
#define X(code, name) YS_OLD_##code,
    YS_OLD_MAP(X)
#undef X
        YS_OLD_COUNT
};

/* Availability of a video. X(code, name) */
#define YS_AVAILABILITY_MAP(X)                                                                   \
    X(LIVE, "live")                                                                              \
    X(PRIVATE, "private")                                                                        \
    X(DELETED, "deleted")

enum ys_availability {
#define X(code, name) YS_AVAILABILITY_##code,
    YS_AVAILABILITY_MAP(X)
#undef X
        YS_AVAILABILITY_COUNT
};

/* Who says that there is such a playlist: YouTube, which listed it, or an export of Google Takeout.
 * Watch Later is in exports alone: no program can read it. X(code, name) */
#define YS_SOURCE_MAP(X)                                                                         \
    X(YOUTUBE, "youtube")                                                                        \
    X(TAKEOUT, "takeout")                                                                        \
    X(WATCH_LATER, "watch_later")

enum ys_source {
#define X(code, name) YS_SOURCE_##code,
    YS_SOURCE_MAP(X)
#undef X
        YS_SOURCE_COUNT
};

/* Why the video of an entry is not lost when the entry goes. X(code, name, words) */
#define YS_PROOF_MAP(X)                                                                          \
    X(WAITING, "waiting", "waits for its proof")                                                 \
    X(PLACED, "placed", "seen in its new place")                                                 \
    X(DROPPED, "dropped", "dropped by the policy")                                               \
    X(UNACCOUNTED, "unaccounted", "not accounted for: it stays")

enum ys_proof_verdict {
#define X(code, name, words) YS_PROOF_##code,
    YS_PROOF_MAP(X)
#undef X
        YS_PROOF_COUNT
};

const char *ys_stage_name(enum ys_stage stage);
const char *ys_stage_label(enum ys_stage stage);
const char *ys_pause_name(enum ys_pause_reason reason);
const char *ys_pause_sentence(enum ys_pause_reason reason);
const char *ys_op_kind_name(enum ys_op_kind kind);
enum ys_stage ys_op_kind_stage(enum ys_op_kind kind);
const char *ys_op_status_name(enum ys_op_status status);
const char *ys_privacy_name(enum ys_privacy privacy);
const char *ys_old_name(enum ys_old old);
const char *ys_availability_name(enum ys_availability availability);
const char *ys_source_name(enum ys_source source);
const char *ys_proof_name(enum ys_proof_verdict verdict);
const char *ys_proof_words(enum ys_proof_verdict verdict);

/* The reverse: true and *out when `name` is one of the names above; else false. */
bool ys_stage_from_name(const char *name, enum ys_stage *out);
bool ys_pause_from_name(const char *name, enum ys_pause_reason *out);
bool ys_op_kind_from_name(const char *name, enum ys_op_kind *out);
bool ys_op_status_from_name(const char *name, enum ys_op_status *out);
bool ys_privacy_from_name(const char *name, enum ys_privacy *out);
bool ys_old_from_name(const char *name, enum ys_old *out);
bool ys_availability_from_name(const char *name, enum ys_availability *out);
bool ys_source_from_name(const char *name, enum ys_source *out);
bool ys_proof_from_name(const char *name, enum ys_proof_verdict *out);

/* ------------------------------------------------------------------ environment */

enum ys_log_level { YS_LOG_DEBUG, YS_LOG_INFO, YS_LOG_WARN };

/* Everything that the library takes from the outside world besides files and network.
 * NULL members fall back to the system's. */
struct ys_env {
    void *ctx;
    int64_t (*wall_ms)(void *ctx);                       /* UTC; may jump */
    int64_t (*mono_ms)(void *ctx);                       /* never goes back */
    void (*sleep_ms)(void *ctx, int64_t duration_ms);    /* may return early (a signal) */
    void (*random)(void *ctx, void *out, size_t bytes);  /* cryptographic in production */
    void (*log)(void *ctx, enum ys_log_level level, const char *message);
};

/* ------------------------------------------------------------------ session */

struct ys_session;
struct ys_transport; /* injected by tests and the simulator; see src/net/transport.h */

struct ys_options {
    const char *db_path;      /* required; its folder must exist */
    const char *backup_dir;   /* NULL: db_path + ".backups" */
    const char *api_url;      /* NULL: https://www.googleapis.com; https or loopback http only */
    const char *access_token; /* NULL: that of the sign-in; without one only what needs no request
                               * works (YS_ENOTOKEN otherwise) */
    const char *signin_path;  /* NULL, or the file of a sign-in (ys_login_*); may not be there */
    const char *token_command;/* NULL, or a program that prints such a file, or an access token */
    const char *project;      /* whose quota is spent; NULL: "default" */
    const char *clock_path;   /* NULL, or a simulator's clock file (loopback API URL only) */
    bool must_exist;          /* refuse to create a database */
    bool accept_old;          /* take a database that its state file says is an old copy */
    const struct ys_env *env;       /* NULL: the system's */
    struct ys_transport *transport; /* NULL: libcurl; borrowed, must outlive the session */
};

/* Opens (and where needed creates or migrates) the database. On failure *out is NULL. */
YS_CHECKED enum ys_status ys_session_open(struct ys_session **out,
                                          const struct ys_options *options,
                                          struct ys_error *err);
/* Closes everything, puts unsent claims back. NULL is allowed. Never touches the network. */
void ys_session_close(struct ys_session *session);
/* Asks a running call to stop at the next clean point. Async-signal-safe. */
void ys_session_interrupt(struct ys_session *session);
/* Replaces the access token (copied). */
YS_CHECKED enum ys_status ys_session_set_token(struct ys_session *session, const char *token,
                                               struct ys_error *err);

struct ys_health_record {
    int64_t free_bytes;   /* where the database lies; -1: not known */
    bool clock_known;     /* YouTube answered in this session, so that clocks could be compared */
    int64_t clock_off_ms; /* how much its clock is ahead of ours; within a second or two: 0 */
};
/* Reads every page of the database (YS_EDBCORRUPT: what is wrong), and looks at this machine. */
YS_CHECKED enum ys_status ys_session_health(struct ys_session *session,
                                            struct ys_health_record *out, struct ys_error *err);
/* From now on tokens come from this sign-in, whatever was given before. */
YS_CHECKED enum ys_status ys_session_use_signin(struct ys_session *session, const char *path,
                                                struct ys_error *err);
/* Asks YouTube whose sign-in this is, and how many playlists that channel has (2 units).
 * YS_ECHANNEL when the database belongs to another channel. */
struct ys_channel_record;
YS_CHECKED enum ys_status ys_session_whoami(struct ys_session *session,
                                            struct ys_channel_record *out, int64_t *playlists,
                                            struct ys_error *err);

/* Wall time of the session's clock, ms UTC (a simulator's clock when it follows one). */
int64_t ys_session_now(struct ys_session *session);
/* Sleeps on the session's clock; YS_EINTERRUPTED when ys_session_interrupt ended it early. */
YS_CHECKED enum ys_status ys_session_sleep(struct ys_session *session, int64_t duration_ms,
                                           struct ys_error *err);

/* ------------------------------------------------------------------ sign-in */

/* Signing in is done by the user's browser: open a login, show its URL, wait for the browser to
 * come back (or take the pasted address), finish. What is kept lies in one file of mode 0600; no
 * function hands out a secret. */

struct ys_signin_record {
    char channel_id[YS_ID_BYTES];      /* "" until ys_signin_adopt */
    char channel_title[YS_TITLE_BYTES];
    char project_id[256];              /* of Google's console; "" when the client does not say */
    char client_id[256];
    bool may_read, may_write;          /* by the scope that was granted */
    int64_t signed_in_at_ms;
    int64_t token_ends_at_ms;          /* of the access token; it is refreshed by itself */
    int64_t ends_at_ms;                /* of the sign-in, where Google says it; else 0 */
};
/* YS_ENOTFOUND: not signed in. YS_EFORBIDDEN: others can read the file. */
YS_CHECKED enum ys_status ys_signin_get(const char *path, struct ys_signin_record *out,
                                        struct ys_error *err);
/* Moves a sign-in to its place and notes whose it is. */
YS_CHECKED enum ys_status ys_signin_adopt(const char *from, const char *to,
                                          const struct ys_channel_record *channel,
                                          struct ys_error *err);
/* Removes the file; one that is not there is no failure. */
YS_CHECKED enum ys_status ys_signin_remove(const char *path, struct ys_error *err);
/* Takes the grant back at Google, with all tokens that this Google project has for the account, and
 * removes the file. On failure the file stays. */
YS_CHECKED enum ys_status ys_signin_revoke(const char *path, const char *clock_path,
                                           const struct ys_env *env, struct ys_error *err);

/* Checks the JSON file of an OAuth client and keeps a copy that nobody else can read. YS_EAUTH says
 * what is wrong with it: another kind of client, no secret in it, no client at all. */
YS_CHECKED enum ys_status ys_client_keep(const char *from, const char *to, struct ys_error *err);

struct ys_login;
struct ys_login_options {
    const char *client_path;  /* the JSON file of an OAuth client ("Desktop app") */
    bool write;               /* ask for leave to change playlists; else for reading only */
    const char *clock_path;   /* as in ys_options */
    const struct ys_env *env; /* NULL: the system's */
};
YS_CHECKED enum ys_status ys_login_open(struct ys_login **out,
                                        const struct ys_login_options *options,
                                        struct ys_error *err);
void ys_login_close(struct ys_login *login);
const char *ys_login_url(const struct ys_login *login);
/* Lets the browser come back; *arrived says whether it has. YS_EAUTH: it brought a no. */
YS_CHECKED enum ys_status ys_login_wait(struct ys_login *login, int64_t timeout_ms, bool *arrived,
                                        struct ys_error *err);
/* The same with an address that was pasted. */
YS_CHECKED enum ys_status ys_login_paste(struct ys_login *login, const char *address,
                                         struct ys_error *err);
/* Trades what came back for tokens, checks that what was asked for was granted, and writes the
 * sign-in to a file. */
YS_CHECKED enum ys_status ys_login_finish(struct ys_login *login, const char *path,
                                          struct ys_error *err);

/* ------------------------------------------------------------------ settings */

/* Keys: quota.daily quota.keep quota.creates pace.per_second pace.reads pace.writes
 * pace.settle_s. Values are whole numbers; YS_EINVAL names the key and the allowed range. */
YS_CHECKED enum ys_status ys_config_set(struct ys_session *session, const char *key,
                                        int64_t value, struct ys_error *err);
YS_CHECKED enum ys_status ys_config_get(struct ys_session *session, const char *key,
                                        int64_t *value, struct ys_error *err);
/* Walks the known keys: 0, 1, ... until it returns NULL. */
const char *ys_config_key(size_t index);

/* ------------------------------------------------------------------ quota */

struct ys_quota_record {
    char day[11];          /* the Pacific calendar day, "2026-11-22" */
    int64_t limit_units;   /* quota.daily, or less when the server said so */
    int64_t keep_units;    /* headroom that ytsync leaves free */
    int64_t used_units;    /* booked: charged or possibly charged */
    int64_t reserved_units;/* claimed for requests whose outcome is not back yet */
    int64_t remaining_units; /* limit - keep - used - reserved, at least 0 */
    int64_t creates_used, creates_limit;
    int64_t resets_at_ms;  /* next midnight in Los Angeles */
    bool exhausted;        /* the server said that the day is used up */
};

YS_CHECKED enum ys_status ys_quota_get(struct ys_session *session, struct ys_quota_record *out,
                                       struct ys_error *err);

/* ------------------------------------------------------------------ library */

struct ys_fetch_progress {
    const char *what;      /* "playlists", "items", "videos" */
    int64_t done, total;
    int64_t units;         /* spent by this fetch so far */
};
/* Return false to stop at the next clean point (YS_EINTERRUPTED). */
typedef bool (*ys_fetch_progress_fn)(void *ctx, const struct ys_fetch_progress *progress);

struct ys_fetch_result {
    int64_t playlists, items, videos;
    int64_t playlists_listed; /* how many were read item by item, the rest was unchanged */
    int64_t imported;         /* known from Takeout and not on YouTube; without Watch Later */
    int64_t units;
    int64_t gone;             /* videos, there or once there, that are private or deleted now */
    int64_t refreshed;        /* videos asked for again: what was known was 30 days old */
    int64_t dropped;          /* videos in no playlist any more, of which it was dropped */
    char gone_file[1024];     /* gone.csv in the folder for backups, which lists them; "": none */
};

/* Reads the channel, its playlists, their items and the metadata of new videos into the store.
 * `full` lists every playlist, else only those that look changed or were not listed for a
 * week. What YouTube said of videos 30 days ago is asked for again, or dropped. Videos that are
 * private or deleted are listed in gone.csv; when that cannot be written (YS_EIO), the library was
 * read and is stored all the same. */
YS_CHECKED enum ys_status ys_fetch(struct ys_session *session, bool full,
                                   ys_fetch_progress_fn progress, void *progress_ctx,
                                   struct ys_fetch_result *out, struct ys_error *err);

/* ---- Google Takeout: playlists from an export, without one unit of quota */

/* What an import met. Each entry of a list is one row: rows = read + bad + repeated. */
struct ys_takeout_result {
    int64_t files, other_files;      /* with playlists; without, and left alone */
    int64_t rows, read, bad;
    int64_t repeated;                /* of lists that were given twice */
    int64_t lists;                   /* all of them; of these: */
    int64_t listed, gone, empty;     /* read from YouTube already; deleted there since; no rows */
    int64_t watch_later;             /* rows of Watch Later */
    int64_t self_sorted;             /* lists that YouTube sorts by itself */
    int64_t undated;                 /* rows read whose time was not understood */
    int64_t videos;                  /* different videos */
    int64_t untitled;                /* imported videos of which nothing is known before a fetch */
};

enum ys_takeout_note_kind { YS_TAKEOUT_BAD_ROW, YS_TAKEOUT_REMARK };
struct ys_takeout_note {
    enum ys_takeout_note_kind kind;
    const char *file;                /* "" when it is about no file; valid during the callback */
    int64_t line;                    /* 0: none */
    const char *text;                /* a sentence */
};
typedef void (*ys_takeout_note_fn)(void *ctx, const struct ys_takeout_note *note);

/* Reads exports (folders, .zip archives, single files; the parts of one export together) into the
 * store. Everything is read before anything is stored, in one transaction; nothing is unpacked to
 * disk. What was imported is a source of videos until YouTube lists the playlist itself; it is
 * never written to. `note` gets every row and list that is left out, with the reason; NULL: nobody
 * wants to know. YS_EINVAL names a path that is no export. */
YS_CHECKED enum ys_status ys_takeout_import(struct ys_session *session, const char *const *paths,
                                            size_t path_count, ys_takeout_note_fn note,
                                            void *note_ctx, struct ys_takeout_result *out,
                                            struct ys_error *err);
/* Forgets an imported playlist; where its videos were seen stays known. */
YS_CHECKED enum ys_status ys_takeout_forget(struct ys_session *session, const char *playlist_id,
                                            struct ys_error *err);

struct ys_import_match {
    int64_t imported;  /* playlists that are known from Takeout alone, without Watch Later */
    int64_t listed;    /* playlists of the channel; 0 when nothing was imported: it is not asked */
    int64_t common;    /* of these, how many were imported too, by id or title */
};
/* Is the sign-in's channel the one that was exported? Asks YouTube (1 unit for 50 playlists),
 * stores nothing. */
YS_CHECKED enum ys_status ys_session_match_import(struct ys_session *session,
                                                  struct ys_import_match *out,
                                                  struct ys_error *err);

struct ys_channel_record {
    char id[YS_ID_BYTES];  /* "" when the library was imported and never fetched */
    char title[YS_TITLE_BYTES];
    int64_t fetched_at_ms; /* 0: never */
};

struct ys_playlist_record {
    char id[YS_ID_BYTES];
    char title[YS_TITLE_BYTES];
    const char *description;        /* valid during the callback */
    enum ys_privacy privacy;
    int64_t item_count;             /* rows in the store */
    int64_t published_at_ms, fetched_at_ms;
    int64_t made_by_job;            /* 0: the user's own */
    int64_t deleted_from_youtube_at_ms; /* 0: still there */
    char category[YS_TITLE_BYTES];  /* the category that it carries, "" for none */
    enum ys_source source;          /* only what YouTube listed is ever written to */
};

struct ys_item_record {
    char id[YS_ID_BYTES];           /* playlist item id */
    char playlist_id[YS_ID_BYTES];
    char video_id[YS_ID_BYTES];
    int64_t position;
    int64_t added_at_ms;
};

struct ys_video_record {
    char id[YS_ID_BYTES];
    const char *title;              /* last known; these pointers are valid during the callback */
    const char *channel;
    const char *channel_id;         /* UC...; "" when it is not known */
    const char *description;
    const char *tags_json;          /* a JSON array of strings */
    int64_t duration_s;             /* -1: not known */
    int64_t published_at_ms;
    int64_t saved_at_ms;            /* earliest time seen in one of the user's playlists */
    enum ys_availability availability;
    const char *playlists_json;     /* a JSON array: titles of playlists that it was ever seen in */
    const char *playlist_ids_json;  /* the same as ids, in the same order */
};

/* Return false to stop the walk (the walk then returns YS_OK). */
typedef bool (*ys_playlist_fn)(void *ctx, const struct ys_playlist_record *playlist);
typedef bool (*ys_item_fn)(void *ctx, const struct ys_item_record *item);
typedef bool (*ys_video_fn)(void *ctx, const struct ys_video_record *video);

YS_CHECKED enum ys_status ys_channel_get(struct ys_session *session,
                                         struct ys_channel_record *out, struct ys_error *err);
/* Playlists that YouTube listed by title, then id, those deleted from it only when `with_deleted`;
 * then those known from Takeout alone, in the same order. */
YS_CHECKED enum ys_status ys_playlists_each(struct ys_session *session, bool with_deleted,
                                            ys_playlist_fn each, void *ctx,
                                            struct ys_error *err);
/* Items of one playlist in their order. */
YS_CHECKED enum ys_status ys_items_each(struct ys_session *session, const char *playlist_id,
                                        ys_item_fn each, void *ctx, struct ys_error *err);
/* All videos that are in a playlist now, by time saved, then id. */
YS_CHECKED enum ys_status ys_videos_each(struct ys_session *session, ys_video_fn each, void *ctx,
                                         struct ys_error *err);

/* ------------------------------------------------------------------ backups */

/* A snapshot of the stored library as one file of JSON lines, with its SHA-256 inside and here. One
 * is made before every job. */
struct ys_backup_record {
    int64_t id;               /* 0: a file that is not on record here */
    char file[1024];
    char sha256[65];
    int64_t bytes, playlists, items, videos;
    char trigger[YS_NAME_BYTES]; /* "job 3", "restore of 2", "by hand" */
    int64_t at_ms;
};
typedef bool (*ys_backup_fn)(void *ctx, const struct ys_backup_record *backup);

/* Backs up what the store holds (fetch first), reads it back and puts it on record. */
YS_CHECKED enum ys_status ys_backups_create(struct ys_session *session, const char *trigger,
                                            struct ys_backup_record *out, struct ys_error *err);
/* Those on record, oldest first. */
YS_CHECKED enum ys_status ys_backups_each(struct ys_session *session, ys_backup_fn each,
                                          void *ctx, struct ys_error *err);
/* Finds one by its number, by "last", or by the name of its file. YS_ENOTFOUND. The file is not
 * read. */
YS_CHECKED enum ys_status ys_backups_find(struct ys_session *session, const char *which,
                                          struct ys_backup_record *out, struct ys_error *err);
/* Reads the file from end to end: every bit of it must be as it was written. YS_EBACKUP says what
 * is wrong; a backup of a newer version is refused with a sentence. */
YS_CHECKED enum ys_status ys_backups_verify(struct ys_session *session, const char *which,
                                            struct ys_backup_record *out, struct ys_error *err);

/* X(code, name) */
#define YS_DIFFERENCE_MAP(X)                                                                     \
    X(PLAYLIST_GONE, "playlist_gone")                                                            \
    X(PLAYLIST_NEW, "playlist_new")                                                              \
    X(TITLE, "title")                                                                            \
    X(DESCRIPTION, "description")                                                                \
    X(PRIVACY, "privacy")                                                                        \
    X(VIDEO_GONE, "video_gone")                                                                  \
    X(VIDEO_NEW, "video_new")                                                                    \
    X(ORDER, "order")

enum ys_difference_kind {
#define X(code, name) YS_DIFFERENCE_##code,
    YS_DIFFERENCE_MAP(X)
#undef X
        YS_DIFFERENCE_COUNT
};
const char *ys_difference_name(enum ys_difference_kind kind);

/* One difference between two backups; text is valid during the callback. */
struct ys_difference {
    enum ys_difference_kind kind;
    const char *playlist_id, *playlist_title;
    const char *video_id;          /* VIDEO_*: one copy of it; else "" */
    const char *before, *after;    /* TITLE, PRIVACY; else "" */
    int64_t videos;                /* PLAYLIST_*: how many entries it has */
};
typedef bool (*ys_difference_fn)(void *ctx, const struct ys_difference *difference);
/* From `a` to `b`, by playlist id. Both are verified first. */
YS_CHECKED enum ys_status ys_backups_diff(struct ys_session *session, const char *a,
                                          const char *b, ys_difference_fn each, void *ctx,
                                          struct ys_error *err);
/* Removes the oldest, files and records, so that `keep` (at least 1) stay; never the backup of a
 * job that is not finished. `each` (may be NULL) is told those that went. */
YS_CHECKED enum ys_status ys_backups_prune(struct ys_session *session, int64_t keep,
                                           ys_backup_fn each, void *ctx, struct ys_error *err);
/* Writes playlists.csv, entries.csv and videos.csv of it into a folder (made when missing). */
YS_CHECKED enum ys_status ys_backups_export(struct ys_session *session, const char *which,
                                            const char *folder, struct ys_error *err);
/* Remembers the text of a policy (by its hash), so that backups have it. */
YS_CHECKED enum ys_status ys_policy_keep(struct ys_session *session, const char *hash,
                                         const char *text, struct ys_error *err);

/* ------------------------------------------------------------------ single writes */

/* The three documented writes. Each goes through the limiter and the quota ledger and costs 50
 * units; the first of a session costs one more, to see whose the token is (YS_ECHANNEL when it is
 * not that of the channel that was fetched last). YS_EUNKNOWN: it may have been applied; look
 * before you call again. */

/* Creates a playlist. YS_PRIVACY_UNSET means private. `id_out` receives the new id. */
YS_CHECKED enum ys_status ys_playlist_create(struct ys_session *session, const char *title,
                                             const char *description, enum ys_privacy privacy,
                                             char id_out[YS_ID_BYTES], struct ys_error *err);
/* Appends a video to a playlist of the session's own channel: it must have been returned by a
 * fetch of this channel, or made above, else YS_ENOTFOUND. YouTube allows doubles: the caller
 * decides whether it is there already. */
YS_CHECKED enum ys_status ys_playlist_add_video(struct ys_session *session,
                                                const char *playlist_id, const char *video_id,
                                                char item_id_out[YS_ID_BYTES],
                                                struct ys_error *err);
/* Deletes a playlist of the session's own channel: it must have been returned by a fetch of
 * this channel, else YS_ENOTFOUND. One that is gone already counts as success. */
YS_CHECKED enum ys_status ys_playlist_delete(struct ys_session *session,
                                             const char *playlist_id, struct ys_error *err);

/* ------------------------------------------------------------------ probe */

/* Tries on a private playlist of its own what nobody has measured: how far YouTube's lists are
 * behind its writes, and where a video goes that is added without a position. The playlist is
 * deleted at the end, also after an error, unless somebody put something else into it. The log
 * holds its title from before it is made, so that one that a crash left is known again. */
#define YS_PROBE_UNITS_USUAL 280 /* 5 writes, and a look or a few after each */
#define YS_PROBE_UNITS_MAX 500   /* what has to be left of the day's units */

/* How long after the reply to a write a list was asked for that did not show it yet, and one that
 * did. -1: there was none. Both -1: it was not tried. */
struct ys_probe_lag {
    int64_t unseen_ms, seen_ms;
};

struct ys_probe_record {
    char title[YS_TITLE_BYTES];    /* of the test playlist; "" when none was begun */
    bool left;                     /* it is still there, or may be */
    int64_t units;                 /* what was spent */
    int64_t refused;               /* writes that YouTube refused for the moment (409) */
    struct ys_probe_lag made;      /* the playlist, by its id */
    struct ys_probe_lag added;     /* its first entry, in its list */
    struct ys_probe_lag added_more;/* the second one */
    struct ys_probe_lag taken_out; /* the first one, no longer in its list */
    struct ys_probe_lag deleted;   /* the playlist, no longer by its id */
    char place[YS_NAME_BYTES];     /* of an entry added without a position: "end", "top", "" */
};

/* Does it, with two videos of the stored library (YS_ENOTFOUND: fetch first). YS_EQUOTA when less
 * than YS_PROBE_UNITS_MAX is left of the day. On failure `out` holds what was found until then. */
YS_CHECKED enum ys_status ys_probe(struct ys_session *session, struct ys_probe_record *out,
                                   struct ys_error *err);
/* Test playlists that the channel still has (1 unit for 50 playlists of the channel). */
YS_CHECKED enum ys_status ys_probe_leftovers(struct ys_session *session, ys_playlist_fn each,
                                             void *ctx, struct ys_error *err);
/* Deletes one of them. YS_ECHANGED, and it stays: it is not private any more, or holds what no
 * probe put into it. */
YS_CHECKED enum ys_status ys_probe_remove(struct ys_session *session, const char *playlist_id,
                                          struct ys_error *err);

/* ------------------------------------------------------------------ target */

/* What the policy wants: categories with their videos, and what may be given up. */
struct ys_target;

YS_CHECKED enum ys_status ys_target_new(struct ys_target **out, enum ys_old old,
                                        struct ys_error *err);
void ys_target_free(struct ys_target *target);

struct ys_category_spec {
    const char *key;          /* stable name in the policy; required */
    const char *title;        /* NULL: the key */
    const char *description;  /* NULL: not the policy's business (a new playlist gets "") */
    enum ys_privacy privacy;  /* UNSET: new_privacy for a new playlist, unchanged for another */
    const char *playlist_id;  /* NULL, or the id to use whatever its title */
    enum ys_privacy new_privacy; /* of a playlist that is created; UNSET: private */
    bool ordered;             /* the playlist stands in the order in which its videos are added;
                               * false: its order is not the policy's business */
    int64_t priority;         /* the higher is carried out first; among equals the one that takes
                               * the fewest units, so that playlists are ready early */
    bool trimmed;             /* the policy keeps only some of the videos that match: rows that it
                               * drops leave the playlist also under YS_OLD_KEEP, when ytsync made
                               * it */
};

/* Adds a category; *index_out is its number. */
YS_CHECKED enum ys_status ys_target_add_category(struct ys_target *target,
                                                 const struct ys_category_spec *spec,
                                                 size_t *index_out, struct ys_error *err);
/* Adds a video to a category, at the end. A second time is ignored. `rule` says why. */
YS_CHECKED enum ys_status ys_target_add_video(struct ys_target *target, size_t category,
                                              const char *video_id, const char *rule,
                                              struct ys_error *err);
/* The policy drops this video in so many words. */
YS_CHECKED enum ys_status ys_target_drop_video(struct ys_target *target, const char *video_id,
                                               const char *rule, struct ys_error *err);
/* Never touch this playlist (nothing is added, taken out, renamed, deleted). */
YS_CHECKED enum ys_status ys_target_protect(struct ys_target *target, const char *playlist_id,
                                            struct ys_error *err);
/* Only these playlists may be given up; none named: all of the user's own. */
YS_CHECKED enum ys_status ys_target_add_source(struct ys_target *target, const char *playlist_id,
                                               struct ys_error *err);
/* An inbox: a playlist whose videos leave it once they were seen in their new place (or the policy
 * drops them), under any `old`; it carries no category and is never deleted. */
YS_CHECKED enum ys_status ys_target_add_inbox(struct ys_target *target, const char *playlist_id,
                                              struct ys_error *err);
/* What one run may do at most, -1: as much as it takes. A plan beyond it cannot be started. */
struct ys_guards {
    int64_t units;     /* writes and reads */
    int64_t takeouts;  /* videos taken out of playlists */
    int64_t deletes;   /* playlists deleted */
};
YS_CHECKED enum ys_status ys_target_set_guards(struct ys_target *target,
                                               const struct ys_guards *guards,
                                               struct ys_error *err);
/* The channel that the policy is for (an id); a session of another one is refused. */
YS_CHECKED enum ys_status ys_target_set_channel(struct ys_target *target, const char *channel_id,
                                                struct ys_error *err);
/* Identifies the policy's text: any change of it is a change of the policy. At most 64 bytes. */
YS_CHECKED enum ys_status ys_target_set_policy_hash(struct ys_target *target, const char *hash,
                                                    struct ys_error *err);

/* ------------------------------------------------------------------ plan */

struct ys_plan;

struct ys_plan_stage {
    int64_t count;  /* operations */
    int64_t units;
};

/* What taking a plan back would cost, once it was carried out: what it made is deleted, what it
 * deleted is made and filled again, what it took out is put back, what it changed is changed back.
 * Writes alone. */
struct ys_undo {
    int64_t units;
    int64_t days;         /* as many days as units and creations need */
    int64_t playlists_deleted, playlists_made, playlists_changed;
    int64_t entries_put_back, entries_taken_out, entries_moved;
    int64_t entries_lost; /* of private or deleted videos: these cannot be put back */
};

/* A number of days that no number of days is enough for. */
#define YS_NEVER_DAYS INT64_C(-1)

struct ys_preview {
    int64_t units;        /* everything: writes and reads */
    int64_t write_units;  /* exact */
    int64_t read_units;   /* backup, verification; an estimate when pages may be short */
    int64_t plain_units;  /* create all, add all, delete all: writes alone */
    int64_t days;         /* quota days from now on; 0 when there is nothing to do, YS_NEVER_DAYS
                           * when a day's units are not enough for a write and its reads */
    int64_t plain_days;   /* the same of the plain way */
    int64_t ends_at_ms;   /* when the last day's work can be done, 0: never */
    struct ys_plan_stage create_playlists, add_videos, delete_playlists;
    int64_t adopted;      /* categories whose playlist is there already */
    int64_t reused;       /* categories that carry an old playlist on under a new name */
    int64_t already_there;/* videos that are where they belong */
    int64_t unavailable;  /* wanted videos that cannot be inserted anywhere (private, deleted) */
    int64_t blocked;      /* playlists that would be given up but hold something unaccounted for */
    bool no_cheaper_way;  /* the certificate: no other choice of playlists needs fewer writes */
    int64_t bound_units;  /* its bound: no plan for this target writes for less */
    struct ys_undo undo;
};

/* What becomes of one playlist: of each category, each one that is given up, and each inbox that
 * videos leave. */
struct ys_plan_playlist {
    const char *category;     /* "" for one that is given up, and for an inbox */
    const char *playlist_id;  /* "" for one that is still to be made */
    const char *title_now;    /* "" for one that is still to be made */
    const char *title_then;   /* "" for one that is given up */
    enum ys_privacy privacy_now, privacy_then; /* UNSET where there is none */
    bool carried_on;          /* an old playlist goes on under another name */
    int64_t rows_now, rows_then;
    int64_t inserts, takeouts, moves;
    int64_t strangers;        /* live videos that no category wants and that stay in it */
    int64_t units;            /* of its writes */
    int64_t ready_at_ms;      /* when its day begins (today: now); 0: nothing is to be done */
};

/* One day of the forecast on which something is done. */
struct ys_plan_day {
    int64_t starts_at_ms;     /* Pacific midnight; of today: now */
    int64_t units;            /* reads included */
    int64_t reads, writes;
    int64_t ready;            /* playlists that are complete or gone by then */
};

/* One planned operation. */
struct ys_plan_item {
    enum ys_op_kind kind;
    const char *category;    /* "" when there is none; pointers live as long as the plan */
    const char *playlist_id; /* "" for a playlist that is still to be created */
    const char *title;       /* of the playlist */
    const char *video_id;    /* "" when there is none */
    const char *rule;        /* why */
    int64_t units;
    const char *anchor;      /* the video that it comes to stand after, "top" for the beginning,
                              * "" where order does not matter */
};

/* A playlist that is not deleted although the policy would give it up, and why. */
struct ys_plan_block {
    const char *playlist_id;
    const char *title;
    const char *video_id;    /* the first video that is unaccounted for */
    const char *reason;      /* a sentence with the policy line that would settle it */
    int64_t videos;          /* how many there are of it */
    int64_t unmatched, gone; /* of these: wanted by no category; private or deleted */
};

/* An entry that a restore cannot bring back: its video is private or deleted. Pointers live as long
 * as the plan. */
struct ys_plan_loss {
    const char *video_id;
    const char *title;          /* last known, "" for unknown */
    const char *playlist_title; /* where it was */
};

/* Plans from what the store holds (fetch first). Pure: no request is sent, nothing is stored. */
YS_CHECKED enum ys_status ys_plan_make(struct ys_session *session, const struct ys_target *target,
                                       struct ys_plan **out, struct ys_error *err);
/* What a plan is asked for besides the policy. Zero-initialise. */
struct ys_plan_options {
    int64_t daily_units;     /* as if the project had so many a day; 0: as it is set */
    /* A part that is complete in itself: these categories (keys), their deletes as far as they
     * depend on nothing outside, as many categories as fit into max_units. None and 0: all. */
    const char *const *only;
    size_t only_count;
    int64_t max_units;
};
/* The same with options (NULL: none). YS_EINVAL when nothing fits into max_units; the message says
 * how many units the smallest part takes. */
YS_CHECKED enum ys_status ys_plan_make_with(struct ys_session *session,
                                            const struct ys_target *target,
                                            const struct ys_plan_options *options,
                                            struct ys_plan **out, struct ys_error *err);
void ys_plan_free(struct ys_plan *plan);
void ys_plan_preview(const struct ys_plan *plan, struct ys_preview *out);
size_t ys_plan_count(const struct ys_plan *plan);
/* False past the end. */
bool ys_plan_item(const struct ys_plan *plan, size_t index, struct ys_plan_item *out);
bool ys_plan_block(const struct ys_plan *plan, size_t index, struct ys_plan_block *out);
bool ys_plan_playlist(const struct ys_plan *plan, size_t index, struct ys_plan_playlist *out);
bool ys_plan_day(const struct ys_plan *plan, size_t index, struct ys_plan_day *out);
/* Why ys_job_start refuses the plan: a sentence with the guards of the policy that it would go
 * beyond (one of the warnings, too); NULL: nothing stands against it. */
const char *ys_plan_guard(const struct ys_plan *plan);
/* What the plan does of what guards limit. */
void ys_plan_needs(const struct ys_plan *plan, struct ys_guards *out);
/* What a restore cannot bring back; false past the end. */
bool ys_plan_loss(const struct ys_plan *plan, size_t index, struct ys_plan_loss *out);
/* A remark for people ("the title X stands twice ..."), or NULL past the end. */
const char *ys_plan_warning(const struct ys_plan *plan, size_t index);

/* Plans to make the library what the backup says it was (fetch first): the playlists that are named
 * (by id or by title of then), or with `count` 0 all of them. Goes through ys_job_start and the
 * engine as every plan does. The order of then comes back too, unless YouTube sorts the playlist.
 * What came later and is the user's stays; see ys_plan_loss for what cannot come back. */
YS_CHECKED enum ys_status ys_restore_plan(struct ys_session *session, const char *which,
                                          const char *const *playlists, size_t count,
                                          struct ys_plan **out, struct ys_error *err);
/* Plans to take a job back: a restore of its backup. Its writes cost what the preview of the job's
 * own plan gave as preview.undo.units, when nothing else has changed since. */
YS_CHECKED enum ys_status ys_undo_plan(struct ys_session *session, int64_t job_id,
                                       struct ys_plan **out, struct ys_error *err);

/* ------------------------------------------------------------------ job */

struct ys_job;

struct ys_stage_result {
    int64_t total, done, failed, skipped;
    int64_t units;
};

struct ys_job_record {
    int64_t id;               /* 0: there is none */
    enum ys_stage stage;
    enum ys_stage paused_from;
    enum ys_pause_reason pause_reason;
    bool pause_requested;
    int64_t done, total;      /* operations */
    int64_t failed, unknown;
    int64_t units_used;       /* charged for it so far, reads included */
    int64_t created_at_ms, started_at_ms, finished_at_ms;
    int64_t resets_at_ms;     /* when a quota pause ends, else 0 */
    struct ys_stage_result create_playlists, add_videos, delete_playlists;
    char channel_id[YS_ID_BYTES];
    char policy_hash[65];
    char backup_file[1024];
    char needs_you[512];      /* what only a person can do now; "" for nothing */
};

struct ys_operation_record {
    int64_t id, job_id, seq;
    enum ys_op_kind kind;
    enum ys_op_status status;
    char category[YS_TITLE_BYTES];
    char playlist_id[YS_ID_BYTES];
    char title[YS_TITLE_BYTES];
    char video_id[YS_ID_BYTES];
    char remote_id[YS_ID_BYTES];   /* what the operation made on YouTube */
    char rule[256];
    char error[512];
    int64_t attempts, units;
    int64_t intent_at_ms, done_at_ms;
};

struct ys_error_record {
    int64_t id, job_id, operation_id;
    enum ys_stage stage;
    char entity[YS_ID_BYTES];
    char reason[YS_REASON_BYTES];  /* YouTube's, or a status name */
    char message[512];
    int64_t at_ms;
};

struct ys_log_record {
    int64_t id, job_id, operation_id;
    int64_t at_ms;
    /* "ytsync": a job; "user": who called; YS_ACTOR_ELSEWHERE: neither, a listing met it. */
    char actor[YS_NAME_BYTES];
    char action[YS_NAME_BYTES];
    char entity[YS_ID_BYTES];
    char playlist_id[YS_ID_BYTES]; /* whose history it is part of; "" for none */
    char video_id[YS_ID_BYTES];
    const char *before, *after;    /* JSON text or ""; valid during the callback */
};
#define YS_ACTOR_ELSEWHERE "elsewhere"

/* Entries of the log that are all of what is set; zeroed (but for the limit) it is any. */
struct ys_log_filter {
    int64_t job_id;                /* 0: of any job, and of none */
    const char *video_id, *playlist_id, *actor; /* NULL: any */
    int64_t since_ms;              /* not before */
    int64_t limit;                 /* the newest so many */
};

struct ys_category_record {
    char key[YS_TITLE_BYTES];
    char title[YS_TITLE_BYTES];
    char playlist_id[YS_ID_BYTES]; /* the YouTube playlist that carries it, "" for none yet */
    int64_t videos;
};

/* What happened in a step, for progress displays and for hooks. */
enum ys_event_kind { YS_EVENT_STAGE, YS_EVENT_OPERATION, YS_EVENT_ERROR, YS_EVENT_NOTE };
struct ys_event {
    enum ys_event_kind kind;
    enum ys_stage stage;
    struct ys_operation_record operation; /* OPERATION and ERROR */
    char reason[YS_REASON_BYTES];
    char text[512];
    int64_t done, total;
};

enum ys_decision { YS_DECIDE_RETRY, YS_DECIDE_SKIP, YS_DECIDE_PAUSE, YS_DECIDE_FAIL };

/* Stores the plan as a new job. YS_ELIMIT when a guard of the policy forbids it (ys_plan_guard);
 * YS_ESTATE when an unfinished job exists for the channel. When
 * memory or the disk fails just after it was stored, ys_job_open takes it up. */
YS_CHECKED enum ys_status ys_job_start(struct ys_session *session, const struct ys_plan *plan,
                                       struct ys_job **out, struct ys_error *err);
/* Opens the unfinished job, or with `id` > 0 that one. YS_ENOTFOUND when there is none. */
YS_CHECKED enum ys_status ys_job_open(struct ys_session *session, int64_t id,
                                      struct ys_job **out, struct ys_error *err);
void ys_job_close(struct ys_job *job);

/* One turn of the engine: takes replies, writes their outcomes, claims and sends what comes
 * next. Waits up to timeout_ms for something to happen. *more_out is false when the job has
 * finished or rests; the return then says how: YS_OK completed, YS_EQUOTA, YS_EPAUSED,
 * YS_ECONFIRM, YS_EAUTH, ... */
YS_CHECKED enum ys_status ys_job_step(struct ys_job *job, int64_t timeout_ms, bool *more_out,
                                      struct ys_error *err);
/* Next event of the steps so far; false when there is none. */
bool ys_job_next_event(struct ys_job *job, struct ys_event *out);
/* After a WAIT result: how long until going on makes sense; 0: now, -1: not by time alone. */
int64_t ys_job_wait_ms(struct ys_job *job);
/* Settles a failed operation by the policy's word: RETRY opens it again (and, when its playlist was
 * given up with it, what that skipped), SKIP takes it as settled, PAUSE lets the job rest, FAIL
 * leaves it failed. YS_ESTATE when it has not failed or the job has ended, YS_ELIMIT when it was
 * tried too often. */
YS_CHECKED enum ys_status ys_job_decide(struct ys_job *job, int64_t operation_id,
                                        enum ys_decision decision, struct ys_error *err);
/* Puts claimed but unsent work back, waits for what is in flight (bounded by the request
 * timeout) and leaves the job as it stands. */
YS_CHECKED enum ys_status ys_job_stop(struct ys_job *job, struct ys_error *err);
int64_t ys_job_id(const struct ys_job *job);

/* These work from any process, also beside a running one. id 0: the unfinished job. */
YS_CHECKED enum ys_status ys_job_pause(struct ys_session *session, int64_t id,
                                       struct ys_error *err);
YS_CHECKED enum ys_status ys_job_resume(struct ys_session *session, int64_t id,
                                        struct ys_error *err);
YS_CHECKED enum ys_status ys_job_cancel(struct ys_session *session, int64_t id,
                                        struct ys_error *err);
/* The second yes: playlists may be deleted by this job. */
YS_CHECKED enum ys_status ys_job_confirm(struct ys_session *session, int64_t id,
                                         struct ys_error *err);

/* Takes up again what failed in the last job, and what was skipped because of it, each with all its
 * attempts; *count_out says how many operations. A job that had completed is open again, and waits
 * for a new yes before it deletes playlists. id 0: the last job. YS_ESTATE: nothing failed in it,
 * it was cancelled, it is not the last one, or a job is open in this session; YS_ELOCKED: another
 * runner is at work. */
YS_CHECKED enum ys_status ys_job_retry_failed(struct ys_session *session, int64_t id,
                                              int64_t *count_out, struct ys_error *err);

/* id 0: the unfinished job, else the last one; out->id is 0 when there was never one. */
YS_CHECKED enum ys_status ys_job_get(struct ys_session *session, int64_t id,
                                     struct ys_job_record *out, struct ys_error *err);

typedef bool (*ys_operation_fn)(void *ctx, const struct ys_operation_record *operation);
typedef bool (*ys_error_fn)(void *ctx, const struct ys_error_record *error);
typedef bool (*ys_log_fn)(void *ctx, const struct ys_log_record *entry);
typedef bool (*ys_category_fn)(void *ctx, const struct ys_category_record *category);

YS_CHECKED enum ys_status ys_operations_each(struct ys_session *session, int64_t job_id,
                                             ys_operation_fn each, void *ctx,
                                             struct ys_error *err);
YS_CHECKED enum ys_status ys_errors_each(struct ys_session *session, int64_t job_id,
                                         ys_error_fn each, void *ctx, struct ys_error *err);
/* The newest filter->limit of these entries, oldest first. */
YS_CHECKED enum ys_status ys_log_each(struct ys_session *session,
                                      const struct ys_log_filter *filter, ys_log_fn each,
                                      void *ctx, struct ys_error *err);

/* The proof of one entry that a job deletes, alone or with its playlist (P1): where it was, and
 * where its video is now or which words of the policy dropped it. All pointers are valid during
 * the callback. */
struct ys_proof_record {
    int64_t operation_id;
    enum ys_op_kind kind;            /* item_delete or playlist_delete */
    enum ys_op_status status;        /* of that operation */
    enum ys_proof_verdict verdict;
    const char *video_id, *video_title;
    const char *playlist_id, *playlist_title, *item_id; /* where it was */
    int64_t position;
    int64_t listed_at_ms;            /* when a live listing showed it there */
    const char *place_playlist_id, *place_title, *place_item_id; /* PLACED: where it is now */
    int64_t place_listed_at_ms;      /* when a live listing showed it there */
    const char *rule;                /* why it is there, or the words that dropped it, or why the
                                      * entry stays */
};
typedef bool (*ys_proof_fn)(void *ctx, const struct ys_proof_record *proof);

struct ys_proof_summary {
    int64_t playlists;               /* that are to go, or are gone */
    int64_t entries;                 /* in these, and rows taken out of others */
    int64_t placed, dropped, unaccounted, waiting;
    int64_t kept_playlists;          /* that stay because of a video that is not accounted for */
};

/* What the deletes of a job rest on. Entries whose proof is not there yet are WAITING, as they
 * were listed last. */
YS_CHECKED enum ys_status ys_proofs_each(struct ys_session *session, int64_t job_id,
                                         ys_proof_fn each, void *ctx, struct ys_error *err);
YS_CHECKED enum ys_status ys_proofs_sum(struct ys_session *session, int64_t job_id,
                                        struct ys_proof_summary *out, struct ys_error *err);
/* Where the job's proofs are written as a table (proof-JOB.csv beside the backups): before its
 * first delete, before the second yes, and at its end. */
void ys_proofs_file(struct ys_session *session, int64_t job_id, char out[1024]);
/* The mapping category -> YouTube playlist. */
YS_CHECKED enum ys_status ys_categories_each(struct ys_session *session, ys_category_fn each,
                                             void *ctx, struct ys_error *err);

#ifdef __cplusplus
}
#endif
#endif
