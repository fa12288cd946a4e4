/* SPDX-License-Identifier: MIT */
/* The decision, first match wins, and the bake clock (design/verdicts.md R9-R17). Each rule is a
 * function. */
#include "core/rollout/state.h"

typedef struct verdict_draft {
    split_decision decision;
    split_reason reason;
    int32_t metric;
} verdict_draft;

static bool
matched(verdict_draft *o, split_decision decision, split_reason reason, int32_t metric)
{
    *o = (verdict_draft){decision, reason, metric};
    return true;
}

/* Critical is proven and is not a passing burst: 2 of the last 3 windows, or half of this one
 * (R8). */
static bool
confirmed(const struct split_rollout *ro, const split__metric *m)
{
    const uint32_t h = m->over_critical;
    if ((h & 1) + (h >> 1 & 1) + (h >> 2 & 1) >= 2)
        return true;
    const split_metric_counts *c = &m->counts;
    return c->present && c->n >= ro->opt.min_sample &&
           c->bad[SPLIT_BOUND_CRITICAL] >= c->n - c->bad[SPLIT_BOUND_CRITICAL];
}

static bool
rule_abort(struct split_rollout *ro, verdict_draft *o)
{
    return ro->abort && matched(o, SPLIT_DECISION_ROLLBACK, SPLIT_REASON_MANUAL, -1);
}

/* Lost outcomes over half: the new system swallows requests, which no other counter would show. */
static bool
rule_lost_half(struct split_rollout *ro, verdict_draft *o)
{
    int64_t sent, lost, legacy_sent, legacy_lost;
    if (!split__rollout_lost(&ro->sent, &sent, &lost) || sent < ro->opt.min_sample ||
        lost <= sent - lost)
        return false;
    const bool legacy = split__rollout_lost(&ro->baseline_sent, &legacy_sent, &legacy_lost) &&
                        legacy_sent >= ro->opt.min_sample &&
                        legacy_lost > legacy_sent - legacy_lost;
    ro->shared = legacy;
    return legacy ? matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_SHARED_INCIDENT, -1)
                  : matched(o, SPLIT_DECISION_ROLLBACK, SPLIT_REASON_LOST_OUTCOMES, -1);
}

static bool
rule_critical(struct split_rollout *ro, verdict_draft *o)
{
    int32_t shared = -1;
    for (int32_t i = 0; i < (int32_t)ro->opt.n_metrics; i++) {
        const split__metric *m = &ro->metrics[i];
        if (!m->critical_proven || !confirmed(ro, m))
            continue;
        if (!m->legacy.set || m->worse.set)
            return matched(o, SPLIT_DECISION_ROLLBACK, SPLIT_REASON_METRIC, i);
        shared = shared < 0 ? i : shared;
    }
    if (rule_lost_half(ro, o))
        return true;
    ro->shared = shared >= 0;
    return ro->shared && matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_SHARED_INCIDENT, shared);
}

static bool
rule_paused(struct split_rollout *ro, verdict_draft *o)
{
    return ro->paused && matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_PAUSED, -1);
}

static bool
rule_traffic(struct split_rollout *ro, verdict_draft *o)
{
    if (ro->split.set)
        return matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_SPLIT, -1);
    int64_t sent, lost;
    const bool full = split__rollout_lost(&ro->sent, &sent, &lost);
    /* lost / sent > 5 %; both are below 2^56, so 20 times does not overflow. */
    return full && sent >= ro->opt.min_sample && lost * 20 > sent &&
           matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_LOST_OUTCOMES, -1);
}

static bool
patience_over(const struct split_rollout *ro, int64_t windows, split_us patience)
{
    return patience != SPLIT_NEVER &&
           windows >= patience / ro->opt.window_us + (patience % ro->opt.window_us != 0);
}

static bool
rule_breach(struct split_rollout *ro, verdict_draft *o)
{
    int32_t critical = -1, warning = -1;
    for (int32_t i = (int32_t)ro->opt.n_metrics - 1; i >= 0; i--) {
        const split__metric *m = &ro->metrics[i];
        if (m->critical_proven)
            critical = i;
        if (m->breach.set)
            warning = i;
    }
    for (int32_t i = 0; i < (int32_t)ro->opt.n_metrics; i++) {
        const split__metric *m = &ro->metrics[i];
        if (m->breach.set &&
            patience_over(ro, ro->last_id - m->breach_id, ro->opt.warning_patience_us))
            return matched(o, SPLIT_DECISION_ROLLBACK, SPLIT_REASON_METRIC, i);
    }
    if (critical >= 0)
        return matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_CONFIRMING, critical);
    return warning >= 0 && matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_WARNING, warning);
}

static bool
rule_regression(struct split_rollout *ro, verdict_draft *o)
{
    for (int32_t i = 0; i < (int32_t)ro->opt.n_metrics; i++)
        if (ro->metrics[i].def.kind == SPLIT_METRIC_ERROR && ro->metrics[i].worse.set)
            return matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_REGRESSION, i);
    return false;
}

static bool
rule_no_data(struct split_rollout *ro, verdict_draft *o)
{
    int32_t first = -1;
    for (int32_t i = 0; i < (int32_t)ro->opt.n_metrics; i++) {
        const split__metric *m = &ro->metrics[i];
        if (!split__rollout_gates(m) || m->missing <= 2)
            continue;
        if (m->def.missing == SPLIT_MISSING_ROLLBACK)
            return matched(o, SPLIT_DECISION_ROLLBACK, SPLIT_REASON_METRIC, i);
        first = first < 0 ? i : first;
    }
    return first >= 0 && matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_NO_DATA, first);
}

static bool
rule_bake(struct split_rollout *ro, verdict_draft *o)
{
    const bool over = ro->bake_us >= ro->phases[ro->phase].bake_us || ro->skip_wait;
    return !over && matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_BAKE, -1);
}

static bool
rule_coverage(struct split_rollout *ro, verdict_draft *o)
{
    /* covered / windows < 95 %, in integers. */
    return ro->covered * 20 < ro->windows * 19 &&
           matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_COVERAGE, -1);
}

static bool
rule_undecided(struct split_rollout *ro, verdict_draft *o)
{
    for (int32_t i = 0; i < (int32_t)ro->opt.n_metrics; i++)
        if (split__rollout_gates(&ro->metrics[i]) && !split__rollout_compliant(ro, &ro->metrics[i]))
            return matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_UNDECIDED, i);
    return false;
}

static bool
rule_recent(struct split_rollout *ro, verdict_draft *o)
{
    for (int32_t i = 0; i < (int32_t)ro->opt.n_metrics; i++) {
        const split__metric *m = &ro->metrics[i];
        split_metric_counts pooled = {.present = true};
        for (uint32_t k = 0; k < m->recent.len; k++) {
            pooled.n += m->recent.n[k];
            for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
                pooled.bad[b] += m->recent.bad[k][b];
        }
        if (split__rollout_gates(m) &&
            split_threshold_level(&m->def, &pooled, ro->opt.min_sample) != SPLIT_LEVEL_OK)
            return matched(o, SPLIT_DECISION_HOLD, SPLIT_REASON_RECENT, i);
    }
    return false;
}

/* Rules 3 to 11 of R9, in their order. The clock moves before them, because rule 2 decides whether
 * it stands. */
static bool
first_match(struct split_rollout *ro, verdict_draft *o)
{
    return rule_paused(ro, o) || rule_traffic(ro, o) || rule_breach(ro, o) ||
           rule_regression(ro, o) || rule_no_data(ro, o) || rule_bake(ro, o) ||
           rule_coverage(ro, o) || rule_undecided(ro, o) || rule_recent(ro, o);
}

static void
move_clock(struct split_rollout *ro)
{
    if (ro->has_data && !ro->paused && !ro->shared && !ro->restarted &&
        ro->bake_us < SPLIT_COUNT_MAX)
        ro->bake_us += ro->opt.window_us;
}

static bool
no_data_alert(const struct split_rollout *ro)
{
    for (uint32_t i = 0; i < ro->opt.n_metrics; i++)
        if (split__rollout_gates(&ro->metrics[i]) && ro->metrics[i].missing > 2 &&
            patience_over(ro, ro->metrics[i].missing, ro->opt.no_data_patience_us))
            return true;
    return false;
}

void
split__rollout_decide(struct split_rollout *ro, split_rollout_decision *out)
{
    const split_decision onward =
        ro->phase + 1 < ro->opt.n_phases ? SPLIT_DECISION_ADVANCE : SPLIT_DECISION_COMPLETE;
    verdict_draft o = {onward, SPLIT_REASON_NONE, -1};
    bool held = rule_abort(ro, &o) || rule_critical(ro, &o);
    move_clock(ro);
    held = held || first_match(ro, &o);
    /* An operator may overrule every hold, but not a rollback. */
    if (held && ro->advance && o.decision == SPLIT_DECISION_HOLD) {
        o = (verdict_draft){onward, SPLIT_REASON_NONE, -1};
        out->override_used = true;
    }
    ro->advance = false;
    out->decision = o.decision;
    out->reason = o.reason;
    out->reason_metric = o.metric;
    out->alert = no_data_alert(ro);
}
