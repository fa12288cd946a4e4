/* SPDX-License-Identifier: MIT */
/* Plays lines of calls on a failover machine and prints everything it shows after each; oracle.py
 * says the same or is right. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/split.h"

#define MAX_TOKENS 65536
/* clang-format off */
#define U32(name) {#name, offsetof(split_failover_options, name), 4}
#define I64(name) {#name, offsetof(split_failover_options, name##_us), 8}

static const struct {
    const char *name;
    size_t offset, bytes;
} fields[] = {
    U32(consecutive), U32(hard_consecutive), U32(min_keys), U32(buckets), U32(min_samples),
    U32(fail_ppm), U32(rel_margin_ppm), U32(jitter_ppm), U32(probes_in_flight),
    U32(probe_successes), U32(lost_limit), U32(ramp_min_ok), U32(ramp_consecutive), U32(flap_limit),
    U32(max_attempts), U32(drill_permille), U32(in_flight_cap), U32(in_flight_min),
    U32(retry_deposit_milli), U32(retry_cap_milli), U32(retry_start_milli), U32(failback),
    U32(sticky), U32(unsafe_failover), U32(in_flight),
    {"seed", offsetof(split_failover_options, seed), 8},
    I64(run_min_span), I64(window), I64(base_open), I64(max_open), I64(probe_interval),
    I64(probe_lease), I64(half_open_max), I64(overdue), I64(ramp_hold), I64(ramp_max_hold),
    I64(decay), I64(failback_delay), I64(hold_probe), I64(flap_window), I64(emergency),
};
/* clang-format on */

static split_failover_options o;
static split_failover_chain chains[8];
static split_failover *fo;
static split_failover_events events;
static split_failover_token tokens[MAX_TOKENS];
static uint32_t n_tokens;

static void
must(int err, const char *what)
{
    if (err != 0) {
        fprintf(stderr, "oracle-driver: %s: %s\n", what, split_errname(err));
        exit(2);
    }
}

static long long
number(void)
{
    long long x;
    if (scanf("%lld", &x) != 1)
        must(SPLIT_ERR_ARG, "a number is missing");
    return x;
}

static void
set_field(const char *name, long long value)
{
    const uint32_t narrow = (uint32_t)value;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].name, name) == 0) {
            memcpy((char *)&o + fields[i].offset,
                   fields[i].bytes == 4 ? (const void *)&narrow : (const void *)&value,
                   fields[i].bytes);
            return;
        }
    must(SPLIT_ERR_NAME, name);
}

/* new N_ORIGINS N_CHAINS {N MEMBER...} N_RAMP PERMILLE... N_FIELDS {NAME VALUE} */
static void
make(void)
{
    static const char *const names[] = {"A", "B", "C", "D"};
    char name[32];
    split_failover_options_init(&o);
    o.origins = names;
    o.n_origins = (size_t)number();
    o.chains = chains;
    o.n_chains = (size_t)number();
    for (size_t c = 0; c < o.n_chains; c++) {
        chains[c].n_origins = (uint32_t)number();
        for (uint32_t i = 0; i < chains[c].n_origins; i++)
            chains[c].origins[i] = (uint32_t)number();
    }
    o.n_ramp = (uint32_t)number();
    for (uint32_t i = 0; i < o.n_ramp; i++)
        o.ramp_permille[i] = (uint32_t)number();
    for (long long n = number(); n > 0; n--) {
        if (scanf("%31s", name) != 1)
            must(SPLIT_ERR_ARG, "a name is missing");
        set_field(name, number());
    }
    split_failover_free(&fo, NULL);
    must(split_failover_new(&o, NULL, &fo), "new");
    n_tokens = 0;
}

static void
show_answer(const split_failover_answer *a)
{
    printf("answer %d %d %s %s %u %" PRId64, a->origin, a->assigned,
           split_failover_kind_name((int)a->kind), split_failover_reason_name((int)a->reason), a->flags,
           a->deadline_us);
    if (a->origin >= 0) {
        const split_failover_token *t = &a->token;
        printf(" token %" PRIu64 " %u %u %" PRIu64 " %u %" PRId64, t->seq, t->gen, t->n_attempts,
               t->tried, t->flags, t->issued_at_us);
        if (n_tokens == MAX_TOKENS)
            must(SPLIT_ERR_LIMIT, "too many tokens");
        tokens[n_tokens++] = *t;
    }
    printf("; ");
}

static void
show_events(void)
{
    for (uint32_t i = 0; i < events.n; i++) {
        const split_failover_event *e = &events.items[i];
        printf("event %u %s %s %s at %" PRId64 " span %" PRId64 " open %" PRId64, e->origin,
               split_failover_state_name((int)e->from), split_failover_state_name((int)e->to),
               split_failover_cause_name((int)e->cause), e->at_us, e->run_span_us, e->open_us);
        printf(" %u %u %u run %u %u %u window %u %u %u ok %u %u share %u %u row %u; ", e->gen,
               e->epoch, e->level, e->run, e->hard_run, e->run_keys, e->total, e->bad, e->bad_keys,
               e->probe_ok, e->lost, e->permille, e->latched, e->transition);
    }
    events.n = events.n_dropped = 0;
}

static void
show_state(void)
{
    split_failover_status s;
    for (uint32_t i = 0; i < o.n_origins; i++) {
        must(split_failover_origin_status(fo, i, &s), "status");
        printf(
            "origin %u %s %s %u %u %u %d%d%d share %u %u run %u %u %u window %u %u %u ok %u %u %u",
            i, split_failover_state_name((int)s.state), split_failover_mode_name((int)s.mode), s.level, s.gen,
            s.epoch, s.in_service, s.degraded, s.latched, s.permille, s.step, s.run, s.hard_run,
            s.run_keys, s.total, s.bad, s.bad_keys, s.probe_ok, s.lost, s.n_leases);
        printf(" flight %u %u times %" PRId64 " %" PRId64 " counts %" PRIu64 " %" PRIu64 " %" PRIu64
               "; ",
               s.in_flight, s.in_flight_cap, s.in_state_us, s.open_left_us, s.n_issued,
               s.n_reported, s.n_stale);
    }
    printf("machine %" PRId64 " %u %" PRIu64 " %" PRId64 "\n", split_failover_now(fo),
           split_failover_budget_milli(fo), split_failover_regressions(fo),
           split_failover_deadline(fo));
}

/* route NOW CHAIN KEY SAFE REPLAYABLE PINNED */
static void
route(void)
{
    split_failover_answer a;
    const split_us now = number();
    split_failover_request req = {.chain = (uint32_t)number()};
    req.key = (uint64_t)number();
    req.safe = number() != 0;
    req.replayable = number() != 0;
    const long long pinned = number();
    req.has_pin = pinned >= 0;
    req.pinned = req.has_pin ? (uint32_t)pinned : 0;
    must(split_failover_route(fo, now, &req, &a, &events), "route");
    show_answer(&a);
}

/* report NOW TOKEN CLASS COMMITTED PUSH_BACK */
static void
report(void)
{
    split_failover_followup f;
    const split_us now = number();
    const long long token = number();
    split_failover_outcome outcome = {.klass = (split_failover_class)number()};
    outcome.committed = number() != 0;
    outcome.push_back_us = number();
    if (token < 0 || token >= n_tokens)
        must(SPLIT_ERR_INDEX, "a token that was not given");
    must(split_failover_report(fo, now, &tokens[token], &outcome, &f, &events), "report");
    printf("%s %s %" PRId64 "; ", split_failover_credit_name((int)f.credit),
           split_failover_next_name((int)f.next), f.deadline_us);
    if (f.next == SPLIT_FAILOVER_NEXT_ATTEMPT)
        show_answer(&f.attempt);
}

/* Another process goes on: restart NOW LATER, its own clock; or reload, the same clock. */
static void
take_over(bool restarts)
{
    static unsigned char buf[16384];
    split_failover *fresh;
    size_t n = 0;
    must(split_failover_new(&o, NULL, &fresh), "new");
    if (restarts) {
        must(split_failover_snapshot(fo, number(), buf, sizeof buf, &n), "snapshot");
        must(split_failover_restore(fresh, number(), buf, n), "restore");
    } else {
        must(split_failover_reload(fresh, fo), "reload");
    }
    split_failover_free(&fo, NULL);
    fo = fresh;
}

static void
one_call(const char *word)
{
    split_failover_answer a;
    split_us now;
    if (strcmp(word, "route") == 0) {
        route();
    } else if (strcmp(word, "report") == 0) {
        report();
    } else if (strcmp(word, "probe") == 0) {
        now = number();
        must(split_failover_probe(fo, now, (uint32_t)number(), &a, &events), "probe");
        show_answer(&a);
    } else if (strcmp(word, "admin") == 0) {
        now = number();
        const uint32_t origin = (uint32_t)number();
        must(split_failover_admin(fo, now, origin, (split_failover_action)number(), &events),
             "admin");
    } else if (strcmp(word, "tick") == 0) {
        must(split_failover_tick(fo, number(), &events), "tick");
    } else if (strcmp(word, "restart") == 0 || strcmp(word, "reload") == 0) {
        take_over(word[2] == 's');
    } else {
        must(SPLIT_ERR_NAME, word);
    }
    show_events();
    show_state();
}

int
main(void)
{
    char word[16];
    while (scanf("%15s", word) == 1)
        if (strcmp(word, "new") == 0)
            make();
        else
            one_call(word);
    split_failover_free(&fo, NULL);
    return 0;
}
