/* SPDX-License-Identifier: MIT */
/* The kinds of sink, and the object around one of them: its deadline, its client, its route. */
#include "split/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/scope.h"
#include "net/sink/setting.h"

#define PLACE_BYTES 512

struct split_sink {
    const sink_kind *kind;
    split_sink_options options;
    split_http *http;
    aws_chain *chain;
    void *state;
    char *text; /* of the last read */
    split_route *route;
    char place[PLACE_BYTES];
};

static const split_sink_kind_info shown[] = {
#define XX(name, number, text, form, help) {text, SPLIT_SINK_##form, help},
    SPLIT_SINK_KIND_MAP(XX)
#undef XX
};

static const sink_kind *const kinds[] = {
    [SPLIT_SINK_FILE] = &split__sink_file,
    [SPLIT_SINK_EXEC] = &split__sink_exec,
    [SPLIT_SINK_HTTP] = &split__sink_http,
    [SPLIT_SINK_ETCD] = &split__sink_etcd,
    [SPLIT_SINK_S3] = &split__sink_s3,
    [SPLIT_SINK_HAPROXY] = &split__sink_haproxy,
    [SPLIT_SINK_ENVOY] = &split__sink_envoy,
    [SPLIT_SINK_CLOUDFRONT_KVS] = &split__sink_cloudfront_kvs,
    [SPLIT_SINK_CONFIGMAP] = &split__sink_configmap,
    [SPLIT_SINK_HTTPROUTE] = &split__sink_httproute,
    [SPLIT_SINK_ALB] = &split__sink_alb,
    [SPLIT_SINK_LAMBDA_ALIAS] = &split__sink_lambda_alias,
};

#define N_KINDS (sizeof kinds / sizeof kinds[0])

const split_sink_kind_info *
split_sink_kind_at(size_t kind)
{
    return kind < sizeof shown / sizeof shown[0] ? &shown[kind] : NULL;
}

static int
check_options(const split_sink_options *o)
{
    if (o == NULL || o->split == NULL || o->variants == NULL || o->n_variants == 0 ||
        o->n_variants > SPLIT_VARIANTS_MAX || (o->sink.n_fields > 0 && o->sink.fields == NULL))
        return SPLIT_ERR_ARG;
    if (o->size != sizeof *o)
        return SPLIT_ERR_STRUCT;
    return (size_t)o->sink.kind >= N_KINDS || o->sink.timeout_us < 1000 ? SPLIT_ERR_VALUE
                                                                        : SPLIT_OK;
}

/* The kind and what says best where it is; never a secret. */
static void
put_place(split_sink *sink)
{
    static const char *const names[] = {"path", "url", "bucket",     "arn",      "namespace",
                                        "name", "key", "kubeconfig", "function", "alias"};
    size_t n =
        (size_t)snprintf(sink->place, PLACE_BYTES, "%s", shown[sink->options.sink.kind].name);
    const char *program = split__sink_setting(&sink->options, "command");
    for (size_t i = 0; i < sizeof names / sizeof names[0] && n < PLACE_BYTES; i++) {
        const char *text = split__sink_setting(&sink->options, names[i]);
        if (text != NULL)
            n += (size_t)snprintf(sink->place + n, PLACE_BYTES - n, " %s", text);
    }
    if (program != NULL && n < PLACE_BYTES)
        snprintf(sink->place + n, PLACE_BYTES - n, " %s", program);
}

static sink_call
begin(split_sink *sink, split_error *error)
{
    if (error != NULL)
        *error = (split_error){.size = sizeof *error};
    return (sink_call){.options = &sink->options,
                       .http = sink->http,
                       .chain = sink->chain,
                       .state = sink->state,
                       .error = error};
}

static int
open_sink(split_sink *sink, split_error *error)
{
    split_http_options http;
    split_http_options_init(&http);
    http.tries = 2;
    http.timeout_us = sink->options.sink.timeout_us;
    http.connect_timeout_us = sink->options.sink.timeout_us;
    int rc = split_http_new(&http, &sink->http);
    if (rc == SPLIT_OK)
        rc = split__aws_chain_new(&sink->chain);
    sink_call call = begin(sink, error);
    if (rc != SPLIT_OK)
        return split__sink_no_memory(&call);
    return sink->kind->open != NULL ? sink->kind->open(&call, &sink->state) : SPLIT_OK;
}

int
split_sink_new(const split_sink_options *options, split_sink **out, split_error *error)
{
    int rc = out == NULL ? SPLIT_ERR_ARG : check_options(options);
    if (rc != SPLIT_OK)
        return split__net_fault(error, rc, "%s", split_strerror(rc));
    split_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    sink->kind = kinds[options->sink.kind];
    sink->options = *options;
    put_place(sink);
    rc = open_sink(sink, error);
    if (rc != SPLIT_OK) {
        split_sink_free(&sink);
        return rc;
    }
    *out = sink;
    return SPLIT_OK;
}

/* What a whole route says of itself. */
static int
take_route(split_sink *sink, sink_found *found, split_error *error)
{
    split_error why = {.size = sizeof why};
    split_sink_state *s = &found->state;
    free(sink->text);
    sink->text = found->text;
    split_route_free(&sink->route, NULL);
    int rc = split_route_load(found->text, found->text_len, NULL, &why, 1, NULL, &sink->route);
    if (rc != SPLIT_OK)
        return split__net_fault(error, rc, "what is there is not a route: %.160s",
                                why.text[0] != '\0' ? why.text : split_strerror(rc));
    s->text = sink->text;
    s->text_len = found->text_len;
    s->has_revision = true;
    s->revision = split_route_revision(sink->route);
    snprintf(s->split, sizeof s->split, "%s", split_route_name(sink->route));
    s->n_shares = (uint32_t)split_route_n_variants(sink->route);
    rc = split__sink_shares(sink->route, s->shares);
    return rc == SPLIT_OK ? rc : split__net_fault(error, rc, "%s", split_strerror(rc));
}

int
split_sink_read(split_sink *sink, split_sink_state *out, split_error *error)
{
    sink_found found = {.state = {.size = sizeof found.state}};
    if (sink == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    const net_scope scope = {.deadline_us = split_clock_now() + sink->options.sink.timeout_us,
                             .cancel_fd = split__scope()->cancel_fd};
    const net_scope *outer = split__scope();
    sink_call call = begin(sink, error);
    split__scope_enter(&scope);
    int rc = sink->kind->fetch(&call, &found);
    split__scope_enter(outer);
    if (rc == SPLIT_OK && found.text != NULL)
        rc = take_route(sink, &found, error);
    else
        free(found.text);
    *out = found.state;
    return rc;
}

int
split_sink_replace(split_sink *sink, const split_route *route, const char *fence,
                   split_error *error)
{
    if (sink == NULL || route == NULL || fence == NULL)
        return SPLIT_ERR_ARG;
    const net_scope scope = {.deadline_us = split_clock_now() + sink->options.sink.timeout_us,
                             .cancel_fd = split__scope()->cancel_fd};
    const net_scope *outer = split__scope();
    sink_call call = begin(sink, error);
    split__scope_enter(&scope);
    int rc = sink->kind->store(&call, route, fence);
    split__scope_enter(outer);
    return rc;
}

int
split_sink_probe(split_sink *sink, split_error *error)
{
    split_sink_state state;
    if (sink == NULL)
        return SPLIT_ERR_ARG;
    int rc = split_sink_read(sink, &state, error);
    if (rc != SPLIT_OK || sink->kind->probe == NULL)
        return rc;
    const net_scope scope = {.deadline_us = split_clock_now() + sink->options.sink.timeout_us,
                             .cancel_fd = -1};
    const net_scope *outer = split__scope();
    sink_call call = begin(sink, error);
    split__scope_enter(&scope);
    rc = sink->kind->probe(&call);
    split__scope_enter(outer);
    return rc;
}

const char *
split_sink_place(const split_sink *sink)
{
    return sink->place;
}

void
split_sink_free(split_sink **sink)
{
    if (sink == NULL || *sink == NULL)
        return;
    if ((*sink)->state != NULL && (*sink)->kind->close != NULL)
        (*sink)->kind->close((*sink)->state);
    split_http_free(&(*sink)->http);
    split__aws_chain_free(&(*sink)->chain);
    split_route_free(&(*sink)->route, NULL);
    free((*sink)->text);
    free(*sink);
    *sink = NULL;
}
