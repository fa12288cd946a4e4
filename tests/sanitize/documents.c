/* SPDX-License-Identifier: MIT */
/* What policies, routes and stored decisions call const-safe, asked of shared objects by many threads. */
#include <stdio.h>
#include <string.h>

#include "readers.h"
#include "split/export.h"
#include "split/lines.h"
#include "split/route.h"
#include "split/split.h"
#include "split/token.h"

typedef struct objects {
    char text[8192];
    size_t text_len;
    split_policy *policy;
    split_plan *plan;
    split_route *route, *next;
    split_rollout *rollout;
    split_window window;
    split_rollout_decision decision;
    split_token *token;
} objects;

static const char *const names[] = {"new", "legacy"};

static void
read_policy(const void *arg, answers *heard)
{
    const split_policy *policy = ((const objects *)arg)->policy;
    split_plan_options plan;
    split_failover_options failover;
    split_rollout_options rollout;
    split_rollout_info info;
    const char *bad, *of, *prices;
    uint64_t budget;
    MUST(split_policy_plan_options(policy, &plan) == 0);
    MUST(split_policy_failover_options(policy, &failover) == 0);
    MUST(split_policy_rollout_options(policy, &rollout) == 0);
    MUST(split_policy_rollout(policy, &info) == 0);
    answers_text(heard, plan.name);
    answers_number(heard, failover.window_us);
    answers_number(heard, rollout.phases[1].bake_us);
    answers_number(heard, split_policy_ratio(policy, 0, &bad, &of));
    split_policy_cost(policy, &prices, &budget);
    answers_text(heard, prices);
}

/* Loading shares nothing but the text. */
static void
read_text(const void *arg, answers *heard)
{
    const objects *o = arg;
    split_policy *own = NULL;
    split_error fault = {.size = sizeof fault};
    size_t n_faults;
    MUST(split_policy_load(o->text, o->text_len, NULL, &fault, 1, &n_faults, &own) == 0);
    answers_text(heard, split_policy_name(own));
    split_policy_free(&own, NULL);
    answers_number(heard,
                   split_policy_load(o->text, o->text_len / 2, NULL, &fault, 1, &n_faults, &own));
    answers_number(heard, fault.line);
}

static void
read_route(const void *arg, answers *heard)
{
    const objects *o = arg;
    split_route *own = NULL;
    split_error fault = {.size = sizeof fault};
    size_t n_faults, len;
    const char *text = split_route_text(o->route, &len);
    answers_number(heard, split_route_accept(o->route, o->next));
    answers_number(heard, split_route_accept(o->next, o->route));
    MUST(split_route_load(text, len, NULL, &fault, 1, &n_faults, &own) == 0);
    answers_number(heard, (int64_t)split_route_revision(own));
    split_route_free(&own, NULL);
    MUST(split_route_reissue(o->route, o->plan, 3, 3000000, "ann", "why", NULL, &own) == 0);
    answers_number(heard, (int64_t)split_route_revision(own));
    split_route_free(&own, NULL);
}

static void
read_written(const void *arg, answers *heard)
{
    const objects *o = arg;
    char text[16384];
    size_t len;
    split_export_options options;
    split_export_options_init(&options);
    options.variants = names;
    options.n_variants = 2;
    MUST(split_export(o->plan, &options, text, sizeof text, &len) == 0);
    answers_bytes(heard, text, len);
    MUST(split_window_write(o->policy, &o->window, text, sizeof text, &len) == 0);
    answers_bytes(heard, text, len);
    MUST(split_decision_write(o->rollout, &o->decision, text, sizeof text, &len) == 0);
    answers_bytes(heard, text, len);
}

static void
read_token(const void *arg, answers *heard)
{
    const objects *o = arg;
    const split_stored stored = {.revision = 3, .issued_s = 1000, .seen_s = 1000, .variant = "new"};
    const split_us now = INT64_C(1010) * 1000000;
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    split_stored got;
    split_assignment a;
    uint32_t status;
    MUST(split_token_write(o->token, &stored, "user-1", 6, text, sizeof text) == 0);
    answers_text(heard, text);
    MUST(split_token_read(o->token, text, strlen(text), "user-1", 6, now, &got, &status) == 0);
    answers_text(heard, split_token_status_name((int)status));
    MUST(split_token_read(o->token, text, strlen(text), "user-2", 6, now, &got, &status) == 0);
    answers_text(heard, split_token_status_name((int)status));
    MUST(split_token_decide(o->token, o->plan, names, 2, text, strlen(text), "user-1", 6, now, 4,
                            &a, &status, &got) == 0);
    answers_number(heard, a.variant);
}

static void
make_documents(objects *o, const char *path)
{
    FILE *file = fopen(path, "rb");
    split_error fault = {.size = sizeof fault};
    size_t n_faults;
    split_plan_options options;
    MUST(file != NULL);
    o->text_len = fread(o->text, 1, sizeof o->text, file);
    fclose(file);
    MUST(split_policy_load(o->text, o->text_len, NULL, &fault, 1, &n_faults, &o->policy) == 0);
    MUST(split_policy_plan_options(o->policy, &options) == 0);
    MUST(split_plan_new(&options, NULL, &o->plan) == 0);
    MUST(split_route_build(o->policy, o->plan, 1, 1000000, NULL, &o->route) == 0);
    MUST(split_route_build(o->policy, o->plan, 2, 2000000, NULL, &o->next) == 0);
}

static void
make_decision(objects *o)
{
    split_rollout_options options;
    MUST(split_policy_rollout_options(o->policy, &options) == 0);
    MUST(split_rollout_new(&options, NULL, &o->rollout) == 0);
    split_window_init(&o->window, 1, 0);
    MUST(split_arm_set(&o->window.arm, SPLIT_COUNTER_SENT, 60) == 0);
    MUST(split_arm_set(&o->window.arm, SPLIT_COUNTER_OUTCOMES, 60) == 0);
    MUST(split_arm_set(&o->window.arm, SPLIT_COUNTER_ERROR, 12) == 0);
    MUST(split_rollout_step(o->rollout, &o->window, &o->decision) == 0);
}

static void
make_token(objects *o)
{
    static const unsigned char secret[32] = "a secret of the tests, 32 bytes";
    const split_token_key key = {"k1", secret, sizeof secret};
    split_token_options options;
    split_token_options_init(&options);
    options.split = "intelligent-search";
    options.keys = &key;
    options.n_keys = 1;
    MUST(split_token_new(&options, NULL, &o->token) == 0);
}

static void
free_objects(objects *o)
{
    split_token_free(&o->token, NULL);
    split_rollout_free(&o->rollout, NULL);
    split_route_free(&o->route, NULL);
    split_route_free(&o->next, NULL);
    split_plan_free(&o->plan, NULL);
    split_policy_free(&o->policy, NULL);
}

/* Usage: threads-documents POLICY */
int
main(int argc, char **argv)
{
    static reader *const readers[] = {read_policy, read_text, read_route, read_written, read_token};
    static objects shared;
    MUST(argc == 2);
    make_documents(&shared, argv[1]);
    make_decision(&shared);
    make_token(&shared);
    int code = readers_run(readers, sizeof readers / sizeof *readers, &shared);
    free_objects(&shared);
    return code;
}
