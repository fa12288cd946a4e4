/* SPDX-License-Identifier: MIT */
/* The states of the origins as Prometheus text and as JSON. */
#include <stdio.h>

#include "counters.h"
#include "loop.h"
#include "routing.h"
#include "word.h"

static void
gauge(const struct router *router, const split_failover *failover, FILE *out, const char *name,
      const char *help, long long (*value)(const split_failover_status *status))
{
    split_failover_status status;
    uint32_t i;

    fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
    for (i = 0; i < split_failover_n_origins(failover); i++)
        if (split_failover_origin_status(failover, i, &status) == 0)
            fprintf(out, "%s{origin=\"%s\"} %lld\n", name,
                    router->now->origins[router->now->machine_origin[i]].name, value(&status));
}

static long long
state_of(const split_failover_status *s)
{
    return s->state;
}

static long long
mode_of(const split_failover_status *s)
{
    return s->mode;
}

static long long
level_of(const split_failover_status *s)
{
    return s->level;
}

static long long
admitted(const split_failover_status *s)
{
    return s->permille;
}

void
origins_metrics(struct router *router, FILE *out)
{
    const split_failover *failover = machine_enter(router);
    const struct counters *c = router->counters;
    uint32_t budget = split_failover_budget_milli(failover);
    uint32_t o, i;

    gauge(router, failover, out, "split_failover_state",
          "0 closed, 1 open, 2 half-open, 3 hold, 4 ramp.", state_of);
    gauge(router, failover, out, "split_failover_mode",
          "0 auto, 1 force-up, 2 force-down, 3 observe.", mode_of);
    gauge(router, failover, out, "split_failover_level", "Back-off level.", level_of);
    gauge(router, failover, out, "split_failover_admitted_permille", "Share of visitors admitted.",
          admitted);
    machine_leave(router);
    fputs("# HELP split_failover_events_total Transitions.\n# TYPE split_failover_events_total "
          "counter\n",
          out);
    for (o = 0; o < c->n_origins; o++)
        for (i = 0; i < SPLIT_FAILOVER_CAUSE_COUNT; i++)
            if (c->events[o][i])
                fprintf(out, "split_failover_events_total{origin=\"%s\",cause=\"%s\"} %llu\n",
                        c->origins[o], WORD(split_failover_cause_name((split_failover_cause)i)),
                        (unsigned long long)c->events[o][i]);
    fprintf(out,
            "# HELP split_retry_budget_milli Retries left, in thousandths.\n# TYPE "
            "split_retry_budget_milli gauge\n"
            "split_retry_budget_milli %u\n",
            (unsigned)budget);
}

static void
write_origin(const char *name, const split_failover_status *s, FILE *out)
{
    fprintf(
        out,
        "{\"name\":\"%s\",\"state\":\"%s\",\"mode\":\"%s\",\"level\":%u,\"generation\":%u,\"in_"
        "service\":%s,"
        "\"degraded\":%s,\"latched\":%s,\"admits_permille\":%u,\"run\":%u,\"window_total\":%u,"
        "\"window_bad\":%u,"
        "\"probes_ok\":%u,\"probes_lost\":%u,\"in_state_us\":%lld,\"open_left_us\":%lld,"
        "\"attempts\":%llu,"
        "\"reported\":%llu,\"stale\":%llu}",
        name, WORD(split_failover_state_name(s->state)), WORD(split_failover_mode_name(s->mode)),
        s->level, s->gen, s->in_service ? "true" : "false", s->degraded ? "true" : "false",
        s->latched ? "true" : "false", s->permille, s->run, s->total, s->bad, s->probe_ok, s->lost,
        (long long)s->in_state_us, (long long)s->open_left_us, (unsigned long long)s->n_issued,
        (unsigned long long)s->n_reported, (unsigned long long)s->n_stale);
}

void
origins_status(struct router *router, FILE *out)
{
    const split_failover *failover = machine_enter(router);
    split_failover_status status;
    const char *comma = "";
    uint32_t i;

    fputs("\"origins\":[", out);
    for (i = 0; i < split_failover_n_origins(failover); i++) {
        if (split_failover_origin_status(failover, i, &status) != 0)
            continue;
        fputs(comma, out);
        write_origin(router->now->origins[router->now->machine_origin[i]].name, &status, out);
        comma = ",";
    }
    machine_leave(router);
    fputs("]", out);
}
