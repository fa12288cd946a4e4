/* SPDX-License-Identifier: MIT */
/* Statistics of the hash and its buckets, with fixed seeds: uniformity, independence of salts,
 * accuracy of shares. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "plans.h"

#define CELLS 1024
#define N_KEYS 500000

typedef size_t key_fn(char *out, uint64_t i);

static size_t
sequential(char *out, uint64_t i)
{
    return (size_t)sprintf(out, "%llu", (unsigned long long)i);
}

static size_t
uuid(char *out, uint64_t i)
{
    uint64_t state = i * 0x9e3779b97f4a7c15U + 1, a = test_random(&state), b = test_random(&state);
    return (size_t)sprintf(out, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
                           (unsigned)(a >> 16) & 0xffff, (unsigned)a & 0xfff,
                           0x8000 | ((unsigned)(b >> 48) & 0x3fff),
                           (unsigned long long)b & 0xffffffffffff);
}

static size_t
email(char *out, uint64_t i)
{
    static const char *const hosts[] = {"example.com", "mail.example.org", "example.net"};
    return (size_t)sprintf(out, "first.last%llu@%s", (unsigned long long)i / 3, hosts[i % 3]);
}

/* 256 names that differ in the last byte only, for each of many stems. */
static size_t
last_byte(char *out, uint64_t i)
{
    size_t n = (size_t)sprintf(out, "customer-of-the-shop-%llu-", (unsigned long long)i / 256);
    out[n] = (char)(i % 256);
    return n + 1;
}

static split_plan *
salted(const char *salt, const uint64_t *weights, size_t n)
{
    split_plan_options o = plan_options(weights, n);
    o.salt = salt;
    return plan_or_die(&o);
}

static uint32_t
bucket_of(const split_plan *plan, const char *key, size_t len)
{
    split_assignment a;
    cr_assert_eq(split_assign(plan, key, len, &a), 0);
    return a.bucket;
}

/* Standard deviations by which a chi-square statistic is off its mean (Wilson-Hilferty). */
static double
chi_square_z(const unsigned *counts, size_t n_cells, double expected)
{
    double sum = 0, df = (double)n_cells - 1;
    for (size_t c = 0; c < n_cells; c++)
        sum += (counts[c] - expected) * (counts[c] - expected) / expected;
    return (cbrt(sum / df) - (1 - 2 / (9 * df))) / sqrt(2 / (9 * df));
}

static void
expect_uniform(const char *family, key_fn *make, const char *salt)
{
    static unsigned high[CELLS], low[CELLS];
    const uint64_t weights[2] = {1, 1};
    split_plan *plan = salted(salt, weights, 2);
    memset(high, 0, sizeof high);
    memset(low, 0, sizeof low);
    for (uint64_t i = 0; i < N_KEYS; i++) {
        char key[80];
        uint32_t bucket = bucket_of(plan, key, make(key, i));
        high[bucket >> 10]++;
        low[bucket & 1023]++;
    }
    double z_high = chi_square_z(high, CELLS, (double)N_KEYS / CELLS);
    double z_low = chi_square_z(low, CELLS, (double)N_KEYS / CELLS);
    cr_log_info("%s, salt \"%s\": z = %.2f and %.2f", family, salt, z_high, z_low);
    cr_assert(fabs(z_high) < 4 && fabs(z_low) < 4, "%s, salt \"%s\": z = %.2f and %.2f", family,
              salt, z_high, z_low);
    split_plan_free(&plan, NULL);
}

Test(prop_uniform, buckets_of_every_key_family_are_uniform)
{
    static const char *const salts[] = {"", "checkout", "intelligent-search"};
    for (size_t s = 0; s < 3; s++) {
        expect_uniform("sequential numbers", sequential, salts[s]);
        expect_uniform("UUIDs", uuid, salts[s]);
        expect_uniform("e-mail addresses", email, salts[s]);
        expect_uniform("names that differ in the last byte", last_byte, salts[s]);
    }
}

/* 20 salts, each against each: an 8 by 8 table of where a user is in one split and in the other. */
Test(prop_uniform, splits_with_different_salts_are_independent)
{
    enum { N_SALTS = 20, N = 40000 };
    static uint8_t cell[N_SALTS][N];
    const uint64_t weights[2] = {1, 1};
    for (size_t s = 0; s < N_SALTS; s++) {
        char salt[16], key[80];
        snprintf(salt, sizeof salt, "salt-%zu", s);
        split_plan *plan = salted(salt, weights, 2);
        for (uint64_t i = 0; i < N; i++)
            cell[s][i] = (uint8_t)(bucket_of(plan, key, sequential(key, i)) >> 17);
        split_plan_free(&plan, NULL);
    }
    for (size_t a = 0; a < N_SALTS; a++) {
        for (size_t b = 0; b < a; b++) {
            unsigned counts[64] = {0};
            for (size_t i = 0; i < N; i++)
                counts[cell[a][i] * 8 + cell[b][i]]++;
            double z = chi_square_z(counts, 64, N / 64.0);
            cr_assert(fabs(z) < 4.5, "salts %zu and %zu: z = %.2f", a, b, z);
        }
    }
}

Test(prop_uniform, shares_are_accurate_within_sampling_error)
{
    static const double percents[] = {0.1, 1, 5, 10, 33.3, 50, 90, 99, 99.9};
    for (size_t p = 0; p < sizeof percents / sizeof percents[0]; p++) {
        const uint64_t part = (uint64_t)(percents[p] * 1e6 + 0.5),
                       weights[2] = {part, 100000000 - part};
        split_plan *plan = salted(NULL, weights, 2);
        unsigned n = 0;
        for (uint64_t i = 0; i < N_KEYS; i++) {
            char key[80];
            n += bucket_of(plan, key, uuid(key, i)) < split_plan_buckets(plan, 0);
        }
        double share = percents[p] / 100, sd = sqrt(share * (1 - share) * N_KEYS);
        cr_assert(fabs(n - share * N_KEYS) < 4 * sd, "%g %%: %u of %d", percents[p], n, N_KEYS);
        split_plan_free(&plan, NULL);
    }
}
