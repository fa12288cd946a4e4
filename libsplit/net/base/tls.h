/* SPDX-License-Identifier: MIT */
/* Certificates of a client beyond the system's own. */
#ifndef SPLIT_NET_TLS_H
#define SPLIT_NET_TLS_H

/* Files or texts in PEM; NULL for none. */
typedef struct http_tls {
    const char *ca_file;
    const char *ca;
    const char *certificate;
    const char *key;
} http_tls;

/* Set them on a handle of libcurl. */
void split__tls_apply(const http_tls *tls, void *curl);

#endif
