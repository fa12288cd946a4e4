/* SPDX-License-Identifier: MIT */
/* Short forms of SQLite's calls. */
#include "journal/db.h"

#include <stdarg.h>
#include <stdio.h>

int
journal_failed(const journal *j, const char *what)
{
    fprintf(stderr, "splitctl: %s: %s: %s\n", j->path, what, sqlite3_errmsg(j->db));
    return CTL_BAD_INPUT;
}

sqlite3_stmt *
journal_prepare(const journal *j, const char *sql, const char *kinds, ...)
{
    sqlite3_stmt *s = NULL;
    va_list args;
    if (sqlite3_prepare_v2(j->db, sql, -1, &s, NULL) != SQLITE_OK) {
        journal_failed(j, "statement");
        return NULL;
    }
    va_start(args, kinds);
    for (int i = 0; kinds[i] != '\0'; i++)
        if (kinds[i] == 'i')
            sqlite3_bind_int64(s, i + 1, va_arg(args, int64_t));
        else
            sqlite3_bind_text(s, i + 1, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
    va_end(args);
    return s;
}

int
journal_run(const journal *j, sqlite3_stmt *statement, const char *what)
{
    if (statement == NULL)
        return CTL_BAD_INPUT;
    int rc = sqlite3_step(statement);
    int code = rc == SQLITE_DONE || rc == SQLITE_ROW ? CTL_OK : journal_failed(j, what);
    sqlite3_finalize(statement);
    return code;
}

int
journal_execute(journal *j, const char *sql)
{
    return sqlite3_exec(j->db, sql, NULL, NULL, NULL) == SQLITE_OK ? CTL_OK
                                                                   : journal_failed(j, "setup");
}

int64_t
journal_number(const journal *j, const char *sql)
{
    sqlite3_stmt *s = journal_prepare(j, sql, "");
    int64_t value = -1;
    if (s != NULL && sqlite3_step(s) == SQLITE_ROW)
        value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return value;
}
