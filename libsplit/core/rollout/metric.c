/* SPDX-License-Identifier: MIT */
/* What a window does to each metric: level, evidence, latches (design/verdicts.md R4-R8,
 * R13-R15). */
#include <math.h>
#include <string.h>

#include "core/base/num.h"
#include "core/rollout/state.h"

static double
share_of(const split_metric *def, split_bound_index bound)
{
    return (double)split_metric_share_e6(def, bound) / SPLIT_PERCENT_ALL_E6;
}

static split_evidence_form
form_of(const split_metric *def)
{
    return def->clustered ? SPLIT_EVIDENCE_ROBUST : SPLIT_EVIDENCE_TRIALS;
}

split_bound_index
split__rollout_gate_index(const struct split_rollout *ro)
{
    return ro->opt.judgement == SPLIT_JUDGEMENT_LENIENT ? SPLIT_BOUND_WARNING : SPLIT_BOUND_TARGET;
}

/* Planned bake of the phase in windows, at least one. */
static int64_t
bake_windows(const struct split_rollout *ro)
{
    const int64_t bake = ro->phases[ro->phase].bake_us, window = ro->opt.window_us;
    const int64_t n = bake / window + (bake % window != 0);
    return n < 1 ? 1 : n;
}

static void
begin_breach(const struct split_rollout *ro, split__metric *m)
{
    const split_evidence_form form = form_of(&m->def);
    const int64_t b = bake_windows(ro);
    const double critical = share_of(&m->def, SPLIT_BOUND_CRITICAL);
    split__evidence_start(&m->warning, share_of(&m->def, SPLIT_BOUND_WARNING), SPLIT_EVIDENCE_ABOVE,
                          form, true, b);
    split__evidence_start(&m->critical, critical, SPLIT_EVIDENCE_ABOVE, form, true, b);
    m->breach = (split__latch){0};
    m->critical_proven = false;
}

static void
begin_legacy(const struct split_rollout *ro, split__metric *m)
{
    const double critical = share_of(&m->def, SPLIT_BOUND_CRITICAL);
    split__evidence_start(&m->baseline, critical, SPLIT_EVIDENCE_ABOVE, form_of(&m->def), true,
                          bake_windows(ro));
    m->legacy = (split__latch){0};
}

static void
begin_compliance(const struct split_rollout *ro, split__metric *m)
{
    const double bound = share_of(&m->def, split__rollout_gate_index(ro));
    split__evidence_start(&m->compliance, bound, SPLIT_EVIDENCE_BELOW, form_of(&m->def), false, 1);
    m->bake_n = 0;
    memset(m->bake_bad, 0, sizeof m->bake_bad);
}

void
split__rollout_begin_phase(struct split_rollout *ro)
{
    for (uint32_t i = 0; i < ro->opt.n_metrics; i++) {
        split__metric *m = &ro->metrics[i];
        begin_breach(ro, m);
        begin_legacy(ro, m);
        begin_compliance(ro, m);
        split__evidence_start(&m->relative, 0.5, SPLIT_EVIDENCE_ABOVE, form_of(&m->def), true,
                              bake_windows(ro));
        m->worse = (split__latch){0};
        m->recent = (split__recent){0};
        m->over_critical = 0;
        m->phase_n = 0;
        m->baseline_n = 0;
    }
    split__evidence_start(&ro->above, 0.5, SPLIT_EVIDENCE_ABOVE, SPLIT_EVIDENCE_TRIALS, false, 1);
    split__evidence_start(&ro->below, 0.5, SPLIT_EVIDENCE_BELOW, SPLIT_EVIDENCE_TRIALS, false, 1);
    ro->split = (split__latch){0};
    ro->sent = (split__sent){0};
    ro->baseline_sent = (split__sent){0};
    ro->bake_us = 0;
    ro->bake_restarts = 0;
    ro->windows = 0;
    ro->covered = 0;
    ro->skip_wait = false;
}

void
split__rollout_restart_bake(struct split_rollout *ro)
{
    for (uint32_t i = 0; i < ro->opt.n_metrics; i++) {
        split__metric *m = &ro->metrics[i];
        if (m->breach.set && m->breach.off >= SPLIT__OFF)
            begin_breach(ro, m);
        begin_compliance(ro, m);
    }
    ro->bake_us = 0;
    ro->bake_restarts++;
    ro->windows = 0;
    ro->covered = 0;
    ro->skip_wait = false;
    ro->restarted = true;
}

static void
push_recent(split__recent *r, const split_metric_counts *c)
{
    r->n[r->at] = c->n;
    memcpy(r->bad[r->at], c->bad, sizeof c->bad);
    r->at = (r->at + 1) % SPLIT__RECENT;
    r->len = r->len < SPLIT__RECENT ? r->len + 1 : SPLIT__RECENT;
}

/* Counts successive windows off a latch. Without trials a window is neither on nor off, and the
 * count stands still. */
static void
latch_window(split__latch *l, bool proven, bool off, bool trials)
{
    if (proven)
        l->set = true;
    if (trials)
        l->off = l->set && off ? l->off + 1 : 0;
}

static void
take_arm(const struct split_rollout *ro, split__metric *m, int64_t id)
{
    const split_metric_counts *c = &m->counts;
    const double bound = split__rollout_breach_bound(ro);
    split__evidence_take(&m->warning, m->warning.bound, c->n, c->bad[SPLIT_BOUND_WARNING]);
    split__evidence_take(&m->critical, m->critical.bound, c->n, c->bad[SPLIT_BOUND_CRITICAL]);
    split__evidence_take(&m->compliance, m->compliance.bound, c->n,
                         c->bad[split__rollout_gate_index(ro)]);
    push_recent(&m->recent, c);
    m->phase_n = split__add_sat(m->phase_n, c->n);
    m->bake_n = split__add_sat(m->bake_n, c->n);
    for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
        m->bake_bad[b] = split__add_sat(m->bake_bad[b], c->bad[b]);
    const bool over = split_threshold_is_over(&m->def, c, SPLIT_BOUND_CRITICAL);
    m->over_critical = (m->over_critical << 1 | over) & 7;
    const bool sample = m->phase_n >= ro->opt.min_sample;
    const bool proven = sample && m->warning.ln >= bound;
    if (proven && !m->breach.set)
        m->breach_id = id;
    latch_window(&m->breach, proven, !split_threshold_is_over(&m->def, c, SPLIT_BOUND_WARNING),
                 c->n > 0);
    if (m->breach.set && sample && m->critical.ln >= bound)
        m->critical_proven = true;
}

static void
take_legacy(const struct split_rollout *ro, split__metric *m)
{
    const split_metric_counts *c = &m->baseline_counts;
    split__evidence_take(&m->baseline, m->baseline.bound, c->n, c->bad[SPLIT_BOUND_CRITICAL]);
    m->baseline_n = split__add_sat(m->baseline_n, c->n);
    const bool proven =
        m->baseline_n >= ro->opt.min_sample && m->baseline.ln >= split__rollout_breach_bound(ro);
    latch_window(&m->legacy, proven, !split_threshold_is_over(&m->def, c, SPLIT_BOUND_CRITICAL),
                 c->n > 0);
    if (m->legacy.off >= SPLIT__OFF)
        begin_legacy(ro, m);
}

static void
take_relative(const struct split_rollout *ro, split__metric *m, double share)
{
    const int64_t bad = m->counts.bad[SPLIT_BOUND_CRITICAL];
    const double theta = split_evidence_label_bound(share, ro->opt.relative);
    split__evidence_take(&m->relative, theta, bad + m->baseline_counts.bad[SPLIT_BOUND_CRITICAL],
                         bad);
    const bool proven = m->relative.ln >= split__rollout_breach_bound(ro);
    latch_window(&m->worse, proven, !proven, true);
    if (m->worse.off >= SPLIT__OFF)
        m->worse = (split__latch){0};
}

void
split__rollout_take_metrics(struct split_rollout *ro, const split_window *w)
{
    for (uint32_t i = 0; i < ro->opt.n_metrics; i++) {
        split__metric *m = &ro->metrics[i];
        m->window_level = split_threshold_level(&m->def, &m->counts, ro->opt.min_sample);
        m->level = split_shown_step(&m->shown, m->window_level);
        m->missing = m->counts.present ? 0 : m->missing + 1;
        if (split_rollout_has_ended(ro))
            continue;
        if (m->counts.present)
            take_arm(ro, m, w->id);
        if (m->baseline_counts.present)
            take_legacy(ro, m);
        if (m->counts.present && m->baseline_counts.present && split__rollout_compares(ro, w))
            take_relative(ro, m, split__rollout_share(ro, w));
    }
}

bool
split__rollout_gates(const split__metric *m)
{
    return m->def.gate && !(m->def.missing == SPLIT_MISSING_IGNORE && m->missing > 0);
}

/* Pooled over the bake and large enough, the counts are on target. */
static bool
bake_on_target(const struct split_rollout *ro, const split__metric *m)
{
    split_metric_counts pooled = {.present = true, .n = m->bake_n};
    memcpy(pooled.bad, m->bake_bad, sizeof pooled.bad);
    return split_threshold_level(&m->def, &pooled, ro->opt.min_sample) == SPLIT_LEVEL_OK;
}

bool
split__rollout_compliant(const struct split_rollout *ro, const split__metric *m)
{
    const bool proven =
        m->compliance.windows > 0 && m->compliance.ln >= split__rollout_gate_bound(ro);
    switch (ro->opt.judgement) {
    case SPLIT_JUDGEMENT_POINT:
        return bake_on_target(ro, m);
    case SPLIT_JUDGEMENT_LENIENT:
        return proven && bake_on_target(ro, m);
    default:
        return proven;
    }
}

split_verdict
split__rollout_verdict(const struct split_rollout *ro, const split__metric *m)
{
    if (m->critical_proven)
        return SPLIT_VERDICT_CRITICAL;
    if (m->breach.set)
        return SPLIT_VERDICT_WARNING;
    if (m->missing > 2)
        return SPLIT_VERDICT_NO_DATA;
    /* A point estimate proves nothing, whatever the gate makes of it. */
    const bool proven =
        m->compliance.windows > 0 && m->compliance.ln >= split__rollout_gate_bound(ro);
    const bool shown =
        ro->opt.judgement == SPLIT_JUDGEMENT_POINT ? proven : split__rollout_compliant(ro, m);
    return shown ? SPLIT_VERDICT_COMPLIANCE : SPLIT_VERDICT_UNDECIDED;
}
