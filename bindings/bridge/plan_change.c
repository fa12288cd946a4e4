/* SPDX-License-Identifier: MIT */
/* Changes of plans for scripts: re-weighting, the move report, and drawing per request. */
#include "plan.h"

#include "box.h"
#include "record.h"
#include "split/assign.h"
#include "split/error.h"

#include <stdlib.h>

struct splitb_plan {
    splitb_box box;
};

struct splitb_draw {
    split_random random;
    split_even even;
};

typedef int (*change_fn)(const split_plan *, const uint64_t *, size_t, const split_alloc *,
                         split_plan **, uint32_t *);

static void
free_changed(void *core)
{
    split_plan *plan = core;
    split_plan_free(&plan, NULL);
}

static int
change(splitb_plan *self, const double *in, size_t n_in, splitb_plan *into, change_fn make,
       double *out, size_t *n_out)
{
    uint64_t weights[SPLIT_VARIANTS_MAX];
    split_plan *plan = NULL;
    uint32_t moved = 0;
    splitb_reader r = {.in = in, .n_in = n_in};
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    if (n_in == 0 || n_in > SPLIT_VARIANTS_MAX)
        return SPLIT_ERR_WEIGHTS;
    splitb_read_weights(&r, weights, n_in);
    int err = r.err;
    if (err == SPLIT_OK)
        err = make(self->box.core, weights, n_in, NULL, &plan, &moved);
    if (err != SPLIT_OK)
        return err;
    splitb_box_fill(&into->box, plan, free_changed);
    out[0] = moved;
    *n_out = 1;
    return SPLIT_OK;
}

int
splitb_plan_reweight(splitb_plan *self, const double *in, size_t n_in, splitb_plan *into,
                     double *out, size_t *n_out)
{
    return change(self, in, n_in, into, split_plan_reweight_new, out, n_out);
}

int
splitb_plan_rehome(splitb_plan *self, const double *in, size_t n_in, splitb_plan *into, double *out,
                   size_t *n_out)
{
    return change(self, in, n_in, into, split_plan_rehome_new, out, n_out);
}

int
splitb_plan_diff(splitb_plan *self, splitb_plan *to, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    uint32_t moved = 0;
    if (self->box.core == NULL || to->box.core == NULL)
        return SPLIT_ERR_MODE;
    size_t rows = split_plan_n_variants(self->box.core),
           columns = split_plan_n_variants(to->box.core);
    uint32_t *matrix = calloc(rows * columns, sizeof *matrix);
    if (matrix == NULL)
        return SPLIT_ERR_NOMEM;
    int err = split_plan_diff(self->box.core, to->box.core, matrix, rows * columns, &moved);
    if (err == SPLIT_OK) {
        splitb_put(&w, moved);
        splitb_put(&w, (double)rows);
        splitb_put(&w, (double)columns);
        for (size_t i = 0; i < rows * columns && i < SPLITB_RECORD_MAX; i++)
            splitb_put(&w, matrix[i]);
    }
    free(matrix);
    *n_out = w.n_out;
    return err != SPLIT_OK ? err : w.err;
}

splitb_draw *
splitb_draw_create(void)
{
    splitb_draw *self = calloc(1, sizeof *self);
    if (self != NULL) {
        split_random_init(&self->random, 0);
        split_even_init(&self->even);
    }
    return self;
}

void
splitb_draw_destroy(splitb_draw *self)
{
    free(self);
}

int
splitb_draw_seed(splitb_draw *self, const double *in, size_t n_in)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    uint64_t seed = splitb_read_u64(&r);
    if (r.err == SPLIT_OK && r.n_in > 0)
        return SPLIT_ERR_ARG;
    if (r.err == SPLIT_OK) {
        split_random_init(&self->random, seed);
        split_even_init(&self->even);
    }
    return r.err;
}

int
splitb_draw_next(splitb_draw *self, splitb_plan *plan, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_assignment got;
    if (plan->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_plan_mode(plan->box.core) == SPLIT_MODE_EVEN
                  ? split_assign_even(plan->box.core, &self->even, &got)
                  : split_assign_random(plan->box.core, &self->random, &got);
    if (err != SPLIT_OK)
        return err;
    splitb_put(&w, got.variant);
    splitb_put(&w, got.bucket == SPLIT_NO_BUCKET ? -1 : (double)got.bucket);
    splitb_put(&w, got.reason);
    *n_out = w.n_out;
    return SPLIT_OK;
}
