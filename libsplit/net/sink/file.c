/* SPDX-License-Identifier: MIT */
/* Sink kind "file": replaced whole under a lock (split_route_publish); the fence is the revision. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/sink/setting.h"

static int
open_file(sink_call *call, void **out_state)
{
    char path[SINK_PATH_BYTES];
    const char *setting = split__sink_setting(call->options, "path");
    if (setting == NULL || !split__sink_path(call->options, setting, path))
        return split__net_fault(call->error, SPLIT_ERR_VALUE,
                                "file: the path is missing or too long");
    *out_state = strdup(path);
    return *out_state != NULL ? SPLIT_OK : split__sink_no_memory(call);
}

static int
fetch(sink_call *call, sink_found *out)
{
    split_error why = {.size = sizeof why};
    split_route *route = NULL;
    errno = 0;
    int rc = split_route_load_file(call->state, NULL, &why, 1, NULL, &route);
    if (rc == SPLIT_ERR_IO && errno == ENOENT)
        return SPLIT_OK;
    if (rc != SPLIT_OK)
        return split__net_fault(call->error, rc, "%.200s",
                                why.text[0] != '\0' ? why.text : split_strerror(rc));
    size_t len;
    const char *text = split_route_text(route, &len);
    out->text = split__sink_copy(text, len);
    out->text_len = len;
    out->state.exists = true;
    snprintf(out->state.fence, sizeof out->state.fence, "%" PRIu64, split_route_revision(route));
    split_route_free(&route, NULL);
    return out->text != NULL ? SPLIT_OK : split__sink_no_memory(call);
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    split_error why = {.size = sizeof why};
    int rc = split_route_publish(route, call->state, strtoull(fence, NULL, 10), &why);
    return rc == SPLIT_OK ? rc
                          : split__net_fault(call->error, rc, "%.220s",
                                             why.text[0] != '\0' ? why.text : split_strerror(rc));
}

const sink_kind split__sink_file = {
    .open = open_file, .fetch = fetch, .store = store, .close = free};
