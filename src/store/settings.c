/* settings.c: the settings (whole numbers with default and range) and the free texts of `meta`.
 *
 * Settings belong to the Google project whose quota is spent, not to a policy. A setting that
 * was never set is not stored, so a later version may choose a better default. */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "store/rows.h"

struct setting {
    const char *key;
    int64_t fallback, min, max;
};

/* quota.daily: what a project has unless Google granted it more (YOUTUBE_API 1.1).
 * quota.keep: units left free for repairs and other programs (DESIGN, P3).
 * quota.creates: refusals were seen after some 20 playlists, and they can cost the channel; half
 *   of that a day (YOUTUBE_API 1.5).
 * pace.per_second: bulk adders leave 100 ms to 3 s between writes (YOUTUBE_API 1.5); two writes
 *   at a time that take about 400 ms each make five a second, the brisk end of that. A refusal
 *   slows the limiter down from there.
 * pace.settle_s: listings were measured to lag 1.9-2.8 s behind writes (YOUTUBE_API fact 5); the
 *   least value keeps twice that, as what is read sooner proves nothing. */
static const struct setting settings[] = {
    {"quota.daily", 10000, 1, 10000000},
    {"quota.keep", 100, 0, 9999999},
    {"quota.creates", 10, 1, 1000},
    {"pace.per_second", 5, 1, 100},
    {"pace.reads", 4, 1, 32},
    {"pace.writes", 2, 1, 16},
    {"pace.settle_s", 60, 5, 3600},
};

#define SETTINGS_COUNT (sizeof settings / sizeof settings[0])
#define SETTING_DAILY "quota.daily"
#define SETTING_KEEP "quota.keep"
#define KNOWN_KEYS_BYTES_MAX 512

const char *ys_store_setting_key(size_t index)
{
    return index < SETTINGS_COUNT ? settings[index].key : NULL;
}

static enum ys_status setting_find(const char *key, const struct setting **out,
                                   struct ys_error *err)
{
    for (size_t i = 0; i < SETTINGS_COUNT; i++) {
        if (key && strcmp(settings[i].key, key) == 0) {
            *out = &settings[i];
            return YS_OK;
        }
    }
    struct ys_buf known;
    ys_buf_init(&known, KNOWN_KEYS_BYTES_MAX);
    for (size_t i = 0; i < SETTINGS_COUNT; i++)
        ys_buf_printf(&known, "%s%s", i ? ", " : "", settings[i].key);
    (void)ys_fail(err, YS_EINVAL, "There is no setting \"%.64s\". The settings are: %s.",
                  key ? key : "", ys_buf_text(&known));
    ys_buf_free(&known);
    return YS_EINVAL;
}

enum ys_status ys_store_setting_get(struct ys_store *store, const char *key, int64_t *value,
                                    struct ys_error *err)
{
    const struct setting *setting = NULL;
    struct ys_stmt *stmt = NULL;
    bool row = false;
    YS_TRY(setting_find(key, &setting, err));
    YS_TRY(ys_db_prepare(store->db, "SELECT value FROM settings WHERE key = ?1", &stmt, err));
    ys_bind_text(stmt, 1, key);
    YS_TRY(ys_step(stmt, &row, err));
    enum ys_status status = YS_OK;
    *value = setting->fallback;
    if (row) {
        const char *text = ys_col_text(stmt, 0);
        if (!ys_number_parse(text, value) || *value < setting->min || *value > setting->max)
            status = ys_row_refuse(err, "settings", key, "value", text);
    }
    ys_stmt_done(stmt);
    return status;
}

/* quota.keep has to stay under quota.daily, or no day would ever have a unit to spend. */
static enum ys_status keep_check(struct ys_store *store, const char *key, int64_t value,
                                 struct ys_error *err)
{
    int64_t daily = 0, keep = 0;
    if (strcmp(key, SETTING_DAILY) == 0) {
        YS_TRY(ys_store_setting_get(store, SETTING_KEEP, &keep, err));
        if (value > keep) return YS_OK;
        return ys_fail(err, YS_EINVAL,
                       "quota.daily %lld would leave nothing to spend: quota.keep is %lld, and "
                       "it has to be less than quota.daily. Lower quota.keep first.",
                       (long long)value, (long long)keep);
    }
    if (strcmp(key, SETTING_KEEP) == 0) {
        YS_TRY(ys_store_setting_get(store, SETTING_DAILY, &daily, err));
        if (value < daily) return YS_OK;
        return ys_fail(err, YS_EINVAL,
                       "quota.keep %lld would leave nothing to spend: it has to be less than "
                       "quota.daily, which is %lld.",
                       (long long)value, (long long)daily);
    }
    return YS_OK;
}

static enum ys_status setting_write(struct ys_store *store, const char *key, int64_t value,
                                    struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    char text[24];
    YS_TRY(keep_check(store, key, value, err));
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO settings (key, value) VALUES (?1, ?2)"
                         " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                         &stmt, err));
    (void)snprintf(text, sizeof text, "%lld", (long long)value);
    ys_bind_text(stmt, 1, key);
    ys_bind_text(stmt, 2, text);
    return ys_run(stmt, err);
}

enum ys_status ys_store_setting_set(struct ys_store *store, const char *key, int64_t value,
                                    struct ys_error *err)
{
    const struct setting *setting = NULL;
    bool own = false;
    YS_TRY(setting_find(key, &setting, err));
    if (value < setting->min || value > setting->max)
        return ys_fail(err, YS_EINVAL, "%s is a whole number from %lld to %lld; %lld is not.",
                       key, (long long)setting->min, (long long)setting->max,
                       (long long)value);
    YS_TRY(ys_own_begin(store, &own, err));
    return ys_own_end(store, own, setting_write(store, key, value, err), err);
}

enum ys_status ys_store_meta_get(struct ys_store *store, const char *key, char *out,
                                 size_t out_bytes, struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    bool row = false;
    out[0] = '\0';
    YS_TRY(ys_db_prepare(store->db, "SELECT value FROM meta WHERE key = ?1", &stmt, err));
    ys_bind_text(stmt, 1, key);
    YS_TRY(ys_step(stmt, &row, err));
    enum ys_status status = YS_OK;
    if (row) status = ys_row_text(stmt, 0, out, out_bytes, "meta", key, "value", err);
    ys_stmt_done(stmt);
    return status;
}

static enum ys_status meta_write(struct ys_store *store, const char *key, const char *value,
                                 struct ys_error *err)
{
    struct ys_stmt *stmt = NULL;
    YS_TRY(ys_db_prepare(store->db,
                         "INSERT INTO meta (key, value) VALUES (?1, ?2)"
                         " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                         &stmt, err));
    ys_bind_text(stmt, 1, key);
    ys_bind_str(stmt, 2, value);
    return ys_run(stmt, err);
}

enum ys_status ys_store_meta_set(struct ys_store *store, const char *key, const char *value,
                                 struct ys_error *err)
{
    bool own = false;
    YS_TRY(ys_own_begin(store, &own, err));
    return ys_own_end(store, own, meta_write(store, key, value, err), err);
}
