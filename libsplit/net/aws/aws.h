/* SPDX-License-Identifier: MIT */
/* Signed requests to AWS: who asks, where, what comes back, and what went wrong in words. */
#ifndef SPLIT_NET_AWS_H
#define SPLIT_NET_AWS_H

#include "net/aws/base/region.h"
#include "net/aws/identity/chain.h"

#define AWS_HEADERS_MAX 6

/* A request. Texts are borrowed; zero what is not used. */
typedef struct aws_call {
    const char *service;      /* as people call it: "CloudWatch" */
    const char *name;         /* in the host and in the signature: "monitoring" */
    const char *action;       /* what a role must allow: "cloudwatch:GetMetricData" */
    const char *region;       /* checked by split__aws_region(); of no meaning with v4a */
    const char *endpoint;     /* URL in place of the public one; NULL: as the environment says */
    const char *endpoint_env; /* variable of this service, stronger than AWS_ENDPOINT_URL */
    const char *public_url;   /* NULL: https://NAME.REGION.amazonaws.com */
    const char *method;       /* NULL: POST */
    const char *path;         /* percent-encoded, with a slash in front; NULL: "/" */
    aws_chain *chain;         /* who signs, unless key_id is given */
    const char *key_id;       /* references, as in split_sns */
    const char *secret;
    const char *session;
    const char *headers[AWS_HEADERS_MAX];
    size_t n_headers;
    const char *want_header; /* of the answer; NULL: the request's id */
    const char *body;        /* NULL for none */
    uint32_t tries;  /* attempts on throttling and, when it only asks, on errors of the service */
    bool repeatable; /* it only asks */
    bool v4a;        /* one signature for every region */
} aws_call;

/*
 * Send and wait. Throttling is tried again with a growing, jittered wait; credentials that have
 * expired are fetched once more. Returns 0 with an answer of status 2xx or 304; SPLIT_ERR_NO_DATA
 * without credentials, or the error of the link that fails; SPLIT_ERR_NET; SPLIT_ERR_PEER for a
 * refusal; SPLIT_ERR_NOMEM, SPLIT_ERR_SPACE. No sentence holds a secret.
 */
int split__aws_send(split_http *http, const aws_call *call, split_http_answer *out,
                    split_error *error);

#endif
