/* SPDX-License-Identifier: MIT */
/* A ClickHouse server counts, over its HTTP interface. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/source/source.h"
#include "net/source/sql/query.h"

typedef struct clickhouse_source {
    split_source_options options;
    sql_query query;
    split_http *http;
    char *url;
} clickhouse_source;

/* The server's own sentence: the first line of what it answers. */
static int
refused(const clickhouse_source *c, const split_http_answer *answer, split_error *error)
{
    int n = (int)strcspn(answer->body, "\r\n");
    return split__net_fault(error, SPLIT_ERR_PEER, "%.80s answers status %d%s%.*s%s", c->url,
                            (int)answer->status, n > 0 ? ": " : "", n < 140 ? n : 140, answer->body,
                            answer->status == 401 || answer->status == 403
                                ? "; set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD"
                                : "");
}

/* Lines of objects; NULL when one is not an object. */
static cJSON *
rows_of(const split_http_answer *answer)
{
    cJSON *rows = cJSON_CreateArray();
    const char *p = answer->body;
    const char *end = p + answer->body_len;
    while (rows != NULL && p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((stop != NULL ? stop : end) - p);
        cJSON *row = n > 0 ? cJSON_ParseWithLength(p, n) : NULL;
        if (n > 0 && !cJSON_AddItemToArray(rows, row)) {
            cJSON_Delete(rows);
            return NULL;
        }
        p += n + 1;
    }
    return rows;
}

static int
ask(clickhouse_source *c, const char *query, split_reading *out, split_error *error)
{
    char *body;
    split_http_answer answer;
    if (asprintf(&body, "%s\nFORMAT JSONEachRow", query) < 0)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    const split_http_request request = {.size = sizeof request,
                                        .url = c->url,
                                        .body = body,
                                        .body_len = strlen(body),
                                        .user = getenv("CLICKHOUSE_USER"),
                                        .password = getenv("CLICKHOUSE_PASSWORD"),
                                        .repeatable = true};
    int rc = split_http_send(c->http, &request, &answer, error);
    free(body);
    if (rc != SPLIT_OK)
        return rc;
    if (answer.status != 200)
        return refused(c, &answer, error);
    cJSON *rows = rows_of(&answer);
    rc = rows == NULL
             ? split__net_fault(error, SPLIT_ERR_PEER, "%.120s answers no rows as JSON", c->url)
             : split__sql_take(&c->query, rows, out, error);
    cJSON_Delete(rows);
    return rc;
}

static int
clickhouse_read(void *state, split_reading *out, split_error *error)
{
    clickhouse_source *c = state;
    char *text;
    int rc = split__sql_next(&c->query, &text, error);
    if (rc == SPLIT_OK)
        rc = ask(c, text, out, error);
    free(text);
    return rc;
}

static void
clickhouse_mark(void *state)
{
    clickhouse_source *c = state;
    split__sql_mark(&c->query);
}

static void
clickhouse_close(void *state)
{
    clickhouse_source *c = state;
    split__sql_close(&c->query);
    split_http_free(&c->http);
    free(c->url);
    free(c);
}

static int
prepare(clickhouse_source *c, const char *place, split_error *error)
{
    if (*place == '\0' || strchr(place, '@') != NULL)
        return split__net_fault(
            error, SPLIT_ERR_VALUE,
            "clickhouse: write clickhouse:http://HOST:8123, without a password; set "
            "CLICKHOUSE_USER and CLICKHOUSE_PASSWORD");
    int rc = split__sql_open(&c->query, &c->options, "clickhouse", error);
    if (rc != SPLIT_OK)
        return rc;
    if (asprintf(&c->url, "%s%s", strstr(place, "://") == NULL ? "http://" : "", place) < 0)
        c->url = NULL;
    rc = c->url == NULL ? SPLIT_ERR_NOMEM : split_http_new(c->options.http, &c->http);
    return rc == SPLIT_OK ? rc : split__net_fault(error, rc, "%s", split_strerror(rc));
}

static int
clickhouse_open(const split_source_options *options, const char *place, void **out_state,
                split_error *error)
{
    clickhouse_source *c = calloc(1, sizeof *c);
    if (c == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    c->options = *options;
    int rc = prepare(c, place, error);
    if (rc != SPLIT_OK) {
        clickhouse_close(c);
        return rc;
    }
    *out_state = c;
    return SPLIT_OK;
}

const split__source_kind split__source_clickhouse = {
    .shown = {"clickhouse", "URL", "a query of the policy, run by ClickHouse for each window"},
    .open = clickhouse_open,
    .read = clickhouse_read,
    .close = clickhouse_close,
    .mark = clickhouse_mark,
};
