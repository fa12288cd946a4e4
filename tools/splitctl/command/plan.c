/* SPDX-License-Identifier: MIT */
/* Who would move under new weights, before anything changes: from what is in force, step by
 * step. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "split/assign.h"

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "cli/load.h"
#include "route/publish.h"
#include "cli/text.h"
#include "route/weights.h"

typedef struct preview {
    const split_policy *policy;
    const char *keys_path;
    size_t variant;
    bool json;
    uint64_t total; /* buckets moved over all steps */
} preview;

static const char *
percent_of(uint64_t buckets, char buf[16])
{
    return weights_print(weights_of_move(buckets), buf);
}

static void
print_cell(const preview *p, size_t from, size_t to, uint32_t buckets, bool first)
{
    char share[16];
    const char *a = split_policy_variant(p->policy, from);
    const char *b = split_policy_variant(p->policy, to);
    percent_of(buckets, share);
    if (!p->json) {
        printf("  %s -> %s  %u buckets  %s %%\n", a, b, (unsigned)buckets, share);
        return;
    }
    fputs(first ? "{\"from\":" : ",{\"from\":", stdout);
    text_json(stdout, a, strlen(a));
    fputs(",\"to\":", stdout);
    text_json(stdout, b, strlen(b));
    printf(",\"buckets\":%u,\"percent\":%s}", (unsigned)buckets, share);
}

static int
print_matrix(const preview *p, const split_plan *from, const split_plan *to)
{
    static uint32_t cells[SPLIT_VARIANTS_MAX * SPLIT_VARIANTS_MAX];
    size_t n = split_plan_n_variants(from);
    bool first = true;
    int rc = split_plan_diff(from, to, cells, n * n, NULL);
    for (size_t i = 0; rc == SPLIT_OK && i < n * n; i++) {
        if (i / n == i % n || cells[i] == 0)
            continue;
        print_cell(p, i / n, i % n, cells[i], first);
        first = false;
    }
    return rc;
}

static void
print_key(const preview *p, const char *key, size_t key_len, const split_assignment *from,
          const split_assignment *to, bool first)
{
    const char *a = split_policy_variant(p->policy, from->variant);
    const char *b = split_policy_variant(p->policy, to->variant);
    if (!p->json) {
        fwrite(key, 1, key_len, stdout);
        printf("\t%s\t%s\n", a, b);
        return;
    }
    fputs(first ? "{\"key\":" : ",{\"key\":", stdout);
    text_json(stdout, key, key_len);
    fputs(",\"from\":", stdout);
    text_json(stdout, a, strlen(a));
    fputs(",\"to\":", stdout);
    text_json(stdout, b, strlen(b));
    fputs("}", stdout);
}

/* Those of the file's keys, one a line, that get another variant. */
static int
print_keys(const preview *p, const split_plan *from, const split_plan *to)
{
    FILE *f = fopen(p->keys_path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool first = true;
    if (f == NULL) {
        perror(p->keys_path);
        return CTL_BAD_INPUT;
    }
    while ((n = getline(&line, &room, f)) > 0) {
        split_assignment a, b;
        size_t len = (size_t)n - (line[n - 1] == '\n');
        len -= len > 0 && line[len - 1] == '\r';
        if (split_assign(from, line, len, &a) != SPLIT_OK ||
            split_assign(to, line, len, &b) != SPLIT_OK) {
            fprintf(stderr, "splitctl plan: a line of %zu bytes is not a key\n", len);
            continue;
        }
        if (a.variant == b.variant)
            continue;
        print_key(p, line, len, &a, &b, first);
        first = false;
    }
    int code = ferror(f) ? CTL_BAD_INPUT : CTL_OK;
    free(line);
    fclose(f);
    return code;
}

static int
print_step(preview *p, const split_plan *from, const split_plan *to, const char *percent,
           uint32_t moved)
{
    char share[16];
    int code = CTL_OK;
    p->total += moved;
    if (p->json)
        printf("{\"moved\":%u,\"of\":%d,\"matrix\":[", (unsigned)moved, SPLIT_BUCKETS);
    else
        printf("%s to %s %%: %u of %d buckets move, %s %% of the keys\n",
               split_policy_variant(p->policy, p->variant), percent, (unsigned)moved, SPLIT_BUCKETS,
               percent_of(moved, share));
    if (print_matrix(p, from, to) != SPLIT_OK)
        code = CTL_BAD_INPUT;
    if (p->json)
        fputs("]", stdout);
    if (p->keys_path != NULL && p->json)
        fputs(",\"keys\":[", stdout);
    if (p->keys_path != NULL && code == CTL_OK)
        code = print_keys(p, from, to);
    if (p->keys_path != NULL && p->json)
        fputs("]", stdout);
    if (p->json)
        fputs("}\n", stdout);
    return code;
}

/* One step; `state` then holds the plan after it. */
static int
take_step(preview *p, route_state *state, const char *text)
{
    uint64_t weights[SPLIT_VARIANTS_MAX];
    int64_t percent;
    uint32_t moved = 0;
    split_plan *next = NULL;
    char share[16];
    if (!weights_percent(text, &percent))
        return cli_usage_error("plan", "'%s' is not a percentage from 0 to 100", text);
    percent_weights(state, p->variant, percent, weights);
    int rc = plan_after(state->plan, weights, &next, &moved);
    if (rc != SPLIT_OK) {
        fprintf(stderr, "splitctl plan: %s\n", split_strerror(rc));
        return CTL_BAD_INPUT;
    }
    int code = print_step(p, state->plan, next, weights_print(percent, share), moved);
    split_plan_free(&state->plan, NULL);
    state->plan = next;
    return code;
}

static int
take_steps(preview *p, const char *route_path, const cli_texts *to)
{
    route_state state;
    char share[16];
    int code = route_state_read(p->policy, route_path, &state);
    if (code != CTL_OK)
        return code;
    if (p->keys_path != NULL && split_plan_mode(state.plan) != SPLIT_MODE_STICKY) {
        fputs("splitctl plan: only a sticky split has keys that move\n", stderr);
        code = CTL_BAD_INPUT;
    }
    for (size_t i = 0; i < to->n && code == CTL_OK; i++)
        code = take_step(p, &state, to->text[i]);
    if (code == CTL_OK && to->n > 1 && !p->json)
        printf("all steps: %llu buckets move, %s %% of the keys\n", (unsigned long long)p->total,
               percent_of(p->total, share));
    route_state_free(&state);
    return code;
}

int
cmd_plan(int argc, char **argv)
{
    cli_common common = {0};
    cli_texts to = {.n = 0};
    preview p = {.variant = SIZE_MAX};
    const cli_option options[] = {
        {"to", 0, CLI_TEXTS, "PERCENT", "the new share; several are successive steps", &to},
        {"keys", 0, CLI_TEXT, "FILE", "also list which of these keys (one per line) move",
         &p.keys_path},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE --to PERCENT...",
        .about = "Prints exactly who would move if the rollout's variant got another share. It\n"
                 "starts from the route in force or, without a route, from the policy's weights.\n"
                 "Nothing is changed.\n",
        .common = CLI_POLICY | CLI_ROUTE | CLI_JSON,
        .options = options};
    char path[CLI_PATH_MAX];
    split_policy *policy = NULL;
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (to.n == 0 || first != argc)
        return cli_usage_error(argv[0], to.n == 0 ? "say which share: --to PERCENT"
                                                  : "this command takes options only");
    code = load_policy(cli_policy_path(&common), &policy);
    if (code != CTL_OK)
        return code;
    p.policy = policy;
    p.json = common.json;
    p.variant = moving_variant(policy);
    if (p.variant == SIZE_MAX)
        code = cli_usage_error(argv[0], "the policy has no rollout that says which variant moves");
    else
        code = take_steps(&p, cli_route_path(&common, path), &to);
    split_policy_free(&policy, NULL);
    return code;
}
