/* SPDX-License-Identifier: MIT */
/* What a kind of sink has to do; sink.c lists the kinds. */
#ifndef SPLIT_NET_SINK_KIND_H
#define SPLIT_NET_SINK_KIND_H

#include "net/aws/identity/chain.h"
#include "split/sink.h"

/* What a call of a kind works with. */
typedef struct sink_call {
    const split_sink_options *options;
    split_http *http;
    aws_chain *chain;
    void *state; /* the kind's own */
    split_error *error;
} sink_call;

/* What is there. A kind of the form ROUTE gives `text` (malloc'd); the others what they know. */
typedef struct sink_found {
    char *text;
    size_t text_len;
    split_sink_state state;
} sink_found;

typedef struct sink_kind {
    /* Check the settings and make the state; NULL when there is none to make. */
    int (*open)(sink_call *call, void **out_state);
    int (*fetch)(sink_call *call, sink_found *out);
    int (*store)(sink_call *call, const split_route *route, const char *fence);
    int (*probe)(sink_call *call); /* NULL: a fetch */
    void (*close)(void *state);    /* NULL without a state */
} sink_kind;

extern const sink_kind split__sink_file;
extern const sink_kind split__sink_exec;
extern const sink_kind split__sink_http;
extern const sink_kind split__sink_etcd;
extern const sink_kind split__sink_s3;
extern const sink_kind split__sink_haproxy;
extern const sink_kind split__sink_envoy;
extern const sink_kind split__sink_cloudfront_kvs;
extern const sink_kind split__sink_configmap;
extern const sink_kind split__sink_httproute;
extern const sink_kind split__sink_alb;
extern const sink_kind split__sink_lambda_alias;

#endif
