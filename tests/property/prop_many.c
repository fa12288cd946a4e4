/* SPDX-License-Identifier: MIT */
/* Ten million random keys through split_assign, split_assign_many and split_assign_each: not one differs.
 * SPLIT_TEST_KEYS=N for another N. */
#include <criterion/criterion.h>
#include <string.h>

#include "plans.h"

#define BLOCK 100000
#define LONGEST 60

static char keys[BLOCK * LONGEST];
static uint32_t offsets[BLOCK + 1];
static const char *at[BLOCK];
static size_t lens[BLOCK];
static uint16_t got[BLOCK], got_each[BLOCK];

static void
fill(uint64_t *seed)
{
    for (size_t i = 0; i < BLOCK; i++) {
        uint64_t r = test_random(seed);
        size_t len = 1 + r % LONGEST;
        at[i] = keys + offsets[i];
        lens[i] = len;
        offsets[i + 1] = offsets[i] + (uint32_t)len;
        for (size_t done = 0; done < len; done += 8) {
            uint64_t word = test_random(seed);
            memcpy(keys + offsets[i] + done, &word, len - done < 8 ? len - done : 8);
        }
    }
}

Test(prop_many, many_is_assign_for_ten_million_keys, .timeout = 600)
{
    const char *text = getenv("SPLIT_TEST_KEYS");
    const uint64_t n = text != NULL ? strtoull(text, NULL, 0) : 10000000;
    uint64_t seed = test_seed("prop_many", 29), checked = 0, weights[40];
    for (size_t block = 0; checked < n; block++) {
        split_plan_options o = plan_options(weights, 1 + block % 40);
        static const char *const salts[] = {"", "s", "seven77", "checkout-new",
                                            "a-salt-of-more-than-thirty-two-bytes.2026"};
        for (size_t v = 0; v < o.n_variants; v++)
            weights[v] = 1 + test_random(&seed) % 1000;
        o.salt = salts[block % 5];
        o.coverage_e6 = block % 10 == 7 ? 30 * SPLIT_PERCENT : 100 * SPLIT_PERCENT;
        split_plan *plan = plan_or_die(&o);
        size_t n_bad = 99, n_wrong = 0;
        fill(&seed);
        cr_assert_eq(split_assign_many(plan, keys, sizeof keys, offsets, BLOCK, got, &n_bad), 0);
        cr_assert_eq(split_assign_each(plan, at, lens, BLOCK, got_each, NULL), 0);
        for (size_t i = 0; i < BLOCK; i++) {
            split_assignment a = {UINT32_MAX, 0, 0};
            int err = split_assign(plan, keys + offsets[i], offsets[i + 1] - offsets[i], &a);
            n_wrong += err != 0 || a.variant != got[i] || a.variant != got_each[i];
        }
        cr_assert(n_wrong == 0 && n_bad == 0, "block %zu: %zu differ, %zu bad", block, n_wrong,
                  n_bad);
        checked += BLOCK;
        split_plan_free(&plan, NULL);
    }
    fprintf(stderr, "%llu keys, 0 differences\n", (unsigned long long)checked);
}
