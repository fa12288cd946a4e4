/* SPDX-License-Identifier: MIT */
/* The journal's tables, and how an older journal gets them. */
#include "journal/schema.h"

#include <stdio.h>

#include "journal/db.h"

#define APPLICATION_ID 0x53504c54 /* "SPLT" */

/* Step i brings a journal of schema i to schema i + 1. */
static const char *const migrations[JOURNAL_SCHEMA] = {
    "CREATE TABLE rollout(id INTEGER PRIMARY KEY, name TEXT NOT NULL, policy TEXT NOT NULL,"
    " began_us INTEGER NOT NULL, ended_us INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL "
    "DEFAULT '');"
    "CREATE TABLE window(rollout INTEGER NOT NULL REFERENCES rollout, id INTEGER NOT NULL,"
    " start_us INTEGER NOT NULL, phase INTEGER NOT NULL, percent_e6 INTEGER NOT NULL,"
    " decision_name TEXT NOT NULL, reason TEXT NOT NULL, window TEXT NOT NULL, decision TEXT NOT "
    "NULL,"
    " display TEXT NOT NULL DEFAULT '', PRIMARY KEY(rollout, id)) WITHOUT ROWID;"
    "CREATE TABLE action(seq INTEGER PRIMARY KEY AUTOINCREMENT, rollout INTEGER NOT NULL "
    "REFERENCES rollout,"
    " at_us INTEGER NOT NULL, action TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,"
    " window INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE publication(seq INTEGER PRIMARY KEY AUTOINCREMENT, rollout INTEGER NOT NULL,"
    " revision INTEGER NOT NULL, at_us INTEGER NOT NULL, percent_e6 INTEGER NOT NULL,"
    " effect_us INTEGER NOT NULL, by TEXT NOT NULL);"};

static int
migrate(journal *j, int64_t from)
{
    char mark[96];
    int code = journal_execute(j, "BEGIN IMMEDIATE");
    if (code != CTL_OK)
        return code;
    from = journal_number(j, "PRAGMA user_version"); /* another process may have been faster */
    for (int64_t v = from; code == CTL_OK && v < JOURNAL_SCHEMA; v++)
        code = journal_execute(j, migrations[v]);
    snprintf(mark, sizeof mark, "PRAGMA user_version=%d; PRAGMA application_id=%d", JOURNAL_SCHEMA,
             APPLICATION_ID);
    if (code == CTL_OK)
        code = journal_execute(j, mark);
    if (code == CTL_OK)
        return journal_execute(j, "COMMIT");
    (void)sqlite3_exec(j->db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

static int
refuse_schema(const journal *j, int64_t version)
{
    if (version == 0) {
        fprintf(stderr, "splitctl: %s is empty; has a run begun?\n", j->path);
        return CTL_NO_DATA;
    }
    fprintf(stderr, "splitctl: %s is of an older version; 'splitctl run' brings it up\n", j->path);
    return CTL_BAD_INPUT;
}

static int
unreadable(const journal *j)
{
    if (sqlite3_errcode(j->db) == SQLITE_NOTADB)
        fprintf(stderr, "splitctl: %s is not a journal, nor any other SQLite file\n", j->path);
    else
        journal_failed(j, "reading");
    return CTL_BAD_INPUT;
}

int
journal_check_schema(journal *j, journal_access access)
{
    int64_t version = journal_number(j, "PRAGMA user_version");
    int64_t application = journal_number(j, "PRAGMA application_id");
    if (version < 0 || application < 0)
        return unreadable(j);
    if (application != APPLICATION_ID && (version != 0 || application != 0)) {
        fprintf(stderr, "splitctl: %s is a database of another program\n", j->path);
        return CTL_BAD_INPUT;
    }
    if (version > JOURNAL_SCHEMA) {
        fprintf(
            stderr,
            "splitctl: %s has schema %lld and this program knows up to %d; use a newer splitctl\n",
            j->path, (long long)version, JOURNAL_SCHEMA);
        return CTL_BAD_INPUT;
    }
    if (version == JOURNAL_SCHEMA)
        return CTL_OK;
    if (access == JOURNAL_WRITE)
        return migrate(j, version);
    return refuse_schema(j, version);
}
