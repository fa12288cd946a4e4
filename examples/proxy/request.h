/* SPDX-License-Identifier: MIT */
/* One visitor's request, from its first line to its last byte. */
#ifndef PROXY_REQUEST_H
#define PROXY_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "answer.h"
#include "body.h"
#include "cookie.h"
#include "routing.h"
#include "attempt.h"

struct proxy;
struct request;

/* One connection of a visitor, watched for its end while libmicrohttpd is not looking. */
struct client {
    struct proxy *proxy;
    struct request *request; /* In progress, or NULL. */
    struct timer nudge;      /* Set when the visitor closed its side. */
    int fd;
};

/* How the first attempt counts for the arm (design/verdicts.md section 1). */
enum arm_count { ARM_OPEN, ARM_HOME, ARM_DONE };

/* What the answer said about the origin's cache. */
enum cache_result { CACHE_SILENT, CACHE_HIT, CACHE_MISS };

struct request {
    struct proxy *proxy;
    struct client *client;
    struct request *before, *after; /* In the list of all requests in progress. */
    struct MHD_Connection *conn;
    struct routing
        *routing; /* Held from start to end: a reload does not change a running request. */
    char *target;
    char method[24];
    char address[64];
    char id[COOKIE_ID_MAX + 1];
    struct choice choice;
    struct body body;
    struct attempt *attempt;
    struct hop hop;  /* The attempt in progress, or the last one. */
    struct hop next; /* Decided at the head of a failed answer, started at its end. */
    struct answer answer;
    struct timer hold;
    int64_t begun_us;
    int64_t origin_us; /* Time of the last attempt. */
    uint32_t first_origin;
    unsigned n_attempts;
    unsigned status; /* Sent to the visitor; 0 while none. */
    split_failover_class head_class;
    split_failover_class last_class;
    enum arm_count arm;
    enum cache_result cache;
    bool seen; /* The headers were read. */
    bool fresh_id;
    bool started;  /* The first attempt was decided. */
    bool reported; /* The attempt's outcome was reported. */
    bool has_next;
    bool suspended;
    bool dead; /* The visitor is gone, or must be cut off. */
    bool oversize;
    bool last;             /* The connection ends with this answer. */
    bool served_by_origin; /* The answer is an origin's, not the proxy's own. */
    bool safe;             /* GET, HEAD, OPTIONS, TRACE. */
};

/* Callbacks of the visitors' server; `ctx` is the struct proxy. */
void *request_on_uri(void *ctx, const char *uri, struct MHD_Connection *conn);
enum MHD_Result request_on_access(void *ctx, struct MHD_Connection *conn, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n_data, void **state);
void request_on_completed(void *ctx, struct MHD_Connection *conn, void **state,
                          enum MHD_RequestTerminationCode why);
void request_on_connection(void *ctx, struct MHD_Connection *conn, void **socket_ctx,
                           enum MHD_ConnectionNotificationCode what);

/* Let the visitor's connection go on. */
void request_resume(struct request *request);

/* Send the answer to the visitor as soon as the request's body is read. */
void request_commit(struct request *request);

/* Decide anew if the route changed while the request was being read. */
void request_renew(struct request *request);

/* Answer with a status of the proxy's own. */
void request_refuse(struct request *request, unsigned status, const char *text);

/* Cut off every request in progress: the proxy stops now. */
void request_cut_all(struct proxy *proxy);

/* client.c: the list of requests in progress. */
void client_enter(struct request *request);

/* visitor.c: read who asks and for what; decide for them; set the cookies of a new id and of a
 * decision that is to be stored. */
void visitor_note(struct request *request, const char *method);
void visitor_decide(struct request *request);
void visitor_set_cookies(struct request *request);

/* exchange.c: the origins' side. */
void exchange_start(struct request *request);
/* The visitor left, or is cut off. */
void exchange_cancel(struct request *request);
/* The visitor has all of the answer; libcurl may not have noticed its end yet. */
void exchange_finish(struct request *request);

#endif
