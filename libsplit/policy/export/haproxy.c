/* SPDX-License-Identifier: MIT */
/*
 * A plan as HAProxy rules (>= 2.6). A later rule overwrites what an earlier one set, so they are
 * written from the weakest to the strongest: default, hash, coverage, holdout, overrides.
 */
#include "policy/export/haproxy.h"

#include <stdio.h>
#include <string.h>

#include "split/error.h"

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

int
split__export_haproxy(export_job *job)
{
    const char *key = job->key != NULL ? job->key : "req.cook(split_id)";
    if (!is_expression(key))
        return SPLIT_ERR_VALUE;
    split__export_print(job, "# split %s, scheme split1: put into the frontend. %s\n",
                        split_plan_name(job->plan), "The answer is var(txn.split_variant).");
    split__out_raw(job->out, "http-request set-var(txn.split_key) ");
    split__out_raw(job->out, key);
    split__out_raw(job->out, "\nacl split_has_key var(txn.split_key) -m len 1:4096\n");
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
