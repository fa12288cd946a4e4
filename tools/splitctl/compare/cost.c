/* SPDX-License-Identifier: MIT */
/* What the systems cost. */
#include "compare/cost.h"

#include <stdio.h>
#include <string.h>

#include "route/publish.h"

#define MILLION INT64_C(1000000)
/* 10^18 units: sums of lines stay far below what 128 bits hold. */
#define AMOUNT_MAX ((money)MONEY_UNIT * MILLION * MILLION * MILLION)
#define DAY_US (INT64_C(86400) * MILLION)

/* Requests and misses of the period, of a month, and of a month with all the traffic. */
typedef struct flow {
    money requests[COST_WHENS];
    money misses[COST_WHENS];
    split_us span_us;
} flow;

static money
scaled(cost_side *s, money a, money b, money per)
{
    money out = 0;
    if (money_scale(a, b, per, &out) && out <= AMOUNT_MAX)
        return out;
    s->too_large = true;
    return 0;
}

/* Requests of a month are whole: half of one is rounded up. */
static void
fill_flow(cost_side *s, const cost_traffic *t, int64_t all, split_us span_us, flow *f)
{
    *f = (flow){.span_us = span_us};
    f->requests[COST_PERIOD] = t->requests;
    f->misses[COST_PERIOD] = t->misses;
    f->requests[COST_MONTH] = scaled(s, t->requests, COST_MONTH_US, span_us);
    f->misses[COST_MONTH] = scaled(s, t->misses, COST_MONTH_US, span_us);
    f->requests[COST_MONTH_ALL] = scaled(s, all, COST_MONTH_US, span_us);
    f->misses[COST_MONTH_ALL] = t->requests > 0
                                    ? scaled(s, f->requests[COST_MONTH_ALL], t->misses, t->requests)
                                    : f->requests[COST_MONTH_ALL];
}

static money
amount_of(cost_side *s, const cost_row *row, const flow *f, cost_when when)
{
    money unit = row->price * row->quantity_micros; /* at most 10^33 */
    if (row->use == PRICE_PER_MONTH && when == COST_PERIOD)
        return scaled(s, unit, f->span_us, (money)COST_MONTH_US * MILLION);
    if (row->use == PRICE_PER_MONTH)
        return scaled(s, unit, 1, MILLION);
    const money *n = row->use == PRICE_PER_MISSES ? f->misses : f->requests;
    return scaled(s, unit, n[when], (money)MILLION * MILLION);
}

static void
add_row(cost_side *s, const flow *f, cost_row row)
{
    for (int when = 0; when < COST_WHENS; when++) {
        row.amount[when] = amount_of(s, &row, f, (cost_when)when);
        s->total[when] += row.amount[when];
    }
    s->rows[s->n_rows++] = row;
    s->known = true;
}

static void
add_system(cost_side *s, const price_system *system, const cost_traffic *t, const flow *f)
{
    unsigned covered = system->without;
    s->from_file = true;
    for (size_t i = 0; i < system->n_lines; i++) {
        const price_line *line = &system->lines[i];
        add_row(s, f,
                (cost_row){.name = line->item->id,
                           .per = line->item->per,
                           .use = line->use,
                           .basis = (price_basis)line->item->basis,
                           .quantity_micros = line->quantity_micros,
                           .price = line->item->price});
        covered |= line->item->covers;
        s->blind_misses = s->blind_misses || (line->use == PRICE_PER_MISSES && !t->has_cache);
    }
    s->omitted = ~covered & ((1u << PRICE_COVERS) - 1);
}

static void
add_policy_figure(cost_side *s, const flow *f, const char *name, uint64_t micros, price_use use)
{
    if (micros > 0)
        add_row(s, f,
                (cost_row){.name = name,
                           .per = use == PRICE_PER_MONTH ? "month" : "million requests",
                           .use = use,
                           .quantity_micros = MILLION,
                           .price = (money)micros * (MONEY_UNIT / MILLION)});
}

static void
count_side(cost_report *c, cost_side *s, const split_policy *policy, size_t variant,
           const cost_traffic *t, int64_t all)
{
    flow f;
    split_origin_info origin;
    s->name = split_policy_variant(policy, variant);
    fill_flow(s, t, all, c->span_us, &f);
    if (!home_origin(policy, variant, &origin))
        return;
    const price_system *system = c->prices != NULL ? prices_origin(c->prices, origin.name) : NULL;
    if (system != NULL) {
        add_system(s, system, t, &f);
        s->has_unused = origin.per_million_requests_micros > 0 || origin.monthly_micros > 0;
        return;
    }
    add_policy_figure(s, &f, "policy.per_million_requests", origin.per_million_requests_micros,
                      PRICE_PER_REQUESTS);
    add_policy_figure(s, &f, "policy.monthly", origin.monthly_micros, PRICE_PER_MONTH);
}

/* The router works for every request, whoever serves it. */
static void
count_router(cost_report *c, const cost_traffic traffic[2])
{
    const price_system *system = c->prices != NULL ? c->prices->router : NULL;
    flow f;
    if (system == NULL)
        return;
    const cost_traffic both = {.requests = traffic[0].requests + traffic[1].requests,
                               .misses = traffic[0].misses + traffic[1].misses,
                               .has_cache = traffic[0].has_cache && traffic[1].has_cache};
    c->has_router = true;
    c->router.name = system->name;
    fill_flow(&c->router, &both, both.requests, c->span_us, &f);
    add_system(&c->router, system, &both, &f);
    for (int a = 0; a < 2; a++)
        c->side[a].omitted &= c->router.omitted;
    c->router.omitted = 0; /* it is no system of its own */
}

static void
judge_budget(cost_report *c, uint64_t budget_micros)
{
    const cost_side *new = &c->side[0];
    c->budget_amount = (money)budget_micros * (MONEY_UNIT / MILLION);
    for (int when = 0; when < COST_WHENS; when++)
        c->judged[when] = new->total[when] + c->router.total[when];
    if (budget_micros == 0)
        c->budget = COST_NO_BUDGET;
    else if (!new->known || new->too_large || c->router.too_large)
        c->budget = COST_BUDGET_UNCHECKED;
    else if (c->judged[COST_MONTH] > c->budget_amount)
        c->budget = COST_OVER_NOW;
    else if (c->judged[COST_MONTH_ALL] > c->budget_amount)
        c->budget = COST_OVER_AT_100;
    else
        c->budget = COST_WITHIN;
}

void
cost_count(cost_report *c, const split_policy *policy, const size_t variants[2],
           const cost_traffic traffic[2], split_us span_us, split_us wall_us)
{
    const char *file;
    uint64_t budget_micros;
    c->span_us = span_us;
    if (c->prices != NULL)
        c->age_days = (wall_us - c->prices->as_of_us) / DAY_US;
    for (int a = 0; a < 2; a++)
        count_side(c, &c->side[a], policy, variants[a], &traffic[a],
                   traffic[0].requests + traffic[1].requests);
    count_router(c, traffic);
    split_policy_cost(policy, &file, &budget_micros);
    judge_budget(c, budget_micros);
}

int
cost_open(cost_report *c, const split_policy *policy, const char *policy_path, char *path,
          size_t path_bytes)
{
    uint64_t budget_micros;
    const char *name;
    split_policy_cost(policy, &name, &budget_micros);
    if (name == NULL)
        return CTL_OK;
    const char *slash = strrchr(policy_path, '/');
    int folder = slash == NULL || name[0] == '/' ? 0 : (int)(slash - policy_path) + 1;
    int n = snprintf(path, path_bytes, "%.*s%s", folder, policy_path, name);
    if (n < 0 || (size_t)n >= path_bytes) {
        fprintf(stderr, "splitctl: %s: $.cost.prices: the path is too long\n", policy_path);
        return CTL_BAD_INPUT;
    }
    c->file = path;
    int code = prices_load(path, &c->prices);
    if (code != CTL_OK)
        fprintf(stderr, "splitctl: the price file that %s names in $.cost.prices cannot be used\n",
                policy_path);
    return code;
}

void
cost_close(cost_report *c)
{
    prices_free(&c->prices);
}
