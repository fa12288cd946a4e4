/* SPDX-License-Identifier: MIT */
/* The whole proxy: its parts side by side. */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include <stdio.h>

#include "accesslog.h"
#include "counters.h"
#include "listen.h"
#include "loop.h"
#include "options.h"
#include "reload.h"
#include "request.h"
#include "routing.h"
#include "upstream.h"

struct proxy {
    struct options options;
    struct loop loop;
    struct server visitors;
    struct server admin;
    struct upstream upstream;
    struct router router;
    struct counters counters;
    struct reload reload;
    struct access_log access_log;
    struct request *requests;
    unsigned n_requests; /* In progress. */
    bool stopping;
};

/* A request is over: log and count it. `complete`: the visitor got all of the answer. */
void proxy_note(struct proxy *proxy, struct request *request, bool complete);

#endif
