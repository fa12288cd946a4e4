/* SPDX-License-Identifier: MIT */
/* All transfers to origins: libcurl's multi interface on the loop. */
#ifndef PROXY_UPSTREAM_H
#define PROXY_UPSTREAM_H

#include <curl/curl.h>
#include <stddef.h>

#include "loop.h"

#define UPSTREAM_SPARE 256

/* All transfers of the process. */
struct upstream {
    CURLM *multi;
    struct loop *loop;
    struct timer timer;
    CURL *spare[UPSTREAM_SPARE]; /* Used handles, kept for the next attempts. */
    size_t n_spare;
};

int upstream_open(struct upstream *up, struct loop *loop, long max_idle);
void upstream_close(struct upstream *up);

/* A handle with no options set; NULL when there is no memory. Give it back when its transfer is
 * over. */
CURL *upstream_take(struct upstream *up);
void upstream_give(struct upstream *up, CURL *easy);

#endif
