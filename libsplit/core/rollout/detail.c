/* SPDX-License-Identifier: MIT */
/* The sentence of a decision: what it rests on and what would change it (design/verdicts.md R20).
 * Nothing here decides. */
#include <math.h>

#include "core/rollout/state.h"
#include "core/base/text.h"

typedef struct rollout_text {
    const split_rollout *ro;
    const split_rollout_decision *d;
    split__text t;
} rollout_text;

static const split_metric_decision *
reason_metric(const rollout_text *x)
{
    return &x->d->metrics[x->d->reason_metric < 0 ? 0 : x->d->reason_metric];
}

static void
say_metric(rollout_text *x, int32_t index)
{
    const split_metric *m = split_rollout_metric(x->ro, (uint32_t)(index < 0 ? 0 : index));
    split__text_add(&x->t, m != NULL ? m->name : "");
}

static void
say_evidence(rollout_text *x, const char *what, double ln, double bound)
{
    split__text_add(&x->t, what);
    split__text_add(&x->t, " ln evidence ");
    split__text_fixed(&x->t, ln);
    split__text_add(&x->t, " of ");
    split__text_fixed(&x->t, bound);
}

/* Two significant digits are all that a forecast is worth. */
static int64_t
two_digits(int64_t v)
{
    int64_t unit = 1;
    while (v / unit >= 100)
        unit *= 10;
    return (v + unit - 1) / unit * unit;
}

static void
say_proof(rollout_text *x, int32_t index)
{
    const split_metric_decision *m = &x->d->metrics[index];
    say_metric(x, index);
    if (m->missing > 0) {
        split__text_add(&x->t, " has no data");
        return;
    }
    if (m->proof_trials < 0) {
        split__text_add(&x->t, " is not below its bound so far, no proof in sight;");
    } else {
        split__text_add(&x->t, " needs ");
        split__text_count(&x->t, two_digits(m->proof_trials));
        split__text_add(&x->t, m->proof_trials == 1 ? " more request" : " more requests");
        if (m->proof_us != SPLIT_NEVER) {
            split__text_add(&x->t, ", ");
            split__text_time(&x->t, m->proof_us);
            split__text_add(&x->t, " at the present rate");
        }
        split__text_add(&x->t, ";");
    }
    say_evidence(x, "", m->ln_compliance, x->d->gate_bound);
}

/* The gating metric whose proof takes longest, if that is longer than `rest_us`. */
static int32_t
slowest_proof(const rollout_text *x, split_us rest_us)
{
    int32_t slowest = -1;
    for (int32_t i = 0; i < (int32_t)x->d->n_metrics; i++) {
        const split_metric_decision *m = &x->d->metrics[i];
        if (!split_rollout_metric(x->ro, (uint32_t)i)->gate || m->compliant ||
            m->proof_us <= rest_us)
            continue;
        if (slowest < 0 || m->proof_us > x->d->metrics[slowest].proof_us)
            slowest = i;
    }
    return slowest;
}

static void
say_bake(rollout_text *x)
{
    const split_us rest = x->d->bake_need_us - x->d->bake_us;
    split__text_add(&x->t, x->d->bake_restarted ? "the bake restarted: " : "");
    split__text_time(&x->t, rest);
    split__text_add(&x->t, " of ");
    split__text_time(&x->t, x->d->bake_need_us);
    split__text_add(&x->t, " to go");
    const int32_t slowest =
        x->ro->opt.judgement == SPLIT_JUDGEMENT_POINT ? -1 : slowest_proof(x, rest);
    if (slowest >= 0) {
        split__text_add(&x->t, "; ");
        say_proof(x, slowest);
    }
}

static void
say_breach(rollout_text *x)
{
    const split_metric_decision *m = reason_metric(x);
    const bool critical = x->d->reason == SPLIT_REASON_CONFIRMING || m->critical_latched;
    say_metric(x, x->d->reason_metric);
    if (x->d->decision == SPLIT_DECISION_ROLLBACK && !m->warning_latched) {
        split__text_add(&x->t, " has had no report for ");
        split__text_count(&x->t, m->missing);
        split__text_add(&x->t, " windows");
        return;
    }
    say_evidence(x, critical ? ": critical is proven," : ": warning is proven,",
                 critical ? m->ln_critical : m->ln_warning, x->d->breach_bound);
    if (x->d->reason == SPLIT_REASON_CONFIRMING)
        split__text_add(&x->t, "; rolls back when 2 of 3 windows are over the bound");
    if (x->d->decision == SPLIT_DECISION_HOLD)
        split__text_add(&x->t, "; ends after 3 windows off the warning bound");
}

static void
say_traffic(rollout_text *x)
{
    if (x->d->reason == SPLIT_REASON_SPLIT) {
        say_evidence(x, "the split is not the one asked for: more:", x->d->ln_split_above,
                     x->d->split_bound);
        say_evidence(x, ", less:", x->d->ln_split_below, x->d->split_bound);
        return;
    }
    split__text_count(&x->t, x->d->lost);
    split__text_add(&x->t, " outcomes of ");
    split__text_count(&x->t, x->d->lost_sent);
    split__text_add(&x->t, " requests in the last 5 windows never came");
}

static void
say_relative(rollout_text *x)
{
    if (x->d->reason_metric < 0) {
        split__text_add(&x->t, "both systems lose outcomes");
        return;
    }
    say_metric(x, x->d->reason_metric);
    split__text_add(&x->t, x->d->reason == SPLIT_REASON_REGRESSION
                               ? ": worse than the legacy system,"
                               : ": critical in both systems; relative");
    say_evidence(x, "", reason_metric(x)->ln_relative, x->d->breach_bound);
}

static void
say_data(rollout_text *x)
{
    if (x->d->reason == SPLIT_REASON_COVERAGE) {
        split__text_add(&x->t, "data in ");
        split__text_count(&x->t, x->d->covered);
        split__text_add(&x->t, " of ");
        split__text_count(&x->t, x->d->windows);
        split__text_add(&x->t, " windows, 95 % are needed");
        return;
    }
    say_metric(x, x->d->reason_metric);
    split__text_add(&x->t, ": no report for ");
    split__text_count(&x->t, reason_metric(x)->missing);
    split__text_add(&x->t, " windows");
}

static void
say_onward(rollout_text *x)
{
    if (!x->d->override_used) {
        split__text_add(&x->t, "bake over, every gate passed");
        return;
    }
    split__text_add(&x->t, "advanced by an operator");
    for (int32_t i = 0; i < (int32_t)x->d->n_metrics; i++)
        if (split_rollout_metric(x->ro, (uint32_t)i)->gate && !x->d->metrics[i].compliant) {
            split__text_add(&x->t, "; not proven: ");
            say_metric(x, i);
            say_evidence(x, ",", x->d->metrics[i].ln_compliance, x->d->gate_bound);
        }
}

static void
say_recent(rollout_text *x)
{
    say_metric(x, x->d->reason_metric);
    split__text_add(&x->t, ": the last 30 windows together are not on target");
}

static void
say_hold(rollout_text *x)
{
    switch (x->d->reason) {
    case SPLIT_REASON_BAKE:
        say_bake(x);
        break;
    case SPLIT_REASON_UNDECIDED:
        say_proof(x, x->d->reason_metric);
        break;
    case SPLIT_REASON_SPLIT:
    case SPLIT_REASON_LOST_OUTCOMES:
        say_traffic(x);
        break;
    case SPLIT_REASON_REGRESSION:
    case SPLIT_REASON_SHARED_INCIDENT:
        say_relative(x);
        break;
    case SPLIT_REASON_NO_DATA:
    case SPLIT_REASON_COVERAGE:
        say_data(x);
        break;
    case SPLIT_REASON_RECENT:
        say_recent(x);
        break;
    case SPLIT_REASON_PAUSED:
        split__text_add(&x->t, "paused by an operator");
        break;
    case SPLIT_REASON_ENDED:
        split__text_add(&x->t, "the rollout has ended");
        break;
    default:
        say_breach(x);
        break;
    }
}

size_t
split_rollout_detail(const split_rollout *rollout, const split_rollout_decision *decision,
                     char *text, size_t text_bytes)
{
    rollout_text x = {rollout, decision, {text, text_bytes, 0}};
    if (text_bytes > 0)
        text[0] = '\0';
    if (decision->decision == SPLIT_DECISION_ADVANCE ||
        decision->decision == SPLIT_DECISION_COMPLETE)
        say_onward(&x);
    else if (decision->reason == SPLIT_REASON_MANUAL)
        split__text_add(&x.t, "aborted by an operator");
    else if (decision->reason == SPLIT_REASON_METRIC)
        say_breach(&x);
    else
        say_hold(&x);
    return x.t.len;
}
