/* SPDX-License-Identifier: MIT */
/* Making plans from options (design/assignment.md section 2): checks first, then the layout, then
 * the overrides. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/memory.h"
#include "core/plan/layout.h"
#include "common/sized.h"
#include "core/plan/override.h"
#include "split/error.h"

_Static_assert(sizeof(split_plan) % 8 == 0, "overrides follow the plan at a multiple of 8");

#define ALL_E6 (100 * SPLIT_PERCENT)

void
split_plan_options_init_sized(split_plan_options *options, size_t size)
{
    const split_plan_options own = {.coverage_e6 = ALL_E6};
    split__sized_init(options, size, &own, sizeof own);
}

/* Letters, digits and . _ - ; a name must also start with a letter or digit. */
static bool
is_word_byte(char c, bool first)
{
    bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alnum || (!first && (c == '.' || c == '_' || c == '-'));
}

/* Length of a text of 1 to 64 word bytes, or 0 if it is not valid. */
static size_t
word_len(const char *text, bool is_name)
{
    size_t n = 0;
    while (n <= SPLIT_NAME_BYTES_MAX && text[n] != '\0') {
        if (!is_word_byte(text[n], is_name && n == 0))
            return 0;
        n++;
    }
    return n <= SPLIT_NAME_BYTES_MAX ? n : 0;
}

static int
take_names(split_plan *plan, const split_plan_options *o)
{
    static const char coverage[] = "/coverage:", holdout[] = "/holdout:";
    const char *salt = o->salt != NULL ? o->salt : o->name;
    if (o->name == NULL)
        return SPLIT_ERR_ARG;
    size_t name_len = word_len(o->name, true), salt_len = word_len(salt, false);
    if (name_len == 0)
        return SPLIT_ERR_NAME;
    if (salt_len == 0 && salt[0] != '\0')
        return SPLIT_ERR_SALT;
    memcpy(plan->name, o->name, name_len);
    memcpy(plan->salt, salt, salt_len);
    split__prefix_set(&plan->unit_prefix, salt, salt_len, ":", salt_len > 0);
    split__prefix_set(&plan->coverage_prefix, o->name, name_len, coverage, sizeof coverage - 1);
    split__prefix_set(&plan->holdout_prefix, o->name, name_len, holdout, sizeof holdout - 1);
    return SPLIT_OK;
}

/* A share becomes buckets by the rule of weights, so that neither side of a gate vanishes by
 * rounding (A18). */
static uint32_t
gate_buckets(uint32_t share_e6)
{
    const uint64_t weights[2] = {share_e6, ALL_E6 - share_e6};
    uint32_t counts[2] = {0, 0};
    (void)split__apportion(weights, 2, counts);
    return counts[0];
}

static int
take_numbers(split_plan *plan, const split_plan_options *o)
{
    if (o->n_variants < 1 || o->n_variants > SPLIT_VARIANTS_MAX)
        return SPLIT_ERR_WEIGHTS;
    if (o->default_variant >= o->n_variants)
        return SPLIT_ERR_INDEX;
    if (o->mode >= SPLIT_MODE_COUNT || o->coverage_e6 > ALL_E6 || o->holdout_e6 > ALL_E6)
        return SPLIT_ERR_VALUE;
    plan->n_variants = (uint32_t)o->n_variants;
    plan->default_variant = o->default_variant;
    plan->mode = o->mode;
    plan->coverage = gate_buckets(o->coverage_e6);
    plan->holdout = gate_buckets(o->holdout_e6);
    plan->gated = o->n_overrides > 0 || plan->coverage < SPLIT_BUCKETS || plan->holdout > 0;
    plan->direct_bytes = o->mode == SPLIT_MODE_STICKY && !plan->gated ? SPLIT_KEY_BYTES_MAX : 0;
    if (plan->direct_bytes > 0 && plan->unit_prefix.len == 0)
        plan->bare_span = SPLIT_KEY_BYTES_MAX - SPLIT__STRIPE + 1;
    return SPLIT_OK;
}

static int
layout_from_weights(split_plan *plan, const split_plan_options *o)
{
    int err = split__apportion(o->weights, o->n_variants, plan->home);
    if (err != 0)
        return err;
    split__layout_cumulative(plan, plan->home, o->n_variants);
    split__layout_finish(plan);
    return SPLIT_OK;
}

static int
take_home(split_plan *plan, const uint32_t *home)
{
    uint32_t left = SPLIT_BUCKETS;
    if (home == NULL)
        home = plan->buckets;
    for (uint32_t i = 0; i < plan->n_variants; i++) {
        if (home[i] > left)
            return SPLIT_ERR_LAYOUT;
        left -= home[i];
        plan->home[i] = home[i];
    }
    return SPLIT_OK;
}

static int
layout_from_ranges(split_plan *plan, const split_plan_options *o)
{
    uint32_t at = 0;
    if (o->n_ranges < 1 || o->n_ranges > SPLIT_RANGES_MAX)
        return SPLIT_ERR_LIMIT;
    for (size_t i = 0; i < o->n_ranges; i++) {
        const split_range *r = &o->ranges[i];
        if (r->start != at || r->end <= at || r->end > SPLIT_BUCKETS)
            return SPLIT_ERR_LAYOUT;
        if (r->variant >= o->n_variants)
            return SPLIT_ERR_INDEX;
        split__layout_append(plan, r->end, r->variant);
        at = r->end;
    }
    if (at != SPLIT_BUCKETS)
        return SPLIT_ERR_LAYOUT;
    split__layout_finish(plan);
    return take_home(plan, o->home);
}

static int
fill(split_plan *plan, const split_plan_options *o)
{
    int err = take_names(plan, o);
    if (err == 0)
        err = take_numbers(plan, o);
    if (err == 0)
        err = o->weights != NULL ? layout_from_weights(plan, o) : layout_from_ranges(plan, o);
    return err != 0 ? err : split__override_fill(plan, o->overrides, o->n_overrides);
}

/* Copy and check what the size depends on. Returns 0 or an error. */
static int
take_options(split_plan_options *own, const split_plan_options *theirs, size_t *out_bytes)
{
    size_t override_bytes;
    int err = split__sized_take(own, sizeof *own, SPLIT_PLAN_OPTIONS_V1, theirs);
    if (err == 0)
        err = split__override_bytes(own->overrides, own->n_overrides, &override_bytes);
    if (err == 0)
        *out_bytes = sizeof(split_plan) + override_bytes;
    return err;
}

size_t
split_plan_size(const split_plan_options *options)
{
    split_plan_options own;
    size_t n_bytes;
    return take_options(&own, options, &n_bytes) == 0 ? n_bytes : 0;
}

int
split_plan_init(void *mem, size_t mem_bytes, const split_plan_options *options, split_plan **out)
{
    split_plan_options own;
    size_t n_bytes = 0;
    if (out == NULL)
        return SPLIT_ERR_ARG;
    int err = take_options(&own, options, &n_bytes);
    if (err != 0)
        return err;
    if ((own.weights == NULL) == (own.ranges == NULL) || (own.home != NULL && own.ranges == NULL))
        return SPLIT_ERR_ARG;
    err = split__memory_check(mem, mem_bytes, n_bytes);
    if (err != 0)
        return err;
    split_plan *plan = mem;
    memset(plan, 0, n_bytes);
    plan->n_bytes = n_bytes;
    err = fill(plan, &own);
    if (err == 0)
        *out = plan;
    return err;
}

int
split_plan_new(const split_plan_options *options, const split_alloc *alloc, split_plan **out)
{
    split_plan_options own;
    size_t n_bytes = 0;
    if (out == NULL)
        return SPLIT_ERR_ARG;
    int err = take_options(&own, options, &n_bytes);
    if (err != 0)
        return err;
    void *mem = split__alloc_take(alloc, n_bytes);
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    err = split_plan_init(mem, n_bytes, options, out);
    if (err != 0)
        split__alloc_give(alloc, mem);
    return err;
}

void
split_plan_free(split_plan **plan, const split_alloc *alloc)
{
    if (plan == NULL)
        return;
    split__alloc_give(alloc, *plan);
    *plan = NULL;
}
