/* SPDX-License-Identifier: MIT */
/*
 * Numbers and durations of documents are exact: the oracle builds the text from a known count of millionths or microseconds,
 * so it needs no parser. SPLIT_TEST_SEED replays a seed.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/document/clock_text.h"
#include "policy/document/number.h"

static uint64_t state;

static void
seed(void)
{
    const char *given = getenv("SPLIT_TEST_SEED");
    state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    fprintf(stderr, "SPLIT_TEST_SEED=%" PRIu64 "\n", state);
}

TestSuite(policy_number, .init = seed);

static uint64_t
draw(uint64_t below)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

/* A number of up to 12 digits before the point, small ones as often as large ones. */
static uint64_t
draw_micros(void)
{
    static const uint64_t below[] = {10, 1000000, 100000000, UINT64_C(1000000000000),
                                     UINT64_C(1000000000000000000)};
    return draw(below[draw(5)]);
}

Test(policy_number, json_numbers_are_read_to_the_last_millionth)
{
    for (int i = 0; i < 300000; i++) {
        char text[64], zeros[8] = "000000";
        uint64_t micros = draw_micros(), out = 0;
        zeros[draw(5)] = '\0';
        int n = snprintf(text, sizeof text, "%" PRIu64 ".%06" PRIu64 "%s", micros / 1000000,
                         micros % 1000000, zeros);
        cr_assert_eq(split__number_scaled(text, (size_t)n, 6, &out), NUMBER_OK, "%s", text);
        cr_assert_eq(out, micros, "%s", text);
    }
}

Test(policy_number, exponents_move_the_point_exactly)
{
    for (int i = 0; i < 300000; i++) {
        char text[64];
        uint64_t digits = draw(1000000), out = 0, wanted = digits;
        int shift = (int)draw(13) - 6;
        int n = snprintf(text, sizeof text, "%" PRIu64 "%c%s%d", digits, draw(2) ? 'e' : 'E',
                         shift >= 0 && draw(2) ? "+" : "", shift);
        for (int k = 0; k < shift + 6; k++)
            wanted *= 10;
        cr_assert_eq(split__number_scaled(text, (size_t)n, 6, &out), NUMBER_OK, "%s", text);
        cr_assert_eq(out, wanted, "%s", text);
    }
}

Test(policy_number, a_seventh_decimal_is_refused_and_never_rounded)
{
    for (int i = 0; i < 100000; i++) {
        char text[80];
        uint64_t out = 77;
        int n = snprintf(text, sizeof text, "%" PRIu64 ".%06" PRIu64 "%" PRIu64, draw(1000000000),
                         draw(1000000), 1 + draw(9));
        cr_assert_eq(split__number_scaled(text, (size_t)n, 6, &out), NUMBER_FINE, "%s", text);
        cr_assert_eq(out, 77);
    }
}

Test(policy_number, extremes_are_told_apart)
{
    static const struct {
        const char *text;
        number_fault fault;
    } cases[] = {{"1e400", NUMBER_BIG},
                 {"1e-400", NUMBER_FINE},
                 {"0e999999999999", NUMBER_OK},
                 {"-0", NUMBER_OK},
                 {"-1", NUMBER_NEGATIVE},
                 {"18446744073709.551615", NUMBER_OK},
                 {"18446744073709.551616", NUMBER_BIG},
                 {"99999999999999999999999999999999", NUMBER_BIG},
                 {"0.00000000000000000000000000000000001", NUMBER_FINE},
                 {"123456789012345678901.0000001", NUMBER_FINE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t out;
        cr_assert_eq(split__number_scaled(cases[i].text, strlen(cases[i].text), 6, &out),
                     cases[i].fault, "%s", cases[i].text);
    }
}

Test(policy_number, durations_go_to_text_and_back)
{
    for (int i = 0; i < 300000; i++) {
        char text[NUMBER_TEXT_BYTES];
        static const uint64_t units[] = {
            1, 1000, 1000000, 60000000, UINT64_C(3600000000), UINT64_C(86400000000)};
        uint64_t unit = units[draw(6)];
        split_us us = (split_us)(draw(UINT64_C(315360000000000) / unit + 1) * unit), back = -1;
        split__number_duration_text(us, text);
        cr_assert_eq(split__number_duration(text, strlen(text), &back), NUMBER_OK, "%s", text);
        cr_assert_eq(back, us, "%s", text);
    }
}

Test(policy_number, durations_with_decimals_are_exact)
{
    static const struct {
        const char *name;
        uint64_t us;
        int decimals;
    } units[] = {{"ms", 1000, 3},
                 {"s", 1000000, 6},
                 {"m", 60000000, 6},
                 {"h", UINT64_C(3600000000), 6},
                 {"d", UINT64_C(86400000000), 6}};
    for (int i = 0; i < 300000; i++) {
        char text[64];
        int u = (int)draw(5);
        uint64_t one = units[u].decimals == 3 ? 1000 : 1000000, whole = draw(3650),
                 part = draw(one);
        split_us out = -1;
        snprintf(text, sizeof text, "%" PRIu64 ".%0*" PRIu64 "%s", whole, units[u].decimals, part,
                 units[u].name);
        cr_assert_eq(split__number_duration(text, strlen(text), &out), NUMBER_OK, "%s", text);
        cr_assert_eq((uint64_t)out, whole * units[u].us + part * (units[u].us / one), "%s", text);
    }
}

Test(policy_number, instants_go_to_text_and_back)
{
    for (int i = 0; i < 300000; i++) {
        char text[NUMBER_TEXT_BYTES];
        split_us us = (split_us)draw(NUMBER_TIME_MAX + 1), back = -1;
        us -= draw(2) ? us % 1000000 : 0;
        split__number_time_text(us, text);
        cr_assert(split__number_time(text, strlen(text), &back), "%s", text);
        cr_assert_eq(back, us, "%s", text);
        time_t seconds = (time_t)(us / 1000000);
        struct tm tm;
        char wanted[32];
        cr_assert_not_null(gmtime_r(&seconds, &tm));
        strftime(wanted, sizeof wanted, "%Y-%m-%dT%H:%M:%S", &tm);
        cr_assert_eq(strncmp(text, wanted, 19), 0, "%s instead of %s", text, wanted);
    }
}
