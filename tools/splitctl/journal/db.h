/* SPDX-License-Identifier: MIT */
/* Short forms of SQLite's calls, shared by the files of the journal. */
#ifndef SPLITCTL_JOURNAL_DB_H
#define SPLITCTL_JOURNAL_DB_H

#include <sqlite3.h>

#include "journal/journal.h"

struct journal {
    sqlite3 *db;
    char *path;
    int lock;        /* descriptor of the driver's lock, or -1 */
    char *found[3];  /* texts of journal_find() */
    char *action[3]; /* texts of journal_next_action() */
    char *publisher; /* text of journal_last_publication() */
};

/* Report the connection's last error with what was being done. Returns CTL_BAD_INPUT. */
int journal_failed(const journal *j, const char *what);

/* A statement with its parameters: each letter of `kinds` is i (int64_t) or t (const char *). NULL
 * after a report. */
sqlite3_stmt *journal_prepare(const journal *j, const char *sql, const char *kinds, ...);

/* Run SQL without parameters or rows. */
int journal_execute(journal *j, const char *sql);

/* The first number that SQL without parameters gives; -1 when there is none. */
int64_t journal_number(const journal *j, const char *sql);

/* Run a statement without rows and finalize it. */
int journal_run(const journal *j, sqlite3_stmt *statement, const char *what);

#endif
