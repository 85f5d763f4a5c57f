/* migrate.c: runs the numbered migrations.
 *
 * Invariants
 *   - user_version N means: exactly migrations 1..N were applied. It is written in the same
 *     transaction as the migration, together with the application id.
 *   - Foreign keys are off while a migration runs: rebuilding a parent table with them on
 *     empties its children. They are checked as a whole before the commit.
 *   - meta `schema_seen` is the digest of a schema that was compared and found right, and of the
 *     migrations that it was compared with. While both are as they were, comparing them again would
 *     say the same: nearly all of what opening a database costs. */
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "store/rows.h"
#include "store/schema.h"

#define ID_TOKEN "%ID%"
#define STATEMENT_BYTES_MAX (64 * 1024)
#define META_SEEN "schema_seen"

/* Runs one statement with the driver's id column in place of each %ID%. */
static enum ys_status statement_run(struct ys_db *db, const char *text, struct ys_error *err)
{
    struct ys_buf ddl;
    const char *token = NULL;
    ys_buf_init(&ddl, STATEMENT_BYTES_MAX);
    while ((token = strstr(text, ID_TOKEN)) != NULL) {
        ys_buf_add(&ddl, text, (size_t)(token - text));
        ys_buf_text_add(&ddl, ys_db_id_column(db));
        text = token + strlen(ID_TOKEN);
    }
    ys_buf_text_add(&ddl, text);
    enum ys_status status = ys_buf_check(&ddl, "a statement of a migration", err);
    if (status == YS_OK) status = ys_db_exec(db, ys_buf_text(&ddl), err);
    ys_buf_free(&ddl);
    return status;
}

/* Inside the transaction. Another process may have been faster: then there is nothing to do. */
static enum ys_status migration_apply(struct ys_db *db, const struct ys_migration *migration,
                                      int64_t version, struct ys_error *err)
{
    int64_t now_at = 0;
    YS_TRY(ys_db_user_version(db, &now_at, err));
    if (now_at >= version) return YS_OK;
    for (size_t i = 0; i < migration->count; i++)
        YS_TRY(statement_run(db, migration->statements[i], err));
    YS_TRY(ys_db_set_application_id(db, YS_APPLICATION_ID, err));
    YS_TRY(ys_db_set_user_version(db, version, err));
    return ys_db_foreign_key_check(db, err);
}

static enum ys_status migration_run(struct ys_db *db, const struct ys_migration *migration,
                                    int64_t version, struct ys_error *err)
{
    YS_TRY(ys_db_foreign_keys(db, false, err));
    enum ys_status status = ys_db_begin(db, err);
    if (status == YS_OK) status = migration_apply(db, migration, version, err);
    if (status == YS_OK) status = ys_db_commit(db, err);
    if (status != YS_OK) {
        ys_db_rollback(db);
        ys_error_prefix(err, "Bringing the database to version %lld failed, it stays as it was",
                        (long long)version);
    }
    enum ys_status on = ys_db_foreign_keys(db, true, status == YS_OK ? err : NULL);
    return status == YS_OK ? on : status;
}

enum ys_status ys_schema_run(struct ys_db *db, const struct ys_migration *migrations, size_t count,
                             struct ys_error *err)
{
    int64_t version = 0;
    YS_TRY(ys_db_user_version(db, &version, err));
    if (version < 0)
        return ys_fail(err, YS_EDBCORRUPT,
                       "The database says that its version is %lld. " YS_RESTORE_ADVICE,
                       (long long)version);
    if ((uint64_t)version > count)
        return ys_fail(err, YS_EDBNEWER,
                       "The database is of version %lld and this ytsync knows versions up to "
                       "%zu: a newer ytsync wrote it. Use that one, or choose another file with "
                       "--db.",
                       (long long)version, count);
    for (size_t next = (size_t)version + 1; next <= count; next++)
        YS_TRY(migration_run(db, &migrations[next - 1], (int64_t)next, err));
    return YS_OK;
}

/* ---- the schema as it was found right */

struct digesting {
    struct ys_sha256 *hash;
    bool has_meta;
};

/* With its end, so that no two lists of words look alike. */
static void digest_word(struct ys_sha256 *hash, const char *word)
{
    ys_sha256_add(hash, word, strlen(word) + 1);
}

static bool digest_object(void *ctx, const struct ys_db_object *object)
{
    struct digesting *digesting = ctx;
    if (strcmp(object->name, "meta") == 0) digesting->has_meta = true;
    digest_word(digesting->hash, object->type);
    digest_word(digesting->hash, object->name);
    digest_word(digesting->hash, object->table);
    digest_word(digesting->hash, object->sql ? object->sql : "");
    return true;
}

static enum ys_status digest_make(struct ys_db *db, const struct ys_migration *migrations,
                                  size_t count, char out[YS_SHA256_TEXT_BYTES], bool *has_meta,
                                  struct ys_error *err)
{
    struct digesting digesting = {.hash = ys_sha256_new()};
    if (!digesting.hash) return ys_fail(err, YS_ENOMEM, "No memory is left for the schema.");
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < migrations[i].count; j++)
            digest_word(digesting.hash, migrations[i].statements[j]);
    enum ys_status status = ys_db_objects(db, digest_object, &digesting, err);
    ys_sha256_end(digesting.hash, out);
    *has_meta = digesting.has_meta;
    return status;
}

/* A table `meta` of another shape has no digest: the comparison finds it out. */
static bool seen_before(struct ys_db *db, const char *digest)
{
    struct ys_stmt *stmt = NULL;
    bool found = false;
    if (ys_db_prepare(db, "SELECT value FROM meta WHERE key = '" META_SEEN "'", &stmt, NULL) !=
        YS_OK)
        return false;
    if (ys_step(stmt, &found, NULL) != YS_OK || !found) return false;
    bool same = strcmp(ys_col_text(stmt, 0), digest) == 0;
    ys_stmt_done(stmt);
    return same;
}

/* What cannot be noted is compared again at the next start. */
static void note_seen(struct ys_db *db, const char *digest)
{
    struct ys_stmt *stmt = NULL;
    if (ys_db_begin(db, NULL) != YS_OK) return;
    enum ys_status status = ys_db_prepare(
        db,
        "INSERT INTO meta (key, value) VALUES ('" META_SEEN "', ?1)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        &stmt, NULL);
    if (status == YS_OK) {
        ys_bind_text(stmt, 1, digest);
        status = ys_run(stmt, NULL);
    }
    if (status == YS_OK) status = ys_db_commit(db, NULL);
    if (status != YS_OK) ys_db_rollback(db);
}

enum ys_status ys_schema_migrate(struct ys_db *db, struct ys_error *err)
{
    const struct ys_migration *migrations = ys_schema_migrations();
    size_t count = ys_schema_version();
    char digest[YS_SHA256_TEXT_BYTES];
    bool has_meta = false;
    YS_TRY(ys_schema_run(db, migrations, count, err));
    YS_TRY(digest_make(db, migrations, count, digest, &has_meta, err));
    if (has_meta && seen_before(db, digest)) return YS_OK;
    YS_TRY(ys_schema_compare(db, migrations, count, err));
    note_seen(db, digest);
    return YS_OK;
}
