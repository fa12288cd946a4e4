/* SPDX-License-Identifier: MIT */
/* Reading a loaded policy. */
#include <string.h>

#include "policy/policy/data.h"
#include "common/sized.h"

const char *
split_policy_text(const split_policy *policy, size_t *out_len)
{
    if (out_len != NULL)
        *out_len = policy->text_len;
    return policy->text;
}

const char *
split_policy_name(const split_policy *policy)
{
    return policy->split.name;
}

size_t
split_policy_n_variants(const split_policy *policy)
{
    return policy->split.variants.n;
}

const char *
split_policy_variant(const split_policy *policy, size_t variant)
{
    const doc_variant *variants = policy->split.variants.items;
    return variant < policy->split.variants.n ? variants[variant].name : NULL;
}

int
split_policy_plan_options_sized(const split_policy *policy, split_plan_options *out, size_t size)
{
    if (policy == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    return split__sized_give(out, size, &policy->plan_options, sizeof policy->plan_options,
                             SPLIT_PLAN_OPTIONS_V1);
}

int
split_policy_failover_options_sized(const split_policy *policy, split_failover_options *out,
                                    size_t size)
{
    if (policy == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    return split__sized_give(out, size, &policy->failover_options, sizeof policy->failover_options,
                             SPLIT_FAILOVER_OPTIONS_V1);
}

int
split_policy_rollout_options_sized(const split_policy *policy, split_rollout_options *out,
                                   size_t size)
{
    if (policy == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (!policy->rollout.present)
        return SPLIT_ERR_NO_DATA;
    return split__sized_give(out, size, &policy->rollout_options, sizeof policy->rollout_options,
                             SPLIT_ROLLOUT_OPTIONS_V1);
}

int
split_policy_rollout_sized(const split_policy *policy, split_rollout_info *out, size_t size)
{
    if (policy == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (!policy->rollout.present)
        return SPLIT_ERR_NO_DATA;
    const split_rollout_info own = {policy->variant, policy->baseline,
                                    (int64_t)policy->rollout.rollback_to_e6};
    return split__plain_give(out, size, &own, sizeof own, SPLIT_ROLLOUT_INFO_V1);
}

size_t
split_policy_n_origins(const split_policy *policy)
{
    return policy->origins.n;
}

int
split_policy_origin_sized(const split_policy *policy, size_t origin, split_origin_info *out,
                          size_t size)
{
    if (policy == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (origin >= policy->origins.n)
        return SPLIT_ERR_INDEX;
    const split_origin_info *info = &((const doc_origin *)policy->origins.items)[origin].info;
    return split__plain_give(out, size, info, sizeof *info, SPLIT_ORIGIN_INFO_V1);
}

void
split_policy_cookie_sized(const split_policy *policy, split_cookie_info *out, size_t size)
{
    const split_cookie_info *info = &policy->split.cookie.info;
    (void)split__plain_give(out, size, info, sizeof *info, SPLIT_COOKIE_INFO_V1);
}

size_t
split_policy_n_metrics(const split_policy *policy)
{
    return policy->metrics.n;
}

static const doc_metric *
metric_at(const split_policy *policy, size_t metric)
{
    return metric < policy->metrics.n ? (const doc_metric *)policy->metrics.items + metric : NULL;
}

int
split_policy_metric(const split_policy *policy, size_t metric, split_metric *out)
{
    if (policy == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (metric >= policy->metrics.n)
        return SPLIT_ERR_INDEX;
    *out = metric_at(policy, metric)->core;
    return SPLIT_OK;
}

int
split_policy_ratio(const split_policy *policy, size_t metric, const char **out_bad,
                   const char **out_of)
{
    if (policy == NULL || out_bad == NULL || out_of == NULL)
        return SPLIT_ERR_ARG;
    if (metric >= policy->metrics.n)
        return SPLIT_ERR_INDEX;
    const doc_metric *m = metric_at(policy, metric);
    if (split_metric_kind_get((int)m->core.kind)->form != SPLIT_METRIC_FORM_OWN)
        return SPLIT_ERR_MODE;
    *out_bad = m->bad;
    *out_of = m->of;
    return SPLIT_OK;
}

size_t
split_policy_n_sources(const split_policy *policy, size_t metric)
{
    const doc_metric *m = metric_at(policy, metric);
    return m != NULL ? m->sources.n : 0;
}

int
split_policy_source_sized(const split_policy *policy, size_t metric, size_t source,
                          split_source_info *out, size_t size)
{
    if (policy == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (source >= split_policy_n_sources(policy, metric))
        return SPLIT_ERR_INDEX;
    const split_source_info *info = metric_at(policy, metric)->sources.items;
    return split__plain_give(out, size, &info[source], sizeof *info, SPLIT_SOURCE_INFO_V1);
}

size_t
split_policy_n_notify(const split_policy *policy)
{
    return policy->notify.n;
}

int
split_policy_notify_sized(const split_policy *policy, size_t notify, split_notify_info *out,
                          size_t size)
{
    if (policy == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (notify >= policy->notify.n)
        return SPLIT_ERR_INDEX;
    const doc_notify *n = (const doc_notify *)policy->notify.items + notify;
    const char *const *command = n->command.items;
    split_notify_info own = {.type = (split_notify_type)n->type, .token = n->token, .on = n->on};
    own.target = n->type == SPLIT_NOTIFY_EXEC  ? command[0]
                 : n->type == SPLIT_NOTIFY_SNS ? n->topic
                                               : n->url;
    own.n_args = n->command.n > 1 ? n->command.n - 1 : 0;
    own.args = own.n_args > 0 ? command + 1 : NULL;
    return split__plain_give(out, size, &own, sizeof own, SPLIT_NOTIFY_INFO_V1);
}

size_t
split_policy_n_sinks(const split_policy *policy)
{
    return policy->sinks.n;
}

int
split_policy_sink_sized(const split_policy *policy, size_t sink, split_sink_info *out, size_t size)
{
    if (policy == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (sink >= policy->sinks.n)
        return SPLIT_ERR_INDEX;
    const doc_sink *s = (const doc_sink *)policy->sinks.items + sink;
    const split_sink_info own = {.kind = (split_sink_kind)s->kind,
                                 .primary = s->primary,
                                 .timeout_us = s->timeout_us,
                                 .fields = s->fields.items,
                                 .n_fields = s->fields.n};
    return split__plain_give(out, size, &own, sizeof own, SPLIT_SINK_INFO_V1);
}

void
split_policy_cost(const split_policy *policy, const char **out_prices, uint64_t *out_monthly_micros)
{
    *out_prices = policy->cost.prices;
    *out_monthly_micros = policy->cost.budget_monthly_micros;
}
