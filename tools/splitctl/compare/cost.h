/* SPDX-License-Identifier: MIT */
/*
 * What the systems cost: in the time compared, a month at the present shares, and a month with all
 * the traffic; by the price file of the policy, or by the policy's own two figures of an origin.
 */
#ifndef SPLITCTL_COMPARE_COST_H
#define SPLITCTL_COMPARE_COST_H

#include "split/policy.h"

#include "compare/prices.h"

#define COST_MONTH_US (INT64_C(30) * 86400 * 1000000)
#define COST_STALE_DAYS 180

/* What was seen: requests and the part of them that no cache answered. */
typedef struct cost_traffic {
    int64_t requests;
    int64_t misses;
    bool has_cache; /* the source counts cache results; else misses is requests */
} cost_traffic;

typedef enum cost_when { COST_PERIOD, COST_MONTH, COST_MONTH_ALL, COST_WHENS } cost_when;

typedef struct cost_row {
    const char *name;
    const char *per;
    price_use use;
    price_basis basis;
    int64_t quantity_micros;
    money price;
    money amount[COST_WHENS];
} cost_row;

typedef struct cost_side {
    const char *name; /* of the variant or router */
    bool known;
    bool from_file;
    bool has_unused;   /* the policy has figures of its own, which the file overrules */
    bool blind_misses; /* lines by the miss, and no cache counts: every request was taken as one */
    bool too_large;    /* to be counted; no amount is right */
    unsigned omitted;  /* bits of price_cover that no line covers */
    cost_row rows[PRICES_LINES_MAX];
    size_t n_rows;
    money total[COST_WHENS];
} cost_side;

/* The budget is for the new system with its router. */
typedef enum cost_budget {
    COST_NO_BUDGET,
    COST_BUDGET_UNCHECKED, /* the new system's cost is not known */
    COST_WITHIN,
    COST_OVER_AT_100, /* with all the traffic: a warning */
    COST_OVER_NOW     /* at the present share already: critical */
} cost_budget;

typedef struct cost_report {
    prices *prices; /* NULL: the policy names no file */
    const char *file;
    int64_t age_days; /* of the prices; negative for the future */
    cost_side side[2];
    cost_side router;
    bool has_router;
    split_us span_us;
    cost_budget budget;
    money budget_amount;
    money judged[COST_WHENS]; /* new system and router together */
} cost_report;

/* Load what the policy's cost.prices names, relative to the policy's own file. CTL_OK, also without
 * a name; CTL_BAD_INPUT, reported. `path` receives where it is. */
int cost_open(cost_report *c, const split_policy *policy, const char *policy_path, char *path,
              size_t path_bytes);
void cost_close(cost_report *c);

/* Count for two variants (new, baseline) what they cost in span_us. */
void cost_count(cost_report *c, const split_policy *policy, const size_t variants[2],
                const cost_traffic traffic[2], split_us span_us, split_us wall_us);

#endif
