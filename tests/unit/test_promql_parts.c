/* SPDX-License-Identifier: MIT */
/* Answers of the Prometheus API, taken apart: recorded ones, cut ones, damaged ones. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/promql/counts.h"

static size_t
recorded(const char *name, char text[4096])
{
    char path[512];
    snprintf(path, sizeof path, "%s/promql/%s", SOURCE_VECTORS, name);
    FILE *f = fopen(path, "rb");
    cr_assert_not_null(f);
    size_t n = fread(text, 1, 4095, f);
    fclose(f);
    cr_assert_gt(n, 40);
    return n;
}

Test(promql_parts, a_recorded_vector_has_its_labels_and_values)
{
    static const char *const proxies[] = {"be_legacy", "be_new"};
    static const int values[] = {0, 0, 7237, 743, 0, 0, 0, 0, 17, 3, 0, 0};
    char text[4096];
    promql_answer a;
    promql_sample s;
    bool good;
    int n = 0;
    cr_assert(split__promql_answer_read(&a, text, recorded("prom_query_vector.json", text)));
    cr_expect_str_eq(a.kind, "vector");
    for (; split__promql_answer_next(&a, &s, &good); n++) {
        cr_assert(good && n < 12);
        cr_expect_str_eq(split__promql_label(&s, "proxy"), proxies[n % 2]);
        cr_expect(s.value > values[n] - 0.5 && s.value < values[n] + 0.5);
        cr_expect(s.at > 1795394761.8 && s.at < 1795394761.9);
        cr_expect_null(split__promql_label(&s, "instance"));
    }
    cr_expect_eq(n, 12);
    split__promql_answer_free(&a);
}

Test(promql_parts, a_recorded_error_rate_is_read_to_the_last_digit)
{
    char text[4096];
    promql_answer a;
    promql_sample s;
    bool good;
    cr_assert(split__promql_answer_read(&a, text, recorded("prom_query_error_rate.json", text)));
    cr_assert(split__promql_answer_next(&a, &s, &good) && good);
    cr_expect(fabs(s.value - 0.003740648379052369) < 1e-18);
    split__promql_answer_free(&a);
}

/* Everything that is done with an answer, whatever it holds. */
static void
use(const char *text, size_t n)
{
    static promql_look look;
    promql_query q = {.n = 2, .is_histogram = {true}};
    promql_answer a;
    promql_sample s;
    bool good;
    look = (promql_look){0};
    if (split__promql_answer_read(&a, text, n)) {
        cr_expect((a.kind == NULL) == (a.error != NULL));
        while (split__promql_answer_next(&a, &s, &good))
            if (good)
                (void)split__promql_look_add(&look, &q, &s);
        cr_expect(split__promql_table_close(&look.table));
    }
    split__promql_answer_free(&a);
    split__promql_table_free(&look.table);
}

Test(promql_parts, cut_and_damaged_answers_do_no_harm)
{
    static const char slots[] =
        "{\"status\":\"success\",\"warnings\":[\"w\"],\"data\":{\"resultType\":\"vector\","
        "\"result\":["
        "{\"metric\":{\"instance\":\"a\",\"le\":\"0.1\",\"split_slot\":\"0\"},\"value\":[1.5,\"7\"]"
        "},"
        "{\"metric\":{\"instance\":\"a\",\"split_slot\":\"3\"},\"value\":[1.5,\"1e3\"]},"
        "{\"metric\":{\"split_slot\":\"t2\"},\"value\":[1.5,\"1.25\"]}]}}";
    const char *seed_text = getenv("SPLIT_TEST_SEED");
    unsigned seed = seed_text != NULL ? (unsigned)strtoul(seed_text, NULL, 10) : 20261123;
    char text[sizeof slots];
    printf("seed %u\n", seed);
    for (size_t n = 0; n < sizeof slots; n++)
        use(slots, n);
    srand(seed);
    for (int i = 0; i < 20000; i++) {
        memcpy(text, slots, sizeof text);
        for (int k = rand() % 4; k >= 0; k--)
            text[(size_t)rand() % (sizeof text - 1)] =
                (char)(rand() % 3 == 0 ? rand() : "{}[]\",:0t"[rand() % 9]);
        use(text, sizeof text - 1);
    }
}
