/* SPDX-License-Identifier: MIT */
/* Drive a failover machine by hand: the new origin fails, the legacy one serves, a probe brings it
 * back. */
#include <split/failover.h>

#include <stdio.h>

static const char *const origins[] = {"new", "legacy"};

/* Send one request at `now`; "new" fails while it is broken. */
static int
request(split_failover *fo, split_us now, uint64_t key, bool broken)
{
    split_failover_request req = {.key = key, .safe = true, .replayable = true};
    split_failover_answer at;
    split_failover_followup after;
    split_failover_events events;
    if (split_failover_route(fo, now, &req, &at, NULL) != 0)
        return 1;
    for (;;) {
        split_failover_outcome outcome = {.klass = at.origin == 0 && broken
                                                       ? SPLIT_FAILOVER_CLASS_FAIL_STATUS
                                                       : SPLIT_FAILOVER_CLASS_OK};
        printf("%lld ms: %s %s %s\n", (long long)(now / 1000), split_failover_kind_name(at.kind),
               origins[at.origin], split_failover_class_name(outcome.klass));
        if (split_failover_report(fo, now, &at.token, &outcome, &after, &events) != 0)
            return 1;
        for (uint32_t i = 0; i < events.n; i++)
            printf("  %s: %s -> %s (%s)\n", origins[events.items[i].origin],
                   split_failover_state_name(events.items[i].from),
                   split_failover_state_name(events.items[i].to),
                   split_failover_cause_name(events.items[i].cause));
        if (after.next != SPLIT_FAILOVER_NEXT_ATTEMPT)
            return 0;
        at = after.attempt;
    }
}

int
main(void)
{
    const split_failover_chain chains[] = {{2, {0, 1}}, {1, {1}}};
    split_failover_options options;
    split_failover *fo = NULL;
    int failed = 0;

    split_failover_options_init(&options);
    options.origins = origins;
    options.n_origins = 2;
    options.chains = chains;
    options.n_chains = 2;
    options.jitter_ppm = 0;
    if (split_failover_new(&options, NULL, &fo) != 0)
        return 1;
    for (int i = 0; i < 5; i++)
        failed |= request(fo, i * 50000, (uint64_t)i, true);
    for (int i = 0; i < 3; i++)
        failed |= request(fo, 5200000 + i * 500000, (uint64_t)i, false);
    split_failover_free(&fo, NULL);
    return failed;
}
