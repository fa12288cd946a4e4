/* SPDX-License-Identifier: MIT */
/* Failover machines for scripts: options by name, and the calls that decide. */
#include "failover.h"

#include "box.h"
#include "document_box.h"
#include "failover_record.h"
#include "record.h"
#include "split/error.h"
#include "split/failover.h"

#include <stdlib.h>
#include <string.h>

SPLITB_KIND(failover, split_failover, split_failover_free)

typedef struct parameter {
    const char *name;
    size_t offset;
    bool is_us;
} parameter;

/* clang-format off */
#define AT(name) {#name, offsetof(split_failover_options, name), false}
#define US(name) {#name, offsetof(split_failover_options, name), true}

static const parameter parameters[] = {
    US(run_min_span_us), US(window_us), US(slow_us), US(fair_us), US(base_open_us), US(max_open_us),
    US(probe_interval_us), US(probe_lease_us), US(half_open_max_us), US(overdue_us),
    US(ramp_hold_us), US(ramp_max_hold_us), US(decay_us), US(failback_delay_us), US(hold_probe_us),
    US(flap_window_us), US(emergency_us), AT(consecutive), AT(hard_consecutive), AT(min_keys),
    AT(buckets), AT(min_samples), AT(fail_ppm), AT(rel_margin_ppm), AT(jitter_ppm),
    AT(probes_in_flight), AT(probe_successes), AT(lost_limit), AT(ramp_min_ok),
    AT(ramp_consecutive), AT(flap_limit), AT(max_attempts), AT(retry_deposit_milli),
    AT(retry_cap_milli), AT(retry_start_milli), AT(drill_permille), AT(in_flight_cap),
    AT(in_flight_min), AT(failback), AT(sticky), AT(unsafe_failover), AT(in_flight),
};
/* clang-format on */

#define N_PARAMETERS (sizeof parameters / sizeof parameters[0])

/* The enums among the parameters are as wide as the other small ones. */
_Static_assert(sizeof(split_failover_failback) == sizeof(uint32_t), "enums are 32 bits");

static void
read_parameter(splitb_reader *r, split_failover_options *options)
{
    const char *name = splitb_read_text(r, SPLIT_ERR_NAME);
    for (size_t i = 0; i < N_PARAMETERS; i++) {
        if (strcmp(parameters[i].name, name) != 0)
            continue;
        unsigned char *at = (unsigned char *)options + parameters[i].offset;
        if (parameters[i].is_us) {
            split_us us = splitb_read_us(r);
            memcpy(at, &us, sizeof us);
        } else {
            uint32_t number = splitb_read_u32(r);
            memcpy(at, &number, sizeof number);
        }
        return;
    }
    splitb_fail(r, SPLIT_ERR_FIELD);
}

static void
read_list(splitb_reader *r, uint32_t *list, uint32_t *n_list, size_t max)
{
    size_t n = splitb_read_count(r, max, 1);
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        list[i] = splitb_read_u32(r);
    *n_list = (uint32_t)n;
}

static void
read_chains(splitb_reader *r, split_failover_chain *chains, split_failover_options *options)
{
    options->n_chains = splitb_read_count(r, SPLIT_FAILOVER_CHAINS_MAX, 1);
    for (size_t i = 0; i < options->n_chains; i++) {
        chains[i].n_origins = 0;
        read_list(r, chains[i].origins, &chains[i].n_origins, SPLIT_FAILOVER_CHAIN_MAX);
    }
    options->chains = chains;
}

static void
read_options(splitb_reader *r, const char **origins, split_failover_chain *chains,
             split_failover_options *options)
{
    split_failover_options_init(options);
    options->n_origins = splitb_read_count(r, SPLIT_FAILOVER_ORIGINS_MAX, 1);
    for (size_t i = 0; i < options->n_origins; i++)
        origins[i] = splitb_read_text(r, SPLIT_ERR_NAME);
    options->origins = origins;
    read_chains(r, chains, options);
    options->seed = splitb_read_u64(r);
    const char *preset = splitb_read_text(r, SPLIT_ERR_NAME);
    if (r->err == SPLIT_OK && preset[0] != '\0')
        splitb_fail(r, split_failover_options_preset(options, preset));
    size_t n = splitb_read_count(r, N_PARAMETERS, 2);
    for (size_t i = 0; i < n; i++)
        read_parameter(r, options);
    read_list(r, options->ramp_permille, &options->n_ramp, SPLIT_FAILOVER_RAMP_MAX);
    read_list(r, options->statuses, &options->n_statuses, SPLIT_FAILOVER_STATUSES_MAX);
}

int
splitb_failover_open(splitb_failover *self, const double *in, size_t n_in, const char *text,
                     size_t text_len)
{
    const char *origins[SPLIT_FAILOVER_ORIGINS_MAX];
    split_failover_chain chains[SPLIT_FAILOVER_CHAINS_MAX];
    split_failover_options options;
    split_failover *made = NULL;
    splitb_reader r;
    if (splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    read_options(&r, origins, chains, &options);
    if (r.err == SPLIT_OK && r.n_in == 0 && r.text_len == 0)
        splitb_fail(&r, split_failover_new(&options, NULL, &made));
    int err = splitb_reader_done(&r);
    if (err == SPLIT_OK)
        splitb_box_fill(&self->box, made, free_failover);
    return err;
}

/* Every call: the record must be read to its end before the machine is asked. */
static int
ready(const splitb_failover *self, const splitb_reader *r)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    return r->err == SPLIT_OK && r->n_in > 0 ? SPLIT_ERR_ARG : r->err;
}

int
splitb_failover_route(splitb_failover *self, const double *in, size_t n_in, double *out,
                      size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    split_failover_request request = {0};
    split_failover_answer answer;
    split_failover_events events;
    split_us now = splitb_read_us(&r);
    request.key = splitb_read_u64(&r);
    request.chain = splitb_read_u32(&r);
    request.safe = splitb_read_bool(&r);
    request.replayable = splitb_read_bool(&r);
    int64_t pinned = splitb_read_int(&r, -1, UINT32_MAX);
    request.has_pin = pinned >= 0;
    request.pinned = pinned >= 0 ? (uint32_t)pinned : 0;
    int err = ready(self, &r);
    if (err == SPLIT_OK)
        err = split_failover_route(self->box.core, now, &request, &answer, &events);
    if (err != SPLIT_OK)
        return err;
    splitb_put_answer(&w, &answer);
    splitb_put_events(&w, &events);
    *n_out = w.n_out;
    return w.err;
}

int
splitb_failover_probe(splitb_failover *self, const double *in, size_t n_in, double *out,
                      size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    split_failover_answer answer;
    split_failover_events events;
    split_us now = splitb_read_us(&r);
    uint32_t origin = splitb_read_u32(&r);
    int err = ready(self, &r);
    if (err == SPLIT_OK)
        err = split_failover_probe(self->box.core, now, origin, &answer, &events);
    if (err != SPLIT_OK)
        return err;
    splitb_put_answer(&w, &answer);
    splitb_put_events(&w, &events);
    *n_out = w.n_out;
    return w.err;
}

int
splitb_failover_report(splitb_failover *self, const double *in, size_t n_in, double *out,
                       size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    split_failover_outcome outcome = {0};
    split_failover_followup followup = {0};
    split_failover_events events;
    split_failover_token token;
    split_us now = splitb_read_us(&r);
    outcome.klass = (split_failover_class)splitb_read_int(&r, 0, SPLIT_FAILOVER_CLASS_COUNT - 1);
    outcome.committed = splitb_read_bool(&r);
    outcome.push_back_us = splitb_read_us(&r);
    splitb_read_token(&r, &token);
    int err = ready(self, &r);
    if (err == SPLIT_OK)
        err = split_failover_report(self->box.core, now, &token, &outcome, &followup, &events);
    if (err != SPLIT_OK)
        return err;
    if (followup.next != SPLIT_FAILOVER_NEXT_ATTEMPT)
        memset(&followup.attempt, 0, sizeof followup.attempt);
    splitb_put(&w, followup.credit);
    splitb_put(&w, followup.next);
    splitb_put_us(&w, followup.deadline_us);
    splitb_put_answer(&w, &followup.attempt);
    splitb_put_events(&w, &events);
    *n_out = w.n_out;
    return w.err;
}

int
splitb_failover_admin(splitb_failover *self, const double *in, size_t n_in, double *out,
                      size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    split_failover_events events;
    split_us now = splitb_read_us(&r);
    uint32_t origin = splitb_read_u32(&r);
    split_failover_action action =
        (split_failover_action)splitb_read_int(&r, 0, SPLIT_FAILOVER_ACTION_COUNT - 1);
    int err = ready(self, &r);
    if (err == SPLIT_OK)
        err = split_failover_admin(self->box.core, now, origin, action, &events);
    if (err == SPLIT_OK)
        splitb_put_events(&w, &events);
    *n_out = w.n_out;
    return err;
}

int
splitb_failover_tick(splitb_failover *self, const double *in, size_t n_in, double *out,
                     size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    split_failover_events events;
    split_us now = splitb_read_us(&r);
    int err = ready(self, &r);
    if (err == SPLIT_OK)
        err = split_failover_tick(self->box.core, now, &events);
    if (err == SPLIT_OK)
        splitb_put_events(&w, &events);
    *n_out = w.n_out;
    return err;
}

int
splitb_failover_classify(splitb_failover *self, const double *in, size_t n_in, double *out,
                         size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    int64_t status = splitb_read_int(&r, -1, UINT32_MAX);
    split_us elapsed = splitb_read_us(&r);
    int err = ready(self, &r);
    if (err != SPLIT_OK)
        return err;
    out[0] = status < 0 ? split_failover_classify_deadline(self->box.core, elapsed)
                        : split_failover_classify_status(self->box.core, (uint32_t)status, elapsed);
    *n_out = 1;
    return SPLIT_OK;
}

int
splitb_failover_snapshot(splitb_failover *self, const double *in, size_t n_in,
                         const char **out_text, size_t *out_text_len)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_us now = splitb_read_us(&r);
    int err = ready(self, &r);
    if (err != SPLIT_OK)
        return err;
    size_t room = split_failover_snapshot_size(self->box.core);
    char *bytes = splitb_box_scratch(&self->box, room);
    if (bytes == NULL)
        return SPLIT_ERR_NOMEM;
    *out_text = bytes;
    return split_failover_snapshot(self->box.core, now, bytes, room, out_text_len);
}

int
splitb_failover_restore(splitb_failover *self, const double *in, size_t n_in, const char *text,
                        size_t text_len)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_us now = splitb_read_us(&r);
    int err = ready(self, &r);
    return err != SPLIT_OK ? err : split_failover_restore(self->box.core, now, text, text_len);
}

int
splitb_failover_reload(splitb_failover *self, splitb_failover *old)
{
    if (self->box.core == NULL || old->box.core == NULL)
        return SPLIT_ERR_MODE;
    return self == old ? SPLIT_ERR_ARG : split_failover_reload(self->box.core, old->box.core);
}

int
splitb_failover_find(splitb_failover *self, const char *text, size_t text_len, double *out,
                     size_t *n_out)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    out[0] = split_failover_find(self->box.core, text, text_len);
    *n_out = 1;
    return SPLIT_OK;
}

int
splitb_failover_describe(splitb_failover *self, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    const split_failover *machine = self->box.core;
    if (machine == NULL)
        return SPLIT_ERR_MODE;
    splitb_put(&w, split_failover_n_origins(machine));
    splitb_put(&w, split_failover_n_chains(machine));
    splitb_put_us(&w, split_failover_now(machine));
    splitb_put(&w, (double)split_failover_regressions(machine));
    splitb_put(&w, split_failover_budget_milli(machine));
    splitb_put_us(&w, split_failover_deadline(machine));
    splitb_put(&w, (double)split_failover_snapshot_size(machine));
    *n_out = w.n_out;
    return SPLIT_OK;
}

int
splitb_failover_status(splitb_failover *self, uint32_t index, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_failover_status status;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_failover_origin_status(self->box.core, index, &status);
    if (err == SPLIT_OK)
        splitb_put_status(&w, &status);
    *n_out = w.n_out;
    return err;
}

int
splitb_failover_fill(splitb_failover *into, const split_failover_options *options)
{
    split_failover *made = NULL;
    int err = split_failover_new(options, NULL, &made);
    if (err == SPLIT_OK)
        splitb_box_fill(&into->box, made, free_failover);
    return err;
}
