/* SPDX-License-Identifier: MIT */
/* Opening the journal: the file, its schema and migrations, and the driver's lock. */
#include "journal/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define APPLICATION_ID 0x53504c54 /* "SPLT" */
#define BUSY_MS 5000

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

static int
execute(journal *j, const char *sql)
{
    return sqlite3_exec(j->db, sql, NULL, NULL, NULL) == SQLITE_OK ? CTL_OK
                                                                   : journal_failed(j, "setup");
}

static int64_t
pragma(const journal *j, const char *sql)
{
    sqlite3_stmt *s = journal_prepare(j, sql, "");
    int64_t value = -1;
    if (s != NULL && sqlite3_step(s) == SQLITE_ROW)
        value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return value;
}

static int
migrate(journal *j, int64_t from)
{
    char mark[96];
    int code = execute(j, "BEGIN IMMEDIATE");
    if (code != CTL_OK)
        return code;
    from = pragma(j, "PRAGMA user_version"); /* another process may have been faster */
    for (int64_t v = from; code == CTL_OK && v < JOURNAL_SCHEMA; v++)
        code = execute(j, migrations[v]);
    snprintf(mark, sizeof mark, "PRAGMA user_version=%d; PRAGMA application_id=%d", JOURNAL_SCHEMA,
             APPLICATION_ID);
    if (code == CTL_OK)
        code = execute(j, mark);
    if (code == CTL_OK)
        return execute(j, "COMMIT");
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

static int
check_schema(journal *j, journal_access access)
{
    int64_t version = pragma(j, "PRAGMA user_version");
    int64_t application = pragma(j, "PRAGMA application_id");
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

static int
open_file(journal *j, journal_access access)
{
    int flags = access == JOURNAL_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                        : SQLITE_OPEN_READWRITE;
    int rc = sqlite3_open_v2(j->path, &j->db, flags, NULL);
    if (rc != SQLITE_OK && access == JOURNAL_READ) { /* a read-only file or folder */
        sqlite3_close(j->db);
        rc = sqlite3_open_v2(j->path, &j->db, SQLITE_OPEN_READONLY, NULL);
    }
    if (rc != SQLITE_OK)
        return journal_failed(j, "opening");
    sqlite3_busy_timeout(j->db, BUSY_MS);
    int code = access == JOURNAL_WRITE
                   ? execute(j, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
                   : CTL_OK;
    return code == CTL_OK ? check_schema(j, access) : code;
}

int
journal_open(const char *path, journal_access access, journal **out)
{
    journal *j = calloc(1, sizeof *j);
    int code = CTL_BAD_INPUT;
    if (j != NULL) {
        j->lock = -1;
        j->path = strdup(path);
        if (j->path != NULL)
            code = open_file(j, access);
    }
    if (code == CTL_OK)
        *out = j;
    else
        journal_close(&j);
    return code;
}

void
journal_close(journal **j)
{
    if (j == NULL || *j == NULL)
        return;
    for (int i = 0; i < 3; i++) {
        free((*j)->found[i]);
        free((*j)->action[i]);
    }
    sqlite3_close((*j)->db);
    if ((*j)->lock >= 0)
        close((*j)->lock);
    free((*j)->path);
    free(*j);
    *j = NULL;
}

int
journal_lock(journal *j)
{
    size_t n = strlen(j->path) + sizeof ".run";
    char *path = malloc(n);
    if (path == NULL)
        return CTL_BAD_INPUT;
    snprintf(path, n, "%s.run", j->path);
    j->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    int code = CTL_OK;
    if (j->lock < 0 || flock(j->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            fprintf(stderr, "splitctl: another 'splitctl run' drives this rollout (it holds %s)\n",
                    path);
        else
            fprintf(stderr, "splitctl: %s: %s\n", path, strerror(errno));
        code = CTL_NOT_PUBLISHED;
    }
    free(path);
    return code;
}
