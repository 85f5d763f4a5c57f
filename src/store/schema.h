/* schema.h: the numbered migrations; the DDL itself stands in schema.c. */
#ifndef YS_STORE_SCHEMA_H
#define YS_STORE_SCHEMA_H

#include "db/db.h"

/* One migration: statements that are run in this order. %ID% in them stands for the driver's id
 * column. */
struct ys_migration {
    const char *const *statements;
    size_t count;
};

/* Number of the newest migration; a database of this version has all of them. */
size_t ys_schema_version(void);
/* Migrations 1..ys_schema_version(), the first at index 0. */
const struct ys_migration *ys_schema_migrations(void);

/* Brings an opened database to the newest version and compares it, unless that very schema was
 * found right before; see the two below. */
YS_CHECKED enum ys_status ys_schema_migrate(struct ys_db *db, struct ys_error *err);

/* Runs migrations user_version+1..count, each in one transaction with foreign keys
 * off before BEGIN, checked before COMMIT, on again after; the version moves in the same
 * transaction, so a crash or a failure leaves the version before. A database of a version above
 * `count` is YS_EDBNEWER. Two processes may do it at the same time. */
YS_CHECKED enum ys_status ys_schema_run(struct ys_db *db, const struct ys_migration *migrations,
                                        size_t count, struct ys_error *err);
/* Compares every table, column and index with what a fresh database of the same migrations
 * has; a difference is YS_EDBSCHEMA and names the column and the statement that would mend
 * it. */
YS_CHECKED enum ys_status ys_schema_compare(struct ys_db *db,
                                            const struct ys_migration *migrations, size_t count,
                                            struct ys_error *err);

#endif
