/* SPDX-License-Identifier: MIT */
/* Documents and measurements do not change with the host's locale. */
#include <cJSON.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "comma_locale.h"
#include "net/base/decimal.h"
#include "split/lines.h"
#include "split/net.h"
#include "split/source.h"

static bool has_comma;

static void
begin(void)
{
    char half[16];
    has_comma = comma_locale_begin();
    snprintf(half, sizeof half, "%.1f", 0.5);
    if (has_comma)
        cr_assert_str_eq(half, "0,5");
}

TestSuite(locale, .init = begin, .fini = comma_locale_end);

#define NEED_COMMA                                                                                 \
    if (!has_comma)                                                                                \
    cr_skip_test("no locale with a comma; Debian's package locales has it")

Test(locale, numbers_of_peers_have_a_point)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0.5", 0.5}, {"-1.25e-3", -1.25e-3}, {"1e3", 1000}, {"7", 7},
                {".5", 0.5},  {"+Inf", INFINITY}};
    static const char *const bad[] = {"",     "0,5",   "1.2.3", "1 ",      " 1",
                                      "0.5x", "0x1p3", ".",     "1,000.5", "--1"};
    double value;
    NEED_COMMA;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        cr_expect(split__decimal_read(good[i].text, &value) && value == good[i].value, "%s",
                  good[i].text);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_not(split__decimal_read(bad[i], &value), "'%s'", bad[i]);
    cr_expect(split__decimal_read("NaN", &value) && isnan(value));
}

Test(locale, numbers_for_peers_have_a_point)
{
    char text[64];
    NEED_COMMA;
    split__decimal_print(12.5, text, sizeof text);
    cr_expect_str_eq(text, "12.5");
    split__decimal_print(50, text, sizeof text);
    cr_expect_str_eq(text, "50");
    split__decimal_print(-1.5e-9, text, sizeof text);
    cr_expect_str_eq(text, "-1.5e-09");
}

Test(locale, an_exposition_is_read)
{
    static const char text[] = "a_total{le=\"0.25\"} 1.5e1\n";
    split_exposition exposition = {.at = text, .end = text + sizeof text - 1};
    split_sample sample;
    NEED_COMMA;
    cr_assert(split_sample_next(&exposition, &sample));
    cr_expect_eq(sample.value, 15);
}

Test(locale, a_decision_is_json)
{
    static const char policy_text[] =
        "{\"schema\":1,\"split\":{\"name\":\"s\",\"variants\":[{\"name\":\"new\",\"weight\":10},"
        "{\"name\":\"old\",\"weight\":90}],\"default\":\"old\"},\"origins\":{\"new\":{\"url\":"
        "\"http://"
        "a\"},\"old\":{\"url\":\"http://b\"}},"
        "\"metrics\":[{\"name\":\"e\",\"kind\":\"error\",\"target\":\"< 1.5%\",\"warning\":\"> "
        "1.5%\",\"critical\":\"> 5%\"}],"
        "\"rollout\":{\"variant\":\"new\",\"baseline\":\"old\",\"phases\":[{\"percent\":12.5,"
        "\"bake\":\"1h\"}]}}";
    static split_rollout_decision decision;
    static split_window window;
    static char text[SPLIT_LINE_BYTES];
    split_policy *policy = NULL;
    split_rollout *rollout = NULL;
    split_rollout_options options;
    split_error fault = {.size = sizeof fault};
    NEED_COMMA;
    int err =
        split_policy_load(policy_text, sizeof policy_text - 1, NULL, &fault, 1, NULL, &policy);
    cr_assert_eq(err, 0, "%s %s", fault.path, fault.text);
    cr_assert_eq(split_policy_rollout_options(policy, &options), 0);
    cr_assert_eq(split_rollout_new(&options, NULL, &rollout), 0);
    split_window_init(&window, 1, 0);
    cr_assert_eq(split_arm_set(&window.arm, SPLIT_COUNTER_OUTCOMES, 100), 0);
    cr_assert_eq(split_arm_set(&window.arm, SPLIT_COUNTER_ERROR, 3), 0);
    cr_assert_eq(split_rollout_step(rollout, &window, &decision), 0);
    cr_assert_eq(split_decision_write(rollout, &decision, text, sizeof text, NULL), 0);
    cJSON *read = cJSON_Parse(text);
    cr_expect_not_null(read, "%s", text);
    cJSON_Delete(read);
    split_rollout_free(&rollout, NULL);
    split_policy_free(&policy, NULL);
}
