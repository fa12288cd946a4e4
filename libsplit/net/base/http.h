/* SPDX-License-Identifier: MIT */
/* What other files of this library use of the HTTP client beyond its public face. */
#ifndef SPLIT_NET_HTTP_H
#define SPLIT_NET_HTTP_H

#include "split/net.h"

/* The growing, jittered wait after attempt number `tries`. */
void split__http_wait(split_http *http, uint32_t tries);

/* Whom to trust and as whom to come: files or texts in PEM, NULL for none. Borrowed for the life of
 * the client. */
typedef struct http_tls {
    const char *ca_file;
    const char *ca;
    const char *certificate;
    const char *key;
} http_tls;
void split__http_tls(split_http *http, const http_tls *tls);

/* Past the proxies that the environment names: for peers that only this machine reaches. */
void split__http_direct(split_http *http);

#endif
