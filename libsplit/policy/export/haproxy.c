/* SPDX-License-Identifier: MIT */
/*
 * A plan as HAProxy rules (>= 2.6). A later rule overwrites what an earlier one set, so they are
 * written from the weakest to the strongest: default, hash, coverage, holdout, overrides.
 */
#include "policy/export/haproxy.h"

#include <stdio.h>
#include <string.h>

#include "split/error.h"

#define COOKIE_HEADERS 3

/* Only what needs no quoting in a rule: a sample expression has no blanks or quotes. */
static bool
is_expression(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || strchr("\"'\\#{}", *c) != NULL)
            return false;
    return text[0] != '\0';
}

/* Strong quotes keep everything but the quote itself. */
static void
put_quoted(export_job *job, const char *text, size_t n)
{
    split__out_raw(job->out, "'");
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\'')
            split__out_raw(job->out, "'\\''");
        else
            split__out_bytes(job->out, &text[i], 1);
    }
    split__out_raw(job->out, "'");
}

static void
put_variant(export_job *job, uint32_t variant)
{
    split__export_print(job, "http-request set-var(txn.split_variant) str(%s)",
                        job->options->variants[variant]);
}

static void
put_bucket(export_job *job, const char *variable, const char *word, const char *tail)
{
    split__export_print(job, "http-request set-var(txn.%s) ", variable);
    if (word[0] == '\0')
        split__out_raw(job->out, "var(txn.split_key),xxh64(0),and(1048575) ");
    else
        split__export_print(job, "str(%s%s),concat(,txn.split_key),xxh64(0),and(1048575) ", word,
                            tail);
    split__out_raw(job->out, "if split_has_key\n");
}

static void
put_ranges(export_job *job)
{
    uint32_t usual = split_plan_default(job->plan);
    for (size_t i = 0; i < split_plan_n_ranges(job->plan); i++) {
        split_range r = split__export_range(job->plan, i);
        if (r.variant == usual)
            continue;
        put_variant(job, r.variant);
        split__export_print(job, " if { var(txn.split_bucket) -m int %u:%u }\n", r.start,
                            r.end - 1);
    }
}

static void
put_gates(export_job *job)
{
    uint32_t coverage = split_plan_coverage(job->plan), holdout = split_plan_holdout(job->plan);
    if (coverage < SPLIT_BUCKETS) {
        put_bucket(job, "split_coverage", split_plan_name(job->plan), "/coverage:");
        put_variant(job, split_plan_default(job->plan));
        split__export_print(job, " if { var(txn.split_coverage) -m int %u:1048575 }\n", coverage);
    }
    if (holdout > 0) {
        put_bucket(job, "split_holdout", split_plan_name(job->plan), "/holdout:");
        put_variant(job, split_plan_default(job->plan));
        split__export_print(job, " if { var(txn.split_holdout) -m int 0:%u }\n", holdout - 1);
    }
}

static int
put_overrides(export_job *job)
{
    for (size_t i = 0; i < split_plan_n_overrides(job->plan); i++) {
        split_override o = split__export_override(job->plan, i);
        if (!split__export_is_plain(o.key, o.key_len))
            return SPLIT_ERR_VALUE;
        put_variant(job, o.variant);
        split__out_raw(job->out, " if { var(txn.split_key) -m str -- ");
        put_quoted(job, o.key, o.key_len);
        split__out_raw(job->out, " }\n");
    }
    return SPLIT_OK;
}

/* NAME of "req.cook(NAME)", for names that mean themselves in a regular expression. */
static size_t
cookie_name(const char *key, const char **out)
{
    static const char name_bytes[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    if (strncmp(key, "req.cook(", 9) != 0)
        return 0;
    size_t n = strspn(key + 9, name_bytes);
    *out = key + 9;
    return strcmp(key + 9 + n, ")") == 0 ? n : 0;
}

/* One piece of the header after the other, from the first on (P1). */
static void
put_pattern(export_job *job, const char *name, size_t n)
{
    split__out_raw(job->out, "^(?:[^;]*;)*?[[:blank:]]*");
    split__out_bytes(job->out, name, n);
    split__out_raw(job->out, "[[:blank:]]*=[[:blank:]]*([A-Za-z0-9_-]{1,64})[[:blank:]]*(?:;.*)?$");
}

/* req.cook() takes the last value, and none behind an open quote. Three headers are read; a later
 * rule overwrites, so the first header comes last. */
static void
put_cookie_key(export_job *job, const char *name, size_t n)
{
    for (int i = 1; i <= COOKIE_HEADERS; i++) {
        split__export_print(job, "acl split_cookie_%d req.fhdr(cookie,%d) -m reg -- '", i, i);
        put_pattern(job, name, n);
        split__out_raw(job->out, "'\n");
    }
    for (int i = COOKIE_HEADERS; i >= 1; i--) {
        split__export_print(
            job, "http-request set-var(txn.split_key) req.fhdr(cookie,%d),'regsub(\"", i);
        put_pattern(job, name, n);
        split__export_print(job, "\",\"\\1\")' if split_cookie_%d\n", i);
    }
}

int
split__export_haproxy(export_job *job)
{
    const char *key = job->key != NULL ? job->key : "req.cook(split_id)", *name = NULL;
    size_t name_len = cookie_name(key, &name);
    if (!is_expression(key))
        return SPLIT_ERR_VALUE;
    split__export_print(job, "# split %s, scheme split1: put into the frontend. %s\n",
                        split_plan_name(job->plan), "The answer is var(txn.split_variant).");
    if (name_len > 0) {
        put_cookie_key(job, name, name_len);
    } else {
        split__out_raw(job->out, "http-request set-var(txn.split_key) ");
        split__out_raw(job->out, key);
        split__out_raw(job->out, "\n");
    }
    split__out_raw(job->out, "acl split_has_key var(txn.split_key) -m len 1:4096\n");
    put_variant(job, split_plan_default(job->plan));
    split__out_raw(job->out, "\n");
    if (split_plan_mode(job->plan) == SPLIT_MODE_RANDOM)
        split__out_raw(job->out, "http-request set-var(txn.split_bucket) rand(1048576)\n");
    else
        put_bucket(job, "split_bucket", split_plan_salt(job->plan), ":");
    put_ranges(job);
    put_gates(job);
    return put_overrides(job);
}
