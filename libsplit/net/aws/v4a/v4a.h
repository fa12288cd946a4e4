/* SPDX-License-Identifier: MIT */
/*
 * AWS Signature Version 4A: requests signed by ECDSA with a key derived from the secret, so that
 * one signature holds in every region. libcurl signs Version 4 only.
 */
#ifndef SPLIT_NET_AWS_V4A_V4A_H
#define SPLIT_NET_AWS_V4A_V4A_H

#include <stdbool.h>
#include <stddef.h>

#define V4A_ALGORITHM "AWS4-ECDSA-P256-SHA256"
#define V4A_SIGNATURE_BYTES 160 /* DER in hex, with the final zero */
#define V4A_DATE_BYTES 17       /* "20150830T123600Z" */
#define V4A_SHA256_HEX_BYTES 65

typedef struct v4a_header {
    const char *name;
    const char *value;
} v4a_header;

/* What is signed. Texts are borrowed. */
typedef struct v4a_request {
    const char *method;
    const char *path;          /* as in the request line; percent-encoded once more here */
    const char *query;         /* what follows the question mark; "" for none */
    const v4a_header *headers; /* every one is signed: host, x-amz-date and x-amz-region-set too */
    size_t n_headers;
    const char *body;
    size_t body_len;
    const char *service; /* in the scope, such as "cloudfront-keyvaluestore" */
    const char *date;    /* the value of x-amz-date */
    bool normalize;      /* resolve "." and "..", and fold slashes, in the path */
} v4a_request;

/* A derived key (an EVP_PKEY of libcrypto). */
typedef struct evp_pkey_st v4a_key;

#endif
