/* records.c: the records of ytsync.h as Lua tables: names, order, and how each field is read.
 *
 * Fields are called as in ytsync.h, without the units: times (_ms) are integers in ms UTC, costs
 * (_units) are quota units. Enumerations are their stable names. "" stays "". */
#include "lua/fields.h"

NAMER(enum ys_stage, stage_name)
NAMER(enum ys_stage, stage_label)
NAMER(enum ys_pause_reason, pause_name)
NAMER(enum ys_op_kind, op_kind_name)
NAMER(enum ys_op_status, op_status_name)
NAMER(enum ys_privacy, privacy_name)
NAMER(enum ys_availability, availability_name)
NAMER(enum ys_source, source_name)

static_assert(sizeof(enum ys_event_kind) == sizeof(int), "enumerations are read as int");
static const char *event_kind_of(int value)
{
    switch ((enum ys_event_kind)value) {
    case YS_EVENT_STAGE:
        return "stage";
    case YS_EVENT_OPERATION:
        return "operation";
    case YS_EVENT_ERROR:
        return "error";
    case YS_EVENT_NOTE:
        return "note";
    }
    return "unknown";
}

/* ------------------------------------------------------------------ quota and library */

static const struct ys_lua_field quota_fields[] = {
    TEXT(ys_quota_record, "day", day),
    INTEGER(ys_quota_record, "limit", limit_units),
    INTEGER(ys_quota_record, "keep", keep_units),
    INTEGER(ys_quota_record, "used", used_units),
    INTEGER(ys_quota_record, "reserved", reserved_units),
    INTEGER(ys_quota_record, "remaining", remaining_units),
    INTEGER(ys_quota_record, "creates_used", creates_used),
    INTEGER(ys_quota_record, "creates_limit", creates_limit),
    INTEGER(ys_quota_record, "resets_at", resets_at_ms),
    BOOLEAN(ys_quota_record, "exhausted", exhausted),
};
const struct ys_lua_record ys_lua_quota_record = {"quota day", FIELDS(quota_fields), false};

static const struct ys_lua_field fetch_fields[] = {
    INTEGER(ys_fetch_result, "playlists", playlists),
    INTEGER(ys_fetch_result, "items", items),
    INTEGER(ys_fetch_result, "videos", videos),
    INTEGER(ys_fetch_result, "playlists_listed", playlists_listed),
    INTEGER(ys_fetch_result, "imported", imported),
    INTEGER(ys_fetch_result, "units", units),
    INTEGER(ys_fetch_result, "refreshed", refreshed),
    INTEGER(ys_fetch_result, "dropped", dropped),
    INTEGER(ys_fetch_result, "gone", gone),
    TEXT(ys_fetch_result, "gone_file", gone_file),
};
const struct ys_lua_record ys_lua_fetch_record = {"fetch", FIELDS(fetch_fields), false};

static const struct ys_lua_field progress_fields[] = {
    POINTER(ys_fetch_progress, "what", what),
    INTEGER(ys_fetch_progress, "done", done),
    INTEGER(ys_fetch_progress, "total", total),
    INTEGER(ys_fetch_progress, "units", units),
};
const struct ys_lua_record ys_lua_progress_record = {"progress", FIELDS(progress_fields), false};

static const struct ys_lua_field channel_fields[] = {
    TEXT(ys_channel_record, "id", id),
    TEXT(ys_channel_record, "title", title),
    INTEGER(ys_channel_record, "fetched_at", fetched_at_ms),
};
const struct ys_lua_record ys_lua_channel_record = {"channel", FIELDS(channel_fields), false};

static const struct ys_lua_field probe_lag_fields[] = {
    INTEGER(ys_probe_lag, "unseen", unseen_ms),
    INTEGER(ys_probe_lag, "seen", seen_ms),
};
static const struct ys_lua_record probe_lag_record = {"lag", FIELDS(probe_lag_fields), false};

static const struct ys_lua_field probe_fields[] = {
    TEXT(ys_probe_record, "title", title),
    BOOLEAN(ys_probe_record, "left", left),
    INTEGER(ys_probe_record, "units", units),
    INTEGER(ys_probe_record, "refused", refused),
    RECORD(ys_probe_record, "made", made, probe_lag_record),
    RECORD(ys_probe_record, "added", added, probe_lag_record),
    RECORD(ys_probe_record, "added_more", added_more, probe_lag_record),
    RECORD(ys_probe_record, "taken_out", taken_out, probe_lag_record),
    RECORD(ys_probe_record, "deleted", deleted, probe_lag_record),
    TEXT(ys_probe_record, "place", place),
};
const struct ys_lua_record ys_lua_probe_record = {"probe", FIELDS(probe_fields), false};

static const struct ys_lua_field health_fields[] = {
    INTEGER(ys_health_record, "free_bytes", free_bytes),
    BOOLEAN(ys_health_record, "clock_known", clock_known),
    INTEGER(ys_health_record, "clock_off", clock_off_ms),
};
const struct ys_lua_record ys_lua_health_record = {"health", FIELDS(health_fields), false};

static const struct ys_lua_field signin_fields[] = {
    TEXT(ys_signin_record, "channel_id", channel_id),
    TEXT(ys_signin_record, "channel_title", channel_title),
    TEXT(ys_signin_record, "project_id", project_id),
    TEXT(ys_signin_record, "client_id", client_id),
    BOOLEAN(ys_signin_record, "may_read", may_read),
    BOOLEAN(ys_signin_record, "may_write", may_write),
    INTEGER(ys_signin_record, "signed_in_at", signed_in_at_ms),
    INTEGER(ys_signin_record, "token_ends_at", token_ends_at_ms),
    INTEGER(ys_signin_record, "ends_at", ends_at_ms),
};
const struct ys_lua_record ys_lua_signin_record = {"signin", FIELDS(signin_fields), false};

static const struct ys_lua_field playlist_fields[] = {
    TEXT(ys_playlist_record, "id", id),
    TEXT(ys_playlist_record, "title", title),
    POINTER(ys_playlist_record, "description", description),
    NAME(ys_playlist_record, "privacy", privacy, privacy_name_of),
    INTEGER(ys_playlist_record, "item_count", item_count),
    INTEGER(ys_playlist_record, "published_at", published_at_ms),
    INTEGER(ys_playlist_record, "fetched_at", fetched_at_ms),
    INTEGER(ys_playlist_record, "made_by_job", made_by_job),
    INTEGER(ys_playlist_record, "deleted_at", deleted_from_youtube_at_ms),
    TEXT(ys_playlist_record, "category", category),
    NAME(ys_playlist_record, "source", source, source_name_of),
};
const struct ys_lua_record ys_lua_playlist_record = {"playlist", FIELDS(playlist_fields), false};

static const struct ys_lua_field item_fields[] = {
    TEXT(ys_item_record, "id", id),
    TEXT(ys_item_record, "video_id", video_id),
    INTEGER(ys_item_record, "position", position),
    INTEGER(ys_item_record, "added_at", added_at_ms),
};
const struct ys_lua_record ys_lua_item_record = {"playlist item", FIELDS(item_fields), false};

static const struct ys_lua_field video_fields[] = {
    TEXT(ys_video_record, "id", id),
    POINTER(ys_video_record, "title", title),
    POINTER(ys_video_record, "channel", channel),
    POINTER(ys_video_record, "channel_id", channel_id),
    POINTER(ys_video_record, "description", description),
    LIST(ys_video_record, "tags", tags_json),
    {"duration_s", YS_LUA_INTEGER_OR_NIL, AT(ys_video_record, duration_s), NULL, NULL},
    INTEGER(ys_video_record, "published_at", published_at_ms),
    INTEGER(ys_video_record, "saved_at", saved_at_ms),
    NAME(ys_video_record, "availability", availability, availability_name_of),
    LIST(ys_video_record, "playlists", playlists_json),
    LIST(ys_video_record, "playlist_ids", playlist_ids_json),
};
const struct ys_lua_record ys_lua_video_record = {"video", FIELDS(video_fields), false};

/* ------------------------------------------------------------------ imports */

static const struct ys_lua_field takeout_fields[] = {
    INTEGER(ys_takeout_result, "files", files),
    INTEGER(ys_takeout_result, "other_files", other_files),
    INTEGER(ys_takeout_result, "rows", rows),
    INTEGER(ys_takeout_result, "read", read),
    INTEGER(ys_takeout_result, "bad", bad),
    INTEGER(ys_takeout_result, "repeated", repeated),
    INTEGER(ys_takeout_result, "lists", lists),
    INTEGER(ys_takeout_result, "listed", listed),
    INTEGER(ys_takeout_result, "gone", gone),
    INTEGER(ys_takeout_result, "empty", empty),
    INTEGER(ys_takeout_result, "watch_later", watch_later),
    INTEGER(ys_takeout_result, "self_sorted", self_sorted),
    INTEGER(ys_takeout_result, "undated", undated),
    INTEGER(ys_takeout_result, "videos", videos),
    INTEGER(ys_takeout_result, "untitled", untitled),
};
const struct ys_lua_record ys_lua_takeout_record = {"import", FIELDS(takeout_fields), false};

static const struct ys_lua_field import_match_fields[] = {
    INTEGER(ys_import_match, "imported", imported),
    INTEGER(ys_import_match, "listed", listed),
    INTEGER(ys_import_match, "common", common),
};
const struct ys_lua_record ys_lua_import_match_record = {"match", FIELDS(import_match_fields),
                                                         false};

static_assert(sizeof(enum ys_takeout_note_kind) == sizeof(int), "enumerations are read as int");
static const char *note_kind_of(int value)
{
    return (enum ys_takeout_note_kind)value == YS_TAKEOUT_BAD_ROW ? "bad_row" : "remark";
}

static const struct ys_lua_field takeout_note_fields[] = {
    NAME(ys_takeout_note, "kind", kind, note_kind_of),
    POINTER(ys_takeout_note, "file", file),
    INTEGER(ys_takeout_note, "line", line),
    POINTER(ys_takeout_note, "text", text),
};
const struct ys_lua_record ys_lua_takeout_note_record = {"note", FIELDS(takeout_note_fields),
                                                         false};

/* ------------------------------------------------------------------ plan */

static const struct ys_lua_field plan_stage_fields[] = {
    INTEGER(ys_plan_stage, "count", count),
    INTEGER(ys_plan_stage, "units", units),
};
static const struct ys_lua_record plan_stage_record = {"stage", FIELDS(plan_stage_fields), false};

static const struct ys_lua_field undo_fields[] = {
    INTEGER(ys_undo, "units", units),
    INTEGER(ys_undo, "days", days),
    INTEGER(ys_undo, "playlists_deleted", playlists_deleted),
    INTEGER(ys_undo, "playlists_made", playlists_made),
    INTEGER(ys_undo, "playlists_changed", playlists_changed),
    INTEGER(ys_undo, "entries_put_back", entries_put_back),
    INTEGER(ys_undo, "entries_taken_out", entries_taken_out),
    INTEGER(ys_undo, "entries_moved", entries_moved),
    INTEGER(ys_undo, "entries_lost", entries_lost),
};
static const struct ys_lua_record undo_record = {"price of taking back", FIELDS(undo_fields),
                                                 false};

static const struct ys_lua_field preview_fields[] = {
    INTEGER(ys_preview, "units", units),
    INTEGER(ys_preview, "write_units", write_units),
    INTEGER(ys_preview, "read_units", read_units),
    INTEGER(ys_preview, "plain_units", plain_units),
    INTEGER(ys_preview, "days", days),
    INTEGER(ys_preview, "plain_days", plain_days),
    INTEGER(ys_preview, "ends_at", ends_at_ms),
    RECORD(ys_preview, "create_playlists", create_playlists, plan_stage_record),
    RECORD(ys_preview, "add_videos", add_videos, plan_stage_record),
    RECORD(ys_preview, "delete_playlists", delete_playlists, plan_stage_record),
    INTEGER(ys_preview, "adopted", adopted),
    INTEGER(ys_preview, "reused", reused),
    INTEGER(ys_preview, "already_there", already_there),
    INTEGER(ys_preview, "unavailable", unavailable),
    INTEGER(ys_preview, "blocked", blocked),
    BOOLEAN(ys_preview, "no_cheaper_way", no_cheaper_way),
    INTEGER(ys_preview, "bound_units", bound_units),
    RECORD(ys_preview, "undo", undo, undo_record),
};
const struct ys_lua_record ys_lua_preview_record = {"preview", FIELDS(preview_fields), false};

static const struct ys_lua_field plan_item_fields[] = {
    NAME(ys_plan_item, "kind", kind, op_kind_name_of),
    POINTER(ys_plan_item, "category", category),
    POINTER(ys_plan_item, "playlist_id", playlist_id),
    POINTER(ys_plan_item, "title", title),
    POINTER(ys_plan_item, "video_id", video_id),
    POINTER(ys_plan_item, "rule", rule),
    INTEGER(ys_plan_item, "units", units),
    POINTER(ys_plan_item, "anchor", anchor),
};
const struct ys_lua_record ys_lua_plan_item_record = {"planned operation",
                                                      FIELDS(plan_item_fields), false};

static const struct ys_lua_field block_fields[] = {
    POINTER(ys_plan_block, "playlist_id", playlist_id),
    POINTER(ys_plan_block, "title", title),
    POINTER(ys_plan_block, "video_id", video_id),
    POINTER(ys_plan_block, "reason", reason),
    INTEGER(ys_plan_block, "videos", videos),
    INTEGER(ys_plan_block, "unmatched", unmatched),
    INTEGER(ys_plan_block, "gone", gone),
};
const struct ys_lua_record ys_lua_block_record = {"blocked playlist", FIELDS(block_fields), false};

static const struct ys_lua_field plan_playlist_fields[] = {
    POINTER(ys_plan_playlist, "category", category),
    POINTER(ys_plan_playlist, "playlist_id", playlist_id),
    POINTER(ys_plan_playlist, "title_now", title_now),
    POINTER(ys_plan_playlist, "title_then", title_then),
    NAME(ys_plan_playlist, "privacy_now", privacy_now, privacy_name_of),
    NAME(ys_plan_playlist, "privacy_then", privacy_then, privacy_name_of),
    BOOLEAN(ys_plan_playlist, "carried_on", carried_on),
    INTEGER(ys_plan_playlist, "rows_now", rows_now),
    INTEGER(ys_plan_playlist, "rows_then", rows_then),
    INTEGER(ys_plan_playlist, "inserts", inserts),
    INTEGER(ys_plan_playlist, "takeouts", takeouts),
    INTEGER(ys_plan_playlist, "moves", moves),
    INTEGER(ys_plan_playlist, "strangers", strangers),
    INTEGER(ys_plan_playlist, "units", units),
    INTEGER(ys_plan_playlist, "ready_at", ready_at_ms),
};
const struct ys_lua_record ys_lua_plan_playlist_record = {"planned playlist",
                                                          FIELDS(plan_playlist_fields), false};

static const struct ys_lua_field plan_day_fields[] = {
    INTEGER(ys_plan_day, "starts_at", starts_at_ms),
    INTEGER(ys_plan_day, "units", units),
    INTEGER(ys_plan_day, "reads", reads),
    INTEGER(ys_plan_day, "writes", writes),
    INTEGER(ys_plan_day, "ready", ready),
};
const struct ys_lua_record ys_lua_plan_day_record = {"day of a plan", FIELDS(plan_day_fields),
                                                     false};

static const struct ys_lua_field guards_fields[] = {
    INTEGER(ys_guards, "units", units),
    INTEGER(ys_guards, "takeouts", takeouts),
    INTEGER(ys_guards, "deletes", deletes),
};
const struct ys_lua_record ys_lua_guards_record = {"guards", FIELDS(guards_fields), false};

static const struct ys_lua_field warning_fields[] = {{"text", YS_LUA_TEXT_POINTER, 0, NULL, NULL}};
const struct ys_lua_record ys_lua_warning_record = {"warning", FIELDS(warning_fields), true};

/* ------------------------------------------------------------------ job */

static const struct ys_lua_field stage_result_fields[] = {
    INTEGER(ys_stage_result, "total", total),
    INTEGER(ys_stage_result, "done", done),
    INTEGER(ys_stage_result, "failed", failed),
    INTEGER(ys_stage_result, "skipped", skipped),
    INTEGER(ys_stage_result, "units", units),
};
static const struct ys_lua_record stage_result_record = {"stage result",
                                                         FIELDS(stage_result_fields), false};

static const struct ys_lua_field job_fields[] = {
    INTEGER(ys_job_record, "id", id),
    NAME(ys_job_record, "stage", stage, stage_name_of),
    NAME(ys_job_record, "label", stage, stage_label_of),
    NAME(ys_job_record, "paused_from", paused_from, stage_name_of),
    NAME(ys_job_record, "pause_reason", pause_reason, pause_name_of),
    BOOLEAN(ys_job_record, "pause_requested", pause_requested),
    INTEGER(ys_job_record, "done", done),
    INTEGER(ys_job_record, "total", total),
    INTEGER(ys_job_record, "failed", failed),
    INTEGER(ys_job_record, "unknown", unknown),
    INTEGER(ys_job_record, "units_used", units_used),
    INTEGER(ys_job_record, "created_at", created_at_ms),
    INTEGER(ys_job_record, "started_at", started_at_ms),
    INTEGER(ys_job_record, "finished_at", finished_at_ms),
    INTEGER(ys_job_record, "resets_at", resets_at_ms),
    RECORD(ys_job_record, "create_playlists", create_playlists, stage_result_record),
    RECORD(ys_job_record, "add_videos", add_videos, stage_result_record),
    RECORD(ys_job_record, "delete_playlists", delete_playlists, stage_result_record),
    TEXT(ys_job_record, "channel_id", channel_id),
    TEXT(ys_job_record, "policy_hash", policy_hash),
    TEXT(ys_job_record, "backup_file", backup_file),
    TEXT(ys_job_record, "needs_you", needs_you),
};
const struct ys_lua_record ys_lua_job_record = {"job", FIELDS(job_fields), false};

static const struct ys_lua_field operation_fields[] = {
    INTEGER(ys_operation_record, "id", id),
    INTEGER(ys_operation_record, "job_id", job_id),
    INTEGER(ys_operation_record, "seq", seq),
    NAME(ys_operation_record, "kind", kind, op_kind_name_of),
    NAME(ys_operation_record, "status", status, op_status_name_of),
    TEXT(ys_operation_record, "category", category),
    TEXT(ys_operation_record, "playlist_id", playlist_id),
    TEXT(ys_operation_record, "title", title),
    TEXT(ys_operation_record, "video_id", video_id),
    TEXT(ys_operation_record, "remote_id", remote_id),
    TEXT(ys_operation_record, "rule", rule),
    TEXT(ys_operation_record, "error", error),
    INTEGER(ys_operation_record, "attempts", attempts),
    INTEGER(ys_operation_record, "units", units),
    INTEGER(ys_operation_record, "intent_at", intent_at_ms),
    INTEGER(ys_operation_record, "done_at", done_at_ms),
};
const struct ys_lua_record ys_lua_operation_record = {"operation", FIELDS(operation_fields),
                                                      false};
/* "Is there an operation in this event" is asked of its id, which must come first. */
static_assert(offsetof(struct ys_operation_record, id) == 0, "YS_LUA_RECORD_IF_ID");

static const struct ys_lua_field error_fields[] = {
    INTEGER(ys_error_record, "id", id),
    INTEGER(ys_error_record, "job_id", job_id),
    INTEGER(ys_error_record, "operation_id", operation_id),
    NAME(ys_error_record, "stage", stage, stage_name_of),
    TEXT(ys_error_record, "entity", entity),
    TEXT(ys_error_record, "reason", reason),
    TEXT(ys_error_record, "message", message),
    INTEGER(ys_error_record, "at", at_ms),
};
const struct ys_lua_record ys_lua_error_record = {"error", FIELDS(error_fields), false};

static const struct ys_lua_field log_fields[] = {
    INTEGER(ys_log_record, "id", id),
    INTEGER(ys_log_record, "job_id", job_id),
    INTEGER(ys_log_record, "operation_id", operation_id),
    INTEGER(ys_log_record, "at", at_ms),
    TEXT(ys_log_record, "actor", actor),
    TEXT(ys_log_record, "action", action),
    TEXT(ys_log_record, "entity", entity),
    TEXT(ys_log_record, "playlist_id", playlist_id),
    TEXT(ys_log_record, "video_id", video_id),
    POINTER(ys_log_record, "before", before),
    POINTER(ys_log_record, "after", after),
};
const struct ys_lua_record ys_lua_log_record = {"log entry", FIELDS(log_fields), false};

static const struct ys_lua_field category_fields[] = {
    TEXT(ys_category_record, "key", key),
    TEXT(ys_category_record, "title", title),
    TEXT(ys_category_record, "playlist_id", playlist_id),
    INTEGER(ys_category_record, "videos", videos),
};
const struct ys_lua_record ys_lua_category_record = {"category", FIELDS(category_fields), false};

static const struct ys_lua_field event_fields[] = {
    NAME(ys_event, "kind", kind, event_kind_of),
    NAME(ys_event, "stage", stage, stage_name_of),
    {"operation", YS_LUA_RECORD_IF_ID, AT(ys_event, operation), NULL, &ys_lua_operation_record},
    TEXT(ys_event, "reason", reason),
    TEXT(ys_event, "text", text),
    INTEGER(ys_event, "done", done),
    INTEGER(ys_event, "total", total),
};
const struct ys_lua_record ys_lua_event_record = {"event", FIELDS(event_fields), false};
