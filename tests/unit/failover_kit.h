/* SPDX-License-Identifier: MIT */
/* A machine of two origins for tests: chains new = [A, B] and leg = [B], no jitter, times in milliseconds. */
#ifndef TESTS_FAILOVER_KIT_H
#define TESTS_FAILOVER_KIT_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "split/split.h"

enum { A = 0, B = 1 };
enum { CHAIN_NEW = 0, CHAIN_LEG = 1 };

#define OK_ SPLIT_FAILOVER_CLASS_OK
#define STATUS_ SPLIT_FAILOVER_CLASS_FAIL_STATUS
#define CONNECT_ SPLIT_FAILOVER_CLASS_FAIL_CONNECT
#define BUSY_ SPLIT_FAILOVER_CLASS_BUSY
#define NEUTRAL_ SPLIT_FAILOVER_CLASS_NEUTRAL

typedef struct failover_kit {
    split_failover_options o;
    split_failover *fo;
    split_failover_events events; /* of the last call */
    split_failover_followup next; /* of the last report */
    uint64_t key;                 /* of the next request; alternates 1, 2 */
} failover_kit;

static const char *const kit_names[] = {"A", "B"};
static const split_failover_chain kit_chains[] = {{2, {A, B}}, {1, {B}}};

static inline void
kit_options(failover_kit *k)
{
    memset(k, 0, sizeof *k);
    split_failover_options_init(&k->o);
    k->o.origins = kit_names;
    k->o.n_origins = 2;
    k->o.chains = kit_chains;
    k->o.n_chains = 2;
    k->o.jitter_ppm = 0;
    k->key = 1;
}

static inline void
kit_open(failover_kit *k)
{
    cr_assert_eq(split_failover_new(&k->o, NULL, &k->fo), 0);
}

static inline void
kit_close(failover_kit *k)
{
    split_failover_free(&k->fo, NULL);
}

static inline split_failover_answer
kit_send(failover_kit *k, int64_t ms, split_failover_request req)
{
    split_failover_answer a;
    if (req.key == 0) {
        req.key = k->key;
        k->key = 3 - k->key;
    }
    cr_assert_eq(split_failover_route(k->fo, ms * 1000, &req, &a, &k->events), 0);
    return a;
}

static inline split_failover_answer
kit_get(failover_kit *k, int64_t ms)
{
    return kit_send(k, ms, (split_failover_request){.safe = true, .replayable = true});
}

static inline split_failover_answer
kit_post(failover_kit *k, int64_t ms)
{
    return kit_send(k, ms, (split_failover_request){.safe = false, .replayable = true});
}

static inline split_failover_next
kit_end(failover_kit *k, int64_t ms, const split_failover_answer *a, split_failover_class klass)
{
    const split_failover_outcome outcome = {.klass = klass};
    cr_assert_eq(split_failover_report(k->fo, ms * 1000, &a->token, &outcome, &k->next, &k->events), 0);
    return k->next.next;
}

static inline split_failover_status
kit_status(const failover_kit *k, uint32_t origin)
{
    split_failover_status s;
    cr_assert_eq(split_failover_origin_status(k->fo, origin, &s), 0);
    return s;
}

static inline split_failover_state
kit_state(const failover_kit *k, uint32_t origin)
{
    return kit_status(k, origin).state;
}

/* A request of the chain `new` that ends so, and, when it goes on, ends well there. */
static inline void
kit_one(failover_kit *k, int64_t ms, split_failover_class klass)
{
    split_failover_answer a = kit_get(k, ms);
    if (kit_end(k, ms, &a, klass) == SPLIT_FAILOVER_NEXT_ATTEMPT) {
        split_failover_answer again = k->next.attempt;
        cr_assert_eq(kit_end(k, ms, &again, OK_), SPLIT_FAILOVER_NEXT_DONE);
    }
}

/* Five failures of A at 0, 50, 100, 150, 200 ms: A opens at 200 and is due at 5200. */
static inline int64_t
kit_trip(failover_kit *k, int64_t at)
{
    for (int64_t i = 0; i < 5; i++)
        kit_one(k, at + i * 50, STATUS_);
    cr_assert_eq(kit_state(k, A), SPLIT_FAILOVER_OPEN);
    return at + 200 + 5000;
}

/* Trip, then three good probes: A returns by RAMP. Returns when it entered RAMP. */
static inline int64_t
kit_ramp(failover_kit *k)
{
    int64_t d = kit_trip(k, 0);
    for (int64_t i = 0; i < 3; i++)
        kit_one(k, d + i * 500, OK_);
    cr_assert_eq(kit_state(k, A), SPLIT_FAILOVER_RAMP);
    return d + 1000;
}

/* A key whose draw in A's epoch 1 is within [low, high). */
static inline uint64_t
kit_key_in(failover_kit *k, int64_t ms, uint32_t low, uint32_t high)
{
    static const uint64_t start = UINT64_C(0x9E3779B97F4A7C15);
    const uint64_t id = kit_status(k, A).id, epoch = kit_status(k, A).epoch;
    (void)ms;
    for (uint64_t key = 1;; key++) {
        const uint64_t words[] = {k->o.seed, id, epoch, key};
        uint64_t h = start;
        for (int i = 0; i < 4; i++) {
            h = (h ^ words[i]) * UINT64_C(0xBF58476D1CE4E5B9);
            h = (h ^ h >> 29) * UINT64_C(0x94D049BB133111EB);
            h ^= h >> 32;
        }
        if (h % 1000 >= low && h % 1000 < high)
            return key;
    }
}

static inline split_failover_answer
kit_get_key(failover_kit *k, int64_t ms, uint64_t key)
{
    return kit_send(k, ms, (split_failover_request){.key = key, .safe = true, .replayable = true});
}

static inline void
cr_answer_is(split_failover_answer a, int32_t origin, split_failover_kind kind, int line)
{
    cr_assert_eq(a.origin, origin, "line %d: origin %d, not %d", line, a.origin, origin);
    cr_assert_eq(a.kind, kind, "line %d: %s, not %s", line, split_failover_kind_name((int)a.kind),
                 split_failover_kind_name((int)kind));
}

#define cr_answer(a, o, k) cr_answer_is(a, (int32_t)(o), SPLIT_FAILOVER_KIND_##k, __LINE__)

#endif
