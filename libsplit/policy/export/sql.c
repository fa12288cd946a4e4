/* SPDX-License-Identifier: MIT */
/* A plan as a query of Trino (Athena) or ClickHouse. */
#include "policy/export/sql.h"

#include <string.h>

#include "split/error.h"

typedef struct dialect {
    const char *before; /* the unit, as bytes of UTF-8 */
    const char *after;
    const char *bytes_before; /* length of the key in bytes */
    const char *bytes_after;
} dialect;

static const dialect trino = {"bitwise_and(from_big_endian_64(xxhash64(to_utf8(", "))), 1048575)",
                              "length(to_utf8(", "))"};
static const dialect clickhouse = {"bitAnd(xxHash64(", "), 1048575)", "length(", ")"};

/* Names that need no quotes, perhaps with a schema before them. */
static bool
is_identifier(const char *text)
{
    bool start = true;
    for (const char *c = text; *c != '\0'; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '_';
        bool digit = *c >= '0' && *c <= '9';
        if (!letter && (start || (!digit && *c != '.')))
            return false;
        start = *c == '.';
    }
    return !start;
}

static void
put_text(export_job *job, const char *text, size_t n)
{
    split__out_raw(job->out, "'");
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\'')
            split__out_raw(job->out, "'");
        split__out_bytes(job->out, &text[i], 1);
    }
    split__out_raw(job->out, "'");
}

/* `hash of word tail key` AS alias */
static void
put_bucket(export_job *job, const dialect *d, const char *key, const char *word, const char *tail,
           const char *alias)
{
    split__out_raw(job->out, d->before);
    if (word[0] != '\0')
        split__export_print(job, "concat('%s%s', %s)", word, tail, key);
    else
        split__out_raw(job->out, key);
    split__export_print(job, "%s AS %s", d->after, alias);
}

static void
put_answer(export_job *job, uint32_t variant)
{
    split__export_print(job, " THEN '%s'\n", job->options->variants[variant]);
}

static void
put_rules(export_job *job, const dialect *d, const char *key)
{
    const split_plan *plan = job->plan;
    uint32_t usual = split_plan_default(plan);
    split__export_print(job, "    WHEN %s IS NULL OR %s = '' OR %s%s%s > 4096", key, key,
                        d->bytes_before, key, d->bytes_after);
    put_answer(job, usual);
    for (size_t i = 0; i < split_plan_n_overrides(plan); i++) {
        split_override o = split__export_override(plan, i);
        split__export_print(job, "    WHEN %s = ", key);
        put_text(job, o.key, o.key_len);
        put_answer(job, o.variant);
    }
    if (split_plan_holdout(plan) > 0) {
        split__export_print(job, "    WHEN holdout_bucket < %u", split_plan_holdout(plan));
        put_answer(job, usual);
    }
    if (split_plan_coverage(plan) < SPLIT_BUCKETS) {
        split__export_print(job, "    WHEN coverage_bucket >= %u", split_plan_coverage(plan));
        put_answer(job, usual);
    }
    for (size_t i = 0; i < split_plan_n_ranges(plan); i++) {
        split_range r = split__export_range(plan, i);
        split__export_print(job, "    WHEN bucket < %u", r.end);
        put_answer(job, r.variant);
    }
}

/* A backslash begins an escape in ClickHouse, so a key that has one is not written for it. */
static bool
are_overrides_plain(const split_plan *plan, bool is_clickhouse)
{
    for (size_t i = 0; i < split_plan_n_overrides(plan); i++) {
        split_override o = split__export_override(plan, i);
        bool escapes = is_clickhouse && memchr(o.key, '\\', o.key_len) != NULL;
        if (escapes || !split__export_is_plain(o.key, o.key_len))
            return false;
    }
    return true;
}

int
split__export_sql(export_job *job)
{
    const dialect *d = job->options->format == SPLIT_EXPORT_TRINO ? &trino : &clickhouse;
    const char *key = job->key != NULL ? job->key : "key";
    const char *table = job->options->table != NULL ? job->options->table : "visitors";
    const char *name = split_plan_name(job->plan);
    if (split_plan_mode(job->plan) != SPLIT_MODE_STICKY)
        return SPLIT_ERR_MODE;
    if (!is_identifier(key) || !is_identifier(table) || strlen(key) > 64 || strlen(table) > 200 ||
        !are_overrides_plain(job->plan, d == &clickhouse))
        return SPLIT_ERR_VALUE;
    split__export_print(job, "-- split %s, scheme split1\nSELECT %s, bucket, CASE\n", name, key);
    put_rules(job, d, key);
    split__export_print(job, "  END AS variant\nFROM (\n  SELECT %s, ", key);
    put_bucket(job, d, key, split_plan_salt(job->plan), ":", "bucket");
    if (split_plan_coverage(job->plan) < SPLIT_BUCKETS) {
        split__out_raw(job->out, ",\n    ");
        put_bucket(job, d, key, name, "/coverage:", "coverage_bucket");
    }
    if (split_plan_holdout(job->plan) > 0) {
        split__out_raw(job->out, ",\n    ");
        put_bucket(job, d, key, name, "/holdout:", "holdout_bucket");
    }
    split__export_print(job, "\n  FROM %s\n) AS units\n", table);
    return SPLIT_OK;
}
