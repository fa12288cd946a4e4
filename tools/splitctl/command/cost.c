/* SPDX-License-Identifier: MIT */
/* What a month costs at 0 %, at each phase and at 100 %, from assumed requests, before anybody is
 * moved. */
#include <stdio.h>
#include <string.h>

#include "split/net.h"

#include "cli/cli.h"
#include "cli/load.h"
#include "cli/place.h"
#include "cli/text.h"
#include "commands.h"
#include "compare/compare.h"
#include "compare/judge.h"
#include "compare/levels.h"
#include "compare/wrap.h"
#include "route/weights.h"

#define REQUESTS_MAX INT64_C(1000000000000000)
#define AMOUNT 13 /* columns of an amount */

static bool
add_level(cost_levels *levels, int64_t percent_e6)
{
    for (size_t i = 0; i < levels->n; i++)
        if (levels->at[i].percent_e6 == percent_e6)
            return true;
    if (levels->n == COST_LEVELS_MAX)
        return false;
    levels->at[levels->n++].percent_e6 = percent_e6;
    return true;
}

/* 0, the policy's phases and 100, or what --at says. */
static int
choose_levels(cost_levels *levels, const split_policy *policy, const cli_texts *at)
{
    split_rollout_options options;
    split_rollout_options_init(&options);
    for (size_t i = 0; i < at->n; i++) {
        int64_t percent_e6;
        if (!weights_percent(at->text[i], &percent_e6) || !add_level(levels, percent_e6))
            return cli_usage_error("cost", "--at takes a share from 0 to 100, not '%s'",
                                   at->text[i]);
    }
    if (at->n > 0)
        return CTL_OK;
    (void)add_level(levels, 0);
    if (split_policy_rollout_options(policy, &options) == SPLIT_OK)
        for (size_t i = 0; i < options.n_phases; i++)
            (void)add_level(levels, (int64_t)options.phases[i].percent_e6);
    (void)add_level(levels, COMPARE_ALL_E6);
    return CTL_OK;
}

static void
show_amounts(const cost_levels *levels, const char *name, int indent,
             money (*amount)(const cost_level *, size_t), size_t index)
{
    char text[MONEY_TEXT_BYTES];
    printf("%*s%-*s", indent, "", 34 - indent, name);
    for (size_t i = 0; i < levels->n; i++)
        printf(" %*s", AMOUNT, money_text(amount(&levels->at[i], index), text));
    putchar('\n');
}

static money
side_total(const cost_level *level, size_t side)
{
    return level->report.side[side].total[COST_MONTH];
}

static money
router_total(const cost_level *level, size_t index)
{
    (void)index;
    return level->report.router.total[COST_MONTH];
}

static money
all_total(const cost_level *level, size_t index)
{
    (void)index;
    return cost_level_total(level);
}

static money
new_line(const cost_level *level, size_t row)
{
    return level->report.side[0].rows[row].amount[COST_MONTH];
}

static money
baseline_line(const cost_level *level, size_t row)
{
    return level->report.side[1].rows[row].amount[COST_MONTH];
}

static money
router_line(const cost_level *level, size_t row)
{
    return level->report.router.rows[row].amount[COST_MONTH];
}

static void
show_side(const cost_levels *levels, const cost_side *s, const char *what,
          money (*total)(const cost_level *, size_t), money (*line)(const cost_level *, size_t),
          size_t index)
{
    char text[COMPARE_TEXT_BYTES];
    char words[512];
    snprintf(text, sizeof text, "%s '%s'", what, s->name);
    if (!s->known) {
        printf("  %s: no price\n", text);
        return;
    }
    show_amounts(levels, text, 2, total, index);
    for (size_t i = 0; i < s->n_rows; i++) {
        snprintf(text, sizeof text, "%s%s", s->rows[i].name,
                 s->rows[i].basis == PRICE_BASIS_RECALLED ? " *" : "");
        show_amounts(levels, text, 4, line, i);
    }
    compare_omitted(s, words, sizeof words);
    if (words[0] != '\0') {
        snprintf(text, sizeof text, "not in the price file: %s", words);
        compare_wrap(4, 80, text);
    }
}

static void
show_headings(const cost_levels *levels)
{
    char share[16];
    char text[32];
    printf("  %-32s", "share of the new system");
    for (size_t i = 0; i < levels->n; i++) {
        snprintf(text, sizeof text, "%s %%", weights_print(levels->at[i].percent_e6, share));
        printf(" %*s", AMOUNT, text);
    }
    putchar('\n');
}

static void
show_notes(const cost_report *r)
{
    char text[COMPARE_TEXT_BYTES];
    puts("  * recalled, not read off a price list: look it up before you rely on it");
    for (size_t i = 0; r->prices != NULL && i < r->prices->n_omissions; i++) {
        snprintf(text, sizeof text, "left out: %s", r->prices->omissions[i]);
        compare_wrap(2, 80, text);
    }
}

static void
show_text(const cost_levels *levels)
{
    char count[32];
    char hits[16];
    const cost_report *r = &levels->at[0].report;
    printf("cost of a month (30 days)%s%s: %s requests, %s %% of them from a cache\n",
           r->prices != NULL ? " in " : "", r->prices != NULL ? r->prices->currency : "",
           text_count(levels->requests, count), weights_print(levels->hit_e6, hits));
    show_headings(levels);
    show_side(levels, &r->side[0], "new", side_total, new_line, 0);
    show_side(levels, &r->side[1], "baseline", side_total, baseline_line, 1);
    if (r->has_router)
        show_side(levels, &r->router, "router", router_total, router_line, 0);
    show_amounts(levels, "all that is paid", 2, all_total, 0);
    show_notes(r);
}

static void
show_json(const cost_levels *levels)
{
    char text[MONEY_TEXT_BYTES];
    char share[16];
    for (size_t i = 0; i < levels->n; i++) {
        const cost_level *level = &levels->at[i];
        const cost_report *r = &level->report;
        printf("{\"percent\":%s,\"requests\":%lld,", weights_print(level->percent_e6, share),
               (long long)levels->requests);
        printf("\"new\":%s,", money_json(r->side[0].total[COST_MONTH], text));
        printf("\"baseline\":%s,", money_json(r->side[1].total[COST_MONTH], text));
        printf("\"router\":%s,", money_json(r->router.total[COST_MONTH], text));
        printf("\"total\":%s,", money_json(cost_level_total(level), text));
        printf("\"over_budget\":%s}\n", cost_level_is_over(level) ? "true" : "false");
    }
}

/* The budget is for the new system with its router; the first level above it is named. */
static int
judge(const cost_levels *levels, bool json)
{
    char share[16];
    char judged[MONEY_TEXT_BYTES];
    char budget[MONEY_TEXT_BYTES];
    for (size_t i = 0; i < levels->n; i++) {
        const cost_report *r = &levels->at[i].report;
        if (r->side[0].too_large || r->side[1].too_large || r->router.too_large) {
            fputs("splitctl cost: an amount is too large to be counted\n", stderr);
            return CTL_BAD_INPUT;
        }
        if (!cost_level_is_over(&levels->at[i]))
            continue;
        if (!json)
            printf("  over the budget of %s from %s %% on: the new system and its router cost %s\n",
                   money_text(r->budget_amount, budget),
                   weights_print(levels->at[i].percent_e6, share),
                   money_text(r->judged[COST_MONTH], judged));
        return CTL_HOLD;
    }
    return CTL_OK;
}

static int
count_and_show(cost_levels *levels, const cost_report *base, const split_policy *policy, bool json)
{
    split_rollout_info info;
    if (split_policy_rollout(policy, &info) != SPLIT_OK ||
        info.baseline >= split_policy_n_variants(policy)) {
        fputs("splitctl cost: the policy has no rollout with a baseline: there are no two systems "
              "to price\n",
              stderr);
        return CTL_BAD_INPUT;
    }
    const size_t variants[2] = {info.variant, info.baseline};
    cost_levels_count(levels, base, policy, variants, split_clock_wall());
    if (!levels->at[0].report.side[0].known && !levels->at[0].report.side[1].known) {
        fputs("splitctl cost: no price is known; name a price file in the policy's cost.prices\n",
              stderr);
        return CTL_BAD_INPUT;
    }
    if (json)
        show_json(levels);
    else
        show_text(levels);
    return judge(levels, json);
}

static int
load_and_count(cost_levels *levels, const cli_common *common, const cli_texts *at)
{
    static cost_report base; /* large */
    char place[CLI_PATH_MAX];
    split_policy *policy = NULL;
    const char *path = cli_policy_path(common);
    int code = load_policy(path, &policy);
    if (code == CTL_OK)
        code = choose_levels(levels, policy, at);
    if (code == CTL_OK)
        code = cost_open(&base, policy, path, place, sizeof place);
    if (code == CTL_OK)
        code = count_and_show(levels, &base, policy, common->json);
    cost_close(&base);
    split_policy_free(&policy, NULL);
    return code;
}

int
cmd_cost(int argc, char **argv)
{
    static cost_levels levels; /* large */
    static cli_texts at;
    cli_common common = {0};
    const char *hits = "0";
    levels.requests = -1;
    const cli_option options[] = {
        {"requests", 0, CLI_INTEGER, "N", "requests of both systems in a month", &levels.requests},
        {"hits", 0, CLI_TEXT, "PERCENT", "share of them that a cache answers (default: 0)", &hits},
        {"at", 0, CLI_TEXTS, "PERCENT",
         "a share of the new system; may be repeated (default: 0, the phases and 100)", &at},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE --requests N [--hits PERCENT] [--at PERCENT...]",
        .about = "Says what a month costs at each level of traffic by the dated price file that\n"
                 "the policy names, before anybody is moved: both systems, the router, each line.\n"
                 "What was measured is priced by 'splitctl compare'. Exit code 3 when a level\n"
                 "costs more than the policy's budget.\n",
        .common = CLI_POLICY | CLI_JSON,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    if (levels.requests < 0 || levels.requests > REQUESTS_MAX)
        return cli_usage_error(argv[0], "--requests takes the requests of a month, up to 10^15");
    if (!weights_percent(hits, &levels.hit_e6))
        return cli_usage_error(argv[0], "--hits takes a share from 0 to 100, not '%s'", hits);
    return load_and_count(&levels, &common, &at);
}
