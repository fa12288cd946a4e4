/* SPDX-License-Identifier: MIT */
/* Writing of JSON Lines: windows, operator actions, decisions. Into the caller's text, without
 * allocation. */
#include <string.h>

#include "policy/document/clock_text.h"
#include "policy/document/out.h"
#include "policy/policy/data.h"
#include "policy/document/number.h"
#include "split/lines.h"

static void
write_time(text_out *out, const char *name, split_us us)
{
    char text[NUMBER_TEXT_BYTES];
    split__number_time_text(us, text);
    split__out_key(out, name);
    split__out_name(out, text);
}

static bool
time_fits(split_us us)
{
    return us >= 0 && us <= NUMBER_TIME_MAX;
}

static void
write_integers(text_out *out, const char *name, const int64_t *numbers, size_t n)
{
    split__out_key(out, name);
    split__out_raw(out, "[");
    for (size_t i = 0; i < n; i++) {
        split__out_comma(out);
        split__out_whole(out, numbers[i]);
    }
    split__out_raw(out, "]");
}

/* {"p95":[18,3,0]} of the metrics whose bit is set; nothing without any. */
static void
write_metrics(text_out *out, const char *name, const split_policy *policy, uint32_t present,
              const int64_t *numbers, size_t n_each)
{
    const doc_metric *metrics = policy->metrics.items;
    if (present == 0)
        return;
    split__out_key(out, name);
    split__out_raw(out, "{");
    for (size_t i = 0; i < policy->metrics.n; i++)
        if ((present >> i & 1u) != 0)
            write_integers(out, metrics[i].name, numbers + i * n_each, n_each);
    split__out_raw(out, "}");
}

static void
write_arm(text_out *out, const split_policy *policy, size_t variant, const split_arm *arm)
{
    split__out_key(out, split_policy_variant(policy, variant));
    split__out_raw(out, "{");
    for (int i = 0; i < SPLIT_COUNTER_COUNT; i++)
        if ((arm->present >> i & 1u) != 0) {
            split__out_key(out, split_counter_name((int)(split_counter)i));
            split__out_whole(out, arm->counts[i]);
        }
    write_metrics(out, "latency_over", policy, arm->over_present, arm->over, SPLIT_BOUND_COUNT);
    write_metrics(out, "ratios", policy, arm->ratio_present, arm->ratio, 2);
    split__out_raw(out, "}");
}

int
split_window_write(const split_policy *policy, const split_window *window, char *text,
                   size_t text_bytes, size_t *out_len)
{
    text_out out = {.text = text, .room = text_bytes, .fixed = true};
    if (policy == NULL || window == NULL || text == NULL)
        return SPLIT_ERR_ARG;
    if (!policy->rollout.present)
        return SPLIT_ERR_NO_DATA;
    if (!time_fits(window->start_us))
        return SPLIT_ERR_VALUE;
    split__out_raw(&out, "{");
    split__out_key(&out, "id");
    split__out_whole(&out, window->id);
    write_time(&out, "start", window->start_us);
    if (window->share_ppm >= 0) {
        split__out_key(&out, "share_ppm");
        split__out_whole(&out, window->share_ppm);
    }
    split__out_key(&out, "arms");
    split__out_raw(&out, "{");
    write_arm(&out, policy, policy->variant, &window->arm);
    if (window->has_baseline && policy->baseline != DOC_NO_INDEX)
        write_arm(&out, policy, policy->baseline, &window->baseline);
    split__out_raw(&out, "}}");
    return split__out_finish(&out, out_len);
}

int
split_operator_write(const split_operator *operation, char *text, size_t text_bytes,
                     size_t *out_len)
{
    text_out out = {.text = text, .room = text_bytes, .fixed = true};
    if (operation == NULL || text == NULL)
        return SPLIT_ERR_ARG;
    if (!time_fits(operation->at_us) || (unsigned)operation->action >= SPLIT_ACTION_COUNT)
        return SPLIT_ERR_VALUE;
    split__out_raw(&out, "{");
    write_time(&out, "at", operation->at_us);
    split__out_key(&out, "do");
    split__out_name(&out, split_action_name((int)operation->action));
    if (operation->who[0] != '\0') {
        split__out_key(&out, "who");
        split__out_name(&out, operation->who);
    }
    if (operation->why[0] != '\0') {
        split__out_key(&out, "why");
        split__out_name(&out, operation->why);
    }
    split__out_raw(&out, "}");
    return split__out_finish(&out, out_len);
}

static void
write_levels(text_out *out, const split_rollout *rollout, const split_rollout_decision *d)
{
    split__out_key(out, "levels");
    split__out_raw(out, "{");
    for (uint32_t i = 0; i < d->n_metrics; i++) {
        split__out_key(out, split_rollout_metric(rollout, i)->name);
        split__out_name(out, split_level_name((int)d->metrics[i].level));
    }
    split__out_raw(out, "}");
    split__out_key(out, "verdicts");
    split__out_raw(out, "{");
    for (uint32_t i = 0; i < d->n_metrics; i++) {
        split__out_key(out, split_rollout_metric(rollout, i)->name);
        split__out_name(out, split_verdict_name((int)d->metrics[i].verdict));
    }
    split__out_raw(out, "}");
}

static void
write_evidence(text_out *out, const split_rollout *rollout, const split_rollout_decision *d)
{
    split__out_key(out, "ln_evidence");
    split__out_raw(out, "{");
    for (uint32_t i = 0; i < d->n_metrics; i++) {
        const split_metric_decision *m = &d->metrics[i];
        split__out_key(out, split_rollout_metric(rollout, i)->name);
        split__out_raw(out, "{");
        split__out_key(out, "warning");
        split__out_double(out, m->ln_warning);
        split__out_key(out, "critical");
        split__out_double(out, m->ln_critical);
        split__out_key(out, "compliance");
        split__out_double(out, m->ln_compliance);
        split__out_raw(out, "}");
    }
    split__out_raw(out, "}");
}

static void
write_micros(text_out *out, const char *name, int64_t micros)
{
    char text[NUMBER_TEXT_BYTES];
    split__number_micros_text((uint64_t)micros, text);
    split__out_key(out, name);
    split__out_raw(out, text);
}

int
split_decision_write(const split_rollout *rollout, const split_rollout_decision *decision,
                     char *text, size_t text_bytes, size_t *out_len)
{
    char detail[1024];
    text_out out = {.text = text, .room = text_bytes, .fixed = true};
    if (rollout == NULL || decision == NULL || text == NULL ||
        decision->n_metrics > split_rollout_metrics(rollout))
        return SPLIT_ERR_ARG;
    split__out_raw(&out, "{");
    split__out_key(&out, "id");
    split__out_whole(&out, decision->id);
    split__out_key(&out, "phase");
    split__out_whole(&out, decision->phase);
    write_micros(&out, "percent", decision->percent_e6);
    write_levels(&out, rollout, decision);
    write_evidence(&out, rollout, decision);
    write_micros(&out, "bake_s", decision->bake_us);
    split__out_key(&out, "decision");
    split__out_name(&out, split_decision_name((int)decision->decision));
    split__out_key(&out, "reason");
    split__out_name(&out, split_rollout_reason(rollout, decision));
    split_rollout_detail(rollout, decision, detail, sizeof detail);
    split__out_key(&out, "detail");
    split__out_name(&out, detail);
    split__out_raw(&out, "}");
    return split__out_finish(&out, out_len);
}
