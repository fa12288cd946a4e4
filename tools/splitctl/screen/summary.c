/* SPDX-License-Identifier: MIT */
/* What `run` prints for people: one line per change, and a summary at the end. */
#include "screen/summary.h"

#include <stdio.h>

#include "split/net.h"

#include "cli/text.h"
#include "route/weights.h"
#include "drive/publication.h"

static void
print_time(split_us wall)
{
    char time[SPLIT_TIME_BYTES];
    if (split_time_print(wall, time) == SPLIT_OK)
        fputs(time, stdout);
}

static void
print_now(void)
{
    print_time(split_clock_wall());
    fputs("  ", stdout);
}

void
summary_begin(const driver *d)
{
    char share[16];
    print_now();
    if (d->diary.n_replayed > 0)
        printf("goes on after %lld windows of the journal; ", (long long)d->diary.n_replayed);
    printf("%s: '%s' against '%s', phase %u of %u at %s %%, windows of %.3g s%s\n",
           split_policy_name(d->policy), split_policy_variant(d->policy, d->info.variant),
           split_policy_variant(d->policy, d->info.baseline),
           (unsigned)split_rollout_phase(d->rollout) + 1, (unsigned)d->n_phases,
           weights_print(publication_percent(d), share), (double)d->window_us / 1e6,
           d->dry_run ? " (dry run)" : "");
}

static void
print_metrics(const driver *d)
{
    const split_rollout_decision *s = &d->decision;
    for (uint32_t m = 0; m < s->n_metrics; m++)
        printf("%s%s %s", m == 0 ? "" : ", ", split_rollout_metric(d->rollout, m)->name,
               split_level_name((int)s->metrics[m].level));
}

void
summary_line(const driver *d)
{
    const split_rollout_decision *s = &d->decision;
    const char *reason = split_rollout_reason(d->rollout, s);
    char share[16];
    char detail[256];
    print_now();
    printf("#%lld  %s %%  %s%s%s%s  ", (long long)s->id, weights_print(s->percent_e6, share),
           split_decision_name((int)s->decision), reason[0] != '\0' ? " (" : "", reason,
           reason[0] != '\0' ? ")" : "");
    print_metrics(d);
    if (split_rollout_detail(d->rollout, s, detail, sizeof detail) > 0)
        printf("  %s", detail);
    putchar('\n');
}

void
summary_json(const driver *d)
{
    static char line[SPLIT_LINE_BYTES];
    if (split_decision_write(d->rollout, &d->decision, line, sizeof line, NULL) == SPLIT_OK)
        puts(line);
}

void
summary_published(const driver *d)
{
    char share[16];
    char took[32];
    if (d->published.unchanged || d->dry_run)
        return;
    print_now();
    printf("published revision %llu: %s %% to '%s'", (unsigned long long)d->published.revision,
           weights_print(publication_percent(d), share),
           split_policy_variant(d->policy, d->info.variant));
    if (d->effect_us >= 0)
        printf("; on every router %s after the decision\n", text_span(d->effect_us, took));
    else
        puts("; the routers did not confirm it");
}

static void
print_arm(const char *name, const split_arm *arm)
{
    char count[32];
    int64_t outcomes = split_arm_get(arm, SPLIT_COUNTER_OUTCOMES);
    int64_t errors = split_arm_get(arm, SPLIT_COUNTER_ERROR);
    printf("    %-20s %12s requests, %lld failed", name,
           text_count(split_arm_get(arm, SPLIT_COUNTER_SENT), count), (long long)errors);
    if (outcomes > 0)
        printf(" (%.3f %%)", 100.0 * (double)errors / (double)outcomes);
    printf(", %lld user-visible errors\n",
           (long long)split_arm_get(arm, SPLIT_COUNTER_USER_ERRORS));
}

static void
print_phase(const driver *d, uint32_t i)
{
    const phase_record *p = &d->phases[i];
    char span[32];
    if (p->began_wall == 0)
        return;
    printf("  phase %u: ", (unsigned)i + 1);
    print_time(p->began_wall);
    printf(", %s, %lld windows\n", text_span(p->ended_wall - p->began_wall, span),
           (long long)p->n_windows);
    print_arm(split_policy_variant(d->policy, d->info.variant), &p->arm);
    if (d->info.baseline < split_policy_n_variants(d->policy))
        print_arm(split_policy_variant(d->policy, d->info.baseline), &p->baseline);
}

static const char *
ending(const driver *d, int code)
{
    if (code == CTL_ROLLED_BACK)
        return "rolled back";
    if (code == CTL_OK && split_rollout_has_ended(d->rollout))
        return "complete";
    if (code == CTL_NOT_PUBLISHED)
        return "stopped: the route could not be published";
    if (code == CTL_TIMEOUT)
        return "stopped: the time given is over; the traffic stays as it is";
    return "stopped; the traffic stays as it is";
}

void
summary_end(const driver *d, int code)
{
    char share[16];
    printf("\n%s: %s\n", split_policy_name(d->policy), ending(d, code));
    for (uint32_t i = 0; i < d->n_phases; i++)
        print_phase(d, i);
    printf("  in force: revision %llu, %s %% to '%s'\n", (unsigned long long)d->route.revision,
           weights_print(route_state_percent(&d->route, d->info.variant), share),
           split_policy_variant(d->policy, d->info.variant));
}
