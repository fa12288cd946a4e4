/* SPDX-License-Identifier: MIT */
/* Sinks: read, replace under a fence, and what is said when it does not work. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "split/sink.h"

#include "aws_env.h"
#include "canned_server.h"

static const char *const variants[] = {"new", "legacy"};
static char folder[64];

static void
begin(void)
{
    strcpy(folder, "/tmp/split-sink-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    aws_env_clear();
}

static void
end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(sink, .init = begin, .fini = end, .timeout = 30);

static split_route *
route_of(unsigned revision, unsigned percent, const char *split)
{
    char text[1024];
    unsigned edge = 1048576u / 100 * percent;
    split_route *route = NULL;
    snprintf(
        text, sizeof text,
        "{\"schema\":1,\"split\":\"%s\",\"revision\":%u,\"issued_at\":\"2026-11-23T00:17:00Z\","
        "\"variants\":[\"new\",\"legacy\"],\"default\":1,\"home\":[%u,%u],"
        "\"ranges\":[[0,%u,0],[%u,1048576,1]],\"chains\":[[\"new\"],[\"legacy\"]],\"origins\":"
        "{\"new\":{\"url\":\"http://127.0.0.1:9001\"},\"legacy\":{\"url\":\"http://127.0.0.1:"
        "9002\"}}}",
        split, revision, edge, 1048576 - edge, edge, edge);
    split_error e = {.size = sizeof e};
    cr_assert_eq(split_route_load(text, strlen(text), NULL, &e, 1, NULL, &route), 0, "%s %s",
                 e.path, e.text);
    return route;
}

static split_sink *
sink_of(split_sink_kind kind, const split_sink_field *fields, size_t n)
{
    split_sink *sink = NULL;
    split_error e = {.size = sizeof e};
    const split_sink_options options = {
        .size = sizeof options,
        .sink = {.kind = kind, .timeout_us = 1000000, .fields = fields, .n_fields = n},
        .split = "demo",
        .variants = variants,
        .n_variants = 2,
        .folder = folder};
    cr_assert_eq(split_sink_new(&options, &sink, &e), 0, "%s", e.text);
    return sink;
}

static void
expect_state(split_sink *sink, uint64_t revision)
{
    split_sink_state s;
    split_error e = {.size = sizeof e};
    cr_expect_eq(split_sink_read(sink, &s, &e), 0, "%s", e.text);
    cr_expect_eq(s.exists, revision > 0);
    cr_expect_eq(s.revision, revision);
}

/* Writes 1 over nothing and 2 over 1, and is refused with a fence that is over. */
static void
replace_twice(split_sink *sink)
{
    split_sink_state s;
    split_error e = {.size = sizeof e};
    split_route *one = route_of(1, 10, "demo");
    split_route *two = route_of(2, 20, "demo");
    char fence[SPLIT_SINK_FENCE_BYTES];
    cr_expect_eq(split_sink_read(sink, &s, &e), 0, "%s", e.text);
    cr_expect(!s.exists);
    memcpy(fence, s.fence, sizeof fence);
    cr_expect_eq(split_sink_replace(sink, one, fence, &e), 0, "%s", e.text);
    cr_expect_neq(split_sink_replace(sink, two, fence, &e), 0);
    cr_expect_eq(split_sink_read(sink, &s, &e), 0, "%s", e.text);
    cr_expect(s.exists && s.has_revision && s.revision == 1 && strcmp(s.split, "demo") == 0);
    cr_expect(s.n_shares == 2 && s.shares[0] == 104850);
    memcpy(fence, s.fence, sizeof fence);
    cr_expect_eq(split_sink_replace(sink, two, fence, &e), 0, "%s", e.text);
    expect_state(sink, 2);
    cr_expect_eq(split_sink_probe(sink, &e), 0, "%s", e.text);
    split_route_free(&one, NULL);
    split_route_free(&two, NULL);
}

Test(sink, every_kind_has_a_name_and_help)
{
    size_t n = 0;
    for (const split_sink_kind_info *k; (k = split_sink_kind_at(n)) != NULL; n++)
        cr_expect(k->name[0] != '\0' && k->help[0] != '\0' && k->form <= SPLIT_SINK_WEIGHTS);
    cr_expect_eq(n, 12);
    cr_expect_str_eq(split_sink_kind_at(SPLIT_SINK_CLOUDFRONT_KVS)->name, "cloudfront-kvs");
}

Test(sink, a_file_is_replaced_under_its_revision)
{
    const split_sink_field fields[] = {{"path", NULL, "route.json"}};
    split_sink *sink = sink_of(SPLIT_SINK_FILE, fields, 1);
    cr_expect_str_eq(split_sink_place(sink), "file route.json");
    replace_twice(sink);
    split_route *other = route_of(9, 20, "other");
    split_error e = {.size = sizeof e};
    cr_expect_eq(split_sink_replace(sink, other, "2", &e), SPLIT_ERR_NAME);
    split_route_free(&other, NULL);
    other = route_of(2, 30, "demo");
    cr_expect_eq(split_sink_replace(sink, other, "2", &e), SPLIT_ERR_REVISION);
    cr_expect_eq(split_sink_replace(sink, other, "1", &e), SPLIT_ERR_CONFLICT);
    split_route_free(&other, NULL);
    split_sink_free(&sink);
    split_sink_free(&sink);
}

Test(sink, a_program_reads_and_writes)
{
    char script[512];
    const split_sink_field fields[] = {
        {"command", NULL, "/bin/sh"}, {"command", NULL, "-c"}, {"command", NULL, script}};
    snprintf(script, sizeof script,
             "f=%s/r; case $SPLIT_SINK in read) cat $f 2>/dev/null; exit 0;; *) now=$(grep -o "
             "'\"revision\":[0-9]*' $f 2>/dev/null | cut -d: -f2); [ \"${now:-0}\" = "
             "\"$SPLIT_EXPECTED\" ] || { echo is $now; exit 75; }; cat >$f;; esac",
             folder);
    split_sink *sink = sink_of(SPLIT_SINK_EXEC, fields, 3);
    replace_twice(sink);
    split_sink_free(&sink);
}

Test(sink, a_program_that_fails_or_hangs_is_said)
{
    static const struct {
        const char *script;
        int rc;
        const char *says;
    } cases[] = {
        {"echo first; echo no disk; exit 3", SPLIT_ERR_PEER,
         "the program ends with exit code 3: no disk"},
        {"exit 75", SPLIT_ERR_CONFLICT, "another writer was faster"},
        {"sleep 20", SPLIT_ERR_NET, "did not end within"},
    };
    split_route *route = route_of(1, 10, "demo");
    for (size_t i = 0; i < 3; i++) {
        split_error e = {.size = sizeof e};
        const split_sink_field fields[] = {{"command", NULL, "/bin/sh"},
                                           {"command", NULL, "-c"},
                                           {"command", NULL, cases[i].script}};
        split_sink *sink = sink_of(SPLIT_SINK_EXEC, fields, 3);
        cr_expect_eq(split_sink_replace(sink, route, "", &e), cases[i].rc);
        cr_expect_not_null(strstr(e.text, cases[i].says), "%s", e.text);
        split_sink_free(&sink);
    }
    split_route_free(&route, NULL);
}

#define ANSWER(status, more) "HTTP/1.1 " status "\r\nConnection: close\r\n" more

Test(sink, refusals_of_a_server_are_sentences)
{
    static const struct {
        const char *answer;
        int rc;
        const char *says;
    } cases[] = {
        {ANSWER("412 No", "Content-Length: 0\r\n\r\n"), SPLIT_ERR_CONFLICT, "faster"},
        {ANSWER("403 No", "Content-Length: 0\r\n\r\n"), SPLIT_ERR_PEER,
         "refuses these credentials (status 403)"},
        {ANSWER("500 No", "Content-Length: 0\r\n\r\n"), SPLIT_ERR_PEER, "(status 500)"},
        {"", SPLIT_ERR_NET, "cannot be reached"},
    };
    split_route *route = route_of(1, 10, "demo");
    for (size_t i = 0; i < 4; i++) {
        char url[64];
        canned_server s;
        const char *const answers[] = {cases[i].answer};
        split_error e = {.size = sizeof e};
        cr_assert_eq(canned_server_start(&s, answers, 1), 0);
        snprintf(url, sizeof url, "http://127.0.0.1:%d/r", s.port);
        const split_sink_field fields[] = {{"url", NULL, url}};
        split_sink *sink = sink_of(SPLIT_SINK_HTTP, fields, 1);
        cr_expect_eq(split_sink_replace(sink, route, "\"tag\"", &e), cases[i].rc, "%s", e.text);
        cr_expect_not_null(strstr(e.text, cases[i].says), "%s", e.text);
        split_sink_free(&sink);
        canned_server_stop(&s);
        cr_expect_not_null(strstr(s.request, "If-Match: \"tag\"\r\n"), "%s", s.request);
    }
    split_route_free(&route, NULL);
}

Test(sink, an_answer_without_an_etag_or_a_route_is_refused)
{
    static const char *const answers[] = {
        ANSWER("200 OK", "Content-Length: 2\r\n\r\n{}"),
        ANSWER("200 OK", "ETag: \"a\"\r\nContent-Length: 2\r\n\r\n{}")};
    char url[64];
    canned_server s;
    split_sink_state state;
    split_error e = {.size = sizeof e};
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/r", s.port);
    const split_sink_field fields[] = {{"url", NULL, url}};
    split_sink *sink = sink_of(SPLIT_SINK_HTTP, fields, 1);
    cr_expect_eq(split_sink_read(sink, &state, &e), SPLIT_ERR_MODE);
    cr_expect_neq(split_sink_read(sink, &state, &e), 0);
    cr_expect_not_null(strstr(e.text, "not a route"), "%s", e.text);
    split_sink_free(&sink);
    canned_server_stop(&s);
}

Test(sink, what_a_kind_cannot_express_is_refused_before_anything_is_asked)
{
    const split_sink_field kvs[] = {
        {"arn", NULL, "arn:aws:cloudfront::123456789012:key-value-store/x"}, {"key", NULL, "r"}};
    char text[4096];
    split_error e = {.size = sizeof e};
    split_route *small = route_of(1, 10, "demo");
    split_route *large = NULL;
    snprintf(text, sizeof text, "%.*s,\"x-note\":\"%0900d\"}",
             (int)strlen(split_route_text(small, NULL)) - 1, split_route_text(small, NULL), 0);
    cr_assert_eq(split_route_load(text, strlen(text), NULL, NULL, 0, NULL, &large), 0);
    split_sink *sink = sink_of(SPLIT_SINK_CLOUDFRONT_KVS, kvs, 2);
    cr_expect_eq(split_sink_replace(sink, large, "tag", &e), SPLIT_ERR_SPACE);
    cr_expect_not_null(strstr(e.text, "at most 1024"), "%s", e.text);
    cr_expect_eq(split_sink_replace(sink, small, "tag", &e), SPLIT_ERR_NO_DATA, "%s", e.text);
    split_sink_free(&sink);
    const split_sink_field alb[] = {
        {"arn", NULL, "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/a/1"},
        {"targets", "new", "a"},
        {"targets", "legacy", "b"}};
    split_route_free(&small, NULL);
    snprintf(
        text, sizeof text,
        "{\"schema\":1,\"split\":\"demo\",\"revision\":1,\"issued_at\":\"2026-11-23T00:17:00Z\","
        "\"variants\":[\"new\",\"legacy\"],\"default\":1,\"home\":[524,1048052],\"ranges\":"
        "[[0,524,0],[524,1048576,1]],\"chains\":[[\"o\"],[\"o\"]],\"origins\":{\"o\":{\"url\":"
        "\"http://h\"}}}");
    cr_assert_eq(split_route_load(text, strlen(text), NULL, NULL, 0, NULL, &small), 0);
    sink = sink_of(SPLIT_SINK_ALB, alb, 3);
    cr_expect_eq(split_sink_replace(sink, small, "tag", &e), SPLIT_ERR_MODE);
    cr_expect_not_null(strstr(e.text, "between two steps of 0.1 %"), "%s", e.text);
    split_sink_free(&sink);
    split_route_free(&small, NULL);
    split_route_free(&large, NULL);
}

Test(sink, wrong_settings_are_refused)
{
    split_sink *sink = NULL;
    split_sink_state state;
    split_error e = {.size = sizeof e};
    split_sink_options o = {.size = sizeof o,
                            .sink = {.kind = SPLIT_SINK_FILE, .timeout_us = 1000000},
                            .split = "demo",
                            .variants = variants,
                            .n_variants = 2};
    for (size_t kind = 0; split_sink_kind_at(kind) != NULL; kind++) {
        o.sink.kind = (split_sink_kind)kind;
        int rc = split_sink_new(&o, &sink, &e);
        cr_expect_eq(rc, SPLIT_ERR_VALUE, "%s", split_sink_kind_at(kind)->name);
        cr_expect_neq(e.text[0], '\0');
    }
    o.size--;
    cr_expect_eq(split_sink_new(&o, &sink, &e), SPLIT_ERR_STRUCT);
    cr_expect_eq(split_sink_new(NULL, &sink, &e), SPLIT_ERR_ARG);
    cr_expect_eq(split_sink_read(NULL, &state, &e), SPLIT_ERR_ARG);
    cr_expect_eq(split_sink_replace(NULL, NULL, "", &e), SPLIT_ERR_ARG);
    cr_expect_eq(split_sink_probe(NULL, &e), SPLIT_ERR_ARG);
}
