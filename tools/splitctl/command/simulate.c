/* SPDX-License-Identifier: MIT */
/* Say before a rollout how long its proofs take and how it would end, by formula and by the real
 * engine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "cli/load.h"
#include "split/forecast.h"

typedef struct simulating {
    split_rollout_options options;
    split_forecast forecast;
    int64_t runs, seed;
    split_simulation result;
} simulating;

/* "NAME=1.5%" or "NAME=4%,1%,0.2%": shares of bad events at the target, warning and critical
 * bound. */
static bool
take_shares(const simulating *x, const char *text, double *out, size_t n, uint32_t *out_metric,
            size_t *out_n)
{
    const char *at = strchr(text, '=');
    char *end;
    uint32_t m = 0;
    while (at != NULL && m < x->options.n_metrics &&
           (strlen(x->options.metrics[m].name) != (size_t)(at - text) ||
            strncmp(x->options.metrics[m].name, text, (size_t)(at - text)) != 0))
        m++;
    if (at == NULL || m == x->options.n_metrics)
        return false;
    *out_metric = m;
    for (*out_n = 0; *out_n < n; at = end) {
        out[*out_n] = strtod(at + 1, &end);
        if (end == at + 1)
            return false;
        if (*end == '%') {
            out[*out_n] /= 100;
            end++;
        }
        ++*out_n;
        if (*end == '\0')
            return true;
        if (*end != ',')
            return false;
    }
    return false;
}

static bool
take_truth(simulating *x, const char *text)
{
    double shares[SPLIT_BOUND_COUNT];
    uint32_t m;
    size_t n;
    if (!take_shares(x, text, shares, SPLIT_BOUND_COUNT, &m, &n))
        return false;
    split_expectation *e = &x->forecast.expected[m];
    const bool latency = split_metric_is_latency(&x->options.metrics[m]);
    e->truth[0] = shares[0];
    e->truth[1] = n > 1 ? shares[1] : latency ? shares[0] / 4 : shares[0];
    e->truth[2] = n > 2 ? shares[2] : latency ? e->truth[1] / 4 : e->truth[1];
    return true;
}

static bool
take_one(simulating *x, const char *text, double *out, uint32_t *out_metric)
{
    size_t n;
    return take_shares(x, text, out, 1, out_metric, &n);
}

static int
take_expectations(simulating *x, const char *command, const cli_texts *truth,
                  const cli_texts *legacy, const cli_texts *trials)
{
    double value;
    uint32_t m;
    for (size_t i = 0; i < truth->n; i++)
        if (!take_truth(x, truth->text[i]))
            return cli_usage_error(command, "--truth takes METRIC=SHARE[,SHARE,SHARE], not '%s'",
                                   truth->text[i]);
    for (size_t i = 0; i < legacy->n; i++) {
        if (!take_one(x, legacy->text[i], &value, &m))
            return cli_usage_error(command, "--legacy takes METRIC=SHARE, not '%s'",
                                   legacy->text[i]);
        x->forecast.expected[m].baseline = value;
    }
    for (size_t i = 0; i < trials->n; i++) {
        if (!take_one(x, trials->text[i], &value, &m))
            return cli_usage_error(command, "--trials takes METRIC=NUMBER, not '%s'",
                                   trials->text[i]);
        x->forecast.expected[m].trials_per_request = value;
    }
    return CTL_OK;
}

static const char *
duration(split_us us, char *buf, size_t n)
{
    const double s = (double)us / 1e6;
    if (us == SPLIT_NEVER)
        snprintf(buf, n, "never");
    else if (us < 0)
        snprintf(buf, n, "-");
    else if (s < 120)
        snprintf(buf, n, "%.0f s", s);
    else if (s < 7200)
        snprintf(buf, n, "%.0f min", s / 60);
    else
        snprintf(buf, n, "%.1f h", s / 3600);
    return buf;
}

static int
plan(const simulating *x, uint32_t phase, uint32_t metric, split_proof_time *out)
{
    const int err = split_rollout_plan(&x->options, &x->forecast, phase, metric, out);
    if (err == SPLIT_OK)
        return CTL_OK;
    fprintf(stderr, "splitctl simulate: %s: %s\n", x->options.metrics[metric].name,
            split_strerror(err));
    return CTL_BAD_INPUT;
}

static int
print_plan_row(const simulating *x, uint32_t p, uint32_t m)
{
    split_proof_time t;
    char a[32], b[32], c[32];
    const int code = plan(x, p, m, &t);
    if (code != CTL_OK)
        return code;
    const bool out_of_bake =
        x->options.metrics[m].gate && !t.fits && x->options.judgement != SPLIT_JUDGEMENT_POINT;
    printf("  %-20s proof after %-9s (95 %%: %s), alarm at 4 x critical after %s%s\n",
           x->options.metrics[m].name, duration(t.median_us, a, sizeof a),
           duration(t.p95_us, b, sizeof b), duration(t.breach_us, c, sizeof c),
           out_of_bake ? "  WARNING: does not fit into the bake" : "");
    return CTL_OK;
}

static int
print_text(const simulating *x)
{
    char a[32], b[32];
    const split_simulation *s = &x->result;
    for (uint32_t p = 0; p < x->options.n_phases; p++) {
        double rate = x->forecast.requests_per_s * (double)x->options.phases[p].percent_e6 /
                      SPLIT_PERCENT_ALL_E6;
        printf("phase %u: %g %%, bake %s, %g request%s/s to the new system\n", (unsigned)p + 1,
               (double)x->options.phases[p].percent_e6 / 1e6,
               duration(x->options.phases[p].bake_us, a, sizeof a), rate, rate == 1 ? "" : "s");
        for (uint32_t m = 0; m < x->options.n_metrics; m++) {
            const int code = print_plan_row(x, p, m);
            if (code != CTL_OK)
                return code;
        }
        if (s->reached[p] > 0)
            printf("  simulated: %lld reached it, %lld left it (median %s, 95 %%: %s), %lld of "
                   "them with the bake, "
                   "%lld rolled back\n",
                   (long long)s->reached[p], (long long)s->left[p],
                   duration(s->median_us[p], a, sizeof a), duration(s->p95_us[p], b, sizeof b),
                   (long long)s->in_bake[p], (long long)s->back[p]);
    }
    const double each = 100.0 / (double)s->runs;
    printf("%lld rollouts, seed %lld: completed %.1f %%, rolled back %.1f %%, still undecided %.1f "
           "%%\n",
           (long long)s->runs, (long long)x->seed, each * (double)s->completed,
           each * (double)s->rolled_back, each * (double)s->undecided);
    return CTL_OK;
}

static void
json_seconds(const char *name, split_us us)
{
    if (us == SPLIT_NEVER || us < 0)
        printf("\"%s\":null", name);
    else
        printf("\"%s\":%.6g", name, (double)us / 1e6);
}

static int
print_phase_json(const simulating *x, uint32_t p)
{
    const split_simulation *s = &x->result;
    printf("%s{\"percent\":%g,\"bake_s\":%.6g,\"reached\":%lld,\"advanced\":%lld,\"in_bake\":%lld,"
           "\"rolled_back\":%lld,",
           p > 0 ? "," : "", (double)x->options.phases[p].percent_e6 / 1e6,
           (double)x->options.phases[p].bake_us / 1e6, (long long)s->reached[p],
           (long long)s->left[p], (long long)s->in_bake[p], (long long)s->back[p]);
    json_seconds("median_s", s->median_us[p]);
    putchar(',');
    json_seconds("p95_s", s->p95_us[p]);
    fputs(",\"metrics\":{", stdout);
    for (uint32_t m = 0; m < x->options.n_metrics; m++) {
        split_proof_time t;
        const int code = plan(x, p, m, &t);
        if (code != CTL_OK)
            return code;
        printf("%s\"%s\":{", m > 0 ? "," : "", x->options.metrics[m].name);
        json_seconds("proof_median_s", t.median_us);
        putchar(',');
        json_seconds("proof_p95_s", t.p95_us);
        putchar(',');
        json_seconds("breach_median_s", t.breach_us);
        printf(",\"fits\":%s}", t.fits ? "true" : "false");
    }
    fputs("}}", stdout);
    return CTL_OK;
}

static int
print_json(const simulating *x)
{
    const split_simulation *s = &x->result;
    printf("{\"requests_per_s\":%g,\"runs\":%lld,\"seed\":%lld,\"completed\":%lld,\"rolled_back\":%"
           "lld,"
           "\"undecided\":%lld,",
           x->forecast.requests_per_s, (long long)s->runs, (long long)x->seed,
           (long long)s->completed, (long long)s->rolled_back, (long long)s->undecided);
    json_seconds("median_rollback_s", s->median_back_us);
    fputs(",\"phases\":[", stdout);
    for (uint32_t p = 0; p < x->options.n_phases; p++) {
        const int code = print_phase_json(x, p);
        if (code != CTL_OK)
            return code;
    }
    puts("]}");
    return CTL_OK;
}

static int
simulate(simulating *x)
{
    const size_t bytes = split_rollout_simulate_size(&x->options, x->runs);
    void *mem = bytes > 0 ? malloc(bytes) : NULL;
    const int err = mem == NULL
                        ? (bytes > 0 ? SPLIT_ERR_NOMEM : SPLIT_ERR_VALUE)
                        : split_rollout_simulate(&x->options, &x->forecast, (uint64_t)x->seed,
                                                 x->runs, mem, bytes, &x->result);
    free(mem);
    if (err == SPLIT_OK)
        return CTL_OK;
    fprintf(stderr, "splitctl simulate: %s\n", split_strerror(err));
    return CTL_BAD_INPUT;
}

int
cmd_simulate(int argc, char **argv)
{
    static simulating x;
    cli_common common = {0};
    cli_texts truth = {0}, legacy = {0}, trials = {0};
    double rps = 10;
    int64_t max_windows = 0;
    x = (simulating){.runs = 100, .seed = 1};
    const cli_option options[] = {
        {"rps", 'r', CLI_NUMBER, "N", "requests per second of both systems (default: 10)", &rps},
        {"truth", 't', CLI_TEXTS, "METRIC=SHARE",
         "true share of bad events, or three for the three bounds", &truth},
        {"legacy", 0, CLI_TEXTS, "METRIC=SHARE", "the legacy system's share", &legacy},
        {"trials", 0, CLI_TEXTS, "METRIC=N",
         "trials per request, such as cache lookups; 0: no data", &trials},
        {"runs", 'n', CLI_INTEGER, "N", "rollouts to play (default: 100)", &x.runs},
        {"seed", 0, CLI_INTEGER, "N", "same seed, same result (default: 1)", &x.seed},
        {"max-windows", 0, CLI_INTEGER, "N",
         "end a run after so many (default: 3 bakes and 1440 per phase)", &max_windows},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [OPTION...]",
        .about = "Estimates before a rollout how long each proof takes, and warns if it does not\n"
                 "fit into the bake time. Then it plays complete rollouts through the real\n"
                 "engine. Without --truth, every metric has half the bad events of its target.\n",
        .common = CLI_POLICY | CLI_JSON,
        .options = options};
    split_policy *policy = NULL;
    int first, code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "no argument expected, got '%s'", argv[first]);
    code = load_policy(cli_policy_path(&common), &policy);
    if (code == CTL_OK && (split_policy_rollout_options(policy, &x.options) != SPLIT_OK ||
                           split_forecast_init(&x.forecast, &x.options) != SPLIT_OK)) {
        fputs("splitctl simulate: the policy has no rollout\n", stderr);
        code = CTL_BAD_INPUT;
    }
    x.forecast.requests_per_s = rps;
    x.forecast.max_windows = max_windows;
    if (code == CTL_OK)
        code = take_expectations(&x, argv[0], &truth, &legacy, &trials);
    if (code == CTL_OK)
        code = simulate(&x);
    if (code == CTL_OK)
        code = common.json ? print_json(&x) : print_text(&x);
    split_policy_free(&policy, NULL);
    return code;
}
