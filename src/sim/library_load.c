/* library_load.c: libraries from JSON lines, and video lists grouped into playlists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/time.h"
#include "sim/internal.h"
#include "sim/library.h"
#include "sim/truth.h"

#define LINE_BYTES_MAX ((size_t)4 << 20)
#define LINES_MAX 200000

struct loader {
    struct ys_sim *sim;
    const char *channel_id;
    const char *path;
    int64_t line;
};

enum column {
    COL_PLAYLIST, COL_ID, COL_TITLE, COL_CHANNEL, COL_CATEGORY, COL_TAGS, COL_DESCRIPTION,
    COL_PUBLISHED, COL_DURATION, COL_AVAILABILITY, COL_PRIVACY, COL_SELF_SORTED, COL_ITEMS,
    COL_CHANNEL_ID
};

static const char line_sql[] =
    "SELECT ?1 ->> 'playlist', ?1 ->> 'id', ?1 ->> 'title', ?1 ->> 'channel', ?1 ->> 'categoryId',"
    " ?1 -> 'tags', ?1 ->> 'description', ?1 ->> 'publishedAt', ?1 ->> 'duration_s',"
    " ?1 ->> 'availability', ?1 ->> 'privacy', ?1 ->> 'self_sorted', ?1 -> 'items',"
    " ?1 ->> 'channelId'";

static enum ys_status load_video(struct loader *loader, const struct ys_json_row *row,
                                 struct ys_error *err)
{
    struct ys_sim_video video = {.id = ys_json_text(row, COL_ID),
                                 .title = ys_json_text(row, COL_TITLE),
                                 .description = ys_json_text(row, COL_DESCRIPTION),
                                 .channel_title = ys_json_text(row, COL_CHANNEL),
                                 .duration_s = ys_json_int(row, COL_DURATION),
                                 .category_id = (int)ys_json_int(row, COL_CATEGORY)};
    const char *availability = ys_json_text(row, COL_AVAILABILITY);
    const char *published = ys_json_text(row, COL_PUBLISHED);
    if (!ys_json_null(row, COL_TAGS)) video.tags_json = ys_json_text(row, COL_TAGS);
    if (!ys_json_null(row, COL_CHANNEL_ID)) video.channel_id = ys_json_text(row, COL_CHANNEL_ID);
    if (*published && !ys_time_parse(published, &video.published_at_ms))
        return ys_fail(err, YS_EINVAL, "\"%s\" is not a time", published);
    if (*availability && !ys_availability_from_name(availability, &video.availability))
        return ys_fail(err, YS_EINVAL, "\"%s\" is not an availability", availability);
    if (!*video.title) return ys_fail(err, YS_EINVAL, "neither a video nor a playlist");
    /* The times are not in the lists that this is used with; they should differ and stay. */
    if (!*published) {
        struct ys_sim_hash hash;
        ys_sim_hash_init(&hash);
        ys_sim_hash_text(&hash, video.id);
        video.published_at_ms = INT64_C(1230768000000) + (int64_t)(hash.a % 250000000) * 1000;
        if (!video.duration_s) video.duration_s = 30 + (int64_t)(hash.b % 3000);
    }
    return ys_sim_video_put(loader->sim, &video, err);
}

struct filling {
    struct loader *loader;
    const char *playlist_id;
};

static enum ys_status load_item(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct filling *filling = ctx;
    return ys_sim_item_add(filling->loader->sim, filling->playlist_id, ys_json_text(row, 0), -1,
                           ys_json_int(row, 1), NULL, err);
}

static enum ys_status load_playlist(struct loader *loader, const struct ys_json_row *row,
                                    struct ys_error *err)
{
    char id[YS_ID_BYTES];
    struct ys_sim_playlist spec = {.channel_id = loader->channel_id,
                                   .title = ys_json_text(row, COL_PLAYLIST),
                                   .description = ys_json_text(row, COL_DESCRIPTION),
                                   .privacy = YS_PRIVACY_PRIVATE,
                                   .self_sorted = ys_json_int(row, COL_SELF_SORTED) != 0};
    const char *privacy = ys_json_text(row, COL_PRIVACY);
    if (!ys_json_null(row, COL_ID)) spec.id = ys_json_text(row, COL_ID);
    if (*privacy && !ys_privacy_from_name(privacy, &spec.privacy))
        return ys_fail(err, YS_EINVAL, "\"%s\" is not a privacy", privacy);
    YS_TRY(ys_sim_playlist_add(loader->sim, &spec, id, err));
    if (ys_json_null(row, COL_ITEMS)) return YS_OK;
    char *items = ys_dup(ys_json_text(row, COL_ITEMS));
    if (!items) return ys_fail(err, YS_ENOMEM, "no memory for a playlist");
    struct filling filling = {loader, id};
    /* An item is a video id, or {"id": ..., "added_ms": ...}. */
    enum ys_status status =
        ys_json_rows(loader->sim->json,
                     "SELECT iif(type = 'object', value ->> 'id', value),"
                     " iif(type = 'object', value ->> 'added_ms', 0) FROM json_each(?1)",
                     items, strlen(items), load_item, &filling, err);
    ys_free(items);
    return status;
}

static enum ys_status load_line(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct loader *loader = ctx;
    if (ys_json_null(row, COL_PLAYLIST)) return load_video(loader, row, err);
    return load_playlist(loader, row, err);
}

static enum ys_status load_file(struct loader *loader, struct ys_error *err)
{
    FILE *file = fopen(loader->path, "r");
    char *line = NULL;
    size_t capacity = 0;
    enum ys_status status = YS_OK;
    if (!file) return ys_fail(err, YS_EIO, "the library \"%s\" cannot be opened", loader->path);
    while (status == YS_OK) {
        ssize_t bytes = getline(&line, &capacity, file);
        if (bytes < 0) break;
        loader->line++;
        if (loader->line > LINES_MAX || (size_t)bytes > LINE_BYTES_MAX)
            status = ys_fail(err, YS_ELIMIT, "the file or the line is too long");
        else if (line[strspn(line, " \t\r\n")] == '\0') continue;
        else
            status = ys_json_rows(loader->sim->json, line_sql, line, (size_t)bytes, load_line,
                                  loader, err);
        if (status != YS_OK)
            ys_error_prefix(err, "%s:%lld", loader->path, (long long)loader->line);
    }
    if (status == YS_OK && ferror(file))
        status = ys_fail(err, YS_EIO, "the library \"%s\" cannot be read", loader->path);
    free(line);
    (void)fclose(file);
    return status;
}

/* Runs `load`, then takes the snapshot; all or nothing. */
static enum ys_status in_bulk(struct loader *loader,
                              enum ys_status (*load)(struct loader *, struct ys_error *),
                              struct ys_error *err)
{
    struct ys_sim *sim = loader->sim;
    bool bulk = sim->bulk;
    YS_TRY(ys_sim_begin(sim, err));
    sim->bulk = true;
    enum ys_status status = load(loader, err);
    if (status == YS_OK) status = ys_truth_snapshot(sim, err);
    sim->bulk = bulk;
    return ys_sim_end(sim, status, err);
}

enum ys_status ys_sim_library_load(struct ys_sim *sim, const char *path, const char *channel_id,
                                   int64_t *lines, struct ys_error *err)
{
    struct loader loader = {.sim = sim, .channel_id = channel_id, .path = path};
    enum ys_status status = in_bulk(&loader, load_file, err);
    if (lines) *lines = loader.line;
    return status;
}

/* ------------------------------------------------------------------ grouping */

#define GROUPS_MAX 900

enum group_kind { GROUP_CATEGORY, GROUP_CHANNEL, GROUP_TAG };

struct group {
    enum group_kind kind;
    char name[YS_TITLE_BYTES];
};

struct grouping {
    struct loader loader; /* first */
    int64_t playlists, least;
    struct group *groups;
    int64_t count;
};

static const char *category_title(int id)
{
    static const struct { int id; const char *title; } titles[] = {
        {1, "Film & Animation"}, {2, "Autos & Vehicles"}, {10, "Music"}, {15, "Pets & Animals"},
        {17, "Sports"},          {19, "Travel & Events"}, {20, "Gaming"}, {22, "People & Blogs"},
        {23, "Comedy"},          {24, "Entertainment"},   {25, "News & Politics"},
        {26, "Howto & Style"},   {27, "Education"},       {28, "Science & Technology"},
        {29, "Nonprofits & Activism"}, {43, "Shows"}};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (titles[i].id == id) return titles[i].title;
    return "Other";
}

/* Which groups there are: categories first, then channels and tags in turn, biggest first. */
static enum ys_status find_groups(struct grouping *grouping, struct ys_error *err)
{
    struct ys_stmt *stmt;
    enum ys_status status = YS_OK;
    bool row = false;
    YS_TRY(ys_sim_query(grouping->loader.sim, &stmt, err,
                        "SELECT kind, name FROM (SELECT 0 AS kind, category_id AS name, count(*)"
                        " AS n FROM videos GROUP BY category_id UNION ALL SELECT 1,"
                        " channel_title, count(*) FROM videos GROUP BY channel_title UNION ALL"
                        " SELECT 2, lower(t.value), count(DISTINCT v.id) FROM videos v,"
                        " json_each(v.tags) t GROUP BY lower(t.value)) WHERE kind = 0 OR"
                        " n >= ?1 ORDER BY kind = 0 DESC, row_number() OVER (PARTITION BY kind"
                        " ORDER BY n DESC, name), kind",
                        YS_ARGS(YS_I(grouping->least))));
    while (grouping->count < grouping->playlists) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        struct group *group = &grouping->groups[grouping->count];
        group->kind = (enum group_kind)ys_col_int(stmt, 0);
        /* What cannot be a playlist's title is passed over. */
        if (!ys_copy(group->name, sizeof group->name, ys_col_text(stmt, 1)) ||
            ys_title_check(group->name, NULL) != YS_OK)
            continue;
        grouping->count++;
    }
    ys_stmt_done(stmt);
    return status;
}

static enum ys_status fill_group(struct grouping *grouping, const struct group *group,
                                 struct ys_error *err)
{
    static const char *const sql[] = {
        "SELECT id FROM videos WHERE category_id = ?1 ORDER BY id",
        "SELECT id FROM videos WHERE channel_title = ?1 ORDER BY id",
        ("SELECT id FROM videos WHERE EXISTS (SELECT 1 FROM json_each(tags) WHERE lower(value) ="
         " ?1) ORDER BY id")};
    struct ys_sim *sim = grouping->loader.sim;
    int category = (int)strtol(group->name, NULL, 10);
    struct ys_sim_playlist spec = {
        .channel_id = grouping->loader.channel_id,
        .title = group->kind == GROUP_CATEGORY ? category_title(category) : group->name,
        .privacy = YS_PRIVACY_PRIVATE};
    char id[YS_ID_BYTES];
    struct ys_stmt *stmt;
    bool row = false;
    YS_TRY(ys_sim_playlist_add(sim, &spec, id, err));
    if (group->kind == GROUP_CATEGORY)
        YS_TRY(ys_sim_query(sim, &stmt, err, sql[0], YS_ARGS(YS_I(category))));
    else
        YS_TRY(ys_sim_query(sim, &stmt, err, sql[group->kind], YS_ARGS(YS_T(group->name))));
    enum ys_status status;
    for (int64_t rows = 0; rows < YS_PLAYLIST_ITEMS_MAX; rows++) {
        status = ys_step(stmt, &row, err);
        if (status != YS_OK || !row) break;
        status = ys_sim_item_add(sim, id, ys_col_text(stmt, 0), -1, 0, NULL, err);
        if (status != YS_OK) break;
    }
    ys_stmt_done(stmt);
    return status;
}

static enum ys_status load_and_group(struct loader *loader, struct ys_error *err)
{
    struct grouping *grouping = (struct grouping *)(void *)loader;
    YS_TRY(load_file(loader, err));
    YS_TRY(find_groups(grouping, err));
    for (int64_t i = 0; i < grouping->count; i++)
        YS_TRY(fill_group(grouping, &grouping->groups[i], err));
    return YS_OK;
}

enum ys_status ys_sim_library_group(struct ys_sim *sim, const char *path, const char *channel_id,
                                    int64_t playlists, int64_t least, struct ys_error *err)
{
    struct grouping grouping = {.loader = {.sim = sim, .channel_id = channel_id, .path = path},
                                .playlists = playlists,
                                .least = least};
    if (playlists < 1 || playlists > GROUPS_MAX)
        return ys_fail(err, YS_EINVAL, "the number of playlists is not within 1..%d", GROUPS_MAX);
    grouping.groups = ys_alloc_zero((size_t)playlists, sizeof *grouping.groups);
    if (!grouping.groups) return ys_fail(err, YS_ENOMEM, "no memory for a library");
    enum ys_status status = in_bulk(&grouping.loader, load_and_group, err);
    ys_free(grouping.groups);
    return status;
}
