/* SPDX-License-Identifier: MIT */
/* The operator's port. */
#ifndef PROXY_ADMIN_H
#define PROXY_ADMIN_H

#include <microhttpd.h>
#include <stdio.h>

struct proxy;

enum MHD_Result admin_on_access(void *ctx, struct MHD_Connection *conn, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *n_data, void **state);

/* metrics.c: all counters as Prometheus text. */
void metrics_write(struct proxy *proxy, FILE *out);

/* status.c: what is in force, as JSON. */
void status_write(struct proxy *proxy, FILE *out);

#endif
