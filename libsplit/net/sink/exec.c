/* SPDX-License-Identifier: MIT */
/*
 * Sink kind "exec": a program of yours. Its environment says what is asked: SPLIT_SINK is "read" or
 * "replace", SPLIT_NAME the split, and for "replace" SPLIT_REVISION, SPLIT_EXPECTED (the fence) and
 * SPLIT_SHARES ("new=10 legacy=90"), with the route on standard input.
 *   read:    prints the route that is in force, or nothing; exit code 0
 *   replace: exit code 0 when it is in force; 75 (EX_TEMPFAIL) when somebody else was faster
 * The fence is the revision. The last line of a failure is shown.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/program.h"
#include "net/sink/setting.h"

#define ARGS_MAX 17
#define BUSY 75
#define SHARES_BYTES 8192

/* The last line with something in it, in place. */
static const char *
last_line(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r' || text[n - 1] == ' '))
        text[--n] = '\0';
    const char *line = strrchr(text, '\n');
    return line != NULL ? line + 1 : text;
}

static int
run(sink_call *call, const char *const *env, const char *input, size_t input_len,
    program_answer *out)
{
    const char *argv[ARGS_MAX + 1] = {NULL};
    for (size_t i = 0; i < ARGS_MAX; i++)
        argv[i] = split__sink_setting_at(call->options, "command", i);
    const program_call what = {.argv = argv,
                               .env = env,
                               .input = input,
                               .input_len = input_len,
                               .timeout_us = call->options->sink.timeout_us};
    int rc = split__program_run(&what, out, call->error);
    if (rc != SPLIT_OK || out->exit_code == 0)
        return rc;
    if (out->exit_code == BUSY)
        return split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                                "another writer was faster: %.120s", last_line(out->text));
    return split__net_fault(call->error, SPLIT_ERR_PEER,
                            "the program ends with exit code %d: %.120s", out->exit_code,
                            last_line(out->text));
}

static int
open_exec(sink_call *call, void **out_state)
{
    (void)out_state;
    return split__sink_setting(call->options, "command") != NULL
               ? SPLIT_OK
               : split__net_fault(call->error, SPLIT_ERR_VALUE, "exec: the command is missing");
}

static int
fetch(sink_call *call, sink_found *out)
{
    char name[96];
    program_answer answer = {0};
    const char *env[] = {"SPLIT_SINK=read", name, NULL};
    snprintf(name, sizeof name, "SPLIT_NAME=%s", call->options->split);
    int rc = run(call, env, NULL, 0, &answer);
    if (rc == SPLIT_OK && answer.text[strspn(answer.text, " \t\r\n")] != '\0') {
        out->text = split__sink_copy(answer.text, answer.text_len);
        out->text_len = answer.text_len;
        out->state.exists = true;
        split_route *route = NULL;
        if (out->text == NULL)
            rc = split__sink_no_memory(call);
        else if (split_route_load(out->text, out->text_len, NULL, NULL, 0, NULL, &route) ==
                 SPLIT_OK)
            snprintf(out->state.fence, sizeof out->state.fence, "%" PRIu64,
                     split_route_revision(route));
        split_route_free(&route, NULL);
    }
    split__program_free(&answer);
    return rc;
}

static void
put_shares(const split_route *route, const uint32_t *shares, char *buf)
{
    size_t n = (size_t)snprintf(buf, SHARES_BYTES, "SPLIT_SHARES=");
    for (size_t v = 0; v < split_route_n_variants(route) && n < SHARES_BYTES; v++)
        n += (size_t)snprintf(buf + n, SHARES_BYTES - n, "%s%s=%.6g", v > 0 ? " " : "",
                              split_route_variant(route, v),
                              100.0 * (double)shares[v] / SPLIT_BUCKETS);
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    char name[96];
    char revision[48];
    char expected[SPLIT_SINK_FENCE_BYTES + 16];
    char list[SHARES_BYTES];
    uint32_t shares[SPLIT_VARIANTS_MAX];
    size_t len;
    program_answer answer = {0};
    const char *env[] = {"SPLIT_SINK=replace", name, revision, expected, list, NULL};
    int rc = split__sink_shares(route, shares);
    if (rc != SPLIT_OK)
        return split__net_fault(call->error, rc, "%s", split_strerror(rc));
    snprintf(name, sizeof name, "SPLIT_NAME=%s", call->options->split);
    snprintf(revision, sizeof revision, "SPLIT_REVISION=%" PRIu64, split_route_revision(route));
    snprintf(expected, sizeof expected, "SPLIT_EXPECTED=%s", fence[0] != '\0' ? fence : "0");
    put_shares(route, shares, list);
    const char *text = split_route_text(route, &len);
    rc = run(call, env, text, len, &answer);
    split__program_free(&answer);
    return rc;
}

const sink_kind split__sink_exec = {.open = open_exec, .fetch = fetch, .store = store};
