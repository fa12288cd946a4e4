/* SPDX-License-Identifier: MIT */
/* A Trino coordinator counts, over its statement API: POST, then follow nextUri until it is missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/scope.h"
#include "net/source/source.h"
#include "net/source/sql/query.h"

#define PAGES_MAX 1000
#define PAUSE_US 20000 /* between two polls of a query that runs */

typedef struct trino_source {
    split_source_options options;
    sql_query query;
    split_http *http;
    char *origin; /* "http://HOST:PORT" */
    char user_header[160];
} trino_source;

static const char *
text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* One exchange; `statement` is NULL to follow. The answer's JSON, or NULL with a fault. */
static int
exchange(trino_source *t, const char *url, const char *statement, cJSON **out, split_error *error)
{
    split_http_answer answer;
    const char *headers[] = {t->user_header, "X-Trino-Time-Zone: UTC"};
    const split_http_request request = {
        .size = sizeof request,
        .url = url,
        .headers = headers,
        .n_headers = 2,
        .body = statement,
        .body_len = statement != NULL ? strlen(statement) : 0,
        .user = getenv("TRINO_PASSWORD") != NULL ? getenv("TRINO_USER") : NULL,
        .password = getenv("TRINO_PASSWORD")};
    int rc = split_http_send(t->http, &request, &answer, error);
    *out = NULL;
    if (rc != SPLIT_OK)
        return rc;
    if (answer.status != 200)
        return split__net_fault(error, SPLIT_ERR_PEER, "%.100s answers status %d%s", t->origin,
                                (int)answer.status,
                                answer.status == 401 ? "; set TRINO_USER and TRINO_PASSWORD" : "");
    *out = cJSON_ParseWithLength(answer.body, answer.body_len);
    const cJSON *failed = cJSON_GetObjectItemCaseSensitive(*out, "error");
    if (cJSON_IsObject(*out) && failed == NULL)
        return SPLIT_OK;
    const char *message = text_of(failed, "message");
    return split__net_fault(error, SPLIT_ERR_PEER, "%.80s: %.150s", t->origin,
                            message != NULL ? message : "no answer of a Trino coordinator");
}

/* Arrays of values become objects by the names of the columns. */
static bool
add_rows(cJSON *rows, const cJSON *page)
{
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(page, "columns");
    const cJSON *values;
    cJSON_ArrayForEach(values, cJSON_GetObjectItemCaseSensitive(page, "data")) {
        cJSON *row = cJSON_CreateObject();
        const cJSON *value = values->child;
        const cJSON *column;
        bool good = cJSON_AddItemToArray(rows, row);
        cJSON_ArrayForEach(column, columns) {
            const char *name = text_of(column, "name");
            cJSON *copy = name == NULL || value == NULL ? NULL : cJSON_Duplicate(value, true);
            if (!good || !cJSON_AddItemToObject(row, name != NULL ? name : "", copy)) {
                cJSON_Delete(copy);
                return false;
            }
            value = value->next;
        }
        if (value != NULL)
            return false;
    }
    return true;
}

/* Another host in nextUri is nobody that was asked. */
static bool
is_own(const trino_source *t, const char *url)
{
    size_t n = strlen(t->origin);
    return strncmp(url, t->origin, n) == 0 && url[n] == '/';
}

static int
collect(trino_source *t, const char *statement, cJSON *rows, split_error *error)
{
    char url[1024];
    snprintf(url, sizeof url, "%.900s/v1/statement", t->origin);
    for (int page = 0; page < PAGES_MAX; page++) {
        cJSON *answer;
        int rc = exchange(t, url, page == 0 ? statement : NULL, &answer, error);
        if (rc == SPLIT_OK && !add_rows(rows, answer))
            rc = split__net_fault(error, SPLIT_ERR_PEER, "%.100s answers rows without columns",
                                  t->origin);
        const char *next = rc == SPLIT_OK ? text_of(answer, "nextUri") : NULL;
        bool more = next != NULL;
        if (more && (!is_own(t, next) || strlen(next) >= sizeof url))
            rc = split__net_fault(error, SPLIT_ERR_PEER, "%.100s leads to another host", t->origin);
        if (more && rc == SPLIT_OK)
            snprintf(url, sizeof url, "%s", next);
        cJSON_Delete(answer);
        if (rc != SPLIT_OK || !more)
            return rc;
        if (!split__scope_sleep_until(split_clock_now() + PAUSE_US))
            return split__net_fault(error, SPLIT_ERR_NET, "%.100s: the query takes too long",
                                    t->origin);
    }
    return split__net_fault(error, SPLIT_ERR_PEER, "%.100s: the answer has too many pages",
                            t->origin);
}

static int
trino_read(void *state, split_reading *out, split_error *error)
{
    trino_source *t = state;
    char *text;
    int rc = split__sql_next(&t->query, &text, error);
    if (rc != SPLIT_OK)
        return rc;
    cJSON *rows = cJSON_CreateArray();
    rc = rows == NULL ? SPLIT_ERR_NOMEM : collect(t, text, rows, error);
    free(text);
    if (rc == SPLIT_OK)
        rc = split__sql_take(&t->query, rows, out, error);
    cJSON_Delete(rows);
    return rc;
}

static void
trino_mark(void *state)
{
    trino_source *t = state;
    split__sql_mark(&t->query);
}

static void
trino_close(void *state)
{
    trino_source *t = state;
    split__sql_close(&t->query);
    split_http_free(&t->http);
    free(t->origin);
    free(t);
}

static int
prepare(trino_source *t, const char *place, split_error *error)
{
    const char *user = getenv("TRINO_USER");
    size_t n = strlen(place);
    while (n > 0 && place[n - 1] == '/')
        n--;
    if (n == 0 || strchr(place, '@') != NULL)
        return split__net_fault(
            error, SPLIT_ERR_VALUE,
            "trino: write trino:http://HOST:8080, without a password; set TRINO_USER and "
            "TRINO_PASSWORD");
    int rc = split__sql_open(&t->query, &t->options, "trino", error);
    if (rc != SPLIT_OK)
        return rc;
    snprintf(t->user_header, sizeof t->user_header, "X-Trino-User: %.120s",
             user != NULL ? user : "splitctl");
    if (asprintf(&t->origin, "%s%.*s", strstr(place, "://") == NULL ? "http://" : "", (int)n,
                 place) < 0)
        t->origin = NULL;
    rc = t->origin == NULL ? SPLIT_ERR_NOMEM : split_http_new(t->options.http, &t->http);
    return rc == SPLIT_OK ? rc : split__net_fault(error, rc, "%s", split_strerror(rc));
}

static int
trino_open(const split_source_options *options, const char *place, void **out_state,
           split_error *error)
{
    trino_source *t = calloc(1, sizeof *t);
    if (t == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    t->options = *options;
    int rc = prepare(t, place, error);
    if (rc != SPLIT_OK) {
        trino_close(t);
        return rc;
    }
    *out_state = t;
    return SPLIT_OK;
}

const split__source_kind split__source_trino = {
    .shown = {"trino", "URL", "a query of the policy, run by Trino for each window"},
    .open = trino_open,
    .read = trino_read,
    .close = trino_close,
    .mark = trino_mark,
};
