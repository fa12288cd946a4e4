/* SPDX-License-Identifier: MIT */
/*
 * Memory runs out at the first, second, third... allocation until a call succeeds: each time the
 * answer is SPLIT_ERR_NOMEM, nothing leaks, and the output stays as it was. cJSON's own allocations
 * are counted too.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/policy_text.h"
#include "counting_alloc.h"
#include "split/lines.h"
#include "split/route.h"

static counting_alloc memory;
static const char full[] = POLICY_FULL;
static split_policy *policy;
static split_plan *plan;
static split_route *route;
static char path[] = "/tmp/split-oom-XXXXXX";

static void *
cjson_malloc(size_t n)
{
    return memory.alloc.malloc_fn(n, memory.alloc.ctx);
}

static void
cjson_free(void *mem)
{
    memory.alloc.free_fn(mem, memory.alloc.ctx);
}

static int
load_policy(void)
{
    split_policy *own = NULL;
    int err = split_policy_load(full, strlen(full), &memory.alloc, NULL, 0, NULL, &own);
    if (err != SPLIT_OK && own != NULL)
        return SPLIT_ERR_BUG;
    split_policy_free(&own, &memory.alloc);
    return err;
}

/* Faults cost no memory: they are reported although it is scarce, or NOMEM is. */
static int
load_faulty(void)
{
    static const char text[] = "{\"schema\":1,\"splt\":{},\"origins\":{\"a\":{\"url\":\"x\"}}}";
    split_error fault = {.size = sizeof fault};
    split_policy *own = NULL;
    int err = split_policy_load(text, sizeof text - 1, &memory.alloc, &fault, 1, NULL, &own);
    return err == SPLIT_ERR_FIELD ? SPLIT_OK : err;
}

static int
load_file(void)
{
    split_policy *own = NULL;
    int err = split_policy_load_file(path, &memory.alloc, NULL, 0, NULL, &own);
    split_policy_free(&own, &memory.alloc);
    return err;
}

static int
build_route(void)
{
    split_route *own = NULL;
    int err = split_route_build(policy, plan, 1, 0, &memory.alloc, &own);
    split_route_free(&own, &memory.alloc);
    return err;
}

static int
load_route(void)
{
    split_route *own = NULL;
    int err = split_route_load(split_route_text(route, NULL), strlen(split_route_text(route, NULL)),
                               &memory.alloc, NULL, 0, NULL, &own);
    split_route_free(&own, &memory.alloc);
    return err;
}

static int
read_lines(void)
{
    static char first[6000];
    static const char window[] =
        "{\"id\":1,\"start\":\"2026-11-23T00:17:00Z\",\"arms\":{\"new\":{\"sent\":1}}}";
    static const char action[] =
        "{\"at\":\"2026-11-23T00:17:00Z\",\"do\":\"pause\",\"who\":\"me\",\"why\":\"lunch\"}";
    static split_line line;
    split_lines *lines = NULL;
    snprintf(first, sizeof first, "{\"policy\":%s}", full);
    int err = split_lines_new(NULL, &memory.alloc, &lines);
    if (err == SPLIT_OK)
        err = split_lines_read(lines, first, strlen(first), &line, NULL);
    if (err == SPLIT_OK)
        err = split_lines_read(lines, window, sizeof window - 1, &line, NULL);
    if (err == SPLIT_OK)
        err = split_lines_read(lines, action, sizeof action - 1, &line, NULL);
    split_lines_free(&lines, &memory.alloc);
    return err;
}

static int
exhaust(const char *name, int (*call)(void))
{
    for (size_t n = 1;; n++) {
        counting_alloc_init(&memory);
        memory.fail_at = n;
        int err = call();
        if (memory.n_live != 0) {
            printf("%s: %zu blocks leak when allocation %zu fails\n", name, memory.n_live, n);
            return 1;
        }
        if (err == SPLIT_OK && memory.n_calls < n) {
            printf("%s: succeeds after %zu failures\n", name, n - 1);
            return n < 3;
        }
        if (err != SPLIT_ERR_NOMEM && err != SPLIT_OK) {
            printf("%s: %s when allocation %zu fails\n", name, split_errname(err), n);
            return 1;
        }
        if (err == SPLIT_OK) {
            printf("%s: succeeds although allocation %zu failed\n", name, n);
            return 1;
        }
    }
}

static int
prepare(void)
{
    split_plan_options options;
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, full, strlen(full)) != (ssize_t)strlen(full) || close(fd) != 0)
        return 1;
    return split_policy_load(full, strlen(full), NULL, NULL, 0, NULL, &policy) != SPLIT_OK ||
           split_policy_plan_options(policy, &options) != SPLIT_OK ||
           split_plan_new(&options, NULL, &plan) != SPLIT_OK ||
           split_route_build(policy, plan, 1, 0, NULL, &route) != SPLIT_OK;
}

int
main(void)
{
    cJSON_Hooks hooks = {cjson_malloc, cjson_free};
    int failed = prepare();
    cJSON_InitHooks(&hooks);
    failed = failed || exhaust("policy", load_policy) + exhaust("faulty policy", load_faulty) +
                           exhaust("file", load_file) + exhaust("route from text", load_route) +
                           exhaust("route from policy", build_route) + exhaust("lines", read_lines);
    cJSON_InitHooks(NULL);
    split_route_free(&route, NULL);
    split_plan_free(&plan, NULL);
    split_policy_free(&policy, NULL);
    unlink(path);
    return failed;
}
