/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counting_alloc.h"
#include "policy_text.h"
#include "split/policy.h"

static const char full[] = POLICY_FULL;

static split_policy *
load(const char *text)
{
    split_error fault = {.size = sizeof fault};
    split_policy *policy = NULL;
    size_t n;
    int err = split_policy_load(text, strlen(text), NULL, &fault, 1, &n, &policy);
    cr_assert_eq(err, SPLIT_OK, "%s %s: %s", split_errname(err), fault.path, fault.text);
    cr_assert_eq(n, 0);
    return policy;
}

Test(policy, gives_a_plan_that_can_be_made_at_once)
{
    split_plan_options o;
    split_plan *plan;
    split_policy *policy = load(POLICY_FULL);
    cr_assert_eq(split_policy_plan_options(policy, &o), SPLIT_OK);
    cr_assert_eq(split_plan_new(&o, NULL, &plan), SPLIT_OK);
    cr_assert_str_eq(split_plan_name(plan), "search");
    cr_assert_str_eq(split_plan_salt(plan), "v2");
    cr_assert_eq(o.weights[0], 333, "33.3 and 66.7 are 333 and 667, exactly");
    cr_assert_eq(o.weights[1], 667);
    cr_assert_eq(o.default_variant, 1);
    cr_assert_eq(o.coverage_e6, 50500000);
    cr_assert_eq(o.holdout_e6, 250000);
    cr_assert_eq(o.n_overrides, 1);
    cr_assert_eq(o.overrides[0].key_len, 2);
    cr_assert_eq(memcmp(o.overrides[0].key, "qa", 2), 0);
    cr_assert_eq(o.overrides[0].variant, 0);
    split_plan_free(&plan, NULL);
    split_policy_free(&policy, NULL);
}

Test(policy, names_its_split_and_variants)
{
    size_t len;
    split_policy *policy = load(POLICY_FULL);
    cr_assert_str_eq(split_policy_name(policy), "search");
    cr_assert_eq(split_policy_n_variants(policy), 2);
    cr_assert_str_eq(split_policy_variant(policy, 0), "new");
    cr_assert_str_eq(split_policy_variant(policy, 1), "old");
    cr_assert_null(split_policy_variant(policy, 2));
    cr_assert(strstr(split_policy_text(policy, &len),
                     "{\"schema\":1,\"split\":{\"name\":\"search\"") != NULL);
    cr_assert_eq(len, strlen(split_policy_text(policy, NULL)));
    split_policy_free(&policy, NULL);
}

Test(policy, text_keeps_what_is_inside_strings)
{
    split_policy *policy = load("{\"x-a b\" : \"c \\\" d\\\\\" , \"x-n\": 1.50e1, \"schema\" : 1, "
                                "\"split\": {\"name\":\"s\","
                                "\"variants\":[{\"name\":\"a\",\"weight\":1}]}, "
                                "\"origins\":{\"a\":{\"url\":\"http://a\"}} }\n");
    cr_assert(strncmp(split_policy_text(policy, NULL),
                      "{\"x-a b\":\"c \\\" d\\\\\",\"x-n\":1.50e1,\"schema\":1", 41) == 0,
              "%s", split_policy_text(policy, NULL));
    split_policy_free(&policy, NULL);
}

Test(policy, gives_failover_options_with_chains_as_indices)
{
    split_failover_options o, defaults;
    split_policy *policy = load(POLICY_FULL);
    split_failover_options_init(&defaults);
    cr_assert_eq(split_policy_failover_options(policy, &o), SPLIT_OK);
    cr_assert_eq(o.n_origins, 2);
    cr_assert_str_eq(o.origins[0], "new");
    cr_assert_str_eq(o.origins[1], "old");
    cr_assert_eq(o.n_chains, 2);
    cr_assert_eq(o.chains[0].n_origins, 2);
    cr_assert_eq(o.chains[0].origins[1], 1);
    cr_assert_eq(o.chains[1].n_origins, 1, "a variant without a chain has the origin of its name");
    cr_assert_eq(o.chains[1].origins[0], 1);
    cr_assert_eq(o.base_open_us, 2000000);
    cr_assert_eq(o.n_statuses, 2);
    cr_assert_eq(o.statuses[1], 503);
    cr_assert_eq(o.failback, SPLIT_FAILOVER_FAILBACK_MANUAL);
    cr_assert_eq(o.window_us, defaults.window_us);
    cr_assert_eq(o.max_attempts, defaults.max_attempts);
    split_policy_free(&policy, NULL);
}

Test(policy, gives_rollout_options_with_exact_numbers)
{
    split_rollout_options o;
    split_rollout_info info;
    split_policy *policy = load(POLICY_FULL);
    cr_assert_eq(split_policy_rollout_options(policy, &o), SPLIT_OK);
    cr_assert_eq(o.n_metrics, 3);
    cr_assert_eq(o.n_phases, 2);
    cr_assert_eq(o.phases[0].percent_e6, 10000000);
    cr_assert_eq(o.phases[0].bake_us, INT64_C(4) * 3600 * 1000000);
    cr_assert_eq(o.phases[1].percent_e6, 33333333);
    cr_assert_eq(o.phases[1].bake_us, 0);
    cr_assert_eq(o.window_us, 30000000);
    cr_assert_eq(o.judgement, SPLIT_JUDGEMENT_LENIENT);
    cr_assert(o.alpha == 0.02 && o.gate_alpha == 0.1 && o.relative == 1.5);
    cr_assert_eq(o.min_sample, 40);
    cr_assert_eq(o.no_data_patience_us, SPLIT_NEVER);
    cr_assert_eq(o.warning_patience_us, INT64_C(7200) * 1000000);
    cr_assert_eq(split_policy_rollout(policy, &info), SPLIT_OK);
    cr_assert_eq(info.variant, 0);
    cr_assert_eq(info.baseline, 1, "the split's default");
    cr_assert_eq(info.rollback_to_e6, 5000000);
    split_policy_free(&policy, NULL);
}

Test(policy, rollout_defaults_are_those_of_the_core)
{
    split_rollout_options o, core;
    split_policy *policy = load(
        "{\"schema\":1,\"split\":{\"name\":\"s\",\"variants\":[{\"name\":\"a\",\"weight\":1}]},"
        "\"origins\":{\"a\":{\"url\":\"http://"
        "a\"}},\"metrics\":[{\"name\":\"e\",\"kind\":\"error\","
        "\"target\":\"< 1%\",\"warning\":\"> 1%\",\"critical\":\"> 5%\"}],"
        "\"rollout\":{\"variant\":\"a\",\"phases\":[{\"percent\":100,\"bake\":\"1h\"}]}}");
    split_rollout_info info;
    split_rollout_options_init(&core);
    cr_assert_eq(split_policy_rollout_options(policy, &o), SPLIT_OK);
    cr_assert_eq(o.window_us, core.window_us);
    cr_assert_eq(o.judgement, core.judgement);
    cr_assert(o.alpha == core.alpha && o.gate_alpha == core.gate_alpha &&
              o.relative == core.relative);
    cr_assert_eq(o.min_sample, core.min_sample);
    cr_assert_eq(o.no_data_patience_us, core.no_data_patience_us);
    cr_assert_eq(o.warning_patience_us, core.warning_patience_us);
    cr_assert_eq(split_policy_rollout(policy, &info), SPLIT_OK);
    cr_assert_eq(info.baseline, SIZE_MAX, "a single variant has nothing to be compared with");
    split_policy_free(&policy, NULL);
}

Test(policy, gives_metrics_as_the_core_defines_them)
{
    split_metric m;
    const char *bad, *of;
    split_policy *policy = load(POLICY_FULL);
    cr_assert_eq(split_policy_n_metrics(policy), 3);
    cr_assert_eq(split_policy_metric(policy, 1, &m), SPLIT_OK);
    cr_assert_str_eq(m.name, "p95");
    cr_assert_eq(m.kind, SPLIT_METRIC_LATENCY);
    cr_assert_eq(m.percentile_e6, 95000000);
    cr_assert_eq(m.target.op, SPLIT_OP_LT);
    cr_assert_eq(m.target.value, 200000);
    cr_assert_eq(m.critical.op, SPLIT_OP_GT);
    cr_assert_eq(m.critical.value, 500000);
    cr_assert_eq(m.missing, SPLIT_MISSING_ROLLBACK);
    cr_assert(m.gate && !m.clustered);
    cr_assert_eq(split_policy_metric(policy, 2, &m), SPLIT_OK);
    cr_assert(!m.gate && m.clustered);
    cr_assert_eq(m.warning.value, 80500000);
    cr_assert_eq(split_policy_ratio(policy, 2, &bad, &of), SPLIT_OK);
    cr_assert_str_eq(bad, "misses");
    cr_assert_str_eq(of, "asks");
    cr_assert_eq(split_policy_ratio(policy, 0, &bad, &of), SPLIT_ERR_MODE);
    cr_assert_eq(split_policy_ratio(policy, 3, &bad, &of), SPLIT_ERR_INDEX);
    cr_assert_eq(split_policy_ratio(policy, 2, NULL, &of), SPLIT_ERR_ARG);
    cr_assert_eq(split_policy_metric(policy, 3, &m), SPLIT_ERR_INDEX);
    cr_assert_eq(split_policy_metric(policy, 0, NULL), SPLIT_ERR_ARG);
    split_policy_free(&policy, NULL);
}

Test(policy, flattens_the_names_of_a_metric_in_its_sources)
{
    split_source_info s;
    split_policy *policy = load(POLICY_FULL);
    cr_assert_eq(split_policy_n_sources(policy, 0), 2);
    cr_assert_eq(split_policy_n_sources(policy, 1), 0);
    cr_assert_eq(split_policy_n_sources(policy, 9), 0);
    cr_assert_eq(split_policy_source(policy, 0, 0, &s), SPLIT_OK);
    cr_assert(strcmp(s.source, "log") == 0 && strcmp(s.field, "") == 0 &&
              strcmp(s.text, "status") == 0);
    cr_assert_eq(split_policy_source(policy, 0, 1, &s), SPLIT_OK);
    cr_assert(strcmp(s.source, "prom") == 0 && strcmp(s.field, "bad") == 0 &&
              strcmp(s.text, "b") == 0);
    cr_assert_eq(split_policy_source(policy, 0, 2, &s), SPLIT_ERR_INDEX);
    cr_assert_eq(split_policy_source(policy, 0, 0, (split_source_info *)NULL), SPLIT_ERR_ARG);
    split_policy_free(&policy, NULL);
}

Test(policy, gives_origins_with_their_times_and_costs)
{
    split_origin_info o;
    split_policy *policy = load(POLICY_FULL);
    cr_assert_eq(split_policy_n_origins(policy), 2);
    cr_assert_eq(split_policy_origin(policy, 0, &o), SPLIT_OK);
    cr_assert(strcmp(o.name, "new") == 0 && strcmp(o.url, "https://new.example.org") == 0);
    cr_assert_str_eq(o.host, "a.example.org");
    cr_assert_eq(o.connect_timeout_us, 250000);
    cr_assert_eq(o.first_byte_timeout_us, 2000000);
    cr_assert_eq(o.timeout_us, 60000000);
    cr_assert_eq(o.per_million_requests_micros, 600000);
    cr_assert_eq(o.monthly_micros, 120000000);
    cr_assert_eq(split_policy_origin(policy, 1, &o), SPLIT_OK);
    cr_assert_null(o.host);
    cr_assert_eq(o.connect_timeout_us, 1000000);
    cr_assert_eq(o.first_byte_timeout_us, 5000000);
    cr_assert_eq(o.timeout_us, 30000000);
    cr_assert_eq(split_policy_origin(policy, 2, &o), SPLIT_ERR_INDEX);
    cr_assert_eq(split_policy_origin(policy, 0, (split_origin_info *)NULL), SPLIT_ERR_ARG);
    split_policy_free(&policy, NULL);
}

Test(policy, gives_cookie_notify_and_cost)
{
    split_cookie_info cookie;
    split_notify_info n;
    const char *prices;
    uint64_t budget;
    split_policy *policy = load(POLICY_FULL);
    split_policy_cookie(policy, &cookie);
    cr_assert(strcmp(cookie.name, "vid") == 0 && strcmp(cookie.signed_by, "env:KEY") == 0);
    cr_assert_eq(cookie.max_age_us, INT64_C(30) * 86400 * 1000000);
    cr_assert_eq(cookie.idle_us, INT64_C(5400) * 1000000);
    cr_assert_eq(split_policy_n_notify(policy), 4);
    cr_assert_eq(split_policy_notify(policy, 0, &n), SPLIT_OK);
    cr_assert(n.type == SPLIT_NOTIFY_WEBHOOK && n.on == SPLIT_NOTIFY_ON_HOLD && n.n_args == 0);
    cr_assert(strcmp(n.target, "https://hook") == 0 && strcmp(n.token, "env:T") == 0);
    cr_assert_eq(split_policy_notify(policy, 1, &n), SPLIT_OK);
    cr_assert(n.type == SPLIT_NOTIFY_EXEC && n.n_args == 1 && n.on == 31 && n.token == NULL);
    cr_assert(strcmp(n.target, "page") == 0 && strcmp(n.args[0], "-x") == 0);
    cr_assert_eq(split_policy_notify(policy, 2, &n), SPLIT_OK);
    cr_assert_str_eq(n.target, "file:/run/s");
    cr_assert_eq(split_policy_notify(policy, 3, &n), SPLIT_OK);
    cr_assert_str_eq(n.target, "arn:aws:sns:eu-west-1:123456789012:a");
    cr_assert_eq(split_policy_notify(policy, 4, &n), SPLIT_ERR_INDEX);
    cr_assert_eq(split_policy_notify(policy, 0, (split_notify_info *)NULL), SPLIT_ERR_ARG);
    split_policy_cost(policy, &prices, &budget);
    cr_assert_str_eq(prices, "prices.json");
    cr_assert_eq(budget, 99500000);
    split_policy_free(&policy, NULL);
}

Test(policy, gives_its_sinks_with_their_settings)
{
    static const char text[] =
        "{\"schema\":1,\"split\":{\"name\":\"s\",\"variants\":[{\"name\":\"a\",\"weight\":1},"
        "{\"name\":\"b\",\"weight\":1}],\"default\":\"a\"},\"origins\":{\"a\":{\"url\":\"http://"
        "h\"},"
        "\"b\":{\"url\":\"http://"
        "h\"}},\"publish\":[{\"kind\":\"file\",\"path\":\"r\",\"primary\":true,"
        "\"timeout\":\"300ms\"},{\"kind\":\"lambda-alias\",\"function\":\"f\",\"alias\":\"l\","
        "\"region\":\"r\",\"targets\":{\"b\":\"7\",\"a\":\"8\"}}]}";
    split_sink_info sink;
    split_policy *policy = load(text);
    cr_assert_eq(split_policy_n_sinks(policy), 2);
    cr_assert_eq(split_policy_sink(policy, 0, &sink), SPLIT_OK);
    cr_assert(sink.kind == SPLIT_SINK_FILE && sink.primary && sink.timeout_us == 300000);
    cr_assert(sink.n_fields == 1 && strcmp(sink.fields[0].name, "path") == 0 &&
              strcmp(sink.fields[0].text, "r") == 0 && sink.fields[0].key == NULL);
    cr_assert_eq(split_policy_sink(policy, 1, &sink), SPLIT_OK);
    cr_assert(sink.kind == SPLIT_SINK_LAMBDA_ALIAS && !sink.primary && sink.n_fields == 5);
    cr_assert(strcmp(sink.fields[3].name, "targets") == 0 && strcmp(sink.fields[3].key, "b") == 0 &&
              strcmp(sink.fields[3].text, "7") == 0);
    cr_assert_eq(sink.timeout_us, 2000000);
    cr_assert_eq(split_policy_sink(policy, 2, &sink), SPLIT_ERR_INDEX);
    cr_assert_eq(split_policy_sink(policy, 0, (split_sink_info *)NULL), SPLIT_ERR_ARG);
    split_policy_free(&policy, NULL);
    policy = load(POLICY_FULL);
    cr_assert_eq(split_policy_n_sinks(policy), 0);
    split_policy_free(&policy, NULL);
}

Test(policy, small_one_has_defaults_and_no_rollout)
{
    split_rollout_options rollout;
    split_rollout_info info;
    split_cookie_info cookie;
    split_plan_options plan;
    split_policy *policy = load(POLICY_SMALL);
    cr_assert_eq(split_policy_rollout_options(policy, &rollout), SPLIT_ERR_NO_DATA);
    cr_assert_eq(split_policy_rollout(policy, &info), SPLIT_ERR_NO_DATA);
    split_policy_cookie(policy, &cookie);
    cr_assert_str_eq(cookie.name, "split_id");
    cr_assert_eq(cookie.max_age_us, INT64_C(365) * 86400 * 1000000);
    cr_assert_eq(cookie.idle_us, SPLIT_NEVER);
    cr_assert_null(cookie.signed_by);
    cr_assert_eq(split_policy_plan_options(policy, &plan), SPLIT_OK);
    cr_assert_null(plan.salt);
    cr_assert_eq(plan.coverage_e6, 100 * SPLIT_PERCENT);
    cr_assert_eq(split_policy_n_notify(policy), 0);
    split_policy_free(&policy, NULL);
}

Test(policy, getters_refuse_null)
{
    split_policy *policy = load(POLICY_SMALL);
    cr_assert_eq(split_policy_plan_options(policy, (split_plan_options *)NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_policy_failover_options(policy, (split_failover_options *)NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_policy_rollout_options(policy, (split_rollout_options *)NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_policy_rollout(NULL, (split_rollout_info *)NULL), SPLIT_ERR_ARG);
    split_policy_free(&policy, NULL);
}

Test(policy, load_refuses_null_and_leaves_out_alone)
{
    split_policy *policy = (split_policy *)0x10;
    size_t n = 7;
    cr_assert_eq(split_policy_load(NULL, 0, NULL, NULL, 0, &n, &policy), SPLIT_ERR_ARG);
    cr_assert_eq(split_policy_load("{}", 2, NULL, NULL, 0, &n, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_policy_load("{}", 2, NULL, NULL, 1, &n, &policy), SPLIT_ERR_ARG);
    cr_assert_eq(split_policy_load("{}", 2, NULL, NULL, 0, &n, &policy), SPLIT_ERR_FIELD);
    cr_assert_eq(n, 3, "schema, split and origins are missing");
    cr_assert_eq(policy, (split_policy *)0x10);
}

Test(policy, counts_faults_that_have_no_room_and_keeps_the_first_in_the_text)
{
    static const char text[] = "{\"schema\":2,\n \"a\":1, \"b\":1,\n \"c\":1}";
    split_error faults[2] = {{.size = sizeof faults[0]}};
    split_policy *policy = NULL;
    size_t n;
    cr_assert_eq(split_policy_load(text, sizeof text - 1, NULL, faults, 2, &n, &policy),
                 SPLIT_ERR_FIELD);
    cr_assert_eq(n, 6);
    cr_assert_str_eq(faults[0].path, "$.split");
    cr_assert_eq(faults[0].pos, 0);
    cr_assert_str_eq(faults[1].path, "$.origins");
    cr_assert_eq(faults[0].size, sizeof faults[0]);
}

Test(policy, tells_line_column_and_byte_of_a_fault)
{
    static const char text[] = "{\"schema\":1,\r\n  \"x-\xc3\xa4\": 1, \"nmae\": "
                               "1,\n\"split\":{\"name\":\"s\",\"variants\":[{\"name\":\"a\","
                               "\"weight\":1}]},\"origins\":{\"a\":{\"url\":\"http://a\"}}}";
    split_error fault = {.size = sizeof fault};
    split_policy *policy = NULL;
    size_t n;
    cr_assert_eq(split_policy_load(text, sizeof text - 1, NULL, &fault, 1, &n, &policy),
                 SPLIT_ERR_FIELD);
    cr_assert_eq(n, 1);
    cr_assert_eq(fault.line, 2);
    cr_assert_eq(fault.column, 14, "columns count bytes");
    cr_assert_eq(fault.pos, 27);
    cr_assert_str_eq(fault.path, "$.nmae");
}

Test(policy, long_names_are_cut_in_path_and_text_without_breaking_characters)
{
    char text[3000], key[1200] = "";
    split_error fault = {.size = sizeof fault};
    split_policy *policy = NULL;
    size_t n;
    for (int i = 0; i < 500; i++)
        strcat(key, "\xc3\xa4");
    snprintf(text, sizeof text,
             "{\"schema\":1,\"split\":{\"name\":\"s\",\"variants\":[{\"name\":\"a\",\"weight\":1}],"
             "\"%s\":{}},"
             "\"origins\":{\"a\":{\"url\":\"http://a\"}}}",
             key);
    cr_assert_eq(split_policy_load(text, strlen(text), NULL, &fault, 1, &n, &policy),
                 SPLIT_ERR_FIELD);
    cr_assert(strlen(fault.path) < sizeof fault.path && strlen(fault.text) < sizeof fault.text);
    cr_assert(strstr(fault.path, "\xc3\xa4...") != NULL, "%s", fault.path);
}

Test(policy, path_of_a_text_fault_is_valid_utf8_whatever_the_text_is)
{
    static const char text[] = "{\"a\":[1,{\"b\\\"\xc3\xa4\x80\": [\"\xff\"]}]}";
    split_error faults[2] = {{.size = sizeof faults[0]}};
    split_policy *policy = NULL;
    size_t n;
    cr_assert_eq(split_policy_load(text, sizeof text - 1, NULL, faults, 2, &n, &policy),
                 SPLIT_ERR_TEXT);
    cr_assert_eq(n, 2);
    cr_assert_str_eq(faults[0].path, "$.a[1]");
    cr_assert_str_eq(faults[1].path, "$.a[1].b\\\"\xc3\xa4?[0]");
}

Test(policy, is_at_most_256_kb)
{
    size_t n = SPLIT_DOCUMENT_BYTES_MAX, len = strlen(POLICY_SMALL);
    char *text = malloc(n + 1);
    split_error fault = {.size = sizeof fault};
    split_policy *policy = NULL;
    memset(text, ' ', n + 1);
    memcpy(text, POLICY_SMALL, len);
    cr_assert_eq(split_policy_load(text, n, NULL, &fault, 1, NULL, &policy), SPLIT_OK);
    split_policy_free(&policy, NULL);
    cr_assert_eq(split_policy_load(text, n + 1, NULL, &fault, 1, NULL, &policy), SPLIT_ERR_LIMIT);
    free(text);
}

Test(policy, needs_no_zero_at_the_end_of_the_text)
{
    size_t len = strlen(POLICY_SMALL);
    char *text = malloc(len); /* a sanitizer sees a read past its end */
    split_policy *policy = NULL;
    memcpy(text, POLICY_SMALL, len);
    cr_assert_eq(split_policy_load(text, len, NULL, NULL, 0, NULL, &policy), SPLIT_OK);
    split_policy_free(&policy, NULL);
    for (size_t n = 0; n < len; n++) {
        char *part = malloc(n + 1);
        memcpy(part, text, n);
        cr_assert_neq(split_policy_load(part, n, NULL, NULL, 0, NULL, &policy), SPLIT_OK);
        free(part);
    }
    free(text);
}

Test(policy, file_that_cannot_be_read_says_why)
{
    split_error fault = {.size = sizeof fault};
    split_policy *policy = NULL;
    size_t n;
    cr_assert_eq(split_policy_load_file("/nowhere/policy.json", NULL, &fault, 1, &n, &policy),
                 SPLIT_ERR_IO);
    cr_assert_eq(n, 1);
    cr_assert_eq(fault.code, SPLIT_ERR_IO);
    cr_assert(strstr(fault.text, "/nowhere/policy.json") != NULL &&
              strstr(fault.text, "No such file") != NULL);
    cr_assert_eq(fault.line, 0);
    cr_assert_eq(split_policy_load_file("/", NULL, &fault, 1, &n, &policy), SPLIT_ERR_IO,
                 "a folder");
    cr_assert_eq(split_policy_load_file(NULL, NULL, &fault, 1, &n, &policy), SPLIT_ERR_ARG);
}

Test(policy, file_loads_as_text_does)
{
    char path[] = "/tmp/split-policy-XXXXXX";
    split_policy *policy = NULL;
    int fd = mkstemp(path);
    cr_assert(fd >= 0 &&
              write(fd, POLICY_SMALL, strlen(POLICY_SMALL)) == (ssize_t)strlen(POLICY_SMALL));
    close(fd);
    cr_assert_eq(split_policy_load_file(path, NULL, NULL, 0, NULL, &policy), SPLIT_OK);
    cr_assert_str_eq(split_policy_text(policy, NULL), POLICY_SMALL);
    split_policy_free(&policy, NULL);
    unlink(path);
}

Test(policy, free_accepts_null_and_leaves_null)
{
    split_policy *policy = NULL;
    split_policy_free(NULL, NULL);
    split_policy_free(&policy, NULL);
    policy = load(POLICY_SMALL);
    split_policy_free(&policy, NULL);
    cr_assert_null(policy);
}

Test(policy, all_memory_comes_from_the_allocator_and_goes_back)
{
    counting_alloc memory;
    split_policy *policy = NULL;
    counting_alloc_init(&memory);
    cr_assert_eq(split_policy_load(full, strlen(full), &memory.alloc, NULL, 0, NULL, &policy),
                 SPLIT_OK);
    cr_assert_gt(memory.n_live, 0);
    split_policy_free(&policy, &memory.alloc);
    cr_assert_eq(memory.n_live, 0);
    memory.fail_at = memory.n_calls + 1;
    cr_assert_eq(split_policy_load(full, strlen(full), &memory.alloc, NULL, 0, NULL, &policy),
                 SPLIT_ERR_NOMEM);
    cr_assert_eq(memory.n_live, 0);
}

Test(policy, takes_a_thousand_overrides_and_finds_a_doubled_one)
{
    size_t room = 100000, n = 0;
    char *text = malloc(room);
    split_error fault = {.size = sizeof fault};
    split_policy *policy = NULL;
    split_plan_options o;
    n += (size_t)snprintf(text, room,
                          "{\"schema\":1,\"split\":{\"name\":\"s\",\"variants\":[{\"name\":\"a\","
                          "\"weight\":1}],\"overrides\":{");
    for (int i = 0; i < 1000; i++)
        n += (size_t)snprintf(text + n, room - n, "%s\"key-%d\":\"a\"", i > 0 ? "," : "", i);
    snprintf(text + n, room - n, "}},\"origins\":{\"a\":{\"url\":\"http://a\"}}}");
    cr_assert_eq(split_policy_load(text, strlen(text), NULL, NULL, 0, NULL, &policy), SPLIT_OK);
    cr_assert_eq(split_policy_plan_options(policy, &o), SPLIT_OK);
    cr_assert_eq(o.n_overrides, 1000);
    split_policy_free(&policy, NULL);
    memcpy(strstr(text, "key-998"), "key-997", 7);
    cr_assert_eq(split_policy_load(text, strlen(text), NULL, &fault, 1, NULL, &policy),
                 SPLIT_ERR_FIELD);
    cr_assert_str_eq(fault.path, "$.split.overrides.key-997");
    free(text);
}
