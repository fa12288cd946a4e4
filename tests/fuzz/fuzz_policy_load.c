/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as policy, route and JSON line. Whatever they are: no crash, no leak, faults in order and inside the text; what
 * loads makes a route that loads, and its compact text loads to the same compact text.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counting_alloc.h"
#include "split/lines.h"
#include "split/route.h"

#define MAX_FAULTS 8

#define INSIST(what)                                                                               \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "fuzz_policy_load: not true: %s\n", #what);                            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* `err` and its faults belong together. */
static void
check_faults(int err, const split_error *faults, size_t n, size_t text_len)
{
    size_t n_kept = n < MAX_FAULTS ? n : MAX_FAULTS;
    INSIST(err == SPLIT_OK ? n == 0 : n > 0);
    INSIST(err == SPLIT_OK || err == faults[0].code);
    for (size_t i = 0; i < n_kept; i++) {
        INSIST(faults[i].pos <= text_len && faults[i].line >= 1 && faults[i].column >= 1);
        INSIST(i == 0 || faults[i].pos >= faults[i - 1].pos);
        INSIST(faults[i].path[0] == '$' && faults[i].text[0] != '\0');
        INSIST(split_errcategory(faults[i].code) != SPLIT_CATEGORY_BUG);
    }
}

static void
check_policy(const split_policy *policy, const split_alloc *alloc)
{
    size_t len;
    split_policy *again = NULL;
    split_plan_options options;
    split_plan *plan = NULL;
    split_route *route = NULL;
    const char *text = split_policy_text(policy, &len);
    INSIST(split_policy_load(text, len, alloc, NULL, 0, NULL, &again) == SPLIT_OK);
    INSIST(strcmp(split_policy_text(again, NULL), text) == 0);
    split_policy_free(&again, alloc);
    INSIST(split_policy_plan_options(policy, &options) == SPLIT_OK);
    INSIST(split_plan_new(&options, alloc, &plan) == SPLIT_OK);
    int err = split_route_build(policy, plan, 1, 0, alloc, &route);
    INSIST(err == SPLIT_OK || err == SPLIT_ERR_LIMIT);
    split_route_free(&route, alloc);
    split_plan_free(&plan, alloc);
}

static void
try_policy(const char *text, size_t len, const split_alloc *alloc)
{
    split_error faults[MAX_FAULTS] = {{.size = sizeof faults[0]}};
    size_t n;
    split_policy *policy = NULL;
    int err = split_policy_load(text, len, alloc, faults, MAX_FAULTS, &n, &policy);
    check_faults(err, faults, n, len);
    if (policy != NULL)
        check_policy(policy, alloc);
    split_policy_free(&policy, alloc);
}

static void
try_route(const char *text, size_t len, const split_alloc *alloc)
{
    split_error faults[MAX_FAULTS] = {{.size = sizeof faults[0]}};
    size_t n;
    split_plan_options options;
    split_plan *plan = NULL;
    split_route *route = NULL;
    int err = split_route_load(text, len, alloc, faults, MAX_FAULTS, &n, &route);
    check_faults(err, faults, n, len);
    if (route != NULL) {
        INSIST(split_route_plan_options(route, &options) == SPLIT_OK);
        INSIST(split_plan_new(&options, alloc, &plan) == SPLIT_OK);
        INSIST(split_route_accept(route, route) == SPLIT_OK);
    }
    split_plan_free(&plan, alloc);
    split_route_free(&route, alloc);
}

/* A policy line, and the same bytes as a window after it. */
static void
try_lines(const char *text, size_t len, const split_alloc *alloc)
{
    static const char first[] =
        "{\"policy\":{\"schema\":1,\"split\":{\"name\":\"s\",\"variants\":[{\"name\":\"a\",\"weight\":1},{\"name\":\"b\",\"weight\":1}],"
        "\"default\":\"b\"},\"origins\":{\"a\":{\"url\":\"http://a\"},\"b\":{\"url\":\"http://b\"}},\"metrics\":[{\"name\":\"p\","
        "\"kind\":\"latency\",\"percentile\":95,\"target\":\"< 1s\",\"warning\":\"> 1s\",\"critical\":\"> 2s\"}],"
        "\"rollout\":{\"variant\":\"a\",\"phases\":[{\"percent\":50,\"bake\":\"1h\"}]}}}";
    static char written[SPLIT_LINE_BYTES];
    static split_line line;
    split_lines *lines = NULL;
    INSIST(split_lines_new(NULL, alloc, &lines) == SPLIT_OK);
    if (split_lines_read(lines, text, len, &line, NULL) != SPLIT_OK)
        INSIST(split_lines_read(lines, first, sizeof first - 1, &line, NULL) == SPLIT_OK);
    if (split_lines_read(lines, text, len, &line, NULL) == SPLIT_OK && line.kind == SPLIT_LINE_WINDOW)
        INSIST(split_window_write(split_lines_policy(lines), &line.window, written, sizeof written, NULL) == SPLIT_OK);
    split_lines_free(&lines, alloc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    counting_alloc memory;
    /* A copy of exactly this size, so that a sanitizer sees a read past its end. */
    char *text = malloc(size > 0 ? size : 1);
    INSIST(text != NULL);
    memcpy(text, data, size);
    counting_alloc_init(&memory);
    try_policy(text, size, &memory.alloc);
    try_route(text, size, &memory.alloc);
    try_lines(text, size, &memory.alloc);
    INSIST(memory.n_live == 0);
    free(text);
    return 0;
}
