-- list.lua: for each fault that other tools are known for: the test of its name, and the edits that
-- take the protection against it out (`old` stands in the file exactly once). A fault with several
-- protections has a row for each. See ../mutations.lua.

local JOBS, EDGES = "known_faults_jobs", "known_faults_edges"

return {
    {
        fault = "crash between API success and commit", program = JOBS,
        test = "test_crash_between_success_and_commit",
        { file = "src/sync/load.c",
            old = "row->status == YS_OP_STATUS_IN_FLIGHT ? YS_OP_STATUS_UNKNOWN : row->status",
            new = "row->status == YS_OP_STATUS_IN_FLIGHT ? YS_OP_STATUS_PENDING : row->status" },
        { file = "src/store/operations.c",
            old = "WHERE id = ?1 AND status = 'pending' RETURNING id",
            new = "WHERE id = ?1 RETURNING id" },
    },
    {
        fault = "failed add, then delete", program = JOBS,
        test = "test_failed_add_then_delete",
        { file = "src/plan/agenda.c",
            old = [[        if (!ys_map_get(&agenda->lanes[at->lane].present, video_id, &copies) || copies < 1)
            return "it was not seen in its new playlist";]],
            new = "        (void)copies;" },
    },
    {
        fault = "unlisted videos of a deleted playlist: in the plan", program = JOBS,
        test = "test_uncategorised_videos_in_the_plan",
        { file = "src/plan/doomed.c",
            old = "if (!ys_map_get(&target->homes, item->video_id, NULL))",
            new = "if (gone && !ys_map_get(&target->homes, item->video_id, NULL))" },
    },
    {
        fault = "unlisted videos of a deleted playlist: added meanwhile", program = JOBS,
        test = "test_uncategorised_videos_added_meanwhile",
        { file = "src/plan/agenda.c",
            old = [[return "no category wants it and the policy does not drop it";]],
            new = "return NULL;" },
    },
    {
        fault = "deleting a playlist that the job made", program = JOBS,
        test = "test_deleting_a_playlist_that_the_job_made",
        { file = "src/plan/doomed.c",
            old = "        if (ys_plan_carries(plan, i)) continue;\n",
            new = "" },
    },
    {
        fault = "second run adds everything again", program = JOBS,
        test = "test_second_run_adds_nothing_again",
        { file = "src/plan/diff.c",
            old = "if (ys_map_get(present, wanted->videos[i].video_id, NULL)) {",
            new = "if (!present) {" },
    },
    {
        fault = "permanent create failure looping", program = JOBS,
        test = "test_permanent_create_failure_ends",
        { file = "src/sync/outcome.c",
            old = "    default: break;\n    }\n    YS_TRY(ys_engine_failed(engine, task, outcome",
            new = "    default: return put_back(engine, task, outcome, 0, err);\n    }\n"
                .. "    YS_TRY(ys_engine_failed(engine, task, outcome" },
    },
    {
        fault = "passing failure tried for ever", program = JOBS,
        test = "test_passing_failure_for_ever_ends",
        { file = "src/sync/outcome.c",
            old = "if (entry->attempts >= YS_ATTEMPTS_MAX) {",
            new = "if (entry->attempts < 0) {" },
    },
    {
        fault = "creation throttle retried for ever", program = EDGES,
        test = "test_creation_throttle_is_not_hammered",
        { file = "src/youtube/client_ledger.c",
            old = "if (outcome->verdict == YS_VERDICT_CREATE_LIMIT) {",
            new = "if (outcome->verdict == YS_VERDICT_COUNT) {" },
    },
    {
        fault = "pause overwritten by a stage change", program = EDGES,
        test = "test_pause_outlives_a_stage_change",
        { file = "src/store/jobs.c",
            old = [[" resets_at = ?5, started_at = ?6,]],
            new = [[" pause_requested = 0, resets_at = ?5, started_at = ?6,]] },
    },
    {
        fault = "work goes on after a pause", program = EDGES,
        test = "test_pause_outlives_a_stage_change",
        { file = "src/sync/engine.c",
            old = "return !engine->job.pause_requested && !engine->resting && !engine->stopping &&",
            new = "return !engine->resting && !engine->stopping &&" },
    },
    {
        fault = "a failed listing taken for an empty one: before a delete", program = EDGES,
        test = "test_failed_listing_is_not_an_empty_one",
        { file = "src/library/listing.c",
            old = "    if (status != YS_OK) ys_listing_free(out);\n    return status;",
            new = "    if (status != YS_OK) {\n        ys_listing_free(out);\n"
                .. "        (void)ys_copy(out->playlist_id, sizeof out->playlist_id, playlist_id);\n"
                .. "    }\n    return YS_OK;" },
    },
    {
        fault = "a failed listing taken for an empty one: in the library", program = EDGES,
        test = "test_failed_listing_leaves_the_library",
        { file = "src/youtube/reader.c",
            old = "    if (status == YS_OK && series.failed != YS_OK) {",
            new = "    if (status != YS_OK && series.failed != YS_OK) {" },
    },
    {
        fault = "409 ABORTED taken for \"already there\"", program = JOBS,
        test = "test_409_aborted_is_not_already_there",
        { file = "src/youtube/classify.c",
            old = [[READS, HTTP(409), "ABORTED", NULL, NULL,
     YS_VERDICT_RETRY, NULL, "3.3"},]],
            new = [[READS, HTTP(409), "ABORTED", NULL, NULL,
     YS_VERDICT_ALREADY, NULL, "3.3"},]] },
    },
    {
        fault = "quota counted on success only", program = EDGES,
        test = "test_failed_calls_are_counted",
        { file = "src/youtube/client_ledger.c",
            old = "    if (exchange->reply.wire == YS_WIRE_NOT_SENT)\n        return ys_quota_release(",
            new = "    if (outcome->verdict != YS_VERDICT_DONE)\n        return ys_quota_release(" },
    },
    {
        fault = "reset computed with the wrong DST offset", program = EDGES,
        test = "test_reset_by_the_right_offset",
        { file = "src/base/time.c",
            old = "#define PDT_BEHIND_MS (7 * YS_MS_PER_HOUR)",
            new = "#define PDT_BEHIND_MS (8 * YS_MS_PER_HOUR)" },
    },
    {
        fault = "torn backup", program = EDGES,
        test = "test_torn_backup_stops_the_job",
        { file = "src/library/backup.c",
            old = "    if (status == YS_OK) status = read_back(writing, err);\n",
            new = "    if (status == YS_EINVAL) status = read_back(writing, err);\n" },
    },
    {
        fault = "a repeat by the HTTP library", program = EDGES,
        test = "test_the_http_library_repeats_no_write",
        { file = "src/net/curl.c",
            old = "    if (slot->is_write && slot->begun > 0) {",
            new = "    if (slot->is_write && slot->begun < 0) {" },
        { file = "src/net/curl.c",
            old = "    (void)ctx;\n    (void)offset;\n    (void)origin;\n"
                .. "    return CURL_SEEKFUNC_FAIL;",
            new = "    (void)offset;\n    (void)origin;\n    ((struct slot *)ctx)->body_taken = 0;\n"
                .. "    return CURL_SEEKFUNC_OK;" },
    },
    {
        fault = "a listing inside the lag taken as proof of absence", program = JOBS,
        test = "test_absence_inside_the_lag_proves_nothing",
        { file = "src/sync/reconcile.c",
            old = "bool settled = ys_env_mono_ms(engine->env) >= lane->settle_ms;",
            new = "bool settled = true;" },
    },
}
