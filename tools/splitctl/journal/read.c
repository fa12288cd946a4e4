/* SPDX-License-Identifier: MIT */
/* What is read from the journal. */
#include "journal/read.h"

#include <stdlib.h>
#include <string.h>

#include "journal/db.h"

static const char *
text(sqlite3_stmt *s, int column)
{
    const char *value = (const char *)sqlite3_column_text(s, column);
    return value != NULL ? value : "";
}

static void
take_rollout(sqlite3_stmt *s, journal_rollout *out)
{
    *out = (journal_rollout){.id = sqlite3_column_int64(s, 0),
                             .name = text(s, 1),
                             .policy = text(s, 2),
                             .began_us = sqlite3_column_int64(s, 3),
                             .ended_us = sqlite3_column_int64(s, 4),
                             .outcome = text(s, 5)};
}

static void
take_action(sqlite3_stmt *s, journal_action *out)
{
    *out = (journal_action){.seq = sqlite3_column_int64(s, 0),
                            .at_us = sqlite3_column_int64(s, 1),
                            .action = text(s, 2),
                            .who = text(s, 3),
                            .why = text(s, 4),
                            .window = sqlite3_column_int64(s, 5)};
}

static void
take_window(sqlite3_stmt *s, journal_window *out)
{
    *out = (journal_window){.id = sqlite3_column_int64(s, 0),
                            .start_us = sqlite3_column_int64(s, 1),
                            .phase = sqlite3_column_int64(s, 2),
                            .percent_e6 = sqlite3_column_int64(s, 3),
                            .decision_name = text(s, 4),
                            .reason = text(s, 5),
                            .window = text(s, 6),
                            .decision = text(s, 7),
                            .display = text(s, 8)};
}

static void
take_publication(sqlite3_stmt *s, journal_publication *out)
{
    *out = (journal_publication){.revision = sqlite3_column_int64(s, 0),
                                 .at_us = sqlite3_column_int64(s, 1),
                                 .percent_e6 = sqlite3_column_int64(s, 2),
                                 .effect_us = sqlite3_column_int64(s, 3),
                                 .by = text(s, 4),
                                 .seq = sqlite3_column_int64(s, 5)};
}

/* A copy that lives until the next one in the same place: an open statement would pin an old view
 * of the file, and a later write from there would be refused. */
static const char *
keep(char **place, const char *value)
{
    free(*place);
    *place = strdup(value);
    return *place != NULL ? *place : "";
}

/* Steps to the only row. The statement must be finalized whatever is returned. */
static int
first_row(const journal *j, sqlite3_stmt *statement)
{
    if (statement == NULL)
        return CTL_BAD_INPUT;
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        return CTL_OK;
    return rc == SQLITE_DONE ? CTL_NO_DATA : journal_failed(j, "reading");
}

int
journal_find(journal *j, int64_t id, journal_rollout *out)
{
    sqlite3_stmt *s =
        journal_prepare(j,
                        "SELECT id, name, policy, began_us, ended_us, outcome FROM rollout"
                        " WHERE ?1 IN (0, id) ORDER BY id DESC LIMIT 1",
                        "i", id);
    int code = first_row(j, s);
    if (code == CTL_OK) {
        take_rollout(s, out);
        out->name = keep(&j->found[0], out->name);
        out->policy = keep(&j->found[1], out->policy);
        out->outcome = keep(&j->found[2], out->outcome);
    }
    sqlite3_finalize(s);
    return code;
}

int
journal_next_action(journal *j, int64_t rollout, journal_action *out)
{
    sqlite3_stmt *s = journal_prepare(j,
                                      "SELECT seq, at_us, action, who, why, window FROM action"
                                      " WHERE rollout = ? AND window = 0 ORDER BY seq LIMIT 1",
                                      "i", rollout);
    int code = first_row(j, s);
    if (code == CTL_OK) {
        take_action(s, out);
        out->action = keep(&j->action[0], out->action);
        out->who = keep(&j->action[1], out->who);
        out->why = keep(&j->action[2], out->why);
    }
    sqlite3_finalize(s);
    return code;
}

int
journal_last_publication(journal *j, int64_t rollout, journal_publication *out)
{
    sqlite3_stmt *s =
        journal_prepare(j,
                        "SELECT revision, at_us, percent_e6, effect_us, by, seq FROM publication"
                        " WHERE rollout = ? ORDER BY seq DESC LIMIT 1",
                        "i", rollout);
    int code = first_row(j, s);
    if (code == CTL_OK) {
        take_publication(s, out);
        out->by = keep(&j->publisher, out->by);
    }
    sqlite3_finalize(s);
    return code;
}

int64_t
journal_last_window(journal *j, int64_t rollout)
{
    int64_t id = -1;
    sqlite3_stmt *s = journal_prepare(
        j, "SELECT coalesce(max(id), 0) FROM window WHERE rollout = ?", "i", rollout);
    if (s != NULL && sqlite3_step(s) == SQLITE_ROW)
        id = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return id;
}

/* Ends a walk: `rc` is SQLite's last answer, `code` the callback's. */
static int
end_walk(const journal *j, sqlite3_stmt *s, int rc, int code)
{
    if (s == NULL)
        return CTL_BAD_INPUT;
    if (code == CTL_OK && rc != SQLITE_DONE)
        code = journal_failed(j, "reading");
    sqlite3_finalize(s);
    return code;
}

int
journal_each_rollout(journal *j, int (*each)(const journal_rollout *, void *), void *ctx)
{
    sqlite3_stmt *s = journal_prepare(
        j, "SELECT id, name, policy, began_us, ended_us, outcome FROM rollout ORDER BY id", "");
    int code = CTL_OK;
    int rc = SQLITE_DONE;
    while (s != NULL && code == CTL_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        journal_rollout r;
        take_rollout(s, &r);
        code = each(&r, ctx);
    }
    return end_walk(j, s, rc, code);
}

int
journal_each_window(journal *j, int64_t rollout, int64_t after_id,
                    int (*each)(const journal_window *, void *), void *ctx)
{
    sqlite3_stmt *s =
        journal_prepare(j,
                        "SELECT id, start_us, phase, percent_e6, decision_name, reason, window,"
                        " decision, display FROM window WHERE rollout = ? AND id > ? ORDER BY id",
                        "ii", rollout, after_id);
    int code = CTL_OK;
    int rc = SQLITE_DONE;
    while (s != NULL && code == CTL_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        journal_window w;
        take_window(s, &w);
        code = each(&w, ctx);
    }
    return end_walk(j, s, rc, code);
}

int
journal_each_action(journal *j, int64_t rollout, int (*each)(const journal_action *, void *),
                    void *ctx)
{
    sqlite3_stmt *s = journal_prepare(
        j, "SELECT seq, at_us, action, who, why, window FROM action WHERE rollout = ? ORDER BY seq",
        "i", rollout);
    int code = CTL_OK;
    int rc = SQLITE_DONE;
    while (s != NULL && code == CTL_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        journal_action a;
        take_action(s, &a);
        code = each(&a, ctx);
    }
    return end_walk(j, s, rc, code);
}

int
journal_each_publication(journal *j, int64_t rollout,
                         int (*each)(const journal_publication *, void *), void *ctx)
{
    sqlite3_stmt *s = journal_prepare(j,
                                      "SELECT revision, at_us, percent_e6, effect_us, by, seq FROM "
                                      "publication WHERE rollout = ? ORDER BY seq",
                                      "i", rollout);
    int code = CTL_OK;
    int rc = SQLITE_DONE;
    while (s != NULL && code == CTL_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        journal_publication p;
        take_publication(s, &p);
        code = each(&p, ctx);
    }
    return end_walk(j, s, rc, code);
}
