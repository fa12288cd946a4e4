/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "plans.h"

static split_assignment
assigned(const split_plan *plan, const char *key)
{
    split_assignment a = {99, 99, 99};
    cr_assert_eq(split_assign(plan, key, strlen(key), &a), 0);
    return a;
}

Test(assign, bucket_is_the_low_20_bits_of_xxh64)
{
    const uint64_t w[2] = {1, 1};
    uint64_t hash;
    split_plan_options o = plan_options(w, 2);
    o.salt = "";
    split_plan *plan = plan_or_die(&o);
    cr_assert_eq(assigned(plan, "a").bucket, 0xd24ec4f1a98c6e5b & 0xfffff);
    cr_assert_eq(assigned(plan, "abc").bucket, 0x44bc2cf5ad770999 & 0xfffff);
    cr_assert_eq(split_plan_unit_hash(plan, "abc", 3, &hash), 0);
    cr_assert_eq(hash, 0x44bc2cf5ad770999);
    cr_assert_eq(assigned(plan, "abc").reason, SPLIT_RULE_HASH);
    split_plan_free(&plan, NULL);
}

Test(assign, unit_is_salt_colon_key)
{
    const uint64_t w[2] = {1, 1};
    uint64_t salted, bare;
    split_plan_options o = plan_options(w, 2);
    split_plan *plan = plan_or_die(&o);
    o.salt = "";
    split_plan *plain = plan_or_die(&o);
    cr_assert_eq(split_plan_unit_hash(plan, "alice", 5, &salted), 0);
    cr_assert_eq(split_plan_unit_hash(plain, "test:alice", 10, &bare), 0);
    cr_assert_eq(salted, bare);
    split_plan_free(&plan, NULL);
    split_plan_free(&plain, NULL);
}

Test(assign, keys_without_bytes_or_with_too_many_are_errors)
{
    static char key[SPLIT_KEY_BYTES_MAX + 1];
    split_plan *plan = PLAN_OF(1, 1);
    split_assignment a = {7, 7, 7};
    split_explanation e;
    uint64_t hash;
    bool decided;
    memset(key, 'k', sizeof key);
    cr_assert_eq(split_assign(plan, "", 0, &a), SPLIT_ERR_KEY);
    cr_assert_eq(split_assign(plan, NULL, 3, &a), SPLIT_ERR_KEY);
    cr_assert_eq(split_assign(plan, key, sizeof key, &a), SPLIT_ERR_KEY);
    cr_assert_eq(a.variant, 7, "nothing is written on an error");
    cr_assert_eq(split_assign_explain(plan, key, sizeof key, &e), SPLIT_ERR_KEY);
    cr_assert_eq(split_assign_gate(plan, "", 0, &a, &decided), SPLIT_ERR_KEY);
    cr_assert_eq(split_plan_unit_hash(plan, "", 0, &hash), SPLIT_ERR_KEY);
    cr_assert_eq(split_assign(plan, key, sizeof key - 1, &a), 0);
    split_plan_free(&plan, NULL);
}

Test(assign, null_arguments_are_refused)
{
    split_plan *plan = PLAN_OF(1, 1);
    split_assignment a;
    split_explanation e;
    uint64_t hash;
    cr_assert_eq(split_assign(NULL, "k", 1, &a), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign(plan, "k", 1, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_explain(NULL, "k", 1, &e), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_explain(plan, "k", 1, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_gate(plan, "k", 1, &a, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_gate(NULL, "k", 1, &a, &(bool){false}), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_unit_hash(plan, "k", 1, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_unit_hash(NULL, "k", 1, &hash), SPLIT_ERR_ARG);
    split_plan_free(&plan, NULL);
}

Test(assign, an_override_wins_over_everything)
{
    const uint64_t w[2] = {100, 0};
    const split_override list[2] = {{"qa@example.com", 14, 1}, {"qa", 2, 1}};
    split_plan_options o = plan_options(w, 2);
    o.overrides = list;
    o.n_overrides = 2;
    o.coverage_e6 = 0;
    o.holdout_e6 = 100 * SPLIT_PERCENT;
    split_plan *plan = plan_or_die(&o);
    split_explanation e;
    cr_assert_eq(assigned(plan, "qa").variant, 1);
    cr_assert_eq(split_assign_explain(plan, "qa@example.com", 14, &e), 0);
    cr_assert(e.variant == 1 && e.reason == SPLIT_RULE_OVERRIDE && e.override_index == 0);
    cr_assert_eq(assigned(plan, "qb").reason, SPLIT_RULE_HOLDOUT);
    split_plan_free(&plan, NULL);
}

Test(assign, a_thousand_overrides_are_all_found_and_nobody_else)
{
    static char keys[SPLIT_OVERRIDES_MAX][16];
    static split_override list[SPLIT_OVERRIDES_MAX];
    const uint64_t w[2] = {100, 0};
    split_plan_options o = plan_options(w, 2);
    for (int i = 0; i < SPLIT_OVERRIDES_MAX; i++)
        list[i] = (split_override){keys[i], (size_t)snprintf(keys[i], 16, "user-%d", i), 1};
    o.overrides = list;
    o.n_overrides = SPLIT_OVERRIDES_MAX;
    split_plan *plan = plan_or_die(&o);
    for (int i = 0; i < 3 * SPLIT_OVERRIDES_MAX; i++) {
        char key[16];
        snprintf(key, sizeof key, "user-%d", i);
        cr_assert_eq(assigned(plan, key).variant, i < SPLIT_OVERRIDES_MAX, "%s", key);
    }
    split_plan_free(&plan, NULL);
}

Test(assign, holdout_and_coverage_keep_the_default_and_say_so)
{
    const uint64_t w[2] = {100, 0};
    unsigned n[8] = {0};
    split_plan_options o = plan_options(w, 2);
    o.default_variant = 1;
    o.coverage_e6 = 40 * SPLIT_PERCENT;
    o.holdout_e6 = 10 * SPLIT_PERCENT;
    split_plan *plan = plan_or_die(&o);
    for (int i = 0; i < 20000; i++) {
        char key[16];
        snprintf(key, sizeof key, "%d", i);
        split_assignment a = assigned(plan, key);
        cr_assert_eq(a.variant, a.reason == SPLIT_RULE_HASH ? 0 : 1);
        n[a.reason]++;
    }
    cr_assert_float_eq(n[SPLIT_RULE_HOLDOUT] / 20000.0, 0.10, 0.01);
    cr_assert_float_eq(n[SPLIT_RULE_COVERAGE] / 20000.0, 0.54, 0.015,
                       "60 %% of those not held out");
    cr_assert_float_eq(n[SPLIT_RULE_HASH] / 20000.0, 0.36, 0.015);
    split_plan_free(&plan, NULL);
}

Test(assign, gates_hash_the_name_with_their_own_words)
{
    const uint64_t w[2] = {1, 1};
    uint64_t coverage, holdout;
    split_explanation e;
    split_plan_options o = plan_options(w, 2);
    o.salt = "";
    split_plan *plain = plan_or_die(&o);
    o.salt = "x";
    o.coverage_e6 = 50 * SPLIT_PERCENT;
    o.holdout_e6 = 1;
    split_plan *plan = plan_or_die(&o);
    cr_assert_eq(split_assign_explain(plan, "alice", 5, &e), 0);
    cr_assert_eq(split_plan_unit_hash(plain, "test/coverage:alice", 19, &coverage), 0);
    cr_assert_eq(split_plan_unit_hash(plain, "test/holdout:alice", 18, &holdout), 0);
    cr_assert_eq(e.coverage_bucket, coverage & 0xfffff);
    cr_assert_eq(e.holdout_bucket, holdout & 0xfffff);
    split_plan_free(&plan, NULL);
    split_plan_free(&plain, NULL);
}

Test(assign, explain_agrees_with_assign_and_names_the_range)
{
    split_plan *first = PLAN_OF(10, 20, 30, 40), *plan = NULL;
    cr_assert_eq(
        split_plan_reweight_new(first, (const uint64_t[]){40, 10, 5, 45}, 4, NULL, &plan, NULL), 0);
    for (int i = 0; i < 5000; i++) {
        char key[16];
        split_explanation e;
        split_range r;
        size_t len = (size_t)snprintf(key, sizeof key, "k%d", i);
        split_assignment a = assigned(plan, key);
        cr_assert_eq(split_assign_explain(plan, key, len, &e), 0);
        cr_assert(e.variant == a.variant && e.bucket == a.bucket && e.reason == a.reason);
        cr_assert_eq(e.bucket, e.hash & 0xfffff);
        cr_assert_eq(split_plan_range(plan, e.range, &r), 0);
        cr_assert(memcmp(&r, &e.bounds, sizeof r) == 0 && r.start <= e.bucket && e.bucket < r.end);
        cr_assert(e.coverage_bucket == SPLIT_NO_BUCKET && e.holdout_bucket == SPLIT_NO_BUCKET);
        cr_assert_eq(e.override_index, SPLIT_NO_BUCKET);
    }
    split_plan_free(&plan, NULL);
    split_plan_free(&first, NULL);
}

Test(assign, many_gives_the_same_answers_and_counts_bad_keys)
{
    static const char keys[] = "alicebobcarol";
    const uint32_t offsets[] = {0, 5, 8, 8, 13, 14, 13, 0};
    uint16_t got[7];
    size_t n_bad = 0;
    const uint64_t w[3] = {1, 1, 1};
    split_plan_options o = plan_options(w, 3);
    o.default_variant = 2;
    for (int gated = 0; gated < 2; gated++) {
        o.coverage_e6 = gated ? 50 * SPLIT_PERCENT : 100 * SPLIT_PERCENT;
        split_plan *plan = plan_or_die(&o);
        cr_assert_eq(split_assign_many(plan, keys, 13, offsets, 7, got, &n_bad), 0);
        cr_assert_eq(got[0], assigned(plan, "alice").variant);
        cr_assert_eq(got[1], assigned(plan, "bob").variant);
        cr_assert_eq(got[3], assigned(plan, "carol").variant);
        cr_assert(got[2] == 2 && got[4] == 2 && got[5] == 2 && got[6] == 2,
                  "empty, outside, backwards");
        cr_assert_eq(n_bad, 4);
        split_plan_free(&plan, NULL);
    }
}

Test(assign, many_refuses_null_and_other_modes)
{
    const uint32_t offsets[2] = {0, 1};
    uint16_t got;
    const uint64_t w[2] = {1, 1};
    split_plan_options o = plan_options(w, 2);
    split_plan *plan = plan_or_die(&o);
    cr_assert_eq(split_assign_many(NULL, "k", 1, offsets, 1, &got, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_many(plan, NULL, 1, offsets, 1, &got, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_many(plan, "k", 1, NULL, 1, &got, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_many(plan, "k", 1, offsets, 1, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_many(plan, NULL, 0, offsets, 0, &got, NULL), 0);
    split_plan_free(&plan, NULL);
    o.mode = SPLIT_MODE_RANDOM;
    plan = plan_or_die(&o);
    cr_assert_eq(split_assign_many(plan, "k", 1, offsets, 1, &got, NULL), SPLIT_ERR_MODE);
    split_plan_free(&plan, NULL);
}

Test(assign, each_gives_the_same_answers_and_counts_bad_keys)
{
    static const char long_key[4097] = "long";
    static const char *const keys[] = {"alice", "", "bob", NULL, long_key, long_key};
    static const size_t lens[] = {5, 0, 3, 3, 4096, 4097};
    uint16_t got[6];
    size_t n_bad = 0;
    const uint64_t w[3] = {1, 1, 1};
    split_plan_options o = plan_options(w, 3);
    o.default_variant = 2;
    for (int way = 0; way < 3; way++) {
        o.coverage_e6 = way == 1 ? 50 * SPLIT_PERCENT : 100 * SPLIT_PERCENT;
        o.salt = way == 2 ? "" : NULL;
        split_plan *plan = plan_or_die(&o);
        split_assignment a = {0};
        cr_assert_eq(split_assign_each(plan, keys, lens, 6, got, &n_bad), 0);
        cr_assert_eq(got[0], assigned(plan, "alice").variant);
        cr_assert_eq(got[2], assigned(plan, "bob").variant);
        cr_assert_eq(split_assign(plan, long_key, 4096, &a), 0);
        cr_assert_eq(got[4], a.variant);
        cr_assert(got[1] == 2 && got[3] == 2 && got[5] == 2, "empty, NULL, too long");
        cr_assert_eq(n_bad, 3);
        split_plan_free(&plan, NULL);
    }
}

Test(assign, each_refuses_null_and_other_modes)
{
    const char *key = "k";
    const size_t len = 1;
    uint16_t got;
    const uint64_t w[2] = {1, 1};
    split_plan_options o = plan_options(w, 2);
    split_plan *plan = plan_or_die(&o);
    cr_assert_eq(split_assign_each(NULL, &key, &len, 1, &got, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_each(plan, NULL, &len, 1, &got, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_each(plan, &key, NULL, 1, &got, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_each(plan, &key, &len, 1, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_each(plan, &key, &len, 0, &got, NULL), 0);
    split_plan_free(&plan, NULL);
    o.mode = SPLIT_MODE_RANDOM;
    plan = plan_or_die(&o);
    cr_assert_eq(split_assign_each(plan, &key, &len, 1, &got, NULL), SPLIT_ERR_MODE);
    split_plan_free(&plan, NULL);
}

Test(assign, sticky_calls_refuse_plans_that_draw)
{
    const uint64_t w[2] = {1, 1};
    split_assignment a;
    split_explanation e;
    split_plan_options o = plan_options(w, 2);
    o.mode = SPLIT_MODE_EVEN;
    split_plan *plan = plan_or_die(&o);
    cr_assert_eq(split_assign(plan, "k", 1, &a), SPLIT_ERR_MODE);
    cr_assert_eq(split_assign_explain(plan, "k", 1, &e), SPLIT_ERR_MODE);
    split_plan_free(&plan, NULL);
}

Test(assign, gate_decides_for_overrides_in_any_mode_and_leaves_the_rest)
{
    const uint64_t w[2] = {1, 1};
    const split_override qa = {"qa", 2, 1};
    split_assignment a = {9, 9, 9};
    bool decided = true;
    split_plan_options o = plan_options(w, 2);
    o.mode = SPLIT_MODE_RANDOM;
    split_plan *plan = plan_or_die(&o);
    cr_assert_eq(split_assign_gate(plan, "bob", 3, &a, &decided), 0);
    cr_assert(!decided && a.variant == 9);
    split_plan_free(&plan, NULL);
    o.overrides = &qa;
    o.n_overrides = 1;
    plan = plan_or_die(&o);
    cr_assert_eq(split_assign_gate(plan, "bob", 3, &a, &decided), 0);
    cr_assert(!decided && a.variant == 9);
    cr_assert_eq(split_assign_gate(plan, "qa", 2, &a, &decided), 0);
    cr_assert(decided && a.variant == 1 && a.reason == SPLIT_RULE_OVERRIDE);
    split_plan_free(&plan, NULL);
}

Test(assign, reason_names_are_those_of_documents)
{
    const char *const names[] = {"hash",    "override", "holdout", "coverage",
                                 "default", "random",   "even",    "stored"};
    for (uint32_t i = 0; i < 8; i++)
        cr_assert_str_eq(split_rule_name((int)i), names[i]);
    cr_assert_str_eq(split_rule_name(8), "?");
}
