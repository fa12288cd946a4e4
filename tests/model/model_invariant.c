/* SPDX-License-Identifier: MIT */
/* The invariants of one step, each a predicate of its own (design/failover.md section 8). They use public facts
 * and raw fields, never the machine's own guards. */
#include "model.h"

#include <string.h>

typedef struct view {
    const split_failover *before, *after;
    const model_world *w0, *w1;
    const model_config *c;
    const model_step *s;
} view;

static const split__fo_origin *
was(const view *v, uint32_t i)
{
    return split__fo_at(v->before, i);
}

static const split__fo_origin *
is(const view *v, uint32_t i)
{
    return split__fo_at(v->after, i);
}

static const split_failover_answer *
attempt_of(const view *v)
{
    if (v->s->op.kind == MODEL_ROUTE && v->s->answer.origin != SPLIT_FAILOVER_NONE)
        return &v->s->answer;
    if (v->s->op.kind == MODEL_REPORT && v->s->next.next == SPLIT_FAILOVER_NEXT_ATTEMPT)
        return &v->s->next.attempt;
    return NULL;
}

static bool
serves(const split__fo_origin *o)
{
    return o->mode == SPLIT_FAILOVER_MODE_FORCE_UP ||
           (o->mode != SPLIT_FAILOVER_MODE_FORCE_DOWN && o->state == SPLIT_FAILOVER_CLOSED);
}

static bool
decides(const split__fo_origin *o)
{
    return o->mode == SPLIT_FAILOVER_MODE_AUTO || o->mode == SPLIT_FAILOVER_MODE_OBSERVE;
}

static bool
kind_fits_state(split_failover_kind kind, const split__fo_origin *o)
{
    switch (kind) {
    case SPLIT_FAILOVER_KIND_NORMAL:
        return o->state == SPLIT_FAILOVER_CLOSED && decides(o);
    case SPLIT_FAILOVER_KIND_RAMP:
        return o->state == SPLIT_FAILOVER_RAMP && decides(o);
    case SPLIT_FAILOVER_KIND_PROBE:
        return o->state == SPLIT_FAILOVER_HALF_OPEN || o->state == SPLIT_FAILOVER_HOLD;
    case SPLIT_FAILOVER_KIND_FORCED:
        return o->mode == SPLIT_FAILOVER_MODE_FORCE_UP;
    case SPLIT_FAILOVER_KIND_OBSERVED:
        return o->mode == SPLIT_FAILOVER_MODE_OBSERVE && o->state != SPLIT_FAILOVER_CLOSED;
    default:
        return kind == SPLIT_FAILOVER_KIND_PANIC;
    }
}

static bool
i1_decision_fits(const view *v)
{
    const split_failover_answer *a = attempt_of(v);
    if (a == NULL)
        return true;
    const split__fo_origin *o = is(v, (uint32_t)a->origin);
    const split__fo_chain *chain = split__fo_chain_at(v->after, a->token.chain);
    if (o->mode == SPLIT_FAILOVER_MODE_FORCE_DOWN || !kind_fits_state(a->kind, o))
        return false;
    for (uint32_t i = 0; a->kind == SPLIT_FAILOVER_KIND_PANIC && i < chain->n; i++)
        if (serves(is(v, chain->origin[i])))
            return false;
    return true;
}

static uint32_t
live_leases(const split_failover *fo, const split__fo_origin *o)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < fo->p.probes_in_flight; i++)
        n += split__fo_leases(fo, o)[i].seq != 0;
    return n;
}

static bool
i2_leases_are_bounded(const view *v)
{
    for (uint32_t i = 0; i < v->after->n_origins; i++) {
        const split__fo_origin *o = is(v, i);
        const uint32_t most = o->state == SPLIT_FAILOVER_HALF_OPEN ? v->after->p.probes_in_flight
                              : o->state == SPLIT_FAILOVER_HOLD    ? 1
                                                                   : 0;
        if (live_leases(v->after, o) > most)
            return false;
    }
    return true;
}

static bool
had_lease(const view *v, const split__fo_origin *o, uint64_t seq)
{
    for (uint32_t i = 0; i < v->before->p.probes_in_flight; i++)
        if (split__fo_leases(v->before, o)[i].seq == seq &&
            split__fo_leases(v->before, o)[i].expiry > v->after->now)
            return true;
    return false;
}

static bool
i4_credit_needs_gen_and_lease(const view *v)
{
    if (v->s->op.kind != MODEL_REPORT || v->s->next.credit != SPLIT_FAILOVER_CREDIT_APPLIED)
        return true;
    const split__fo_origin *o = was(v, v->s->token.slot);
    if (v->s->token.kind == SPLIT_FAILOVER_KIND_PANIC ||
        v->s->token.kind == SPLIT_FAILOVER_KIND_FORCED)
        return false;
    if (v->s->token.gen != o->gen)
        return false;
    return v->s->token.kind != SPLIT_FAILOVER_KIND_PROBE || had_lease(v, o, v->s->token.seq);
}

static bool
same_evidence(const view *v, uint32_t i)
{
    const split__fo_origin *a = was(v, i), *b = is(v, i);
    return a->run == b->run && a->hard_run == b->hard_run && a->level == b->level &&
           a->ok == b->ok && a->bad == b->bad && a->gen == b->gen && a->state == b->state &&
           a->degraded == b->degraded &&
           memcmp(split__fo_slots(a), split__fo_slots(b),
                  v->before->p.buckets * sizeof(split__fo_slot)) == 0;
}

/* Only a step whose events are its own timers' may differ; without events nothing may. */
static bool
i5_unscored_changes_nothing(const view *v)
{
    if (v->s->op.kind != MODEL_REPORT || v->s->events.n != 0)
        return true;
    if (v->s->next.credit == SPLIT_FAILOVER_CREDIT_APPLIED &&
        v->s->op.klass != SPLIT_FAILOVER_CLASS_NEUTRAL)
        return true;
    return same_evidence(v, v->s->token.slot);
}

static bool
i6_time_does_not_fall(const view *v)
{
    return v->after->now >= v->before->now;
}

static bool
is_transition(const split_failover_event *e)
{
    return e->cause != SPLIT_FAILOVER_CAUSE_SUPPRESSED_LAST &&
           e->cause != SPLIT_FAILOVER_CAUSE_SUPPRESSED_COMMON_CAUSE;
}

static bool
i7_one_transition_each(const view *v)
{
    uint64_t moved = 0;
    for (uint32_t i = 0; i < v->s->events.n; i++) {
        const split_failover_event *e = &v->s->events.items[i];
        if (is_transition(e) && (moved & split__fo_bit(e->origin)) != 0)
            return false;
        moved |= is_transition(e) ? split__fo_bit(e->origin) : 0;
    }
    for (uint32_t i = 0; i < v->after->n_origins; i++)
        if (was(v, i)->state != is(v, i)->state && (moved & split__fo_bit(i)) == 0)
            return false;
    return v->s->events.n_dropped == 0;
}

static bool
i8_no_chain_is_stranded(const view *v)
{
    for (uint32_t c = 0; !v->c->operators && c < v->after->n_chains; c++) {
        const split__fo_chain *chain = split__fo_chain_at(v->after, c);
        bool any = false;
        for (uint32_t i = 0; i < chain->n; i++)
            any = any || is(v, chain->origin[i])->state == SPLIT_FAILOVER_CLOSED;
        if (!any)
            return false;
    }
    return true;
}

static bool
i9_ramp_does_not_shrink(const view *v)
{
    for (uint32_t i = 0; i < v->after->n_origins; i++)
        if (was(v, i)->state == SPLIT_FAILOVER_RAMP && is(v, i)->state == SPLIT_FAILOVER_RAMP &&
            (was(v, i)->epoch != is(v, i)->epoch || is(v, i)->step < was(v, i)->step))
            return false;
    return true;
}

static bool
i10_only_what_may_be_resent(const view *v)
{
    if (v->s->op.kind != MODEL_REPORT || v->s->next.next != SPLIT_FAILOVER_NEXT_ATTEMPT)
        return true;
    const bool safe = (v->s->token.flags & SPLIT__FO_SAFE) != 0 &&
                      (v->s->token.flags & SPLIT__FO_REPLAYABLE) != 0;
    return !v->s->op.committed && (safe || v->s->op.klass == SPLIT_FAILOVER_CLASS_FAIL_CONNECT);
}

static bool
i11_no_origin_twice(const view *v)
{
    const split_failover_answer *a = attempt_of(v);
    if (a == NULL)
        return true;
    if (v->s->op.kind == MODEL_REPORT &&
        (v->s->token.tried & split__fo_bit((uint32_t)a->origin)) != 0)
        return false;
    return a->token.n_attempts <= v->after->p.max_attempts;
}

static bool
i12_budget_is_kept(const view *v)
{
    const uint32_t b0 = v->before->budget, b1 = v->after->budget;
    if (b1 > v->after->p.retry_cap)
        return false;
    if (v->s->op.kind != MODEL_REPORT)
        return b1 >= b0;
    const bool is_paid = v->s->next.next == SPLIT_FAILOVER_NEXT_ATTEMPT &&
                         v->s->op.klass != SPLIT_FAILOVER_CLASS_FAIL_CONNECT &&
                         v->s->token.kind != SPLIT_FAILOVER_KIND_PROBE;
    return b0 - b1 == (is_paid ? 1000u : 0u);
}

static bool
i13_trips_have_their_evidence(const view *v)
{
    const split__fo_params *p = &v->after->p;
    for (uint32_t i = 0; i < v->s->events.n; i++) {
        const split_failover_event *e = &v->s->events.items[i];
        const bool broad = e->run_span_us >= p->run_min_span && e->run_keys >= p->min_keys;
        if (e->cause == SPLIT_FAILOVER_CAUSE_RUN && (e->run < p->consecutive || !broad))
            return false;
        if (e->cause == SPLIT_FAILOVER_CAUSE_HARD_RUN &&
            (e->hard_run < p->hard_consecutive || !broad))
            return false;
        if (e->cause == SPLIT_FAILOVER_CAUSE_RATIO &&
            (e->total < p->min_samples ||
             e->bad * UINT64_C(1000000) < (uint64_t)p->fail_ppm * e->total ||
             e->bad_keys < p->min_keys))
            return false;
        if (e->cause == SPLIT_FAILOVER_CAUSE_RAMP_FAILED && e->run < p->ramp_consecutive)
            return false;
    }
    return true;
}

static bool
may_raise(split_failover_cause cause)
{
    return cause == SPLIT_FAILOVER_CAUSE_RUN || cause == SPLIT_FAILOVER_CAUSE_HARD_RUN ||
           cause == SPLIT_FAILOVER_CAUSE_RATIO || cause == SPLIT_FAILOVER_CAUSE_RAMP_FAILED ||
           cause == SPLIT_FAILOVER_CAUSE_PROBE_FAILED;
}

static bool
i14_levels_and_lengths(const view *v)
{
    for (uint32_t i = 0; i < v->after->n_origins; i++) {
        bool raised = is(v, i)->level > was(v, i)->level, reason = false;
        for (uint32_t k = 0; k < v->s->events.n; k++) {
            const split_failover_event *e = &v->s->events.items[k];
            if (e->origin != i || e->to != SPLIT_FAILOVER_OPEN || e->from == SPLIT_FAILOVER_OPEN)
                continue;
            reason = may_raise(e->cause);
            if (e->open_us < v->after->p.base_open || e->open_us > v->after->p.max_open)
                return false;
            if (reason != raised && is(v, i)->level != UINT8_MAX)
                return false;
        }
        if (raised && !reason)
            return false;
    }
    return true;
}

static bool
i15_counts_agree(const view *v)
{
    for (uint32_t i = 0; i < v->after->n_origins; i++) {
        const split__fo_origin *o = is(v, i);
        if (o->n_stale > o->n_reported)
            return false;
        if (o->n_issued - was(v, i)->n_issued > 1 || o->n_reported - was(v, i)->n_reported > 1)
            return false;
    }
    return true;
}

static bool
i16_panics_are_single(const view *v)
{
    return v->s->op.kind != MODEL_REPORT || v->s->token.kind != SPLIT_FAILOVER_KIND_PANIC ||
           v->s->next.next != SPLIT_FAILOVER_NEXT_ATTEMPT;
}

const char *
model_broken(const model_world *before, const model_world *after, const model_config *c,
             const model_step *step)
{
    static const struct {
        const char *name;
        bool (*holds)(const view *v);
    } invariants[] = {
        {"I1 a decision fits the origin's state", i1_decision_fits},
        {"I2 leases are bounded", i2_leases_are_bounded},
        {"I4 credit needs generation and lease", i4_credit_needs_gen_and_lease},
        {"I5 unscored outcomes change nothing", i5_unscored_changes_nothing},
        {"I6 time does not fall", i6_time_does_not_fall},
        {"I7 one transition per origin and call", i7_one_transition_each},
        {"I8 no chain is stranded", i8_no_chain_is_stranded},
        {"I9 a ramp does not shrink", i9_ramp_does_not_shrink},
        {"I10 only what may be resent is resent", i10_only_what_may_be_resent},
        {"I11 no origin twice", i11_no_origin_twice},
        {"I12 the budget is kept", i12_budget_is_kept},
        {"I13 trips have their evidence", i13_trips_have_their_evidence},
        {"I14 levels and lengths have their causes", i14_levels_and_lengths},
        {"I15 counts agree", i15_counts_agree},
        {"I16 panics are single", i16_panics_are_single},
    };
    const view v = {
        model_machine_const(before), model_machine_const(after), before, after, c, step};
    for (size_t i = 0; i < sizeof invariants / sizeof invariants[0]; i++)
        if (!invariants[i].holds(&v))
            return invariants[i].name;
    return NULL;
}
