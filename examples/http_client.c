/* SPDX-License-Identifier: MIT */
/* An HTTP client on libcurl's multi interface: each user's request goes to the system that the plan
 * gives them, and to another one when the failover machine says so.
 * Usage: http_client POLICY PATH USER...     prints USER VARIANT ORIGIN STATUS, one line per user */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <split/policy.h>
#include <split/split.h>

static struct {
    split_policy *policy;
    split_plan *plan;
    split_failover *machine;
    CURLM *multi;
    const char *path;
    unsigned running;
} app;

/* One user's request, over all its attempts. */
struct request {
    const char *user;
    uint32_t variant;
    uint32_t origin;
    split_failover_token token;
    split_us began_us;
    CURL *easy;
};

static split_us
now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (split_us)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static size_t
drop(char *data, size_t size, size_t n, void *ctx)
{
    (void)data;
    (void)ctx;
    return size * n;
}

static void
finish(struct request *r, long status)
{
    split_origin_info origin = {.name = "-"};
    if (status > 0 && split_policy_origin(app.policy, r->origin, &origin) != 0)
        origin.name = "?";
    printf("%s %s %s %ld\n", r->user, split_policy_variant(app.policy, r->variant), origin.name,
           status);
    if (r->easy != NULL)
        curl_easy_cleanup(r->easy);
    free(r);
    app.running--;
}

/* A connection of its own: libcurl would send a request again by itself on a kept one that ended,
 * and the machine would not learn of it. */
static void
attempt(struct request *r, const split_failover_answer *answer)
{
    split_origin_info origin;
    char url[1024];
    if (answer->origin == SPLIT_FAILOVER_NONE ||
        split_policy_origin(app.policy, (size_t)answer->origin, &origin) != 0) {
        finish(r, 0);
        return;
    }
    r->token = answer->token;
    r->origin = (uint32_t)answer->origin;
    r->began_us = now_us();
    if (r->easy == NULL)
        r->easy = curl_easy_init();
    snprintf(url, sizeof url, "%s%s", origin.url, app.path);
    curl_easy_setopt(r->easy, CURLOPT_URL, url);
    curl_easy_setopt(r->easy, CURLOPT_PRIVATE, r);
    curl_easy_setopt(r->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(r->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(r->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(r->easy, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(r->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(origin.connect_timeout_us / 1000));
    curl_easy_setopt(r->easy, CURLOPT_TIMEOUT_MS, (long)(origin.timeout_us / 1000));
    if (curl_multi_add_handle(app.multi, r->easy) != CURLM_OK)
        finish(r, 0);
}

static void
begin(const char *user)
{
    struct request *r = calloc(1, sizeof *r);
    split_assignment who = {.variant = split_plan_default(app.plan)};
    split_failover_request request = {.safe = true, .replayable = true};
    split_failover_answer answer;
    if (r == NULL)
        return;
    app.running++;
    r->user = user;
    if (split_assign(app.plan, user, strlen(user), &who) == 0 &&
        split_plan_unit_hash(app.plan, user, strlen(user), &request.key) != 0)
        request.key = 0;
    r->variant = request.chain = who.variant;
    if (split_failover_route(app.machine, now_us(), &request, &answer, NULL) == 0)
        attempt(r, &answer);
    else
        finish(r, 0);
}

/* What the attempt proved about its origin. */
static split_failover_class
class_of(const struct request *r, CURLcode result, long status)
{
    curl_off_t connected = 0;
    curl_easy_getinfo(r->easy, CURLINFO_CONNECT_TIME_T, &connected);
    if (result == CURLE_OK)
        return split_failover_classify_status(app.machine, (uint32_t)status,
                                              now_us() - r->began_us);
    if (connected == 0)
        return SPLIT_FAILOVER_CLASS_FAIL_CONNECT;
    return result == CURLE_OPERATION_TIMEDOUT ? SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT
                                              : SPLIT_FAILOVER_CLASS_FAIL_RESET;
}

static void
ended(struct request *r, CURLcode result)
{
    split_failover_followup next;
    long status = 0;
    curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    split_failover_outcome outcome = {.klass = class_of(r, result, status)};
    curl_multi_remove_handle(app.multi, r->easy);
    if (split_failover_report(app.machine, now_us(), &r->token, &outcome, &next, NULL) == 0 &&
        next.next == SPLIT_FAILOVER_NEXT_ATTEMPT)
        attempt(r, &next.attempt);
    else
        finish(r, result == CURLE_OK ? status : 0);
}

static void
run(void)
{
    int busy, left;
    while (app.running > 0) {
        curl_multi_perform(app.multi, &busy);
        for (CURLMsg *m = curl_multi_info_read(app.multi, &left); m != NULL;
             m = curl_multi_info_read(app.multi, &left)) {
            struct request *r = NULL;
            CURLcode result = m->data.result;
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
            ended(r, result);
        }
        if (app.running > 0)
            curl_multi_poll(app.multi, NULL, 0, 1000, NULL);
    }
}

static bool
load(const char *path)
{
    split_error fault = {.size = sizeof fault};
    split_plan_options plan;
    split_failover_options machine;
    size_t n = 0;
    if (split_policy_load_file(path, NULL, &fault, 1, &n, &app.policy) != 0) {
        fprintf(stderr, "%s:%u:%u: %s: %s\n", path, fault.line, fault.column, fault.path,
                fault.text);
        return false;
    }
    split_plan_options_init(&plan);
    split_failover_options_init(&machine);
    return split_policy_plan_options(app.policy, &plan) == 0 &&
           split_plan_new(&plan, NULL, &app.plan) == 0 &&
           split_policy_failover_options(app.policy, &machine) == 0 &&
           split_failover_new(&machine, NULL, &app.machine) == 0;
}

int
main(int argc, char **argv)
{
    if (argc < 4 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || !load(argv[1])) {
        fputs("usage: http_client POLICY PATH USER...\n", stderr);
        return 2;
    }
    app.path = argv[2];
    app.multi = curl_multi_init();
    for (int i = 3; i < argc; i++) {
        begin(argv[i]);
        if (app.running == 32 || i + 1 == argc) /* So many at once. */
            run();
    }
    curl_multi_cleanup(app.multi);
    split_failover_free(&app.machine, NULL);
    split_plan_free(&app.plan, NULL);
    split_policy_free(&app.policy, NULL);
    curl_global_cleanup();
    return 0;
}
