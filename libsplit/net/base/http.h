/* SPDX-License-Identifier: MIT */
/* What other files of this library use of the HTTP client beyond its public face. */
#ifndef SPLIT_NET_HTTP_H
#define SPLIT_NET_HTTP_H

#include "net/base/tls.h"
#include "split/net.h"

/* The growing, jittered wait after attempt number `tries`. */
void split__http_wait(split_http *http, uint32_t tries);

/* Whom to trust and as whom to come; borrowed for the life of the client. */
void split__http_tls(split_http *http, const http_tls *tls);

/* Past the proxies that the environment names: for peers that only this machine reaches. */
void split__http_direct(split_http *http);

#endif
