/* SPDX-License-Identifier: MIT */
/* Sink kind "http": GET and PUT of one URL; the fence is its ETag. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/http.h"
#include "net/sink/peer.h"
#include "net/sink/setting.h"

static const char peer[] = "the server";

static int
open_http(sink_call *call, void **out_state)
{
    const http_tls tls = {.ca_file = split__sink_setting(call->options, "ca")};
    (void)out_state;
    split__http_tls(call->http, &tls);
    return split__sink_setting(call->options, "url") != NULL
               ? SPLIT_OK
               : split__net_fault(call->error, SPLIT_ERR_VALUE, "http: the url is missing");
}

static int
get(sink_call *call, split_http_answer *answer)
{
    const peer_request request = {.url = split__sink_setting(call->options, "url"),
                                  .headers = {"Cache-Control: no-cache"},
                                  .n_headers = 1,
                                  .want_header = "ETag"};
    return split__peer_send(call, peer, &request, answer);
}

static int
fetch(sink_call *call, sink_found *out)
{
    split_http_answer answer;
    int rc = get(call, &answer);
    if (rc != SPLIT_OK || answer.status == 404)
        return rc;
    if (answer.status != 200)
        return split__sink_refused(call, peer, answer.status);
    if (answer.header[0] == '\0')
        return split__net_fault(call->error, SPLIT_ERR_MODE,
                                "the server gives no ETag; a sink needs one");
    out->text = split__sink_copy(answer.body, answer.body_len);
    out->text_len = answer.body_len;
    out->state.exists = true;
    snprintf(out->state.fence, sizeof out->state.fence, "%s", answer.header);
    return out->text != NULL ? SPLIT_OK : split__sink_no_memory(call);
}

static int
put(sink_call *call, const char *text, size_t len, const char *condition, split_http_answer *answer)
{
    const peer_request request = {.method = "PUT",
                                  .url = split__sink_setting(call->options, "url"),
                                  .headers = {"Content-Type: application/json", condition},
                                  .n_headers = 2,
                                  .body = text,
                                  .body_len = len};
    return split__peer_send(call, peer, &request, answer);
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    char condition[SPLIT_SINK_FENCE_BYTES + 16] = "If-None-Match: *";
    split_http_answer answer;
    size_t len;
    const char *text = split_route_text(route, &len);
    if (fence[0] != '\0')
        snprintf(condition, sizeof condition, "If-Match: %s", fence);
    int rc = put(call, text, len, condition, &answer);
    if (rc != SPLIT_OK || answer.status / 100 == 2)
        return rc;
    return split__sink_refused(call, peer, answer.status);
}

/* What is there is put again under a wrong fence: a server that takes it has none. */
static int
probe(sink_call *call)
{
    split_http_answer answer;
    int rc = get(call, &answer);
    if (rc != SPLIT_OK || answer.status != 200)
        return rc;
    char *text = split__sink_copy(answer.body, answer.body_len);
    if (text == NULL)
        return split__sink_no_memory(call);
    rc = put(call, text, answer.body_len, "If-Match: \"split-probe\"", &answer);
    free(text);
    if (rc != SPLIT_OK || answer.status == 412)
        return rc;
    if (answer.status / 100 != 2)
        return split__sink_refused(call, peer, answer.status);
    return split__net_fault(call->error, SPLIT_ERR_MODE,
                            "the server takes a PUT whose If-Match is wrong: two writers could "
                            "overwrite each other, so it must not be primary");
}

const sink_kind split__sink_http = {
    .open = open_http, .fetch = fetch, .store = store, .probe = probe};
