/* SPDX-License-Identifier: MIT */
/*
 * Sink kind "haproxy": a map of bucket ranges, as `splitctl export haproxy --live` looks it up. The
 * file is written first, for the next start; then every process gets the lines as one new version of
 * the map, which is read back before it is committed. Two entries beyond the last bucket keep split
 * and revision, so they change with the ranges.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/sink/lock.h"
#include "net/sink/runtime.h"
#include "net/sink/setting.h"
#include "split/plan.h"

#define MARK_KEY "1048576"

static int
open_haproxy(sink_call *call, void **out_state)
{
    char path[SINK_PATH_BYTES];
    const char *setting = split__sink_setting(call->options, "path");
    if (setting == NULL || !split__sink_path(call->options, setting, path) ||
        split__sink_setting(call->options, "sockets") == NULL)
        return split__net_fault(call->error, SPLIT_ERR_VALUE,
                                "haproxy: path and sockets are needed");
    *out_state = strdup(path);
    return *out_state != NULL ? SPLIT_OK : split__sink_no_memory(call);
}

/* "FROM:TO VARIANT" lines, and the mark. NULL without memory, or for a plan that is not valid. */
static char *
lines_of(const split_route *route)
{
    char *text = NULL;
    size_t len;
    char mark[128];
    split_plan_options options;
    split_plan *plan = NULL;
    FILE *out = open_memstream(&text, &len);
    bool done = out != NULL && split_route_plan_options(route, &options) == SPLIT_OK &&
                split_plan_new(&options, NULL, &plan) == SPLIT_OK;
    for (size_t i = 0; done && i < split_plan_n_ranges(plan); i++) {
        split_range r;
        done = split_plan_range(plan, i, &r) == SPLIT_OK;
        fprintf(out, "%" PRIu32 ":%" PRIu32 " %s\n", r.start, r.end - 1,
                split_route_variant(route, r.variant));
    }
    split_plan_free(&plan, NULL);
    split__sink_mark_print(route, mark, sizeof mark);
    if (out != NULL) {
        fprintf(out, MARK_KEY " %s\n", mark);
        done = fclose(out) == 0 && done;
    }
    if (done)
        return text;
    free(text);
    return NULL;
}

/* A line of a map, or of "show map", where an address stands before it. */
static bool
take_line(sink_call *call, const char *line, split_sink_state *out)
{
    char name[80];
    uint32_t from;
    uint32_t to;
    const char *entry = strncmp(line, "0x", 2) == 0 ? strchr(line, ' ') : line;
    if (entry == NULL)
        return false;
    entry += strspn(entry, " ");
    if (strncmp(entry, MARK_KEY " ", strlen(MARK_KEY) + 1) == 0)
        return split__sink_mark_read(entry + strlen(MARK_KEY) + 1, out);
    if (sscanf(entry, "%" SCNu32 ":%" SCNu32 " %79s", &from, &to, name) != 3 || to < from ||
        to >= SPLIT_BUCKETS)
        return false;
    for (size_t v = 0; v < call->options->n_variants; v++)
        if (strcmp(call->options->variants[v], name) == 0) {
            out->shares[v] += to - from + 1;
            out->n_shares = (uint32_t)call->options->n_variants;
        }
    return true;
}

/* Everything that a map holds; how many entries it has. */
static size_t
take_map(sink_call *call, const char *text, split_sink_state *out)
{
    size_t n = 0;
    *out = (split_sink_state){.size = sizeof *out};
    for (const char *p = text; *p != '\0';) {
        char line[256];
        size_t len = strcspn(p, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(len < 255 ? len : 255), p);
        n += take_line(call, line, out) ? 1 : 0;
        p += len + (p[len] == '\n' ? 1 : 0);
    }
    out->exists = n > 0;
    return n;
}

static int
show_map(sink_call *call, const char *socket, const char *version, split_sink_state *out)
{
    char command[SINK_PATH_BYTES + 64];
    char *answer = NULL;
    snprintf(command, sizeof command, "show map %s%s%s\n", version, version[0] != '\0' ? " " : "",
             (const char *)call->state);
    int rc = split__runtime_ask(call, socket, command, &answer);
    if (rc != SPLIT_OK)
        return rc;
    if (strstr(answer, "Unknown map") != NULL)
        rc = split__net_fault(call->error, SPLIT_ERR_PEER,
                              "HAProxy at %.80s has no map %.80s; use what 'splitctl export "
                              "haproxy --live' writes",
                              socket, (const char *)call->state);
    else
        (void)take_map(call, answer, out);
    free(answer);
    return rc;
}

/* What the process that is furthest behind has in force; with an error, of those that answer. */
static int
fetch(sink_call *call, sink_found *out)
{
    split_sink_state one;
    split_error *error = call->error;
    split_error why = {.size = sizeof why};
    int rc = SPLIT_OK;
    bool any = false;
    call->error = &why;
    for (size_t i = 0;; i++) {
        const char *socket = split__sink_setting_at(call->options, "sockets", i);
        if (socket == NULL)
            break;
        int this = show_map(call, socket, "", &one);
        if (this != SPLIT_OK && rc == SPLIT_OK)
            rc = split__net_fault(error, this, "%s", why.text);
        if (this != SPLIT_OK)
            continue;
        if (!any || one.revision < out->state.revision)
            out->state = one;
        any = true;
    }
    call->error = error;
    if (any)
        snprintf(out->state.fence, sizeof out->state.fence, "%" PRIu64, out->state.revision);
    return rc;
}

/* "New version created: 7" to "@7". */
static int
prepare(sink_call *call, const char *socket, char version[24])
{
    char command[SINK_PATH_BYTES + 32];
    char *answer = NULL;
    uint64_t number = 0;
    snprintf(command, sizeof command, "prepare map %s\n", (const char *)call->state);
    int rc = split__runtime_ask(call, socket, command, &answer);
    if (rc != SPLIT_OK)
        return rc;
    const char *colon = strstr(answer, "created:");
    if (colon == NULL || sscanf(colon, "created: %" SCNu64, &number) != 1)
        rc = split__net_fault(call->error, SPLIT_ERR_PEER, "HAProxy at %.80s: %.100s", socket,
                              answer);
    snprintf(version, 24, "@%" PRIu64, number);
    free(answer);
    return rc;
}

/* A command whose success is silence. */
static int
tell(sink_call *call, const char *socket, const char *command)
{
    char *answer = NULL;
    int rc = split__runtime_ask(call, socket, command, &answer);
    if (rc != SPLIT_OK)
        return rc;
    if (answer[strspn(answer, " \r\n")] != '\0')
        rc = split__net_fault(call->error, SPLIT_ERR_PEER, "HAProxy at %.80s: %.100s", socket,
                              answer + strspn(answer, " \r\n"));
    free(answer);
    return rc;
}

/* What stands in the new version is what was meant: all ranges, and the revision. */
static int
check_version(sink_call *call, const char *socket, const char *version, const split_route *route)
{
    split_sink_state there;
    uint32_t shares[SPLIT_VARIANTS_MAX] = {0};
    int rc = show_map(call, socket, version, &there);
    if (rc != SPLIT_OK)
        return rc;
    rc = split__sink_shares(route, shares);
    bool same = rc == SPLIT_OK && there.revision == split_route_revision(route);
    for (size_t v = 0; same && v < split_route_n_variants(route); v++)
        same = there.shares[v] == shares[v];
    return same ? SPLIT_OK
                : split__net_fault(call->error, SPLIT_ERR_PEER,
                                   "HAProxy at %.80s took the ranges for something else; they were "
                                   "not committed",
                                   socket);
}

static int
update_process(sink_call *call, const char *socket, const char *lines, const split_route *route)
{
    char version[24];
    char *command = NULL;
    int rc = prepare(call, socket, version);
    if (rc != SPLIT_OK)
        return rc;
    if (asprintf(&command, "add map %s %s <<\n%s\n", version, (const char *)call->state, lines) < 0)
        return split__sink_no_memory(call);
    rc = tell(call, socket, command);
    free(command);
    if (rc == SPLIT_OK)
        rc = check_version(call, socket, version, route);
    if (rc != SPLIT_OK)
        return rc;
    if (asprintf(&command, "commit map %s %s\n", version, (const char *)call->state) < 0)
        return split__sink_no_memory(call);
    rc = tell(call, socket, command);
    free(command);
    return rc;
}

/* The file first: a process that starts meanwhile reads it. One process that fails does not keep
 * the others back. */
static int
update_all(sink_call *call, const char *lines, const split_route *route)
{
    split_error first = {.size = sizeof first};
    split_error *error = call->error;
    int rc = split__lock_write(call, call->state, lines, strlen(lines));
    if (rc != SPLIT_OK)
        return rc;
    call->error = &first;
    for (size_t i = 0;; i++) {
        const char *socket = split__sink_setting_at(call->options, "sockets", i);
        if (socket == NULL)
            break;
        int one = update_process(call, socket, lines, route);
        if (one != SPLIT_OK && rc == SPLIT_OK) {
            rc = one;
            (void)split__net_fault(error, one, "%s", first.text);
        }
    }
    call->error = error;
    return rc;
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    int lock;
    sink_found now = {0};
    char *lines = lines_of(route);
    if (lines == NULL)
        return split__sink_no_memory(call);
    int rc = split__lock_begin(call, call->state, &lock);
    if (rc != SPLIT_OK) {
        free(lines);
        return rc;
    }
    rc = fetch(call, &now);
    if (rc == SPLIT_OK && strcmp(now.state.fence, fence[0] != '\0' ? fence : "0") != 0)
        rc = split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                              "another writer was faster; read again");
    else /* also when a process is down: the others follow */
        rc = update_all(call, lines, route);
    split__lock_end(lock);
    free(lines);
    return rc;
}

const sink_kind split__sink_haproxy = {
    .open = open_haproxy, .fetch = fetch, .store = store, .close = free};
