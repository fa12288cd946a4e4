/* SPDX-License-Identifier: MIT */
/* What a proxy counted between two reads (design: C1 to C5). */
#include "net/source/proxy/compare.h"

#include <string.h>

#include "net/source/counter.h"
#include "net/source/source.h"

#define CLOCK_SKEW_US 30e6 /* by which a peer's clock may be behind */
#define AGE_MIN_S 60       /* an average over less says nothing */

/* All requests that the peer counted, of both arms. */
static int64_t
sum_of(const totals *t)
{
    int64_t sum = 0;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        split__count_add(&sum, t->arm[a].counts[SPLIT_COUNTER_SENT]);
        split__count_add(&sum, t->arm[a].counts[SPLIT_COUNTER_OUTCOMES]);
    }
    return sum;
}

/* C1. A start that moved to after the read before, or a fall to less than a tenth where no start is
 * known. */
static bool
has_restarted(const totals *before, const totals *now)
{
    if (before->since > 0 && now->since > 0)
        return now->since > before->since;
    return split__counter_restarted(sum_of(before), sum_of(now));
}

/* C4. A process cannot have begun before the read that another one answered; clocks may differ. */
static bool
is_replica(const totals *before, const totals *now)
{
    if (before->since <= 0 || now->since <= 0)
        return false;
    return now->since < before->since ||
           (now->since > before->since && now->since * 1e6 < (double)before->wall - CLOCK_SKEW_US);
}

/* The difference, or a note in `fell` that there is none. */
static int64_t
rise(int64_t before, int64_t now, bool *fell)
{
    *fell = *fell || now < before;
    return now < before ? 0 : now - before;
}

static void
put_latency(const split_reading_latency *before, const split_reading_latency *now,
            split_reading_latency *out)
{
    bool same = before->n_edges == now->n_edges &&
                memcmp(before->le_us, now->le_us, now->n_edges * sizeof now->le_us[0]) == 0;
    bool fell = before->n_edges > 0 && !same;
    int64_t below = 0;
    *out = *now;
    for (uint32_t i = 0; i < now->n_edges && !fell; i++) {
        int64_t upto = rise(same ? before->count[i] : 0, now->count[i], &fell);
        out->count[i] = upto > below ? upto - below : 0;
        below = upto;
    }
    if (fell)
        out->n_edges = 0;
}

/* C2. A counter that is a little lower has no data in this window, and stays where it was. */
static bool
put_counter(proxy_source *p, int a, int c, split_arm *arm)
{
    bool fell = false;
    int64_t *now = &p->now.arm[a].counts[c];
    arm->counts[c] = rise(p->before.arm[a].counts[c], *now, &fell);
    if (fell) {
        arm->present &= ~(UINT32_C(1) << c);
        arm->counts[c] = 0;
        *now = p->before.arm[a].counts[c];
    }
    return fell;
}

static bool
put_bounds(proxy_source *p, int a, split_arm *arm)
{
    bool any = false;
    for (uint32_t m = 0; m < SPLIT_METRICS_MAX; m++) {
        bool fell = false;
        const int64_t *before = &p->before.arm[a].over[SPLIT_BOUND_COUNT * m];
        int64_t *now = &p->now.arm[a].over[SPLIT_BOUND_COUNT * m];
        int64_t *out = &arm->over[SPLIT_BOUND_COUNT * m];
        for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
            out[b] = rise(before[b], now[b], &fell);
        if (!fell)
            continue;
        any = true;
        arm->over_present &= ~(UINT32_C(1) << m);
        memset(out, 0, SPLIT_BOUND_COUNT * sizeof out[0]);
        memcpy(now, before, SPLIT_BOUND_COUNT * sizeof now[0]);
    }
    return any;
}

/* True when a counter was lower than before. */
static bool
put_arm(proxy_source *p, int a, split_reading *out)
{
    split_arm *arm = &out->arm[a];
    bool neutral_fell = false;
    *arm = p->now.arm[a];
    bool fell = put_bounds(p, a, arm);
    for (int c = 0; c < SPLIT_COUNTER_COUNT; c++)
        fell = put_counter(p, a, c, arm) || fell;
    /* An attempt that proved nothing is taken back: it was sent, but is no trial. */
    int64_t neutral = rise(p->before.neutral[a], p->now.neutral[a], &neutral_fell);
    int64_t *sent = &arm->counts[SPLIT_COUNTER_SENT];
    *sent = *sent > neutral ? *sent - neutral : 0;
    if (neutral_fell) {
        p->now.neutral[a] = p->before.neutral[a];
        arm->present &= ~(UINT32_C(1) << SPLIT_COUNTER_SENT);
        *sent = 0;
    }
    out->has_arm[a] = p->now.has_arm[a];
    put_latency(&p->before.latency[a], &p->now.latency[a], &out->latency[a]);
    if (p->now.latency[a].n_edges > 0 && out->latency[a].n_edges == 0)
        p->now.latency[a] = p->before.latency[a];
    return fell || neutral_fell;
}

/* C3. False when more was counted than rate and time allow; the start tells the average. */
static bool
is_plausible(proxy_source *p, int64_t counted)
{
    double seconds = (double)(p->now.at - p->before.at) / 1e6;
    double age = (double)p->before.wall / 1e6 - p->before.since;
    bool has_age = p->before.since > 0 && age >= AGE_MIN_S;
    return split__counter_rate_take(&p->rate, counted, seconds,
                                    has_age ? (double)sum_of(&p->before) / age : -1);
}

/* C2. Lower for several reads in a row is no lagging replica: what is shown now is the new mark. */
static int
take_dip(proxy_source *p, const totals *shown, split_reading *out, split_error *error)
{
    p->n_dips++;
    if (p->n_dips < COUNTER_DIPS_MAX) {
        split__net_note(out, "a counter is lower than before and has no data in this window; are "
                             "there replicas behind one address?");
        return SPLIT_OK;
    }
    p->n_dips = 0;
    p->now = *shown;
    return split__net_fault(error, SPLIT_ERR_NO_DATA,
                            "counters of %s stay lower than they were; counting begins again there",
                            p->url);
}

/* What was counted between the two reads. */
int
split__proxy_compare(proxy_source *p, split_reading *out, split_error *error)
{
    const totals shown = p->now;
    bool fell = false;
    if (is_replica(&p->before, &p->now))
        return split__net_fault(
            error, SPLIT_ERR_PEER,
            "%s is answered by more than one process; give each its own address", p->url);
    int64_t counted = sum_of(&p->now) - sum_of(&p->before);
    if (has_restarted(&p->before, &p->now)) {
        totals zero = {.since = p->now.since, .wall = p->before.wall, .at = p->before.at};
        p->before = zero;
        out->n_restarts = 1;
        counted = sum_of(&p->now);
    }
    if (!is_plausible(p, counted > 0 ? counted : 0))
        return split__net_fault(error, SPLIT_ERR_NO_DATA,
                                "%s counted far more in this window than its rate allows; is a "
                                "replica behind the address that lagged?",
                                p->url);
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        fell = put_arm(p, a, out) || fell;
    if (fell)
        return take_dip(p, &shown, out, error);
    p->n_dips = 0;
    return SPLIT_OK;
}
