/* SPDX-License-Identifier: MIT */
/* A query that counts a span of time, and which span is next (design: X5, X6). */
#include "net/source/sql/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/source/fields.h"
#include "net/source/windows/row.h"

#define SECOND INT64_C(1000000)
#define LAG_US (30 * SECOND)
#define TEXT_MAX 65536

/* "90s", "5m", "1h". */
static bool
read_lag(const char *text, split_us *out)
{
    char *end;
    long long n = strtoll(text, &end, 10);
    split_us unit = strcmp(end, "s") == 0   ? SECOND
                    : strcmp(end, "m") == 0 ? 60 * SECOND
                    : strcmp(end, "h") == 0 ? 3600 * SECOND
                                            : 0;
    *out = n * unit;
    return text[0] >= '0' && text[0] <= '9' && unit > 0 && n <= 86400;
}

static char *
read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = f == NULL ? NULL : calloc(1, TEXT_MAX + 1);
    size_t n = text == NULL ? 0 : fread(text, 1, TEXT_MAX + 1, f);
    if (f != NULL)
        fclose(f);
    if (n > 0 && n <= TEXT_MAX)
        return text;
    free(text);
    return NULL;
}

static int
take_text(sql_query *q, const char *query, split_error *error)
{
    bool is_file = strncmp(query, "file:", 5) == 0;
    q->text = is_file ? read_file(query + 5) : strdup(query);
    if (q->text == NULL)
        return split__net_fault(error, SPLIT_ERR_VALUE, "%s: the query %.120s cannot be read",
                                q->kind, query);
    if (strstr(q->text, "$from") == NULL || strstr(q->text, "$to") == NULL)
        return split__net_fault(
            error, SPLIT_ERR_VALUE,
            "%s: the query lacks $from or $to, which stand for the span that it "
            "counts: t >= $from AND t < $to",
            q->kind);
    return SPLIT_OK;
}

int
split__sql_open(sql_query *q, const split_source_options *o, const char *kind, split_error *error)
{
    const char *query = split__field_own(o, "query");
    const char *lag = split__field_own(o, "lag");
    q->options = o;
    q->kind = kind;
    q->lag_us = LAG_US;
    for (size_t i = 0; i < o->n_fields; i++)
        if (strcmp(o->fields[i].field, "query") != 0 && strcmp(o->fields[i].field, "lag") != 0)
            return split__net_fault(error, SPLIT_ERR_FIELD,
                                    "%s takes the names 'query' and 'lag', not '%.60s'", kind,
                                    o->fields[i].field);
    if (query == NULL)
        return split__net_fault(
            error, SPLIT_ERR_FIELD,
            "%s: what shall be counted? write \"sources\": {\"%s\": {\"query\": "
            "\"SELECT ...\"}} into the policy",
            kind, kind);
    if (lag != NULL && !read_lag(lag, &q->lag_us))
        return split__net_fault(error, SPLIT_ERR_VALUE, "%s: '%.40s' is no lag such as 90s or 5m",
                                kind, lag);
    return take_text(q, query, error);
}

void
split__sql_close(sql_query *q)
{
    free(q->text);
    q->text = NULL;
}

/* '2026-11-23 00:17:00', in UTC, as both engines read it. */
static void
put_instant(FILE *out, split_us at)
{
    char text[SPLIT_TIME_BYTES] = "";
    (void)split_time_print(at, text);
    fprintf(out, "'%.10s %.8s'", text, text + 11);
}

static char *
fill(const sql_query *q, split_us from, split_us to)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL)
        return NULL;
    for (const char *p = q->text; *p != '\0';) {
        if (strncmp(p, "$from", 5) == 0) {
            put_instant(out, from);
            p += 5;
        } else if (strncmp(p, "$to", 3) == 0) {
            put_instant(out, to);
            p += 3;
        } else {
            fputc(*p++, out);
        }
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return text;
    free(text);
    return NULL;
}

int
split__sql_next(sql_query *q, char **out_text, split_error *error)
{
    split_us settled = split_clock_wall() - q->lag_us;
    settled -= settled % SECOND;
    split_us from = q->is_begun ? q->from_us : settled - q->options->window_us;
    *out_text = NULL;
    if (settled <= from)
        return split__net_fault(error, SPLIT_ERR_NO_DATA, "%s: the next span is not over", q->kind);
    q->is_counting = q->is_begun;
    q->to_us = settled;
    *out_text = fill(q, from, settled);
    return *out_text != NULL
               ? SPLIT_OK
               : split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
}

/* The query counted both: what one arm has no row for was zero. */
static void
fill_zeros(const sql_query *q, split_reading *out)
{
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        const split_arm *other = &out->arm[1 - a];
        if (q->options->arms[a] == NULL || out->has_arm[a] || !out->has_arm[1 - a])
            continue;
        out->has_arm[a] = true;
        out->arm[a].present = other->present;
        out->arm[a].over_present = other->over_present;
        out->arm[a].ratio_present = other->ratio_present;
    }
}

int
split__sql_take(sql_query *q, const cJSON *rows, split_reading *out, split_error *error)
{
    char why[160];
    window_row row;
    split_reading sum;
    const cJSON *item;
    int n = 0;
    split_reading_init(&sum);
    cJSON_ArrayForEach(item, rows) {
        n++;
        if (!split__row_read(item, q->options, &row, why, sizeof why))
            return split__net_fault(error, SPLIT_ERR_PEER, "%s: row %d is no window: %s", q->kind,
                                    n, why);
        split__row_add(&row, &sum);
    }
    bool counting = q->is_counting;
    q->is_begun = true;
    q->from_us = q->to_us;
    if (!counting)
        return split__net_fault(error, SPLIT_ERR_NO_DATA, "first look at %s", q->kind);
    if (!sum.has_arm[0] && !sum.has_arm[1])
        return split__net_fault(error, SPLIT_ERR_NO_DATA, "%s has no row of either variant",
                                q->kind);
    fill_zeros(q, &sum);
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        out->arm[a] = sum.arm[a];
        out->has_arm[a] = sum.has_arm[a];
    }
    return SPLIT_OK;
}

void
split__sql_mark(sql_query *q)
{
    split_us now = split_clock_wall();
    now += (SECOND - now % SECOND) % SECOND;
    if (q->is_begun && now > q->from_us)
        q->from_us = now;
}
