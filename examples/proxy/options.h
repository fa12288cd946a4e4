/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef PROXY_OPTIONS_H
#define PROXY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum secure_cookie { SECURE_AUTO, SECURE_ALWAYS, SECURE_NEVER };

struct options {
    const char *policy;
    const char *route; /* NULL: the policy's own weights for ever. */
    const char *listen;
    const char *admin;      /* NULL: no admin port. */
    const char *access_log; /* NULL: none. */
    const char *shared;     /* Failover state shared with other processes; NULL: alone. */
    const char *ports_file; /* Where the ports taken are written; NULL: nowhere. */
    uint64_t max_body_bytes;
    size_t replay_bytes; /* Larger request bodies are streamed and cannot be sent twice. */
    size_t hold_bytes;   /* Answers up to this size are held until they are complete. */
    size_t header_bytes; /* Memory for the request line and headers of a connection. */
    unsigned hold_ms;    /* An answer of unknown length is held no longer than this. */
    unsigned connections;
    unsigned idle_s;
    unsigned drain_s; /* Time for running requests to end when the proxy stops. */
    enum secure_cookie secure;
    bool reuse_port; /* Several processes listen on one address. */
    bool trust_forwarded;
};

/* What parsing says: go on, or exit with the status in `out_status`. */
bool options_parse(struct options *options, int argc, char **argv, int *out_status);

#endif
