/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counting_alloc.h"
#include "policy_text.h"
#include "split/assign.h"
#include "split/route.h"

static const char full[] = POLICY_FULL;

/* 2026-11-23T00:17:00Z */
#define ISSUED INT64_C(1795393020000000)

#define ROUTE_HEAD "{\"schema\":1,\"split\":\"s\",\"revision\":7,\"issued_at\":\"2026-11-23T00:17:00Z\","
#define ROUTE_TAIL "\"chains\":[[\"a\"],[\"a\"]],\"origins\":{\"a\":{\"url\":\"http://a\"}}}"
#define ROUTE_PLAIN                                                                                \
    ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":1,\"ranges\":[[0,10,0],[10,1048576,1]]," ROUTE_TAIL

static split_policy *
load_policy(const char *text)
{
    split_policy *policy = NULL;
    cr_assert_eq(split_policy_load(text, strlen(text), NULL, NULL, 0, NULL, &policy), SPLIT_OK);
    return policy;
}

static split_plan *
plan_of(const split_policy *policy)
{
    split_plan_options o;
    split_plan *plan = NULL;
    cr_assert_eq(split_policy_plan_options(policy, &o), SPLIT_OK);
    cr_assert_eq(split_plan_new(&o, NULL, &plan), SPLIT_OK);
    return plan;
}

static split_route *
build(const char *policy_text, uint64_t revision)
{
    split_policy *policy = load_policy(policy_text);
    split_plan *plan = plan_of(policy);
    split_route *route = NULL;
    cr_assert_eq(split_route_build(policy, plan, revision, ISSUED, NULL, &route), SPLIT_OK);
    split_plan_free(&plan, NULL);
    split_policy_free(&policy, NULL);
    return route;
}

static int
load_route(const char *text, split_error *fault, split_route **out)
{
    size_t n;
    *fault = (split_error){.size = sizeof *fault};
    return split_route_load(text, strlen(text), NULL, fault, 1, &n, out);
}

/* Load, expect a code at a path. */
static void
refuses(const char *text, int code, const char *path)
{
    split_error fault = {.size = sizeof fault};
    split_route *route = NULL;
    int err = load_route(text, &fault, &route);
    cr_assert_eq(err, code, "%s instead of %s: %s %s", split_errname(err), split_errname(code), fault.path, fault.text);
    cr_assert_str_eq(fault.path, path);
    cr_assert_null(route);
}

Test(route, of_the_documents_example_is_written_exactly_so)
{
    split_route *route = build(
        "{\"schema\":1,\"split\":{\"name\":\"intelligent-search\",\"variants\":[{\"name\":\"new\",\"weight\":10,"
        "\"chain\":[\"new\",\"legacy\"]},{\"name\":\"legacy\",\"weight\":90,\"chain\":[\"legacy\"]}],\"default\":\"legacy\"},"
        "\"origins\":{\"new\":{\"url\":\"http://127.0.0.1:9001\"},\"legacy\":{\"url\":\"http://127.0.0.1:9002\"}}}",
        7);
    cr_assert_str_eq(
        split_route_text(route, NULL),
        "{\"schema\":1,\"split\":\"intelligent-search\",\"revision\":7,\"issued_at\":\"2026-11-23T00:17:00Z\","
        "\"salt\":\"intelligent-search\",\"mode\":\"sticky\",\"variants\":[\"new\",\"legacy\"],\"default\":1,"
        "\"home\":[104858,943718],\"ranges\":[[0,104858,0],[104858,1048576,1]],"
        "\"chains\":[[\"new\",\"legacy\"],[\"legacy\"]],\"origins\":{\"new\":{\"url\":\"http://127.0.0.1:9001\"},"
        "\"legacy\":{\"url\":\"http://127.0.0.1:9002\"}}}");
    split_route_free(&route, NULL);
}

Test(route, keeps_everything_of_the_policy_that_routers_need)
{
    split_failover_options f, of_policy;
    split_plan_options o;
    split_origin_info origin;
    split_cookie_info cookie;
    split_policy *policy = load_policy(full);
    split_route *route = build(full, 3);
    cr_assert_str_eq(split_route_name(route), "search");
    cr_assert_eq(split_route_revision(route), 3);
    cr_assert_eq(split_route_issued_at_us(route), ISSUED);
    cr_assert_eq(split_route_n_variants(route), 2);
    cr_assert_str_eq(split_route_variant(route, 1), "old");
    cr_assert_null(split_route_variant(route, 2));
    cr_assert_eq(split_route_n_origins(route), 2);
    cr_assert_eq(split_route_origin(route, 0, &origin), SPLIT_OK);
    cr_assert_str_eq(origin.host, "a.example.org");
    cr_assert_eq(origin.connect_timeout_us, 250000);
    cr_assert_eq(origin.timeout_us, 60000000);
    split_route_cookie(route, &cookie);
    cr_assert(strcmp(cookie.name, "vid") == 0 && strcmp(cookie.signed_by, "env:KEY") == 0);
    cr_assert_eq(cookie.idle_us, INT64_C(5400) * 1000000);
    cr_assert_eq(split_route_plan_options(route, &o), SPLIT_OK);
    cr_assert(o.coverage_e6 == 50500000 && o.holdout_e6 == 250000 && o.n_overrides == 1);
    cr_assert_eq(split_policy_failover_options(policy, &of_policy), SPLIT_OK);
    cr_assert_eq(split_route_failover_options(route, &f), SPLIT_OK);
    cr_assert(f.base_open_us == 2000000 && f.n_statuses == 2 && f.statuses[0] == 502);
    cr_assert(f.failback == SPLIT_FAILOVER_FAILBACK_MANUAL && f.window_us == of_policy.window_us);
    cr_assert(f.n_chains == 2 && f.chains[0].n_origins == 2 && f.chains[0].origins[1] == 1);
    split_route_free(&route, NULL);
    split_policy_free(&policy, NULL);
}

Test(route, writes_failover_parameters_that_differ_from_the_preset)
{
    static const char *const failovers[] = {
        "{}", "{\"preset\":\"default\"}",
        "{\"preset\":\"nginx\"}",
        "{\"preset\":\"cloudfront\",\"max_open\":\"90s\",\"ramp_permille\":[1000]}",
        "{\"statuses\":[],\"in_flight\":\"fixed\",\"in_flight_cap\":7,\"slow\":\"1500ms\",\"sticky\":\"stay\"}"};
    static const char *const written[] = {
        NULL, NULL, "\"failover\":{\"preset\":\"nginx\"}",
        "\"failover\":{\"preset\":\"cloudfront\",\"ramp_permille\":[1000],\"max_open\":\"90s\"}",
        "\"failover\":{\"statuses\":[],\"slow\":\"1500ms\",\"sticky\":\"stay\",\"in_flight\":\"fixed\",\"in_flight_cap\":7}"};
    for (size_t i = 0; i < sizeof failovers / sizeof failovers[0]; i++) {
        char text[1000];
        split_failover_options a, b;
        snprintf(text, sizeof text, "%.*s,\"failover\":%s}", (int)strlen(POLICY_SMALL) - 1, POLICY_SMALL, failovers[i]);
        split_policy *policy = load_policy(text);
        split_route *route = build(text, 1);
        const char *found = strstr(split_route_text(route, NULL), "\"failover\"");
        cr_assert(written[i] == NULL ? found == NULL : found != NULL && strncmp(found, written[i], strlen(written[i])) == 0,
                  "%s gives %s", failovers[i], found);
        cr_assert_eq(split_policy_failover_options(policy, &a), SPLIT_OK);
        cr_assert_eq(split_route_failover_options(route, &b), SPLIT_OK);
        a.origins = b.origins = NULL;
        a.chains = b.chains = NULL;
        cr_assert_eq(memcmp(&a, &b, sizeof a), 0, "%s reads back to other parameters", failovers[i]);
        split_route_free(&route, NULL);
        split_policy_free(&policy, NULL);
    }
}

Test(route, of_two_variants_fits_into_1000_bytes_with_room)
{
    size_t len;
    split_route *route = build(full, 9007199254740991);
    split_route_text(route, &len);
    cr_assert_leq(len, 1000);
    split_route_free(&route, NULL);
}

Test(route, rebuilds_the_plan_that_was_reweighted_with_the_same_answers)
{
    static const uint64_t weights[] = {4, 6};
    char key[32];
    split_plan_options o;
    split_plan *moved = NULL, *again = NULL;
    split_route *route = NULL;
    split_policy *policy = load_policy(full);
    split_plan *plan = plan_of(policy);
    cr_assert_eq(split_plan_reweight_new(plan, weights, 2, NULL, &moved, NULL), SPLIT_OK);
    cr_assert_eq(split_route_build(policy, moved, 2, ISSUED, NULL, &route), SPLIT_OK);
    cr_assert_eq(split_route_plan_options(route, &o), SPLIT_OK);
    cr_assert_eq(split_plan_new(&o, NULL, &again), SPLIT_OK);
    cr_assert_eq(split_plan_home(again, 0), split_plan_home(plan, 0), "home is that of the first weights");
    cr_assert_eq(split_plan_buckets(again, 0), split_plan_buckets(moved, 0));
    for (int i = 0; i < 10000; i++) {
        split_assignment a, b;
        size_t n = (size_t)snprintf(key, sizeof key, "user-%d", i);
        cr_assert_eq(split_assign(moved, key, n, &a), SPLIT_OK);
        cr_assert_eq(split_assign(again, key, n, &b), SPLIT_OK);
        cr_assert(a.variant == b.variant && a.bucket == b.bucket && a.reason == b.reason, "%s", key);
    }
    split_plan_free(&plan, NULL);
    split_plan_free(&moved, NULL);
    split_plan_free(&again, NULL);
    split_route_free(&route, NULL);
    split_policy_free(&policy, NULL);
}

Test(route, build_refuses_what_does_not_fit)
{
    static const uint64_t three[] = {1, 1, 1};
    split_policy *policy = load_policy(POLICY_SMALL), *other = load_policy(full);
    split_plan *plan = plan_of(policy), *wide = NULL;
    split_route *route = NULL;
    cr_assert_eq(split_route_build(NULL, plan, 1, 0, NULL, &route), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_build(policy, NULL, 1, 0, NULL, &route), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_build(policy, plan, 1, 0, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_build(policy, plan, 0, 0, NULL, &route), SPLIT_ERR_VALUE);
    cr_assert_eq(split_route_build(policy, plan, UINT64_C(1) << 60, 0, NULL, &route), SPLIT_ERR_VALUE);
    cr_assert_eq(split_route_build(policy, plan, 1, -1, NULL, &route), SPLIT_ERR_VALUE);
    cr_assert_eq(split_route_build(policy, plan, 1, INT64_MAX, NULL, &route), SPLIT_ERR_VALUE);
    cr_assert_eq(split_route_build(other, plan, 1, 0, NULL, &route), SPLIT_ERR_FIELD, "another split's plan");
    cr_assert_eq(split_plan_reweight_new(plan, three, 3, NULL, &wide, NULL), SPLIT_OK);
    cr_assert_eq(split_route_build(policy, wide, 1, 0, NULL, &route), SPLIT_ERR_FIELD, "a variant too many");
    cr_assert_null(route);
    split_plan_free(&plan, NULL);
    split_plan_free(&wide, NULL);
    split_policy_free(&policy, NULL);
    split_policy_free(&other, NULL);
}

/* Overrides with long keys fill the policy up to its limit; the route has the split's name twice, as salt. */
Test(route, too_large_for_a_document_is_refused)
{
    size_t room = 300000, n;
    char *text = malloc(room);
    split_policy *policy = NULL;
    split_route *route = NULL;
    n = (size_t)snprintf(text, room, "{\"schema\":1,\"split\":{\"name\":\"%064d\",\"variants\":[{\"name\":\"a\",\"weight\":1}],"
                         "\"overrides\":{", 1);
    for (int i = 0; i < 64; i++) {
        size_t left = SPLIT_DOCUMENT_BYTES_MAX - 60 - n, len = i < 63 ? 4090 : left;
        n += (size_t)snprintf(text + n, room - n, "%s\"%02d", i > 0 ? "," : "", i);
        memset(text + n, 'k', len);
        n += len;
        n += (size_t)snprintf(text + n, room - n, "\":\"a\"");
    }
    n += (size_t)snprintf(text + n, room - n, "}},\"origins\":{\"a\":{\"url\":\"http://a\"}}}");
    cr_assert(n <= SPLIT_DOCUMENT_BYTES_MAX && n > SPLIT_DOCUMENT_BYTES_MAX - 200, "%zu", n);
    cr_assert_eq(split_policy_load(text, n, NULL, NULL, 0, NULL, &policy), SPLIT_OK);
    split_plan *plan = plan_of(policy);
    cr_assert_eq(split_route_build(policy, plan, 1, 0, NULL, &route), SPLIT_ERR_LIMIT);
    cr_assert_null(route);
    split_plan_free(&plan, NULL);
    split_policy_free(&policy, NULL);
    free(text);
}

Test(route, readers_ignore_fields_they_do_not_know)
{
    split_error fault = {.size = sizeof fault};
    split_route *route = NULL;
    cr_assert_eq(load_route("{\"later\":{\"a\":[1]}," "\"cookie\":{\"same_site\":\"Strict\"},"
                            "\"failover\":{\"telepathy\":true,\"base_open\":\"2s\"},"
                            "\"schema\":1,\"split\":\"s\",\"revision\":7,\"issued_at\":\"2026-11-23T00:17:00.25Z\","
                            "\"variants\":[\"x\"],\"default\":0,\"ranges\":[[0,1048576,0]],\"chains\":[[\"a\"]],"
                            "\"origins\":{\"a\":{\"url\":\"http://a\",\"region\":\"eu\"}}}",
                            &fault, &route),
                 SPLIT_OK, "%s %s", fault.path, fault.text);
    cr_assert_eq(split_route_issued_at_us(route), ISSUED + 250000);
    split_route_free(&route, NULL);
}

Test(route, optional_fields_have_defaults)
{
    split_error fault = {.size = sizeof fault};
    split_plan_options o;
    split_cookie_info cookie;
    split_route *route = NULL;
    cr_assert_eq(load_route(ROUTE_PLAIN, &fault, &route), SPLIT_OK, "%s %s", fault.path, fault.text);
    cr_assert_eq(split_route_plan_options(route, &o), SPLIT_OK);
    cr_assert(o.salt == NULL && o.home == NULL && o.mode == SPLIT_MODE_STICKY);
    split_route_cookie(route, &cookie);
    cr_assert_str_eq(cookie.name, "split_id");
    split_route_free(&route, NULL);
}

Test(route, reader_refuses_what_would_route_wrongly)
{
    refuses("{\"schema\":2}", SPLIT_ERR_SCHEMA, "$.schema");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":1,\"ranges\":[[0,10,0],[11,1048576,1]]," ROUTE_TAIL,
            SPLIT_ERR_LAYOUT, "$.ranges");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":1,\"ranges\":[[0,11,0],[10,1048576,1]]," ROUTE_TAIL,
            SPLIT_ERR_LAYOUT, "$.ranges");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":1,\"ranges\":[[0,1048575,0]]," ROUTE_TAIL, SPLIT_ERR_LAYOUT,
            "$.ranges");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":1,\"ranges\":[[10,1048576,0],[0,10,1]]," ROUTE_TAIL,
            SPLIT_ERR_LAYOUT, "$.ranges");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":1,\"ranges\":[[0,1048576,2]]," ROUTE_TAIL, SPLIT_ERR_INDEX,
            "$.ranges[0]");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":2,\"ranges\":[[0,1048576,1]]," ROUTE_TAIL, SPLIT_ERR_INDEX,
            "$.default");
    refuses(ROUTE_HEAD "\"overrides\":{\"k\":2},\"variants\":[\"x\",\"y\"],\"default\":1,\"ranges\":[[0,1048576,1]]," ROUTE_TAIL,
            SPLIT_ERR_INDEX, "$.overrides.k");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":1,\"ranges\":[[0,1048576,1]],\"chains\":[[\"b\"],[\"a\"]],"
                       "\"origins\":{\"a\":{\"url\":\"http://a\"}}}",
            SPLIT_ERR_INDEX, "$.chains[0][0]");
    refuses(ROUTE_HEAD "\"variants\":[\"x\"],\"default\":0,\"ranges\":[[0,1048576,0]]," ROUTE_TAIL, SPLIT_ERR_LAYOUT,
            "$.chains");
    refuses(ROUTE_HEAD "\"home\":[1048576],\"variants\":[\"x\",\"y\"],\"default\":0,\"ranges\":[[0,1048576,0]]," ROUTE_TAIL,
            SPLIT_ERR_LAYOUT, "$.home");
    refuses(ROUTE_HEAD "\"home\":[1048576,1],\"variants\":[\"x\",\"y\"],\"default\":0,\"ranges\":[[0,1048576,0]]," ROUTE_TAIL,
            SPLIT_ERR_LAYOUT, "$.ranges");
}

Test(route, reader_refuses_wrong_types_and_ranges)
{
    refuses("[]", SPLIT_ERR_FIELD, "$");
    refuses("{\"schema\":1", SPLIT_ERR_JSON, "$");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"x\"],\"default\":0,\"ranges\":[[0,1048576,0]]," ROUTE_TAIL, SPLIT_ERR_FIELD,
            "$.variants[1]");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":0,\"ranges\":[[0,1048577,0]]," ROUTE_TAIL, SPLIT_ERR_VALUE,
            "$.ranges[0][1]");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":0,\"ranges\":[[0,1048576]]," ROUTE_TAIL, SPLIT_ERR_LIMIT,
            "$.ranges[0]");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":0,\"ranges\":[0]," ROUTE_TAIL, SPLIT_ERR_FIELD, "$.ranges[0]");
    refuses(ROUTE_HEAD "\"variants\":[\"x\",\"y\"],\"default\":0.5,\"ranges\":[[0,1048576,0]]," ROUTE_TAIL, SPLIT_ERR_VALUE,
            "$.default");
    refuses("{\"schema\":1,\"split\":\"s\",\"revision\":0,\"issued_at\":\"2026-11-23T00:17:00Z\",\"variants\":[\"x\",\"y\"],"
            "\"default\":0,\"ranges\":[[0,1048576,0]]," ROUTE_TAIL,
            SPLIT_ERR_VALUE, "$.revision");
}

Test(route, issued_at_is_a_real_instant)
{
    static const char *const bad[] = {"2026-11-23", "2026-11-23T00:17:00", "2026-11-23 00:17:00Z", "2026-02-29T00:00:00Z",
                                      "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-01T24:00:00Z",
                                      "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "1969-12-31T23:59:59Z",
                                      "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00+01:00"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "{\"schema\":1,\"split\":\"s\",\"revision\":1,\"issued_at\":\"%s\",\"variants\":[\"x\",\"y\"],"
                 "\"default\":0,\"ranges\":[[0,1048576,0]],%s",
                 bad[i], ROUTE_TAIL);
        refuses(text, SPLIT_ERR_VALUE, "$.issued_at");
    }
}

Test(route, time_goes_to_text_and_back_for_every_day)
{
    split_policy *policy = load_policy(POLICY_SMALL);
    split_plan *plan = plan_of(policy);
    for (split_us t = 0; t < INT64_C(253402300800000000); t += INT64_C(86400000000) * 97 + 12345000000) {
        split_route *route = NULL;
        cr_assert_eq(split_route_build(policy, plan, 1, t, NULL, &route), SPLIT_OK);
        cr_assert_eq(split_route_issued_at_us(route), t - t % 1000000);
        split_route_free(&route, NULL);
    }
    split_plan_free(&plan, NULL);
    split_policy_free(&policy, NULL);
}

Test(route, fence_takes_newer_ones_and_the_very_same)
{
    split_error fault = {.size = sizeof fault};
    split_route *seven = build(POLICY_SMALL, 7), *eight = build(POLICY_SMALL, 8), *same = build(POLICY_SMALL, 7);
    split_route *other = build(full, 9), *changed = NULL;
    char *text = strdup(split_route_text(seven, NULL));
    memcpy(strstr(text, "9001"), "9003", 4);
    cr_assert_eq(load_route(text, &fault, &changed), SPLIT_OK);
    cr_assert_eq(split_route_accept(NULL, seven), SPLIT_OK);
    cr_assert_eq(split_route_accept(seven, eight), SPLIT_OK);
    cr_assert_eq(split_route_accept(seven, same), SPLIT_OK);
    cr_assert_eq(split_route_accept(seven, changed), SPLIT_ERR_REVISION, "same revision, other text");
    cr_assert_eq(split_route_accept(eight, seven), SPLIT_ERR_REVISION);
    cr_assert_eq(split_route_accept(seven, other), SPLIT_ERR_NAME);
    cr_assert_eq(split_route_accept(seven, NULL), SPLIT_ERR_ARG);
    free(text);
    split_route_free(&seven, NULL);
    split_route_free(&eight, NULL);
    split_route_free(&same, NULL);
    split_route_free(&other, NULL);
    split_route_free(&changed, NULL);
    cr_assert_null(changed);
    split_route_free(&changed, NULL);
    split_route_free(NULL, NULL);
}

Test(route, getters_and_load_refuse_null)
{
    split_error fault = {.size = sizeof fault};
    split_route *route = build(POLICY_SMALL, 1), *none = NULL;
    split_origin_info origin;
    cr_assert_eq(split_route_plan_options(route, (split_plan_options *)NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_failover_options(route, (split_failover_options *)NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_origin(route, 0, (split_origin_info *)NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_origin(route, 2, &origin), SPLIT_ERR_INDEX);
    cr_assert_eq(split_route_load(NULL, 0, NULL, NULL, 0, NULL, &none), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_load_file("/nowhere/route.json", NULL, &fault, 1, NULL, &none), SPLIT_ERR_IO);
    cr_assert_eq(split_route_load_file(NULL, NULL, &fault, 1, NULL, &none), SPLIT_ERR_ARG);
    split_route_free(&route, NULL);
}

Test(route, is_issued_again_from_itself_and_keeps_what_it_does_not_know)
{
    static const char text[] =
        "{\"schema\":1,\"split\":\"s\",\"revision\":7,\"issued_at\":\"2026-11-23T00:00:00Z\",\"later\":{\"a\":[1,2]},"
        "\"issued_by\":\"bob\",\"variants\":[\"new\",\"old\"],\"default\":1,\"home\":[104858,943718],"
        "\"ranges\":[[0,104858,0],[104858,1048576,1]],\"chains\":[[\"new\"],[\"old\"]],"
        "\"origins\":{\"new\":{\"url\":\"http://127.0.0.1:9001\"},\"old\":{\"url\":\"http://127.0.0.1:9002\"}}}";
    const uint64_t none[] = {0, 1};
    split_route *route = NULL, *next = NULL, *last = NULL;
    split_plan_options options;
    split_plan *plan = NULL, *moved = NULL;
    cr_assert_eq(split_route_load(text, strlen(text), NULL, NULL, 0, NULL, &route), SPLIT_OK);
    cr_assert_str_eq(split_route_issued_by(route), "bob");
    cr_assert_str_eq(split_route_issued_why(route), "");
    cr_assert_eq(split_route_plan_options(route, &options), SPLIT_OK);
    cr_assert_eq(split_plan_new(&options, NULL, &plan), SPLIT_OK);
    cr_assert_eq(split_plan_reweight_new(plan, none, 2, NULL, &moved, NULL), SPLIT_OK);
    cr_assert_eq(split_route_reissue(route, moved, 8, ISSUED, "ann", "p95 \"up\"", NULL, &next), SPLIT_OK);
    cr_assert_eq(split_route_revision(next), 8);
    cr_assert_str_eq(split_route_issued_by(next), "ann");
    cr_assert_str_eq(split_route_issued_why(next), "p95 \"up\"");
    cr_assert(strstr(split_route_text(next, NULL), "\"later\":{\"a\":[1,2]}") != NULL);
    cr_assert(strstr(split_route_text(next, NULL), "\"ranges\":[[0,1048576,1]]") != NULL);
    cr_assert(strstr(split_route_text(next, NULL), "bob") == NULL);
    cr_assert_eq(split_route_accept(route, next), SPLIT_OK);
    cr_assert_eq(split_route_reissue(next, NULL, 9, ISSUED, NULL, "", NULL, &last), SPLIT_OK);
    cr_assert(strstr(split_route_text(last, NULL), "\"ranges\":[[0,1048576,1]]") != NULL);
    cr_assert(strstr(split_route_text(last, NULL), "issued_by") == NULL);
    split_route_free(&last, NULL);
    cr_assert_eq(split_route_reissue(NULL, NULL, 9, ISSUED, "", "", NULL, &last), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_reissue(next, NULL, 0, ISSUED, "", "", NULL, &last), SPLIT_ERR_VALUE);
    cr_assert_eq(split_route_reissue(next, NULL, 9, -1, "", "", NULL, &last), SPLIT_ERR_VALUE);
    cr_assert_eq(split_route_reissue(next, NULL, 9, ISSUED, "a\nb", "", NULL, &last), SPLIT_ERR_VALUE);
    cr_assert_neq(split_route_reissue(next, NULL, 9, ISSUED, "", "\xff", NULL, &last), SPLIT_OK);
    split_plan_free(&moved, NULL);
    split_plan_free(&plan, NULL);
    split_route_free(&next, NULL);
    split_route_free(&route, NULL);
}
