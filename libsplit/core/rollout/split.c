/* SPDX-License-Identifier: MIT */
/* Checks on the traffic itself: did the new arm get its share, did the outcomes come back
 * (design/verdicts.md R10, R11). */
#include <math.h>

#include "core/rollout/state.h"

/* Each direction of the split check is tested at 0.0005. */
#define SPLIT_CHECK_ALPHA 0.0005

double
split__rollout_split_bound(void)
{
    return -log(SPLIT_CHECK_ALPHA);
}

double
split__rollout_breach_bound(const struct split_rollout *ro)
{
    return log((double)ro->opt.n_metrics / ro->opt.alpha);
}

double
split__rollout_gate_bound(const struct split_rollout *ro)
{
    const double bound = -log(ro->opt.gate_alpha);
    if (ro->bake_restarts == 0)
        return bound;
    /* The r-th restart spends alpha 6 / (pi^2 r^2), so that all restarts together spend alpha. */
    const double r = (double)ro->bake_restarts;
    return bound + log(1.6449340668482264) + 2.0 * log(r);
}

double
split__rollout_share(const struct split_rollout *ro, const split_window *w)
{
    if (w->share_ppm >= 0)
        return (double)w->share_ppm / 1e6;
    return (double)ro->phases[ro->phase].percent_e6 / SPLIT_PERCENT_ALL_E6;
}

bool
split__rollout_compares(const struct split_rollout *ro, const split_window *w)
{
    const double share = split__rollout_share(ro, w);
    return w->has_baseline && share > 0.0 && share < 1.0;
}

static int64_t
assigned(const split_arm *arm)
{
    return split_arm_get(arm, SPLIT_COUNTER_SENT) + split_arm_get(arm, SPLIT_COUNTER_LEFT_OUT);
}

static void
take_share(struct split_rollout *ro, const split_window *w)
{
    const bool units = split_arm_has(&w->arm, SPLIT_COUNTER_UNITS) &&
                       split_arm_has(&w->baseline, SPLIT_COUNTER_UNITS);
    const bool sent = split_arm_has(&w->arm, SPLIT_COUNTER_SENT) &&
                      split_arm_has(&w->baseline, SPLIT_COUNTER_SENT);
    if (!split__rollout_compares(ro, w) || (!units && !sent))
        return;
    const int64_t own = units ? split_arm_get(&w->arm, SPLIT_COUNTER_UNITS) : assigned(&w->arm);
    const int64_t other =
        units ? split_arm_get(&w->baseline, SPLIT_COUNTER_UNITS) : assigned(&w->baseline);
    const double share = split__rollout_share(ro, w);
    split__evidence_take(&ro->above, share, own + other, own);
    split__evidence_take(&ro->below, share, own + other, own);
    const double bound = split__rollout_split_bound();
    const bool wrong = ro->above.ln >= bound || ro->below.ln >= bound;
    ro->split.set = ro->split.set || wrong;
    ro->split.off = wrong ? 0 : ro->split.off + 1;
    if (ro->split.off >= SPLIT__OFF)
        ro->split = (split__latch){0};
}

static void
push_sent(split__sent *s, const split_arm *arm)
{
    if (!split_arm_has(arm, SPLIT_COUNTER_SENT) || !split_arm_has(arm, SPLIT_COUNTER_OUTCOMES))
        return;
    s->sent[s->at] = arm->counts[SPLIT_COUNTER_SENT];
    s->outcomes[s->at] = arm->counts[SPLIT_COUNTER_OUTCOMES];
    s->at = (s->at + 1) % SPLIT__LOST;
    s->len = s->len < SPLIT__LOST ? s->len + 1 : SPLIT__LOST;
}

void
split__rollout_take_split(struct split_rollout *ro, const split_window *w)
{
    take_share(ro, w);
    push_sent(&ro->sent, &w->arm);
    if (w->has_baseline)
        push_sent(&ro->baseline_sent, &w->baseline);
}

bool
split__rollout_lost(const split__sent *s, int64_t *out_sent, int64_t *out_lost)
{
    int64_t sent = 0, outcomes = 0;
    for (uint32_t i = 0; i < s->len; i++) {
        sent += s->sent[i];
        outcomes += s->outcomes[i];
    }
    *out_sent = sent;
    /* Outcomes of requests sent in an earlier window may come in this one. */
    *out_lost = sent > outcomes ? sent - outcomes : 0;
    return s->len == SPLIT__LOST;
}
