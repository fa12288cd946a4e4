/* SPDX-License-Identifier: MIT */
/* A comparison as one JSON object: a superset of what the text shows. */
#include "compare/show_json.h"

#include <stdio.h>
#include <string.h>

#include "split/net.h"

#include "cli/text.h"
#include "compare/judge.h"
#include "compare/prices_read.h"
#include "route/weights.h"
#include "compare/compare.h"

static const char *const sides[] = {"new", "baseline"};
static const char *const caches[] = {"hits", "misses"};
static const char *const whens[] = {"period", "month_now", "month_at_100"};
static const char *const uses[] = {"million requests", "million misses", "month"};
static const char *const bases[] = {"", "read", "recalled", "billed"};
static const char *const findings[] = {"no-data", "equal", "better",
                                       "warning", "worse", "critical"};
static const char *const budgets[] = {"none", "unchecked", "within", "over-at-100", "over-now"};

static void
member(const char *name, const char *text)
{
    printf(",\"%s\":", name);
    text_json(stdout, text, strlen(text));
}

static void
difference_json(const difference *d)
{
    if (!d->known)
        return;
    printf(",\"new_percent\":%.8g,\"new_n\":%lld,\"baseline_percent\":%.8g,\"baseline_n\":%lld,"
           "\"difference_low\":%.8g,\"difference_high\":%.8g",
           d->share[0], (long long)d->n[0], d->share[1], (long long)d->n[1], d->low, d->high);
    if (d->has_worst)
        printf(
            ",\"worst_share\":{\"percent\":%.8g,\"difference_low\":%.8g,\"difference_high\":%.8g}",
            (double)d->worst_e6 / 1e6, d->worst_low, d->worst_high);
}

static void
amounts_json(const money amount[COST_WHENS], bool known)
{
    char text[MONEY_TEXT_BYTES];
    for (int when = 0; when < COST_WHENS; when++)
        printf(",\"%s\":%s", whens[when], known ? money_json(amount[when], text) : "null");
}

static void
row_json(const cost_row *r, bool first)
{
    char text[MONEY_TEXT_BYTES];
    printf("%s{\"item\":", first ? "" : ",");
    text_json(stdout, r->name, strlen(r->name));
    printf(",\"for\":\"%s\",\"quantity\":%s", uses[r->use],
           money_json((money)r->quantity_micros * (MONEY_UNIT / 1000000), text));
    member("per", r->per);
    if (r->basis != PRICE_BASIS_NONE)
        member("basis", bases[r->basis]);
    amounts_json(r->amount, true);
    putchar('}');
}

static void
side_json(const cost_side *s)
{
    printf("{\"known\":%s", s->known ? "true" : "false");
    if (s->name != NULL)
        member("name", s->name);
    amounts_json(s->total, s->known && !s->too_large);
    printf(",\"from_price_file\":%s,\"policy_figures_unused\":%s,\"every_request_a_miss\":%s,"
           "\"too_large\":%s,\"not_in_price_file\":[",
           s->from_file ? "true" : "false", s->has_unused ? "true" : "false",
           s->blind_misses ? "true" : "false", s->too_large ? "true" : "false");
    const char *before = "";
    for (int cover = 0; cover < PRICE_COVERS; cover++)
        if (s->omitted & 1u << cover) {
            printf("%s\"%s\"", before, price_cover_word((price_cover)cover));
            before = ",";
        }
    fputs("],\"lines\":[", stdout);
    for (size_t i = 0; i < s->n_rows; i++)
        row_json(&s->rows[i], i == 0);
    fputs("]}", stdout);
}

static void
prices_json(const cost_report *c)
{
    const prices *p = c->prices;
    fputs(",\"prices\":{\"file\":", stdout);
    text_json(stdout, c->file, strlen(c->file));
    member("as_of", p->as_of);
    member("currency", p->currency);
    printf(",\"age_days\":%lld,\"stale\":%s,\"omissions\":[", (long long)c->age_days,
           c->age_days > COST_STALE_DAYS || c->age_days < 0 ? "true" : "false");
    for (size_t i = 0; i < p->n_omissions; i++) {
        if (i > 0)
            putchar(',');
        text_json(stdout, p->omissions[i], strlen(p->omissions[i]));
    }
    fputs("]}", stdout);
}

void
compare_cost_json(const cost_report *c)
{
    char text[COMPARE_TEXT_BYTES];
    for (int a = 0; a < 2; a++) {
        printf("%s\"%s\":", a == 0 ? ",\"cost\":{" : ",", sides[a]);
        side_json(&c->side[a]);
    }
    if (c->has_router) {
        fputs(",\"router\":", stdout);
        side_json(&c->router);
    }
    if (c->prices != NULL)
        prices_json(c);
    printf(",\"month_days\":30,\"budget\":{\"state\":\"%s\"", budgets[c->budget]);
    if (c->budget != COST_NO_BUDGET) {
        char amount[MONEY_TEXT_BYTES];
        printf(",\"monthly\":%s", money_json(c->budget_amount, amount));
        amounts_json(c->judged, c->budget != COST_BUDGET_UNCHECKED);
        compare_budget(c, text, sizeof text);
        member("sentence", text);
    }
    fputs("}}", stdout);
}

static void
metric_difference_json(const comparison *c, const compared_metric *m, const difference *d)
{
    char text[COMPARE_TEXT_BYTES];
    member("sentence", compare_sentence(c, m->metric, d, text, sizeof text));
    difference_json(d);
}

static void
metrics_json(const comparison *c)
{
    fputs(",\"metrics\":[", stdout);
    for (uint32_t i = 0; i < c->options.n_metrics; i++) {
        const compared_metric *m = &c->metrics[i];
        printf("%s{\"metric\":\"%s\",\"level\":\"%s\",\"baseline_level\":\"%s\"", i > 0 ? "," : "",
               m->metric->name, split_level_name((int)m->level[0]),
               split_level_name((int)m->level[1]));
        metric_difference_json(c, m, &m->d);
        for (int k = 0; k < LATENCY_BY_CACHE; k++) {
            if (!m->by_cache[k].known)
                continue;
            printf(",\"%s\":{\"known\":true", caches[k]);
            metric_difference_json(c, m, &m->by_cache[k]);
            putchar('}');
        }
        putchar('}');
    }
    putchar(']');
}

static void
cache_json(const comparison *c)
{
    printf(",\"cache_misses\":{\"known\":%s", c->cache.known ? "true" : "false");
    difference_json(&c->cache);
    putchar('}');
}

static void
times_json(const char *name, const tally_times *times)
{
    static const int percents[] = {50, 95, 99};
    printf("\"%s\":{\"n\":%lld", name, (long long)times->n);
    for (int i = 0; i < 3; i++) {
        int64_t ms = tally_percentile_ms(times, percents[i]);
        if (ms >= 0)
            printf(",\"p%d_ms\":%lld", percents[i], (long long)ms);
        else
            printf(",\"p%d_ms\":null", percents[i]);
    }
    putchar('}');
}

/* null: the source has no latency by cache result, or none at all. */
static void
latency_json(const comparison *c)
{
    for (int a = 0; a < 2; a++) {
        const tally_times *times = compare_latency(c, a);
        printf("%s\"%s\":", a == 0 ? ",\"latency_by_cache\":{" : ",", sides[a]);
        if (times == NULL) {
            fputs("null", stdout);
            continue;
        }
        putchar('{');
        times_json("all", &times[LATENCY_ALL]);
        for (int k = 0; k < LATENCY_BY_CACHE; k++) {
            putchar(',');
            times_json(caches[k], &times[k]);
        }
        putchar('}');
    }
    putchar('}');
}

void
compare_json(const comparison *c)
{
    char time[SPLIT_TIME_BYTES];
    char share[16];
    const sample *s = &c->sample;
    printf("{\"windows\":%lld,\"seconds\":%.6f,\"windows_left_out\":%lld,\"shares\":%zu",
           (long long)s->n_windows, (double)s->span_us / 1e6,
           (long long)(s->n_alone + s->n_left_out), s->n_strata);
    member("source", c->source);
    if (split_time_print(s->first_us, time) == SPLIT_OK)
        member("from", time);
    if (split_time_print(s->last_us, time) == SPLIT_OK)
        member("to", time);
    for (int a = 0; a < 2; a++) {
        printf(",\"%s\":{\"name\":", sides[a]);
        text_json(stdout, c->names[a], strlen(c->names[a]));
        printf(",\"requests\":%lld}", (long long)sample_requests(s, a));
    }
    metrics_json(c);
    cache_json(c);
    latency_json(c);
    compare_cost_json(&c->cost);
    if (c->now_e6 >= 0)
        printf(",\"now_percent\":%s", weights_print(c->now_e6, share));
    else
        fputs(",\"now_percent\":null", stdout);
    printf(",\"finding\":\"%s\"", findings[c->finding]);
    member("assessment", c->assessment);
    member("next", c->next);
    puts("}");
}
