/* schema.h: the numbered migrations; the DDL itself stands in schema.c. */
#ifndef YS_STORE_SCHEMA_H
#define YS_STORE_SCHEMA_H

#include "db/db.h"

/* Number of the newest migration; a database of this version has all of them. */
size_t ys_schema_version(void);
/* Text of migration 1..ys_schema_version(), with %ID% for the driver's id column. */
const char *ys_schema_migration(size_t version);

/* Brings an opened database to the newest version, each migration in one transaction with
 * foreign keys off before BEGIN, checked before COMMIT, on again after. A newer version is
 * YS_EDBNEWER. Then compares every table, column and index with what a fresh database has;
 * a difference is YS_EDBSCHEMA and names the column and the statement that would mend it. */
YS_CHECKED enum ys_status ys_schema_migrate(struct ys_db *db, struct ys_error *err);

#endif
