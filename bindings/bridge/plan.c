/* SPDX-License-Identifier: MIT */
/* Plans for scripts: records to options, and the calls of plan.h and assign.h on a box. */
#include "plan.h"

#include "box.h"
#include "document_box.h"
#include "record.h"
#include "split/assign.h"
#include "split/error.h"

#include <stdlib.h>
#include <string.h>

SPLITB_KIND(plan, split_plan, split_plan_free)

static split_plan *
plan_of(splitb_plan *self)
{
    return self->box.core;
}

typedef struct plan_parts {
    uint64_t weights[SPLIT_VARIANTS_MAX];
    uint32_t home[SPLIT_VARIANTS_MAX];
    split_range *ranges;
    split_override *overrides;
} plan_parts;

static void
read_ranges(splitb_reader *r, plan_parts *parts, split_plan_options *options)
{
    for (size_t i = 0; i < options->n_variants; i++)
        parts->home[i] = splitb_read_u32(r);
    options->n_ranges = splitb_read_count(r, SPLIT_RANGES_MAX, 3);
    parts->ranges = calloc(options->n_ranges + 1, sizeof *parts->ranges);
    if (parts->ranges == NULL) {
        splitb_fail(r, SPLIT_ERR_NOMEM);
        return;
    }
    for (size_t i = 0; i < options->n_ranges; i++) {
        parts->ranges[i].start = splitb_read_u32(r);
        parts->ranges[i].end = splitb_read_u32(r);
        parts->ranges[i].variant = splitb_read_u32(r);
    }
    options->home = parts->home;
    options->ranges = parts->ranges;
}

static void
read_overrides(splitb_reader *r, plan_parts *parts, split_plan_options *options)
{
    options->n_overrides = splitb_read_count(r, SPLIT_OVERRIDES_MAX, 2);
    parts->overrides = calloc(options->n_overrides + 1, sizeof *parts->overrides);
    if (parts->overrides == NULL) {
        splitb_fail(r, SPLIT_ERR_NOMEM);
        return;
    }
    for (size_t i = 0; i < options->n_overrides; i++) {
        parts->overrides[i].key = splitb_read_bytes(r, &parts->overrides[i].key_len);
        parts->overrides[i].variant = splitb_read_u32(r);
    }
    options->overrides = parts->overrides;
}

static void
read_options(splitb_reader *r, plan_parts *parts, split_plan_options *options)
{
    split_plan_options_init(options);
    options->name = splitb_read_text(r, SPLIT_ERR_NAME);
    bool has_salt = splitb_read_bool(r);
    options->salt = splitb_read_text(r, SPLIT_ERR_SALT);
    if (!has_salt)
        options->salt = NULL;
    options->mode = splitb_read_u32(r);
    options->default_variant = splitb_read_u32(r);
    options->coverage_e6 = (uint32_t)splitb_read_e6(r, SPLIT_ERR_VALUE);
    options->holdout_e6 = (uint32_t)splitb_read_e6(r, SPLIT_ERR_VALUE);
    options->n_variants = (size_t)splitb_read_int(r, 0, INT32_MAX);
    if (options->n_variants == 0 || options->n_variants > SPLIT_VARIANTS_MAX) {
        splitb_fail(r, SPLIT_ERR_WEIGHTS);
        return;
    }
    if (splitb_read_bool(r)) {
        read_ranges(r, parts, options);
    } else {
        splitb_read_weights(r, parts->weights, options->n_variants);
        options->weights = parts->weights;
    }
    read_overrides(r, parts, options);
}

int
splitb_plan_open(splitb_plan *self, const double *in, size_t n_in, const char *text,
                 size_t text_len)
{
    splitb_reader r;
    plan_parts parts = {.ranges = NULL, .overrides = NULL};
    split_plan_options options;
    split_plan *plan = NULL;
    if (splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    read_options(&r, &parts, &options);
    if (r.err == SPLIT_OK && r.n_in == 0 && r.text_len == 0)
        splitb_fail(&r, split_plan_new(&options, NULL, &plan));
    int err = splitb_reader_done(&r);
    free(parts.ranges);
    free(parts.overrides);
    if (err == SPLIT_OK)
        splitb_box_fill(&self->box, plan, free_plan);
    return err;
}

int
splitb_plan_assign(splitb_plan *self, const char *key, size_t key_len, uint32_t *out_variant)
{
    split_assignment got;
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    int err = split_assign(plan_of(self), key, key_len, &got);
    if (err == SPLIT_OK)
        *out_variant = got.variant;
    return err;
}

/* A bucket that was not drawn is -1 in records. */
static double
bucket_number(uint32_t bucket)
{
    return bucket == SPLIT_NO_BUCKET ? -1 : (double)bucket;
}

static void
put_assignment(splitb_writer *w, const split_assignment *got)
{
    splitb_put(w, got->variant);
    splitb_put(w, bucket_number(got->bucket));
    splitb_put(w, got->reason);
}

int
splitb_plan_decide(splitb_plan *self, const char *key, size_t key_len, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_assignment got;
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    int err = split_assign(plan_of(self), key, key_len, &got);
    if (err == SPLIT_OK)
        put_assignment(&w, &got);
    *n_out = w.n_out;
    return err;
}

int
splitb_plan_explain(splitb_plan *self, const char *key, size_t key_len, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_explanation why;
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    int err = split_assign_explain(plan_of(self), key, key_len, &why);
    if (err != SPLIT_OK)
        return err;
    splitb_put_u64(&w, why.hash);
    splitb_put(&w, why.variant);
    splitb_put(&w, why.reason);
    splitb_put(&w, why.bucket);
    splitb_put(&w, why.range);
    splitb_put(&w, why.bounds.start);
    splitb_put(&w, why.bounds.end);
    splitb_put(&w, why.bounds.variant);
    splitb_put(&w, bucket_number(why.coverage_bucket));
    splitb_put(&w, bucket_number(why.holdout_bucket));
    splitb_put(&w, bucket_number(why.override_index));
    *n_out = w.n_out;
    return SPLIT_OK;
}

int
splitb_plan_gate(splitb_plan *self, const char *key, size_t key_len, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_assignment got = {0, SPLIT_NO_BUCKET, 0};
    bool decided = false;
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    int err = split_assign_gate(plan_of(self), key, key_len, &got, &decided);
    if (err != SPLIT_OK)
        return err;
    splitb_put(&w, decided);
    put_assignment(&w, &got);
    *n_out = w.n_out;
    return SPLIT_OK;
}

int
splitb_plan_unit_hash(splitb_plan *self, const char *key, size_t key_len, double *out,
                      size_t *n_out)
{
    splitb_writer w = {.out = out};
    uint64_t hash;
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    int err = split_plan_unit_hash(plan_of(self), key, key_len, &hash);
    if (err == SPLIT_OK)
        splitb_put_u64(&w, hash);
    *n_out = w.n_out;
    return err;
}

void *
splitb_plan_pin(splitb_plan *self)
{
    return splitb_box_pin(&self->box);
}

void
splitb_plan_unpin(splitb_plan *self, void *pinned)
{
    if (pinned != NULL)
        splitb_box_unpin(&self->box, pinned, free_plan);
}

int
splitb_plan_assign_pinned(const void *pinned, const char *keys, size_t keys_len,
                          const uint32_t *offsets, size_t n_offsets, uint16_t *variants,
                          size_t n_variants, uint32_t *out_n_bad)
{
    size_t n_bad = 0;
    if (pinned == NULL)
        return SPLIT_ERR_MODE;
    if (n_offsets == 0 || n_offsets - 1 != n_variants)
        return SPLIT_ERR_ARG;
    int err = split_assign_many(pinned, keys, keys_len, offsets, n_variants, variants, &n_bad);
    *out_n_bad = (uint32_t)n_bad;
    return err;
}

int
splitb_plan_assign_each(splitb_plan *self, const char *const *keys, const size_t *key_lens,
                        size_t n_keys, uint16_t *variants, uint32_t *n_bad)
{
    size_t n_bad_here = 0;
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    int err = split_assign_each(plan_of(self), keys, key_lens, n_keys, variants, &n_bad_here);
    *n_bad += (uint32_t)n_bad_here;
    return err;
}

int
splitb_plan_assign_columns(splitb_plan *self, const char *keys, size_t keys_len,
                           const uint32_t *offsets, size_t n_offsets, uint16_t *variants,
                           size_t n_variants, uint32_t *out_n_bad)
{
    return splitb_plan_assign_pinned(plan_of(self), keys, keys_len, offsets, n_offsets, variants,
                                     n_variants, out_n_bad);
}

int
splitb_plan_describe(splitb_plan *self, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    const split_plan *plan = plan_of(self);
    split_range range;
    if (plan == NULL)
        return SPLIT_ERR_MODE;
    splitb_put(&w, split_plan_mode(plan));
    splitb_put(&w, split_plan_default(plan));
    splitb_put(&w, split_plan_coverage(plan));
    splitb_put(&w, split_plan_holdout(plan));
    splitb_put(&w, (double)split_plan_bytes(plan));
    splitb_put(&w, (double)split_plan_n_variants(plan));
    for (size_t i = 0; i < split_plan_n_variants(plan); i++) {
        splitb_put(&w, split_plan_buckets(plan, i));
        splitb_put(&w, split_plan_home(plan, i));
    }
    splitb_put(&w, (double)split_plan_n_ranges(plan));
    for (size_t i = 0; split_plan_range(plan, i, &range) == SPLIT_OK; i++) {
        splitb_put(&w, range.start);
        splitb_put(&w, range.end);
        splitb_put(&w, range.variant);
    }
    splitb_put(&w, (double)split_plan_n_overrides(plan));
    *n_out = w.n_out;
    return w.err;
}

int
splitb_plan_name(splitb_plan *self, const char **out_text, size_t *out_text_len)
{
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    *out_text = split_plan_name(plan_of(self));
    *out_text_len = strlen(*out_text);
    return SPLIT_OK;
}

int
splitb_plan_salt(splitb_plan *self, const char **out_text, size_t *out_text_len)
{
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    *out_text = split_plan_salt(plan_of(self));
    *out_text_len = strlen(*out_text);
    return SPLIT_OK;
}

int
splitb_plan_override_key(splitb_plan *self, uint32_t index, const char **out_text,
                         size_t *out_text_len)
{
    split_override found = {0};
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    int err = split_plan_override(plan_of(self), index, &found);
    *out_text = found.key;
    *out_text_len = found.key_len;
    return err;
}

int
splitb_plan_override_variant(splitb_plan *self, uint32_t index, double *out, size_t *n_out)
{
    split_override found = {0};
    if (plan_of(self) == NULL)
        return SPLIT_ERR_MODE;
    int err = split_plan_override(plan_of(self), index, &found);
    out[0] = found.variant;
    *n_out = 1;
    return err;
}

const split_plan *
splitb_plan_core(const splitb_plan *plan)
{
    return plan->box.core;
}

splitb_box *
splitb_plan_box(splitb_plan *plan)
{
    return &plan->box;
}

int
splitb_plan_fill(splitb_plan *into, const split_plan_options *options)
{
    split_plan *plan = NULL;
    int err = split_plan_new(options, NULL, &plan);
    if (err == SPLIT_OK)
        splitb_box_fill(&into->box, plan, free_plan);
    return err;
}
