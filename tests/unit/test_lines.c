/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "counting_alloc.h"
#include "policy_text.h"
#include "split/lines.h"

static const char full[] = POLICY_FULL;
static split_lines *lines;
static split_line line;
static split_error error = {.size = sizeof error};
static char text[SPLIT_LINE_BYTES];

static int
read_line(const char *one)
{
    error = (split_error){.size = sizeof error};
    return split_lines_read(lines, one, strlen(one), &line, &error);
}

static void
start(void)
{
    char first[6000];
    cr_assert_eq(split_lines_new(NULL, NULL, &lines), SPLIT_OK);
    snprintf(first, sizeof first, "{\"policy\": %s}\n", full);
    int err = read_line(first);
    cr_assert_eq(err, SPLIT_OK, "%s %s", error.path, error.text);
    cr_assert_eq(line.kind, SPLIT_LINE_POLICY);
}

static void
stop(void)
{
    split_lines_free(&lines, NULL);
    cr_assert_null(lines);
}

TestSuite(lines, .init = start, .fini = stop);

static void
refuses(const char *one, int code, const char *path)
{
    int err = read_line(one);
    cr_assert_eq(err, code, "%s gives %s: %s %s", one, split_errname(err), error.path, error.text);
    cr_assert_str_eq(error.path, path);
    cr_assert_eq(error.code, code);
}

Test(lines, first_brings_the_policy)
{
    cr_assert_str_eq(split_policy_name(split_lines_policy(lines)), "search");
    refuses("{\"policy\":{}}", SPLIT_ERR_MODE, "$");
}

Test(lines, reads_a_window_with_every_counter)
{
    int err = read_line("{\"id\":17,\"start\":\"2026-11-23T00:17:00Z\",\"share_ppm\":110000,\"arms\":{\"new\":{\"sent\":600,"
                        "\"outcomes\":599,\"error\":3,\"timed\":598,\"latency_over\":{\"p95\":[18,3,0]},\"lookups\":600,\"misses\":78,"
                        "\"edge_requests\":601,\"edge_5xx\":0,\"units\":7,\"diverted\":1,\"left_out\":2,\"user_errors\":4,"
                        "\"ratios\":{\"good\":[9,90]}},\"old\":{\"sent\":5400}},\"expect\":{\"decision\":\"HOLD\"},\"x-note\":1}\n");
    cr_assert_eq(err, SPLIT_OK, "%s %s", error.path, error.text);
    const split_window *w = &line.window;
    cr_assert_eq(line.kind, SPLIT_LINE_WINDOW);
    cr_assert(w->id == 17 && w->start_us == INT64_C(1795393020000000) && w->share_ppm == 110000 && w->has_baseline);
    cr_assert_eq(w->arm.present, (1u << SPLIT_COUNTER_COUNT) - 1);
    cr_assert_eq(split_arm_get(&w->arm, SPLIT_COUNTER_MISSES), 78);
    cr_assert_eq(split_arm_get(&w->arm, SPLIT_COUNTER_USER_ERRORS), 4);
    cr_assert_eq(w->arm.over_present, 2, "p95 is metric 1");
    cr_assert(w->arm.over[3] == 18 && w->arm.over[4] == 3 && w->arm.over[5] == 0);
    cr_assert_eq(w->arm.ratio_present, 4);
    cr_assert(w->arm.ratio[4] == 9 && w->arm.ratio[5] == 90);
    cr_assert_eq(w->baseline.present, 1u << SPLIT_COUNTER_SENT);
}

Test(lines, absent_share_is_the_phases_and_absent_arm_reports_nothing)
{
    cr_assert_eq(read_line("{\"id\":1,\"start\":\"2026-11-23T00:17:00.5Z\",\"arms\":{}}"), SPLIT_OK);
    cr_assert_eq(line.window.share_ppm, -1);
    cr_assert_eq(line.window.arm.present, 0);
    cr_assert(!line.window.has_baseline);
    cr_assert_eq(line.window.start_us % 1000000, 500000);
}

Test(lines, impossible_counts_are_left_to_the_rollout)
{
    cr_assert_eq(read_line("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"new\":{\"sent\":-5}}}"), SPLIT_OK);
    cr_assert_eq(line.window.arm.counts[SPLIT_COUNTER_SENT], -5);
}

Test(lines, refuses_what_is_no_window)
{
    refuses("{\"id\":1,\"arms\":{}}", SPLIT_ERR_FIELD, "$.start");
    refuses("{\"id\":1.5,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{}}", SPLIT_ERR_VALUE, "$.id");
    refuses("{\"id\":1,\"start\":\"today\",\"arms\":{}}", SPLIT_ERR_VALUE, "$.start");
    refuses("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"newer\":{}}}", SPLIT_ERR_NAME, "$.arms.newer");
    refuses("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"new\":{\"snet\":1}}}", SPLIT_ERR_FIELD, "$.arms.new.snet");
    refuses("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"new\":{\"sent\":\"1\"}}}", SPLIT_ERR_FIELD, "$.arms.new.sent");
    refuses("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"new\":{\"sent\":99999999999999999999}}}", SPLIT_ERR_VALUE,
            "$.arms.new.sent");
    refuses("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"new\":{\"latency_over\":{\"p95\":[1,2]}}}}", SPLIT_ERR_LIMIT,
            "$.arms.new.latency_over.p95");
    refuses("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"new\":{\"latency_over\":{\"p99\":[1,2,3]}}}}", SPLIT_ERR_NAME,
            "$.arms.new.latency_over.p99");
    refuses("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"new\":{\"ratios\":{\"p95\":[1,2]}}}}", SPLIT_ERR_NAME,
            "$.arms.new.ratios.p95");
    refuses("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"share_ppm\":1000001,\"arms\":{}}", SPLIT_ERR_VALUE, "$.share_ppm");
    refuses("{\"id\":1,\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{}}", SPLIT_ERR_FIELD, "$.id");
    refuses("{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{},\"extra\":1}", SPLIT_ERR_FIELD, "$.extra");
    refuses("{\"id\":1", SPLIT_ERR_JSON, "$");
    refuses("{\"x-a\":\"\xff\"}", SPLIT_ERR_TEXT, "$.x-a");
    refuses("{\"x-\xff\":\"\xff\"}", SPLIT_ERR_TEXT, "$");
    refuses("[1]", SPLIT_ERR_FIELD, "$");
}

Test(lines, reads_and_writes_an_operator)
{
    static const char one[] = "{\"at\":\"2026-11-23T00:20:30Z\",\"do\":\"skip-wait\",\"who\":\"ops \\\"a\\\"\",\"why\":\"sale\"}";
    size_t len;
    cr_assert_eq(read_line(one), SPLIT_OK);
    cr_assert_eq(line.kind, SPLIT_LINE_OPERATOR);
    cr_assert(line.operation.action == SPLIT_ACTION_SKIP_WAIT && strcmp(line.operation.who, "ops \"a\"") == 0);
    cr_assert_eq(split_operator_write(&line.operation, text, sizeof text, &len), SPLIT_OK);
    cr_assert_str_eq(text, one);
    cr_assert_eq(len, strlen(one));
    refuses("{\"at\":\"2026-11-23T00:20:30Z\",\"do\":\"stop\"}", SPLIT_ERR_VALUE, "$.do");
    refuses("{\"do\":\"pause\"}", SPLIT_ERR_FIELD, "$.at");
    line.operation.action = (split_action)99;
    cr_assert_eq(split_operator_write(&line.operation, text, sizeof text, NULL), SPLIT_ERR_VALUE);
    cr_assert_eq(split_operator_write(NULL, text, sizeof text, NULL), SPLIT_ERR_ARG);
    line.operation = (split_operator){.at_us = -1};
    cr_assert_eq(split_operator_write(&line.operation, text, sizeof text, NULL), SPLIT_ERR_VALUE);
    line.operation.at_us = 0;
    cr_assert_eq(split_operator_write(&line.operation, text, 20, NULL), SPLIT_ERR_SPACE);
}

Test(lines, a_written_window_reads_back_equal)
{
    split_window w;
    size_t len;
    split_window_init(&w, 5, INT64_C(1795393020000000));
    w.share_ppm = 250000;
    w.has_baseline = true;
    split_arm_clear(&w.arm);
    split_arm_clear(&w.baseline);
    for (int i = 0; i < SPLIT_COUNTER_COUNT; i++)
        cr_assert_eq(split_arm_set(&w.arm, (split_counter)i, SPLIT_COUNT_MAX - i), SPLIT_OK);
    cr_assert_eq(split_arm_set_over(&w.arm, 1, 30, 20, 10), SPLIT_OK);
    cr_assert_eq(split_arm_set_ratio(&w.baseline, 2, 1, 2), SPLIT_OK);
    cr_assert_eq(split_window_write(split_lines_policy(lines), &w, text, sizeof text, &len), SPLIT_OK);
    cr_assert_eq(len, strlen(text));
    cr_assert_eq(read_line(text), SPLIT_OK, "%s %s", error.path, error.text);
    cr_assert_eq(memcmp(&line.window.arm, &w.arm, sizeof w.arm), 0, "%s", text);
    cr_assert_eq(memcmp(&line.window.baseline, &w.baseline, sizeof w.baseline), 0);
    cr_assert(line.window.id == 5 && line.window.start_us == w.start_us && line.window.share_ppm == 250000);
    for (size_t room = 0; room <= len; room++)
        cr_assert_eq(split_window_write(split_lines_policy(lines), &w, text, room, NULL), SPLIT_ERR_SPACE);
    cr_assert_eq(split_window_write(split_lines_policy(lines), &w, text, len + 1, NULL), SPLIT_OK);
    w.start_us = -1;
    cr_assert_eq(split_window_write(split_lines_policy(lines), &w, text, sizeof text, NULL), SPLIT_ERR_VALUE);
    cr_assert_eq(split_window_write(NULL, &w, text, sizeof text, NULL), SPLIT_ERR_ARG);
}

Test(lines, writes_a_decision_in_the_documents_form)
{
    split_rollout_options o;
    split_rollout *rollout = NULL;
    split_rollout_decision d;
    size_t len;
    cr_assert_eq(split_policy_rollout_options(split_lines_policy(lines), &o), SPLIT_OK);
    cr_assert_eq(split_rollout_new(&o, NULL, &rollout), SPLIT_OK);
    cr_assert_eq(read_line("{\"id\":17,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"new\":{\"sent\":600,\"outcomes\":600,\"error\":3,"
                           "\"latency_over\":{\"p95\":[18,3,0]},\"ratios\":{\"good\":[90,600]}},\"old\":{\"sent\":5400,\"outcomes\":5400,"
                           "\"error\":20}}}"),
                 SPLIT_OK);
    cr_assert_eq(split_rollout_step(rollout, &line.window, &d), SPLIT_OK);
    cr_assert_eq(split_decision_write(rollout, &d, text, sizeof text, &len), SPLIT_OK);
    cr_assert(strncmp(text, "{\"id\":17,\"phase\":0,\"percent\":10,\"levels\":{\"error_rate\":\"ok\",\"p95\":\"ok\",\"good\":\"ok\"},"
                            "\"verdicts\":{\"error_rate\":", 100) == 0, "%s", text);
    cr_assert(strstr(text, "\"ln_evidence\":{\"error_rate\":{\"warning\":") != NULL);
    cr_assert(strstr(text, "\"bake_s\":30,\"decision\":\"HOLD\",\"reason\":\"bake\",\"detail\":\"") != NULL, "%s", text);
    cr_assert_eq(len, strlen(text));
    cr_assert_eq(split_decision_write(rollout, &d, text, len, NULL), SPLIT_ERR_SPACE);
    cr_assert_eq(split_decision_write(NULL, &d, text, len, NULL), SPLIT_ERR_ARG);
    split_rollout_free(&rollout, NULL);
}

Test(lines, evidence_reads_back_to_the_same_double)
{
    split_rollout_options o;
    split_rollout *rollout = NULL;
    split_rollout_decision d = {.n_metrics = 1};
    static const double values[] = {0.1, -9.73, 95783.123456789012, 1e-300, 1.0 / 3, 5e-324, -0.0, 12345678901234567.0};
    cr_assert_eq(split_policy_rollout_options(split_lines_policy(lines), &o), SPLIT_OK);
    cr_assert_eq(split_rollout_new(&o, NULL, &rollout), SPLIT_OK);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        double back;
        d.metrics[0].ln_warning = values[i];
        d.metrics[0].ln_critical = -1.0 / 0.0;
        cr_assert_eq(split_decision_write(rollout, &d, text, sizeof text, NULL), SPLIT_OK);
        cr_assert_eq(sscanf(strstr(text, "{\"warning\":") + 11, "%lf", &back), 1);
        cr_assert_eq(memcmp(&back, &values[i], sizeof back), 0, "%s", text);
        cr_assert(strstr(text, "\"critical\":null") != NULL);
    }
    split_rollout_free(&rollout, NULL);
}

Test(lines, policy_faults_are_told_at_their_place_in_the_line)
{
    split_lines *own = NULL;
    static const char one[] = "{\"policy\":{\"schema\":1,\"split\":{\"name\":\"s s\",\"variants\":[{\"name\":\"a\",\"weight\":1}]},"
                              "\"origins\":{\"a\":{\"url\":\"http://a\"}}}}";
    cr_assert_eq(split_lines_new(NULL, NULL, &own), SPLIT_OK);
    cr_assert_null(split_lines_policy(own));
    cr_assert_eq(split_lines_read(own, one, strlen(one), &line, &error), SPLIT_ERR_NAME);
    cr_assert_str_eq(error.path, "$.policy.split.name");
    cr_assert_eq(error.pos, (uint64_t)(strstr(one, "\"s s\"") - one));
    cr_assert_eq(error.column, error.pos + 1);
    cr_assert_eq(split_lines_read(own, "{\"id\":1}", 8, &line, &error), SPLIT_ERR_MODE);
    cr_assert_eq(split_lines_read(own, "{\"policy\":" POLICY_SMALL "}", strlen("{\"policy\":" POLICY_SMALL "}"), &line, NULL),
                 SPLIT_ERR_NO_DATA);
    split_lines_free(&own, NULL);
}

Test(lines, a_policy_may_be_given)
{
    split_lines *own = NULL;
    split_policy *small = NULL;
    cr_assert_eq(split_lines_new(split_lines_policy(lines), NULL, &own), SPLIT_OK);
    cr_assert_eq(split_lines_policy(own), split_lines_policy(lines));
    split_lines_free(&own, NULL);
    cr_assert_eq(split_policy_load(POLICY_SMALL, strlen(POLICY_SMALL), NULL, NULL, 0, NULL, &small), SPLIT_OK);
    cr_assert_eq(split_lines_new(small, NULL, &own), SPLIT_ERR_NO_DATA);
    cr_assert_eq(split_window_write(small, &line.window, text, sizeof text, NULL), SPLIT_ERR_NO_DATA);
    split_policy_free(&small, NULL);
}

Test(lines, reader_refuses_null_and_tells_missing_memory)
{
    counting_alloc memory;
    split_lines *own = NULL;
    cr_assert_eq(split_lines_new(NULL, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_lines_read(NULL, "", 0, &line, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_lines_read(lines, NULL, 0, &line, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_lines_read(lines, "", 0, NULL, NULL), SPLIT_ERR_ARG);
    split_lines_free(NULL, NULL);
    counting_alloc_init(&memory);
    memory.fail_at = 1;
    cr_assert_eq(split_lines_new(NULL, &memory.alloc, &own), SPLIT_ERR_NOMEM);
    cr_assert_eq(split_lines_new(NULL, &memory.alloc, &own), SPLIT_OK);
    split_lines_free(&own, &memory.alloc);
    cr_assert_eq(memory.n_live, 0);
}
