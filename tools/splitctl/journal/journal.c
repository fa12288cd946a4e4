/* SPDX-License-Identifier: MIT */
/* Opening and closing the journal's file. */
#include "journal/journal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal/db.h"
#include "journal/schema.h"

#define BUSY_MS 5000

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
                   ? journal_execute(j, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
                   : CTL_OK;
    return code == CTL_OK ? journal_check_schema(j, access) : code;
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
    free((*j)->publisher);
    sqlite3_close((*j)->db);
    if ((*j)->lock >= 0)
        close((*j)->lock);
    free((*j)->path);
    free(*j);
    *j = NULL;
}
