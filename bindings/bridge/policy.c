/* SPDX-License-Identifier: MIT */
/* Policies for scripts. */
#include "document_box.h"
#include "rollout_box.h"
#include "split/error.h"

#include <stdlib.h>
#include <string.h>

struct splitb_policy {
    splitb_box box;
    splitb_fault_list faults;
};

static void
free_policy(void *core)
{
    split_policy *policy = core;
    split_policy_free(&policy, NULL);
}

splitb_policy *
splitb_policy_create(void)
{
    return calloc(1, sizeof(splitb_policy));
}

void
splitb_policy_destroy(splitb_policy *self)
{
    if (self != NULL)
        splitb_box_delete(&self->box, free_policy);
}

int
splitb_policy_close(splitb_policy *self)
{
    splitb_box_empty(&self->box, free_policy);
    return SPLIT_OK;
}

static int
take_loaded(splitb_policy *self, int err, split_policy *made)
{
    if (err == SPLIT_OK)
        splitb_box_fill(&self->box, made, free_policy);
    return err;
}

int
splitb_policy_open(splitb_policy *self, const char *text, size_t text_len)
{
    split_policy *made = NULL;
    self->faults.n_all = 0;
    self->faults.items[0].size = sizeof self->faults.items[0];
    int err = split_policy_load(text, text_len, NULL, self->faults.items, SPLITB_FAULTS_MAX,
                                &self->faults.n_all, &made);
    return take_loaded(self, err, made);
}

int
splitb_policy_open_file(splitb_policy *self, const char *text, size_t text_len)
{
    int err;
    split_policy *made = NULL;
    char *path = splitb_path_copy(text, text_len, &err);
    self->faults.n_all = 0;
    self->faults.items[0].size = sizeof self->faults.items[0];
    if (path == NULL)
        return err;
    err = split_policy_load_file(path, NULL, self->faults.items, SPLITB_FAULTS_MAX,
                                 &self->faults.n_all, &made);
    free(path);
    return take_loaded(self, err, made);
}

int
splitb_policy_faults(splitb_policy *self, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    splitb_put_faults(&w, &self->faults);
    *n_out = w.n_out;
    return SPLIT_OK;
}

int
splitb_policy_fault_path(splitb_policy *self, uint32_t index, const char **out_text,
                         size_t *out_text_len)
{
    if (index >= splitb_faults_listed(&self->faults))
        return SPLIT_ERR_INDEX;
    return splitb_give_text(self->faults.items[index].path, out_text, out_text_len);
}

int
splitb_policy_fault_text(splitb_policy *self, uint32_t index, const char **out_text,
                         size_t *out_text_len)
{
    if (index >= splitb_faults_listed(&self->faults))
        return SPLIT_ERR_INDEX;
    return splitb_give_text(self->faults.items[index].text, out_text, out_text_len);
}

/* An index that may be absent. */
static double
index_number(size_t index)
{
    return index == SIZE_MAX ? -1 : (double)index;
}

int
splitb_policy_describe(splitb_policy *self, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    const split_policy *policy = self->box.core;
    split_rollout_info rollout;
    split_cookie_info cookie;
    const char *prices;
    uint64_t budget;
    if (policy == NULL)
        return SPLIT_ERR_MODE;
    bool has_rollout = split_policy_rollout(policy, &rollout) == SPLIT_OK;
    split_policy_cookie(policy, &cookie);
    split_policy_cost(policy, &prices, &budget);
    splitb_put(&w, (double)split_policy_n_variants(policy));
    splitb_put(&w, (double)split_policy_n_origins(policy));
    splitb_put(&w, (double)split_policy_n_metrics(policy));
    splitb_put(&w, (double)split_policy_n_notify(policy));
    splitb_put(&w, has_rollout ? index_number(rollout.variant) : -1);
    splitb_put(&w, has_rollout ? index_number(rollout.baseline) : -1);
    splitb_put_us(&w, cookie.max_age_us);
    splitb_put_us(&w, cookie.idle_us);
    splitb_put(&w, (double)budget);
    splitb_put(&w, (double)split_policy_n_sinks(policy));
    *n_out = w.n_out;
    return w.err;
}

static const char *
origin_text(const split_policy *policy, splitb_text what, size_t index, int *err)
{
    split_origin_info origin = {0};
    *err = split_policy_origin(policy, index, &origin);
    return what == SPLITB_TEXT_ORIGIN ? origin.name
           : what == SPLITB_TEXT_URL  ? origin.url
                                      : origin.host;
}

static const char *
notify_text(const split_policy *policy, splitb_text what, size_t index, size_t argument, int *err)
{
    split_notify_info notify = {0};
    *err = split_policy_notify(policy, index, &notify);
    if (*err != SPLIT_OK || what == SPLITB_TEXT_NOTIFY_TARGET)
        return notify.target;
    if (what == SPLITB_TEXT_NOTIFY_TOKEN)
        return notify.token;
    if (argument >= notify.n_args)
        *err = SPLIT_ERR_INDEX;
    return *err == SPLIT_OK ? notify.args[argument] : NULL;
}

static const char *
source_text(const split_policy *policy, splitb_text what, size_t metric, size_t source, int *err)
{
    split_source_info info = {0};
    *err = split_policy_source(policy, metric, source, &info);
    return what == SPLITB_TEXT_SOURCE         ? info.source
           : what == SPLITB_TEXT_SOURCE_FIELD ? info.field
                                              : info.text;
}

static const char *
sink_text(const split_policy *policy, splitb_text what, size_t sink, size_t field, int *err)
{
    split_sink_info info = {0};
    *err = split_policy_sink(policy, sink, &info);
    if (*err == SPLIT_OK && field >= info.n_fields)
        *err = SPLIT_ERR_INDEX;
    if (*err != SPLIT_OK)
        return NULL;
    return what == SPLITB_TEXT_SINK_FIELD     ? info.fields[field].name
           : what == SPLITB_TEXT_SINK_VARIANT ? info.fields[field].key
                                              : info.fields[field].text;
}

static const char *
ratio_text(const split_policy *policy, splitb_text what, size_t metric, int *err)
{
    const char *bad = NULL, *of = NULL;
    *err = split_policy_ratio(policy, metric, &bad, &of);
    return what == SPLITB_TEXT_RATIO_BAD ? bad : of;
}

static const char *
plain_text(const split_policy *policy, splitb_text what, size_t index, int *err)
{
    split_cookie_info cookie;
    const char *prices;
    uint64_t budget;
    size_t len;
    split_policy_cookie(policy, &cookie);
    split_policy_cost(policy, &prices, &budget);
    *err = SPLIT_OK;
    switch (what) {
    case SPLITB_TEXT_DOCUMENT:
        return split_policy_text(policy, &len);
    case SPLITB_TEXT_NAME:
        return split_policy_name(policy);
    case SPLITB_TEXT_COOKIE:
        return cookie.name;
    case SPLITB_TEXT_SIGNED_BY:
        return cookie.signed_by;
    case SPLITB_TEXT_PRICES:
        return prices;
    case SPLITB_TEXT_VARIANT:
        *err = split_policy_variant(policy, index) == NULL ? SPLIT_ERR_INDEX : SPLIT_OK;
        return split_policy_variant(policy, index);
    default:
        *err = SPLIT_ERR_ARG;
        return NULL;
    }
}

static int
metric_name(splitb_policy *self, size_t metric, const char **out_text, size_t *out_text_len)
{
    split_metric found;
    int err = split_policy_metric(self->box.core, metric, &found);
    if (err != SPLIT_OK)
        return err;
    size_t n = strlen(found.name);
    char *copy = splitb_box_scratch(&self->box, n);
    if (copy == NULL)
        return SPLIT_ERR_NOMEM;
    memcpy(copy, found.name, n);
    *out_text = copy;
    *out_text_len = n;
    return SPLIT_OK;
}

int
splitb_policy_text(splitb_policy *self, const double *in, size_t n_in, const char **out_text,
                   size_t *out_text_len)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    const split_policy *policy = self->box.core;
    splitb_text what = (splitb_text)splitb_read_u32(&r);
    size_t first = splitb_read_u32(&r), second = splitb_read_u32(&r);
    const char *text;
    int err = r.err;
    if (policy == NULL)
        return SPLIT_ERR_MODE;
    if (err != SPLIT_OK)
        return err;
    if (what == SPLITB_TEXT_METRIC)
        return metric_name(self, first, out_text, out_text_len);
    if (what >= SPLITB_TEXT_ORIGIN && what <= SPLITB_TEXT_HOST)
        text = origin_text(policy, what, first, &err);
    else if (what >= SPLITB_TEXT_NOTIFY_TARGET && what <= SPLITB_TEXT_NOTIFY_ARGUMENT)
        text = notify_text(policy, what, first, second, &err);
    else if (what >= SPLITB_TEXT_SOURCE && what <= SPLITB_TEXT_SOURCE_TEXT)
        text = source_text(policy, what, first, second, &err);
    else if (what >= SPLITB_TEXT_SINK_FIELD && what <= SPLITB_TEXT_SINK_TEXT)
        text = sink_text(policy, what, first, second, &err);
    else if (what == SPLITB_TEXT_RATIO_BAD || what == SPLITB_TEXT_RATIO_OF)
        text = ratio_text(policy, what, first, &err);
    else
        text = plain_text(policy, what, first, &err);
    return err != SPLIT_OK ? err : splitb_give_text(text, out_text, out_text_len);
}

int
splitb_policy_origin(splitb_policy *self, uint32_t index, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_origin_info origin;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_policy_origin(self->box.core, index, &origin);
    if (err == SPLIT_OK)
        splitb_put_origin(&w, &origin);
    *n_out = w.n_out;
    return err;
}

int
splitb_policy_notify(splitb_policy *self, uint32_t index, double *out, size_t *n_out)
{
    split_notify_info notify = {0};
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_policy_notify(self->box.core, index, &notify);
    out[0] = notify.type;
    out[1] = notify.on;
    out[2] = (double)notify.n_args;
    *n_out = 3;
    return err;
}

int
splitb_policy_sink(splitb_policy *self, uint32_t index, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_sink_info sink = {0};
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_policy_sink(self->box.core, index, &sink);
    splitb_put(&w, sink.kind);
    splitb_put(&w, sink.primary);
    splitb_put_us(&w, sink.timeout_us);
    splitb_put(&w, (double)sink.n_fields);
    *n_out = w.n_out;
    return err;
}

int
splitb_policy_sources(splitb_policy *self, uint32_t index, double *out, size_t *n_out)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    out[0] = (double)split_policy_n_sources(self->box.core, index);
    *n_out = 1;
    return SPLIT_OK;
}

int
splitb_policy_plan(splitb_policy *self, splitb_plan *into)
{
    split_plan_options options;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_policy_plan_options(self->box.core, &options);
    return err != SPLIT_OK ? err : splitb_plan_fill(into, &options);
}

int
splitb_policy_failover(splitb_policy *self, const double *in, size_t n_in, splitb_failover *into)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_failover_options options;
    uint64_t seed = splitb_read_u64(&r);
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = r.err != SPLIT_OK ? r.err : split_policy_failover_options(self->box.core, &options);
    if (err != SPLIT_OK)
        return err;
    options.seed = seed;
    return splitb_failover_fill(into, &options);
}

int
splitb_policy_rollout(splitb_policy *self, splitb_rollout *into)
{
    split_rollout_options options;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_policy_rollout_options(self->box.core, &options);
    return err != SPLIT_OK ? err : splitb_rollout_fill(into, &options);
}
