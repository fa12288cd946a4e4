/* SPDX-License-Identifier: MIT */
/* What a comparison means, in sentences. */
#include "compare/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compare/prices_read.h"
#include "route/weights.h"
#include "compare/compare.h"

static void append(char *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* To a text of COMPARE_TEXT_BYTES. */
static void
append(char *buf, const char *format, ...)
{
    size_t n = strlen(buf);
    va_list args;
    va_start(args, format);
    vsnprintf(buf + n, COMPARE_TEXT_BYTES - n, format, args);
    va_end(args);
}

const char *
compare_sentence(const comparison *c, const split_metric *metric, const difference *d, char *buf,
                 size_t buf_size)
{
    char share[16];
    const char *bad = split_metric_kind_get((int)metric->kind)->bad_text;
    if (!d->known)
        snprintf(buf, buf_size, "no data of both");
    else if (d->low > 0)
        snprintf(buf, buf_size, "'%s' is worse: %.3g to %.3g points more %s", c->names[0], d->low,
                 d->high, bad);
    else if (d->high < 0 && !d->has_worst)
        snprintf(buf, buf_size, "'%s' is better: %.3g to %.3g points fewer %s", c->names[0],
                 -d->high, -d->low, bad);
    else if (d->has_worst)
        snprintf(buf, buf_size,
                 "'%s' is worse at %s %% of the traffic: %.3g to %.3g points more %s; over all "
                 "shares %+.3g to %+.3g",
                 c->names[0], weights_print(d->worst_e6, share), d->worst_low, d->worst_high, bad,
                 d->low, d->high);
    else
        snprintf(buf, buf_size, "no difference is proven (%+.3g to %+.3g points)", d->low, d->high);
    return buf;
}

const tally_times *
compare_latency(const comparison *c, int arm)
{
    const tally_times *times = c->latency != NULL ? c->latency->total.times[arm] : NULL;
    return times != NULL && times[LATENCY_ALL].n > 0 ? times : NULL;
}

static void
measure(comparison *c, uint32_t i)
{
    compared_metric *m = &c->metrics[i];
    split_metric_counts counts;
    m->metric = &c->options.metrics[i];
    sample_metric(&c->sample, m->metric, i, &m->d);
    for (int a = 0; a < 2; a++) {
        m->level[a] = SPLIT_LEVEL_NO_DATA;
        if (split_metric_count(m->metric, i, &c->sample.total[a], &counts) == SPLIT_OK)
            m->level[a] = split_threshold_level(m->metric, &counts, c->options.min_sample);
    }
    for (int k = 0; k < LATENCY_BY_CACHE && split_metric_is_latency(m->metric); k++)
        sample_metric(&c->by_cache[k], m->metric, i, &m->by_cache[k]);
}

static bool
is_worse(const compared_metric *m)
{
    return m->d.known && (m->d.low > 0 || m->d.has_worst);
}

static bool
is_better(const compared_metric *m)
{
    return m->d.known && m->d.high < 0 && !m->d.has_worst;
}

static bool
is_unknown(const compared_metric *m)
{
    return !m->d.known;
}

/* What both are critical in, and the new system not worse, has another cause than it. */
static bool
is_shared(const compared_metric *m)
{
    return m->level[0] == SPLIT_LEVEL_CRITICAL && m->level[1] == SPLIT_LEVEL_CRITICAL &&
           !is_worse(m);
}

static bool
is_warning(const compared_metric *m)
{
    return m->level[0] == SPLIT_LEVEL_WARNING || is_shared(m);
}

static bool
is_critical(const compared_metric *m)
{
    return m->level[0] == SPLIT_LEVEL_CRITICAL && !is_shared(m);
}

typedef bool condition(const compared_metric *m);

static size_t
count(const comparison *c, condition *is)
{
    size_t n = 0;
    for (size_t i = 0; i < c->options.n_metrics; i++)
        n += is(&c->metrics[i]) ? 1 : 0;
    return n;
}

/* "error_rate, p95" */
static void
append_names(const comparison *c, condition *is, char *buf)
{
    const char *before = "";
    for (size_t i = 0; i < c->options.n_metrics; i++)
        if (is(&c->metrics[i])) {
            append(buf, "%s%s", before, c->metrics[i].metric->name);
            before = ", ";
        }
}

static compare_finding
find(const comparison *c)
{
    if (count(c, is_unknown) == c->options.n_metrics)
        return COMPARE_NO_METRIC;
    if (count(c, is_critical) > 0)
        return COMPARE_CRITICAL;
    if (count(c, is_worse) > 0)
        return COMPARE_WORSE;
    if (count(c, is_warning) > 0)
        return COMPARE_WARNING;
    return count(c, is_better) > 0 ? COMPARE_BETTER : COMPARE_EQUAL;
}

/* What a finding says after the variant's name, the metrics it names, and what to do next. */
typedef struct finding_words {
    const char *text;
    condition *names;
    const char *next;
    const char *next_idle; /* when the new system gets no traffic now */
    const char *next_all;  /* when it gets all of it */
} finding_words;

#define MEND "'splitctl explain' and the new system's logs say why"
#define NOTHING_LEFT "it gets all the traffic: there is nothing left to promote"

static const finding_words findings[] = {
    [COMPARE_NO_METRIC] = {"cannot be judged: no metric has data of both", NULL,
                           "see that the sources report what the policy's metrics count",
                           "see that the sources report what the policy's metrics count",
                           "see that the sources report what the policy's metrics count"},
    [COMPARE_EQUAL] = {"has no proven difference", NULL,
                       "more traffic or time decides; 'splitctl simulate' says how much",
                       "it gets no traffic now; 'splitctl run' begins a rollout", NOTHING_LEFT},
    [COMPARE_BETTER] = {"is nowhere proven worse, and better in ", is_better,
                        "let the rollout continue",
                        "it gets no traffic now; 'splitctl run' begins a rollout", NOTHING_LEFT},
    [COMPARE_WARNING] = {"is nowhere proven worse, but at a warning level: ", is_warning,
                         "check it before you promote: 'splitctl explain'",
                         "it gets no traffic now; check it before the next 'splitctl run': " MEND,
                         "check it: " MEND},
    [COMPARE_WORSE] = {"is proven worse: ", is_worse,
                       "do not promote; 'splitctl pause' holds it, " MEND,
                       "it gets no traffic now; mend it before the next 'splitctl run': " MEND,
                       "'splitctl rollback' takes the traffic back; " MEND},
    [COMPARE_CRITICAL] = {"is at a critical level: ", is_critical,
                          "take the traffic back: 'splitctl rollback'",
                          "it gets no traffic now; mend it before the next 'splitctl run': " MEND,
                          "take the traffic back: 'splitctl rollback'"},
};

static const char *
next_step(const comparison *c)
{
    const finding_words *words = &findings[c->finding];
    if (c->now_e6 == 0)
        return words->next_idle;
    return c->now_e6 == COMPARE_ALL_E6 ? words->next_all : words->next;
}

static void
assess(comparison *c)
{
    append(c->assessment, "'%s' %s", c->names[0], findings[c->finding].text);
    if (findings[c->finding].names != NULL)
        append_names(c, findings[c->finding].names, c->assessment);
    if (count(c, is_shared) > 0) {
        append(c->assessment, "; both systems are critical in ");
        append_names(c, is_shared, c->assessment);
        append(c->assessment, ", so look for a cause that both share");
    }
    if (c->finding != COMPARE_NO_METRIC && count(c, is_unknown) > 0) {
        append(c->assessment, "; not compared, without data of both: ");
        append_names(c, is_unknown, c->assessment);
    }
    append(c->next, "%s", next_step(c));
}

static void
assess_cost(comparison *c)
{
    char *next = c->next;
    if (c->cost.budget == COST_OVER_AT_100) {
        append(c->assessment, "; with all the traffic it costs more than the budget");
        append(next, "; settle the budget before it gets all the traffic");
    } else if (c->cost.budget == COST_OVER_NOW) {
        append(c->assessment, "; at its present share it costs more than the budget");
        append(next, "; find out what costs so much before it gets more traffic");
    }
}

static int
exit_code(const comparison *c)
{
    if (c->finding == COMPARE_NO_METRIC)
        return CTL_NO_DATA;
    if (c->finding == COMPARE_CRITICAL || c->cost.budget == COST_OVER_NOW)
        return CTL_CRITICAL;
    return c->finding >= COMPARE_WARNING || c->cost.budget == COST_OVER_AT_100 ? CTL_HOLD : CTL_OK;
}

int
compare_judge(comparison *c)
{
    for (uint32_t i = 0; i < c->options.n_metrics; i++)
        measure(c, i);
    sample_cache(&c->sample, &c->cache);
    c->finding = find(c);
    assess(c);
    assess_cost(c);
    return exit_code(c);
}

void
compare_budget(const cost_report *c, char *buf, size_t buf_size)
{
    char amount[MONEY_TEXT_BYTES];
    char now[MONEY_TEXT_BYTES];
    char all[MONEY_TEXT_BYTES];
    const char *with = c->has_router ? " with its router" : "";
    buf[0] = '\0';
    if (c->budget == COST_NO_BUDGET)
        return;
    money_text(c->budget_amount, amount);
    money_text(c->judged[COST_MONTH], now);
    money_text(c->judged[COST_MONTH_ALL], all);
    if (c->budget == COST_BUDGET_UNCHECKED)
        snprintf(buf, buf_size, "budget of %s a month: not checked, the cost of '%s' is not known",
                 amount, c->side[0].name);
    else if (c->budget == COST_WITHIN)
        snprintf(buf, buf_size,
                 "budget of %s a month: '%s'%s keeps it, %s now and %s with all the "
                 "traffic",
                 amount, c->side[0].name, with, now, all);
    else if (c->budget == COST_OVER_AT_100)
        snprintf(buf, buf_size,
                 "warning: with all the traffic '%s'%s costs %s a month, the budget "
                 "is %s (now: %s)",
                 c->side[0].name, with, all, amount, now);
    else
        snprintf(buf, buf_size,
                 "critical: at its present share '%s'%s costs %s a month, the budget "
                 "is %s (with all the traffic: %s)",
                 c->side[0].name, with, now, amount, all);
}

void
compare_omitted(const cost_side *s, char *buf, size_t buf_size)
{
    size_t n = 0;
    buf[0] = '\0';
    for (int cover = 0; cover < PRICE_COVERS && n < buf_size; cover++)
        if (s->omitted & 1u << cover)
            n += (size_t)snprintf(buf + n, buf_size - n, "%s%s", n > 0 ? ", " : "",
                                  price_cover_text((price_cover)cover));
}
