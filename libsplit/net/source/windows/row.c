/* SPDX-License-Identifier: MIT */
/* One window that somebody else counted, as JSON. */
#include "net/source/windows/row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "net/base/decimal.h"
#include "split/net.h"

typedef struct reader {
    const split_source_options *o;
    char *why;
    size_t why_size;
} reader;

static bool
fail(const reader *r, const char *sentence, const char *name)
{
    snprintf(r->why, r->why_size, sentence, name);
    return false;
}

/* A whole number as a number or a text; SQL engines write 64 bits as texts. */
static bool
count_of(const reader *r, const cJSON *value, int64_t *out)
{
    double number = -1;
    if (cJSON_IsNumber(value))
        number = value->valuedouble;
    else if (!cJSON_IsString(value) || !split__decimal_read(value->valuestring, &number))
        number = -1;
    if (!(number >= 0) || number > (double)SPLIT_COUNT_MAX || floor(number) < number)
        return fail(r, "'%.40s' is no whole number from 0 to 2^53", value->string);
    *out = (int64_t)number;
    return true;
}

/* Exactly n counts of an array. */
static bool
counts_of(const reader *r, const cJSON *list, int n, int64_t *out)
{
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != n)
        return fail(r, "'%.40s' has not as many counts as its metric has", list->string);
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        cJSON named = *item;
        named.string = list->string;
        if (!count_of(r, &named, out++))
            return false;
    }
    return true;
}

static bool
read_metrics(const reader *r, const cJSON *object, bool is_over, split_arm *arm)
{
    const cJSON *item;
    if (!cJSON_IsObject(object))
        return fail(r, "'%.40s' is no object of metrics", object->string);
    cJSON_ArrayForEach(item, object) {
        uint32_t m = 0;
        while (m < r->o->n_metrics && strcmp(r->o->metrics[m].name, item->string) != 0)
            m++;
        if (m == r->o->n_metrics)
            return fail(r, "there is no metric '%.40s'", item->string);
        if (!counts_of(r, item, is_over ? SPLIT_BOUND_COUNT : 2,
                       is_over ? &arm->over[SPLIT_BOUND_COUNT * m] : &arm->ratio[(size_t)2 * m]))
            return false;
        *(is_over ? &arm->over_present : &arm->ratio_present) |= UINT32_C(1) << m;
    }
    return true;
}

/* "METRIC_over_target" or "METRIC_bad": whose, and which of its counts. Places are in the arm's
 * arrays. */
static bool
find_flat(const reader *r, const char *name, uint32_t *m, int *place, bool *is_over)
{
    static const char *const ends[] = {"_over_target", "_over_warning", "_over_critical", "_bad",
                                       "_total"};
    for (*m = 0; *m < r->o->n_metrics; ++*m) {
        const char *metric = r->o->metrics[*m].name;
        size_t n = strlen(metric);
        for (int i = 0; strncmp(name, metric, n) == 0 && i < 5; i++)
            if (strcmp(name + n, ends[i]) == 0) {
                *is_over = i < SPLIT_BOUND_COUNT;
                *place = *is_over ? i : i - SPLIT_BOUND_COUNT;
                return true;
            }
    }
    return false;
}

static bool
read_count(const reader *r, const cJSON *item, split_arm *arm)
{
    uint32_t m;
    int place;
    bool is_over;
    for (int c = 0; c < SPLIT_COUNTER_COUNT; c++)
        if (strcmp(split_counter_name(c), item->string) == 0) {
            arm->present |= UINT32_C(1) << c;
            return count_of(r, item, &arm->counts[c]);
        }
    if (!find_flat(r, item->string, &m, &place, &is_over))
        return fail(r, "'%.40s' is no counter", item->string);
    *(is_over ? &arm->over_present : &arm->ratio_present) |= UINT32_C(1) << m;
    return count_of(r, item,
                    is_over ? &arm->over[SPLIT_BOUND_COUNT * m + (uint32_t)place]
                            : &arm->ratio[(size_t)2 * m + (size_t)place]);
}

static bool
is_aside(const cJSON *item)
{
    static const char *const names[] = {"start", "id", "variant", "arms", "expect", "share_ppm"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(item->string, names[i]) == 0)
            return true;
    return cJSON_IsNull(item) || strncmp(item->string, "x-", 2) == 0;
}

static bool
read_arm(const reader *r, const cJSON *object, split_arm *arm)
{
    split_metric_counts checked;
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        bool good = is_aside(item)                              ? true
                    : strcmp(item->string, "latency_over") == 0 ? read_metrics(r, item, true, arm)
                    : strcmp(item->string, "ratios") == 0       ? read_metrics(r, item, false, arm)
                                                                : read_count(r, item, arm);
        if (!good)
            return false;
    }
    for (uint32_t m = 0; m < r->o->n_metrics; m++)
        if (split_metric_count(&r->o->metrics[m], m, arm, &checked) == SPLIT_ERR_WINDOW)
            return fail(r, "the counts of '%.40s' are impossible: more bad ones than trials",
                        r->o->metrics[m].name);
    return true;
}

static int
index_of(const reader *r, const char *variant)
{
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        if (r->o->arms[a] != NULL && strcmp(r->o->arms[a], variant) == 0)
            return a;
    return -1;
}

/* RFC 3339 in UTC; SQL's form with a space and without a zone is UTC, too. */
static bool
read_start(const reader *r, const cJSON *row, split_us *out)
{
    char text[40];
    const cJSON *start = cJSON_GetObjectItemCaseSensitive(row, "start");
    *out = -1;
    if (start == NULL)
        return true;
    if (!cJSON_IsString(start) || strlen(start->valuestring) > sizeof text - 2)
        return fail(r, "'%.40s' is no time such as 2026-11-23T00:17:00Z", "start");
    snprintf(text, sizeof text, "%s", start->valuestring);
    size_t n = strlen(text);
    if (n > 10 && text[10] == ' ') {
        text[10] = 'T';
        memcpy(text + n, "Z", 2);
        n++;
    }
    return split_time_read(text, n, out) == SPLIT_OK ||
           fail(r, "'%.40s' is no time such as 2026-11-23T00:17:00Z", start->valuestring);
}

bool
split__row_read(const cJSON *json, const split_source_options *o, window_row *out, char *why,
                size_t why_size)
{
    const reader r = {o, why, why_size};
    const cJSON *arms = cJSON_GetObjectItemCaseSensitive(json, "arms");
    const cJSON *variant = cJSON_GetObjectItemCaseSensitive(json, "variant");
    const cJSON *item;
    memset(out, 0, sizeof *out);
    split_arm_clear(&out->arm[0]);
    split_arm_clear(&out->arm[1]);
    if (!cJSON_IsObject(json) || !read_start(&r, json, &out->start_us))
        return cJSON_IsObject(json) ? false : fail(&r, "it is no object%s", "");
    if (cJSON_IsString(variant)) {
        int a = index_of(&r, variant->valuestring);
        if (a >= 0)
            out->has_arm[a] = true;
        return a < 0 || read_arm(&r, json, &out->arm[a]);
    }
    if (!cJSON_IsObject(arms))
        return fail(&r, "it has neither 'arms' nor a 'variant'%s", "");
    cJSON_ArrayForEach(item, arms) {
        int a = index_of(&r, item->string);
        if (a < 0)
            continue;
        out->has_arm[a] = true;
        if (!cJSON_IsObject(item) || !read_arm(&r, item, &out->arm[a]))
            return cJSON_IsObject(item) ? false : fail(&r, "'%.40s' is no object", item->string);
    }
    return true;
}

void
split__row_add(const window_row *row, split_reading *out)
{
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        if (!row->has_arm[a])
            continue;
        split_arm_add(&out->arm[a], &row->arm[a]);
        out->has_arm[a] = true;
    }
}
