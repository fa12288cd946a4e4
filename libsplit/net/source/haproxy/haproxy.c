/* SPDX-License-Identifier: MIT */
/* HAProxy's statistics as CSV: answers by status class of the back end that serves an arm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/csv.h"
#include "net/source/counter.h"
#include "net/source/source.h"

#define MAX_COLUMNS 256
#define N_CLASSES 5

/* Columns that are read, in the order of `columns`. */
enum { COL_PROXY, COL_ROW, COL_CLASSES, COL_LOOKUPS = COL_CLASSES + N_CLASSES, COL_HITS, N_COLS };

static const char *const columns[N_COLS] = {"pxname",   "svname",        "hrsp_1xx",
                                            "hrsp_2xx", "hrsp_3xx",      "hrsp_4xx",
                                            "hrsp_5xx", "cache_lookups", "cache_hits"};

typedef struct backend {
    bool found;
    bool is_http;          /* it counts answers by class of status */
    int64_t count[N_COLS]; /* by column; the first two stay 0 */
} backend;

typedef struct haproxy_source {
    split_http *http;
    char *url;
    const char *user; /* of the environment; NULL for none */
    const char *password;
    const char *name[SPLIT_READING_ARM_COUNT]; /* of the back end; NULL: the arm is not asked for */
    const char *variant[SPLIT_READING_ARM_COUNT];
    bool has_before;
    split_us at; /* monotonic clock of the last poll */
    int n_dips;  /* looks in a row in which a counter was lower */
    counter_rate rate;
    backend before[SPLIT_READING_ARM_COUNT];
    backend now[SPLIT_READING_ARM_COUNT];
} haproxy_source;

/* Where each wanted column stands; false when this is no header of such a table. */
static bool
find_columns(const csv_field *header, size_t n, size_t at[N_COLS])
{
    csv_field first = header[0];
    if (first.len < 2 || memcmp(first.text, "# ", 2) != 0)
        return false;
    first = (csv_field){first.text + 2, first.len - 2};
    for (size_t c = 0; c < N_COLS; c++) {
        at[c] = MAX_COLUMNS;
        for (size_t i = 0; i < n; i++)
            if (split__csv_is(i == 0 ? &first : &header[i], columns[c]))
                at[c] = i;
    }
    for (size_t c = 0; c < COL_LOOKUPS; c++)
        if (at[c] == MAX_COLUMNS)
            return false;
    return true; /* the cache's columns came with HAProxy 1.9 */
}

/* A back end without an explicit name is called like the variant, or "be_" and the variant. */
static bool
is_backend_of(const haproxy_source *h, int a, const csv_field *proxy)
{
    if (h->name[a] != NULL)
        return split__csv_is(proxy, h->name[a]);
    if (h->variant[a] == NULL)
        return false;
    csv_field rest = *proxy;
    if (rest.len > 3 && memcmp(rest.text, "be_", 3) == 0 && !split__csv_is(proxy, h->variant[a]))
        rest = (csv_field){rest.text + 3, rest.len - 3};
    return split__csv_is(&rest, h->variant[a]);
}

static bool
take_row(haproxy_source *h, const csv_field *row, size_t n, const size_t at[N_COLS])
{
    if (at[COL_ROW] >= n || at[COL_PROXY] >= n || !split__csv_is(&row[at[COL_ROW]], "BACKEND"))
        return true;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        backend *b = &h->now[a];
        if (!is_backend_of(h, a, &row[at[COL_PROXY]]))
            continue;
        if (b->found)
            return false; /* two back ends fit: which one counts must be said */
        b->found = true;
        b->is_http = true;
        for (size_t c = COL_CLASSES; c < N_COLS; c++)
            if ((at[c] >= n || !split__csv_count(&row[at[c]], &b->count[c])) && c < COL_LOOKUPS)
                b->is_http = false;
    }
    return true;
}

static int
check_backends(const haproxy_source *h, split_error *error)
{
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        const char *name = h->name[a] != NULL ? h->name[a] : h->variant[a];
        if (name != NULL && !h->now[a].found)
            return split__net_fault(error, SPLIT_ERR_PEER, "%s has no back end '%.64s'", h->url,
                                    name);
        if (h->now[a].found && !h->now[a].is_http)
            return split__net_fault(error, SPLIT_ERR_PEER,
                                    "%s counts no HTTP answers of the back end '%.64s'", h->url,
                                    name);
    }
    return SPLIT_OK;
}

static int
parse_table(haproxy_source *h, const split_http_answer *answer, split_error *error)
{
    csv_field row[MAX_COLUMNS];
    size_t at[N_COLS];
    const char *p = answer->body;
    const char *end = p + answer->body_len;
    memset(h->now, 0, sizeof h->now);
    size_t n = split__csv_next(&p, end, row, MAX_COLUMNS);
    if (n == 0 || !find_columns(row, n, at))
        return split__net_fault(
            error, SPLIT_ERR_PEER,
            "%s answers no statistics as CSV; give the page of HAProxy's 'stats "
            "uri'",
            h->url);
    while (p < end) {
        n = split__csv_next(&p, end, row, MAX_COLUMNS);
        if (!take_row(h, row, n, at))
            return split__net_fault(error, SPLIT_ERR_PEER,
                                    "two back ends of %s fit one variant; name one in the policy's "
                                    "sources",
                                    h->url);
    }
    return check_backends(h, error);
}

static int64_t
sum_of(const backend b[SPLIT_READING_ARM_COUNT])
{
    int64_t sum = 0;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        for (size_t c = COL_CLASSES; c < COL_LOOKUPS; c++)
            split__count_add(&sum, b[a].count[c]);
    return sum;
}

/* C2. A back end of which a counter is lower has no data, and stays where it was. */
static bool
is_lower(const haproxy_source *h, int a)
{
    for (size_t c = COL_CLASSES; c < N_COLS; c++)
        if (h->now[a].count[c] < h->before[a].count[c])
            return true;
    return false;
}

static void
put_count(split_arm *arm, split_counter counter, int64_t count)
{
    arm->counts[counter] = count;
    arm->present |= UINT32_C(1) << counter;
}

/* A request whose visitor left has no class of status: it is no trial and is not counted. */
static void
put_backend(const haproxy_source *h, int a, split_reading *out)
{
    int64_t d[N_COLS];
    int64_t answers = 0;
    for (size_t c = COL_CLASSES; c < N_COLS; c++)
        d[c] = h->now[a].count[c] - h->before[a].count[c];
    for (size_t c = COL_CLASSES; c < COL_LOOKUPS; c++)
        answers += d[c];
    int64_t misses = d[COL_LOOKUPS] > d[COL_HITS] ? d[COL_LOOKUPS] - d[COL_HITS] : 0;
    split_arm *arm = &out->arm[a];
    out->has_arm[a] = h->now[a].found;
    if (!out->has_arm[a])
        return;
    put_count(arm, SPLIT_COUNTER_SENT, answers);
    put_count(arm, SPLIT_COUNTER_OUTCOMES, answers);
    put_count(arm, SPLIT_COUNTER_ERROR, d[COL_CLASSES + N_CLASSES - 1]);
    /* Without a cache HAProxy always shows 0, which is not a hit rate. */
    if (h->now[a].count[COL_LOOKUPS] == 0)
        return;
    put_count(arm, SPLIT_COUNTER_LOOKUPS, d[COL_LOOKUPS]);
    put_count(arm, SPLIT_COUNTER_MISSES, misses);
}

static int
fetch(haproxy_source *h, split_http_answer *answer, split_error *error)
{
    split_http_request request = {
        .size = sizeof request, .url = h->url, .user = h->user, .password = h->password};
    int rc = split_http_send(h->http, &request, answer, error);
    if (rc != SPLIT_OK)
        return rc;
    if (answer->status == 401)
        return split__net_fault(
            error, SPLIT_ERR_PEER,
            "%s refuses %s; set HAPROXY_STATS_USER and HAPROXY_STATS_PASSWORD", h->url,
            h->user == NULL ? "a visitor without a password" : "this user or password");
    if (answer->status != 200)
        return split__net_fault(error, SPLIT_ERR_PEER, "%s answers status %d", h->url,
                                (int)answer->status);
    return SPLIT_OK;
}

/* What was counted between the two polls (design: C1 to C3). */
static int
compare(haproxy_source *h, split_us at, split_reading *out, split_error *error)
{
    bool lower = false;
    int64_t counted = sum_of(h->now) - sum_of(h->before);
    if (split__counter_restarted(sum_of(h->before), sum_of(h->now))) {
        memset(h->before, 0, sizeof h->before);
        out->n_restarts = 1;
        counted = sum_of(h->now);
    }
    if (!split__counter_rate_take(&h->rate, counted > 0 ? counted : 0, (double)(at - h->at) / 1e6,
                                  -1))
        return split__net_fault(error, SPLIT_ERR_NO_DATA,
                                "%s counted far more in this window than its rate allows; is a "
                                "replica behind the address that lagged?",
                                h->url);
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        lower = lower || is_lower(h, a);
    h->n_dips = lower ? h->n_dips + 1 : 0;
    if (h->n_dips == COUNTER_DIPS_MAX) {
        h->n_dips = 0;
        return split__net_fault(error, SPLIT_ERR_NO_DATA,
                                "counters of %s stay lower than they were; counting begins again "
                                "there",
                                h->url);
    }
    if (lower)
        split__net_note(out, "a counter is lower than before and has no data in this window; are "
                             "there replicas behind one address?");
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        if (is_lower(h, a))
            h->now[a] = h->before[a];
        else
            put_backend(h, a, out);
    return SPLIT_OK;
}

static int
haproxy_read(void *state, split_reading *out, split_error *error)
{
    haproxy_source *h = state;
    split_http_answer answer;
    int rc = fetch(h, &answer, error);
    if (rc == SPLIT_OK)
        rc = parse_table(h, &answer, error);
    if (rc != SPLIT_OK)
        return rc;
    split_us at = split_clock_now();
    rc = h->has_before ? compare(h, at, out, error)
                       : split__net_fault(error, SPLIT_ERR_NO_DATA, "first poll at %s", h->url);
    memcpy(h->before, h->now, sizeof h->before);
    h->has_before = true;
    h->at = at;
    return rc;
}

static void
haproxy_close(void *state)
{
    haproxy_source *h = state;
    split_http_free(&h->http);
    free(h->url);
    free(h);
}

/* "HOST[:PORT][/PATH]" with or without a scheme; /stats is meant without a path, ";csv" always. */
static char *
csv_url(const char *place)
{
    const char *host = strstr(place, "://");
    const char *scheme = host == NULL ? "http://" : "";
    const char *slash = strchr(host == NULL ? place : host + 3, '/');
    const char *path = slash == NULL ? "/stats" : slash[1] == '\0' ? "stats" : "";
    const char *form = strstr(place, ";csv") != NULL ? "" : ";csv";
    size_t n = strlen(scheme) + strlen(place) + strlen(path) + strlen(form) + 1;
    char *url = malloc(n);
    if (url != NULL)
        snprintf(url, n, "%s%s%s%s", scheme, place, path, form);
    return url;
}

/* Names of back ends: {"haproxy": {"arm": "be_new", "baseline": "be_legacy"}} at any metric. */
static int
take_names(haproxy_source *h, const split_source_options *o, split_error *error)
{
    static const char *const fields[SPLIT_READING_ARM_COUNT] = {"arm", "baseline"};
    for (size_t i = 0; i < o->n_fields; i++) {
        const split_source_field *f = &o->fields[i];
        int a = 0;
        while (a < SPLIT_READING_ARM_COUNT && strcmp(f->field, fields[a]) != 0)
            a++;
        if (a == SPLIT_READING_ARM_COUNT)
            return split__net_fault(error, SPLIT_ERR_FIELD,
                                    "haproxy takes the names 'arm' and 'baseline' of back ends, "
                                    "not '%.64s'",
                                    f->field);
        if (h->name[a] != NULL && strcmp(h->name[a], f->text) != 0)
            return split__net_fault(error, SPLIT_ERR_VALUE,
                                    "haproxy: '%.64s' and '%.64s' are both named as '%s'",
                                    h->name[a], f->text, fields[a]);
        h->name[a] = f->text;
    }
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        h->variant[a] = o->arms[a];
    return SPLIT_OK;
}

static int
prepare(haproxy_source *h, const split_source_options *options, const char *place,
        split_error *error)
{
    if (strchr(place, '@') != NULL)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "haproxy: no password in the address; set HAPROXY_STATS_USER and "
                                "HAPROXY_STATS_PASSWORD");
    int rc = take_names(h, options, error);
    if (rc != SPLIT_OK)
        return rc;
    h->user = getenv("HAPROXY_STATS_USER");
    h->password = getenv("HAPROXY_STATS_PASSWORD");
    h->url = csv_url(place);
    rc = h->url == NULL ? SPLIT_ERR_NOMEM : split_http_new(options->http, &h->http);
    return rc == SPLIT_OK ? rc : split__net_fault(error, rc, "%s", split_strerror(rc));
}

static int
haproxy_open(const split_source_options *options, const char *place, void **out_state,
             split_error *error)
{
    haproxy_source *h = calloc(1, sizeof *h);
    if (h == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    int rc = prepare(h, options, place, error);
    if (rc != SPLIT_OK) {
        haproxy_close(h);
        return rc;
    }
    *out_state = h;
    return SPLIT_OK;
}

const split__source_kind split__source_haproxy = {
    .shown = {"haproxy", "URL", "HAProxy's statistics as CSV"},
    .open = haproxy_open,
    .read = haproxy_read,
    .close = haproxy_close,
};
