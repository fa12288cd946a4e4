/* SPDX-License-Identifier: MIT */
/* JSON Lines for scripts. */
#include "lines.h"

#include "document_box.h"
#include "rollout_box.h"
#include "split/error.h"
#include "split/lines.h"

#include <stdlib.h>
#include <string.h>

struct splitb_lines {
    splitb_box box;
    splitb_fault_list faults;
    split_line line;
    bool has_line;
};

static void
free_lines(void *core)
{
    split_lines *lines = core;
    split_lines_free(&lines, NULL);
}

splitb_lines *
splitb_lines_create(void)
{
    return calloc(1, sizeof(splitb_lines));
}

void
splitb_lines_destroy(splitb_lines *self)
{
    if (self != NULL)
        splitb_box_delete(&self->box, free_lines);
}

int
splitb_lines_close(splitb_lines *self)
{
    self->has_line = false;
    splitb_box_empty(&self->box, free_lines);
    return SPLIT_OK;
}

int
splitb_lines_open(splitb_lines *self)
{
    split_lines *made = NULL;
    int err = split_lines_new(NULL, NULL, &made);
    if (err == SPLIT_OK) {
        self->has_line = false;
        splitb_box_fill(&self->box, made, free_lines);
    }
    return err;
}

int
splitb_lines_read(splitb_lines *self, const char *text, size_t text_len, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_error *fault = &self->faults.items[0];
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    self->has_line = false;
    fault->size = sizeof *fault;
    fault->code = SPLIT_OK;
    int err = split_lines_read(self->box.core, text, text_len, &self->line, fault);
    self->faults.n_all = err != SPLIT_OK && fault->code != SPLIT_OK ? 1 : 0;
    if (err != SPLIT_OK)
        return err;
    self->has_line = true;
    splitb_put(&w, self->line.kind);
    splitb_put(&w, self->line.kind == SPLIT_LINE_WINDOW ? (double)self->line.window.id
                                                        : self->line.operation.action);
    splitb_put(&w, (double)(self->line.kind == SPLIT_LINE_WINDOW ? self->line.window.start_us
                                                                 : self->line.operation.at_us));
    *n_out = w.n_out;
    return SPLIT_OK;
}

int
splitb_lines_faults(splitb_lines *self, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    splitb_put_faults(&w, &self->faults);
    *n_out = w.n_out;
    return SPLIT_OK;
}

int
splitb_lines_fault_path(splitb_lines *self, uint32_t index, const char **out_text,
                        size_t *out_text_len)
{
    if (index >= splitb_faults_listed(&self->faults))
        return SPLIT_ERR_INDEX;
    return splitb_give_text(self->faults.items[index].path, out_text, out_text_len);
}

int
splitb_lines_fault_text(splitb_lines *self, uint32_t index, const char **out_text,
                        size_t *out_text_len)
{
    if (index >= splitb_faults_listed(&self->faults))
        return SPLIT_ERR_INDEX;
    return splitb_give_text(self->faults.items[index].text, out_text, out_text_len);
}

int
splitb_lines_rollout(splitb_lines *self, splitb_rollout *into)
{
    split_rollout_options options;
    const split_policy *policy = self->box.core != NULL ? split_lines_policy(self->box.core) : NULL;
    if (policy == NULL)
        return SPLIT_ERR_MODE;
    int err = split_policy_rollout_options(policy, &options);
    return err != SPLIT_OK ? err : splitb_rollout_fill(into, &options);
}

static bool
holds(const splitb_lines *self, split_line_kind kind)
{
    return self->box.core != NULL && self->has_line && self->line.kind == kind;
}

int
splitb_lines_step(splitb_lines *self, splitb_rollout *rollout, double *out, size_t *n_out)
{
    if (!holds(self, SPLIT_LINE_WINDOW))
        return SPLIT_ERR_MODE;
    return splitb_rollout_take(rollout, &self->line.window, out, n_out);
}

int
splitb_lines_who(splitb_lines *self, const char **out_text, size_t *out_text_len)
{
    if (!holds(self, SPLIT_LINE_OPERATOR))
        return SPLIT_ERR_MODE;
    return splitb_give_text(self->line.operation.who, out_text, out_text_len);
}

int
splitb_lines_why(splitb_lines *self, const char **out_text, size_t *out_text_len)
{
    if (!holds(self, SPLIT_LINE_OPERATOR))
        return SPLIT_ERR_MODE;
    return splitb_give_text(self->line.operation.why, out_text, out_text_len);
}

int
splitb_lines_write(splitb_lines *self, const char **out_text, size_t *out_text_len)
{
    bool window = holds(self, SPLIT_LINE_WINDOW);
    if (!window && !holds(self, SPLIT_LINE_OPERATOR))
        return SPLIT_ERR_MODE;
    char *text = splitb_box_scratch(&self->box, SPLIT_LINE_BYTES);
    if (text == NULL)
        return SPLIT_ERR_NOMEM;
    *out_text = text;
    return window
               ? split_window_write(split_lines_policy(self->box.core), &self->line.window, text,
                                    SPLIT_LINE_BYTES, out_text_len)
               : split_operator_write(&self->line.operation, text, SPLIT_LINE_BYTES, out_text_len);
}

int
splitb_rollout_write(splitb_rollout *self, const char **out_text, size_t *out_text_len)
{
    const split_rollout_decision *last;
    const split_rollout *rollout = splitb_rollout_core(self, &last);
    if (rollout == NULL || last == NULL)
        return SPLIT_ERR_MODE;
    char *text = splitb_box_scratch(splitb_rollout_box(self), SPLIT_LINE_BYTES);
    if (text == NULL)
        return SPLIT_ERR_NOMEM;
    *out_text = text;
    return split_decision_write(rollout, last, text, SPLIT_LINE_BYTES, out_text_len);
}
