/* SPDX-License-Identifier: MIT */
/* The rest of a decision: numbers that it rests on and how long the next proof takes
 * (design/verdicts.md R18, R19). */
#include <math.h>
#include <string.h>

#include "core/rollout/state.h"

/* The next whole number, of one that is not negative; -1 when it is out of sight. */
static int64_t
whole(double x)
{
    if (!(x < 1e15))
        return -1;
    const int64_t v = (int64_t)x;
    return (double)v < x ? v + 1 : v;
}

/* Trials still needed at the share seen; 0 when proven, -1 when out of sight. */
static int64_t
trials_to_proof(const struct split_rollout *ro, const split__metric *m)
{
    const double need = split__rollout_gate_bound(ro) - m->compliance.ln;
    if (need <= 0.0 && m->compliance.windows > 0)
        return 0;
    if (m->bake_n == 0)
        return -1;
    const double seen = (double)m->bake_bad[split__rollout_gate_index(ro)] / (double)m->bake_n;
    if (m->def.clustered) {
        /* Windows are the observations: go on as so far. */
        const double trials =
            m->compliance.ln > 0.0 ? need / m->compliance.ln * (double)m->bake_n : HUGE_VAL;
        return whole(trials);
    }
    if (seen >= m->compliance.bound)
        return -1;
    /* The evidence so far has paid for the mixture already, so the formula's constant is left
     * out. */
    const double trials = split_evidence_trials(seen, m->compliance.bound, need - 0.8, 0.0);
    return whole(trials);
}

/* The same as time, at the traffic of the last windows. */
static split_us
proof_time(const struct split_rollout *ro, const split__metric *m, int64_t trials)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < m->recent.len; i++)
        n += m->recent.n[i];
    if (trials < 0 || (trials > 0 && n == 0))
        return SPLIT_NEVER;
    if (trials == 0)
        return 0;
    const double windows = (double)trials * (double)m->recent.len / (double)n;
    const int64_t n_windows = whole(windows);
    return n_windows >= 0 && n_windows < SPLIT_COUNT_MAX / ro->opt.window_us
               ? n_windows * ro->opt.window_us
               : SPLIT_NEVER;
}

static void
report_metric(const struct split_rollout *ro, const split__metric *m, split_metric_decision *out)
{
    memset(out, 0, sizeof *out);
    out->level = m->level;
    out->window_level = m->window_level;
    out->verdict = split__rollout_verdict(ro, m);
    out->compliant = split__rollout_compliant(ro, m);
    out->warning_latched = m->breach.set;
    out->critical_latched = m->critical_proven;
    out->ln_warning = m->warning.ln;
    out->ln_critical = m->critical.ln;
    out->ln_compliance = m->compliance.ln;
    out->ln_relative = m->relative.ln;
    out->counts = m->counts;
    out->missing = m->missing;
    out->bake_n = m->bake_n;
    memcpy(out->bake_bad, m->bake_bad, sizeof out->bake_bad);
    out->proof_trials = trials_to_proof(ro, m);
    out->proof_us = proof_time(ro, m, out->proof_trials);
}

void
split__rollout_report(const struct split_rollout *ro, split_rollout_decision *out)
{
    out->bake_restarted = ro->restarted;
    out->bake_us = ro->bake_us;
    out->bake_need_us = ro->phases[ro->phase].bake_us;
    out->bake_restarts = ro->bake_restarts;
    out->windows = ro->windows;
    out->covered = ro->covered;
    out->breach_bound = split__rollout_breach_bound(ro);
    out->gate_bound = split__rollout_gate_bound(ro);
    out->split_bound = split__rollout_split_bound();
    out->ln_split_above = ro->above.ln;
    out->ln_split_below = ro->below.ln;
    (void)split__rollout_lost(&ro->sent, &out->lost_sent, &out->lost);
    out->n_metrics = ro->opt.n_metrics;
    for (uint32_t i = 0; i < ro->opt.n_metrics; i++)
        report_metric(ro, &ro->metrics[i], &out->metrics[i]);
}
