/* schema.c: the tables of the store, as numbered migrations.
 *
 * Rules (DESIGN section 4, kept by `make lint`): BIGINT for every whole number, times as 64-bit
 * milliseconds UTC, booleans as 0/1 with CHECK, YouTube's ids as text, no generated ids but the
 * driver's (the token %ID% becomes its column type). A migration is never edited once released;
 * the next one is appended. */
#include "store/schema.h"

static const char *const migration_1[] = {
    "CREATE TABLE meta ("
    " key TEXT NOT NULL PRIMARY KEY,"
    " value TEXT NOT NULL);",

    "CREATE TABLE settings ("
    " key TEXT NOT NULL PRIMARY KEY,"
    " value TEXT NOT NULL);",

    "CREATE TABLE accounts ("
    " id %ID%,"
    " name TEXT NOT NULL,"
    " channel_id TEXT NOT NULL UNIQUE,"
    " title TEXT NOT NULL,"
    " granted_scopes TEXT NOT NULL DEFAULT '',"
    " login_at BIGINT NOT NULL DEFAULT 0,"
    " fetched_at BIGINT NOT NULL DEFAULT 0);",

    /* listed_*: what the playlist looked like when its items were last read to the end. */
    "CREATE TABLE playlists ("
    " id %ID%,"
    " youtube_id TEXT NOT NULL UNIQUE,"
    " account_id BIGINT NOT NULL REFERENCES accounts(id),"
    " title TEXT NOT NULL,"
    " description TEXT NOT NULL DEFAULT '',"
    " default_language TEXT NOT NULL DEFAULT '',"
    " localizations TEXT NOT NULL DEFAULT '',"
    " podcast_status TEXT NOT NULL DEFAULT '',"
    " privacy TEXT NOT NULL CHECK (privacy IN ('private', 'unlisted', 'public')),"
    " item_count BIGINT NOT NULL DEFAULT 0,"
    " etag TEXT NOT NULL DEFAULT '',"
    " published_at BIGINT NOT NULL DEFAULT 0,"
    " fetched_at BIGINT NOT NULL DEFAULT 0,"
    " listed_at BIGINT NOT NULL DEFAULT 0,"
    " listed_etag TEXT NOT NULL DEFAULT '',"
    " listed_count BIGINT NOT NULL DEFAULT -1,"
    " self_sorted BIGINT NOT NULL DEFAULT 0 CHECK (self_sorted IN (0, 1)),"
    " made_by_job BIGINT NOT NULL DEFAULT 0,"
    " deleted_from_youtube_at BIGINT NOT NULL DEFAULT 0);",
    "CREATE INDEX playlists_by_account ON playlists (account_id, title);",

    /* fetched_at: when videos.list last answered for it; 0: never asked. */
    "CREATE TABLE videos ("
    " id %ID%,"
    " youtube_id TEXT NOT NULL UNIQUE,"
    " title TEXT NOT NULL DEFAULT '',"
    " channel TEXT NOT NULL DEFAULT '',"
    " description TEXT NOT NULL DEFAULT '',"
    " tags TEXT NOT NULL DEFAULT '[]',"
    " duration_s BIGINT NOT NULL DEFAULT -1,"
    " published_at BIGINT NOT NULL DEFAULT 0,"
    " availability TEXT NOT NULL DEFAULT 'live'"
    "  CHECK (availability IN ('live', 'private', 'deleted')),"
    " fetched_at BIGINT NOT NULL DEFAULT 0);",

    "CREATE TABLE playlist_items ("
    " id %ID%,"
    " youtube_id TEXT NOT NULL UNIQUE,"
    " playlist_id BIGINT NOT NULL REFERENCES playlists(id),"
    " video_id BIGINT NOT NULL REFERENCES videos(id),"
    " position BIGINT NOT NULL,"
    " added_at BIGINT NOT NULL DEFAULT 0);",
    "CREATE INDEX playlist_items_by_playlist ON playlist_items (playlist_id, position);",
    "CREATE INDEX playlist_items_by_video ON playlist_items (video_id);",

    /* Where a video was ever seen; kept also when the playlist is gone. */
    "CREATE TABLE origins ("
    " video_id BIGINT NOT NULL REFERENCES videos(id),"
    " playlist_youtube_id TEXT NOT NULL,"
    " playlist_title TEXT NOT NULL,"
    " added_at BIGINT NOT NULL,"
    " PRIMARY KEY (video_id, playlist_youtube_id));",

    "CREATE TABLE categories ("
    " id %ID%,"
    " account_id BIGINT NOT NULL REFERENCES accounts(id),"
    " key TEXT NOT NULL,"
    " title TEXT NOT NULL,"
    " protected BIGINT NOT NULL DEFAULT 0 CHECK (protected IN (0, 1)),"
    " youtube_playlist_id TEXT NOT NULL DEFAULT '',"
    " UNIQUE (account_id, key));",

    "CREATE TABLE category_videos ("
    " category_id BIGINT NOT NULL REFERENCES categories(id),"
    " video_youtube_id TEXT NOT NULL,"
    " count BIGINT NOT NULL DEFAULT 1,"
    " rank BIGINT NOT NULL,"
    " rule TEXT NOT NULL DEFAULT '',"
    " PRIMARY KEY (category_id, video_youtube_id));",

    "CREATE TABLE backup_snapshots ("
    " id %ID%,"
    " file TEXT NOT NULL,"
    " sha256 TEXT NOT NULL,"
    " bytes BIGINT NOT NULL,"
    " playlists BIGINT NOT NULL,"
    " items BIGINT NOT NULL,"
    " videos BIGINT NOT NULL,"
    " trigger_name TEXT NOT NULL,"
    " at BIGINT NOT NULL);",

    /* reference: a short random word in the marks of created playlists (DESIGN section 6). */
    "CREATE TABLE sync_jobs ("
    " id %ID%,"
    " account_id BIGINT NOT NULL REFERENCES accounts(id),"
    " channel_id TEXT NOT NULL,"
    " reference TEXT NOT NULL UNIQUE,"
    " stage TEXT NOT NULL CHECK (stage IN ('pending', 'backup', 'create_playlists', 'add_videos',"
    "  'delete_playlists', 'completed', 'paused', 'failed', 'cancelled')),"
    " paused_from TEXT NOT NULL DEFAULT '' CHECK (paused_from IN ('', 'pending', 'backup',"
    "  'create_playlists', 'add_videos', 'delete_playlists')),"
    " pause_reason TEXT NOT NULL DEFAULT '' CHECK (pause_reason IN ('', 'quota_exhausted',"
    "  'user_paused', 'confirmation', 'errors_collected', 'auth_error', 'network_error',"
    "  'policy_error')),"
    " pause_requested BIGINT NOT NULL DEFAULT 0 CHECK (pause_requested IN (0, 1)),"
    " delete_confirmed_at BIGINT NOT NULL DEFAULT 0,"
    " policy_hash TEXT NOT NULL DEFAULT '',"
    " plan TEXT NOT NULL DEFAULT '',"
    " backup_id BIGINT REFERENCES backup_snapshots(id),"
    " units_used BIGINT NOT NULL DEFAULT 0,"
    " resets_at BIGINT NOT NULL DEFAULT 0,"
    " created_at BIGINT NOT NULL,"
    " started_at BIGINT NOT NULL DEFAULT 0,"
    " finished_at BIGINT NOT NULL DEFAULT 0,"
    " lease_owner TEXT NOT NULL DEFAULT '',"
    " lease_epoch BIGINT NOT NULL DEFAULT 0,"
    " lease_expires_at BIGINT NOT NULL DEFAULT 0);",

    /* copies: for item_insert, how many copies of the video the playlist has when it is done.
     * found: the playlist's title as the plan met it. description: NULL leaves it as it is.
     * seen_at: when a listing showed the effect. */
    "CREATE TABLE sync_operations ("
    " id %ID%,"
    " job_id BIGINT NOT NULL REFERENCES sync_jobs(id),"
    " seq BIGINT NOT NULL,"
    " stage TEXT NOT NULL CHECK (stage IN ('create_playlists', 'add_videos',"
    "  'delete_playlists')),"
    " kind TEXT NOT NULL CHECK (kind IN ('playlist_create', 'playlist_update', 'item_insert',"
    "  'item_move', 'playlist_publish', 'item_delete', 'playlist_delete')),"
    " status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'in_flight',"
    "  'unknown', 'done', 'failed', 'skipped')),"
    " category TEXT NOT NULL DEFAULT '',"
    " playlist_id TEXT NOT NULL DEFAULT '',"
    " item_id TEXT NOT NULL DEFAULT '',"
    " video_id TEXT NOT NULL DEFAULT '',"
    " title TEXT NOT NULL DEFAULT '',"
    " description TEXT,"
    " privacy TEXT NOT NULL DEFAULT '' CHECK (privacy IN ('', 'private', 'unlisted',"
    "  'public')),"
    " copies BIGINT NOT NULL DEFAULT 1,"
    " anchor TEXT NOT NULL DEFAULT '',"
    " found TEXT NOT NULL DEFAULT '',"
    " rule TEXT NOT NULL DEFAULT '',"
    " attempts BIGINT NOT NULL DEFAULT 0,"
    " intent_at BIGINT NOT NULL DEFAULT 0,"
    " done_at BIGINT NOT NULL DEFAULT 0,"
    " remote_id TEXT NOT NULL DEFAULT '',"
    " seen_at BIGINT NOT NULL DEFAULT 0,"
    " units BIGINT NOT NULL DEFAULT 0,"
    " reason TEXT NOT NULL DEFAULT '',"
    " error TEXT NOT NULL DEFAULT '',"
    " UNIQUE (job_id, seq));",
    "CREATE INDEX sync_operations_by_status ON sync_operations (job_id, status);",

    /* What the policy dropped in so many words when the job was planned. */
    "CREATE TABLE job_drops ("
    " job_id BIGINT NOT NULL REFERENCES sync_jobs(id),"
    " video_id TEXT NOT NULL,"
    " rule TEXT NOT NULL DEFAULT '',"
    " PRIMARY KEY (job_id, video_id));",

    "CREATE TABLE sync_errors ("
    " id %ID%,"
    " job_id BIGINT NOT NULL REFERENCES sync_jobs(id),"
    " operation_id BIGINT REFERENCES sync_operations(id),"
    " stage TEXT NOT NULL,"
    " entity TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " message TEXT NOT NULL,"
    " at BIGINT NOT NULL);",
    "CREATE INDEX sync_errors_by_job ON sync_errors (job_id, id);",

    /* day: days since 1970-01-01 of the calendar in Los Angeles. hold_until: nothing is sent
     * before, because the day seems not to have been reset yet (late_refusals of it so far). */
    "CREATE TABLE quota_days ("
    " project TEXT NOT NULL,"
    " day BIGINT NOT NULL,"
    " limit_units BIGINT NOT NULL,"
    " reserved BIGINT NOT NULL DEFAULT 0 CHECK (reserved >= 0),"
    " used BIGINT NOT NULL DEFAULT 0 CHECK (used >= 0),"
    " creates_used BIGINT NOT NULL DEFAULT 0,"
    " creates_limit BIGINT NOT NULL,"
    " creates_refused BIGINT NOT NULL DEFAULT 0,"
    " creates_hold_until BIGINT NOT NULL DEFAULT 0,"
    " exhausted_at BIGINT NOT NULL DEFAULT 0,"
    " late_refusals BIGINT NOT NULL DEFAULT 0,"
    " hold_until BIGINT NOT NULL DEFAULT 0,"
    " PRIMARY KEY (project, day));",

    /* day2: the second day on which the call is booked when its flight may touch midnight, or
     * -1. done_at 0: reserved, the outcome is not back. */
    "CREATE TABLE quota_usage ("
    " id %ID%,"
    " project TEXT NOT NULL,"
    " day BIGINT NOT NULL,"
    " day2 BIGINT NOT NULL DEFAULT -1,"
    " method TEXT NOT NULL,"
    " units BIGINT NOT NULL,"
    " creates BIGINT NOT NULL DEFAULT 0,"
    " job_id BIGINT NOT NULL DEFAULT 0,"
    " operation_id BIGINT NOT NULL DEFAULT 0,"
    " sent_at BIGINT NOT NULL,"
    " done_at BIGINT NOT NULL DEFAULT 0,"
    " http_status BIGINT NOT NULL DEFAULT 0,"
    " reason TEXT NOT NULL DEFAULT '');",
    "CREATE INDEX quota_usage_open ON quota_usage (project, done_at);",

    "CREATE TABLE operation_log ("
    " id %ID%,"
    " job_id BIGINT NOT NULL DEFAULT 0,"
    " operation_id BIGINT NOT NULL DEFAULT 0,"
    " at BIGINT NOT NULL,"
    " actor TEXT NOT NULL,"
    " action TEXT NOT NULL,"
    " entity TEXT NOT NULL,"
    " before_json TEXT NOT NULL DEFAULT '',"
    " after_json TEXT NOT NULL DEFAULT '',"
    " snapshot_id BIGINT NOT NULL DEFAULT 0);",
    "CREATE INDEX operation_log_by_job ON operation_log (job_id, id);",
};

/* source: who says that there is such a playlist. Only what YouTube listed is ever written to. */
static const char *const migration_2[] = {
    "ALTER TABLE playlists ADD COLUMN source TEXT NOT NULL DEFAULT 'youtube'"
    " CHECK (source IN ('youtube', 'takeout', 'watch_later'));",
};

/* What each delete rests on (P1); see proofs.h. */
static const char *const migration_proofs[] = {
    "CREATE TABLE job_proofs ("
    " id %ID%,"
    " job_id BIGINT NOT NULL REFERENCES sync_jobs(id),"
    " operation_id BIGINT NOT NULL REFERENCES sync_operations(id),"
    " playlist_id TEXT NOT NULL,"
    " playlist_title TEXT NOT NULL,"
    " item_id TEXT NOT NULL,"
    " video_id TEXT NOT NULL,"
    " video_title TEXT NOT NULL DEFAULT '',"
    " position BIGINT NOT NULL,"
    " listed_at BIGINT NOT NULL,"
    " verdict TEXT NOT NULL CHECK (verdict IN ('placed', 'dropped', 'unaccounted')),"
    " place_playlist_id TEXT NOT NULL DEFAULT '',"
    " place_title TEXT NOT NULL DEFAULT '',"
    " place_item_id TEXT NOT NULL DEFAULT '',"
    " place_listed_at BIGINT NOT NULL DEFAULT 0,"
    " rule TEXT NOT NULL DEFAULT '',"
    " UNIQUE (operation_id, item_id));",
    "CREATE INDEX job_proofs_by_job ON job_proofs (job_id, id);",
};

/* The texts that jobs were planned by, so that backups have them. */
static const char *const migration_policies[] = {
    "CREATE TABLE policies ("
    " hash TEXT NOT NULL PRIMARY KEY,"
    " text TEXT NOT NULL,"
    " kept_at BIGINT NOT NULL);",
};

/* Whose history an entry of the log is; older entries learn it from their operation, or from the
 * single write that they are of. */
static const char *const migration_history[] = {
    "ALTER TABLE operation_log ADD COLUMN playlist_id TEXT NOT NULL DEFAULT '';",
    "ALTER TABLE operation_log ADD COLUMN video_id TEXT NOT NULL DEFAULT '';",

    "UPDATE operation_log SET"
    " playlist_id = (SELECT o.playlist_id FROM sync_operations o"
    "  WHERE o.id = operation_log.operation_id),"
    " video_id = (SELECT o.video_id FROM sync_operations o"
    "  WHERE o.id = operation_log.operation_id)"
    " WHERE operation_id IN (SELECT id FROM sync_operations);",
    "UPDATE operation_log SET video_id = entity"
    " WHERE operation_id = 0 AND action = 'item_insert';",
    "UPDATE operation_log SET playlist_id = entity"
    " WHERE operation_id = 0 AND action IN ('playlist_create', 'playlist_delete');",

    "CREATE INDEX operation_log_by_playlist ON operation_log (playlist_id, id);",
};

/* Videos that are known by their channel's name alone are read again by the next fetch. */
static const char *const migration_channel_ids[] = {
    "ALTER TABLE videos ADD COLUMN channel_id TEXT NOT NULL DEFAULT '';",
    "UPDATE videos SET fetched_at = 0;",
};

/* live_at: when it was last listed or answered for as a video that can be seen; 0: not known. */
static const char *const migration_live_at[] = {
    "ALTER TABLE videos ADD COLUMN live_at BIGINT NOT NULL DEFAULT 0;",
    "UPDATE videos SET live_at = fetched_at WHERE availability = 'live';",
};

/* A backup may have a video in a playlist several times, each at a place of its own. nth: which of
 * the video's copies in the category's order it is, from 1. */
static const char *const migration_copies[] = {
    "CREATE TABLE category_videos_new ("
    " category_id BIGINT NOT NULL REFERENCES categories(id),"
    " video_youtube_id TEXT NOT NULL,"
    " nth BIGINT NOT NULL DEFAULT 1,"
    " rank BIGINT NOT NULL,"
    " rule TEXT NOT NULL DEFAULT '',"
    " PRIMARY KEY (category_id, video_youtube_id, nth));",
    ("INSERT INTO category_videos_new (category_id, video_youtube_id, rank, rule)"
     " SELECT category_id, video_youtube_id, rank, rule FROM category_videos;"),
    "DROP TABLE category_videos;",
    "ALTER TABLE category_videos_new RENAME TO category_videos;",
    "ALTER TABLE sync_operations ADD COLUMN nth BIGINT NOT NULL DEFAULT 1;",
};

static const struct ys_migration migrations[] = {
    {migration_1, sizeof migration_1 / sizeof migration_1[0]},
    {migration_2, sizeof migration_2 / sizeof migration_2[0]},
    {migration_proofs, sizeof migration_proofs / sizeof migration_proofs[0]},
    {migration_policies, sizeof migration_policies / sizeof migration_policies[0]},
    {migration_history, sizeof migration_history / sizeof migration_history[0]},
    {migration_channel_ids, sizeof migration_channel_ids / sizeof migration_channel_ids[0]},
    {migration_live_at, sizeof migration_live_at / sizeof migration_live_at[0]},
    {migration_copies, sizeof migration_copies / sizeof migration_copies[0]},
};

size_t ys_schema_version(void)
{
    return sizeof migrations / sizeof migrations[0];
}

const struct ys_migration *ys_schema_migrations(void)
{
    return migrations;
}
