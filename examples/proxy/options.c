/* SPDX-License-Identifier: MIT */
/* The command line of split-proxy; every option has a checked range. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <split/base.h>

#include "options.h"

static const char help[] =
    "Usage: split-proxy --policy FILE [--route FILE] --listen IP:PORT [--admin IP:PORT] "
    "[OPTION...]\n"
    "A reverse proxy that sends each visitor to the variant of its split and hides failing "
    "origins.\n"
    "\n"
    "  --policy FILE          policy.json: origins, variants, failover, cookie, latency bounds "
    "(required)\n"
    "  --route FILE           route.json: weights in force; read at start if it is there, and "
    "whenever it is replaced\n"
    "  --listen IP:PORT       where visitors come in (required); port 0 takes a free one\n"
    "  --admin IP:PORT        /metrics, /status, /healthz and POST /origin/NAME/ACTION; use a "
    "loopback address\n"
    "  --access-log FILE      one key=value line a request; - is standard output; SIGHUP opens it "
    "anew\n"
    "  --ports-file FILE      write the ports taken, one NAME=PORT a line\n"
    "  --max-body BYTES       refuse larger request bodies with 413 (default 67108864)\n"
    "  --replay BYTES         request bodies up to this size can be sent to a second origin "
    "(default 65536)\n"
    "  --hold BYTES           answers up to this size are complete before the visitor gets a byte "
    "(default 65536)\n"
    "  --hold-ms N            an answer of unknown length is held no longer than this (default "
    "100)\n"
    "  --max-headers BYTES    request line and headers (default 32768)\n"
    "  --connections N        visitors' connections (default 10000)\n"
    "  --idle SECONDS         close a visitor's connection that is silent for so long (default "
    "60)\n"
    "  --drain SECONDS        after SIGTERM, time for running requests to end (default 30)\n"
    "  --secure-cookie WHEN   auto (behind X-Forwarded-Proto: https), always or never (default "
    "auto)\n"
    "  --direct               visitors reach this proxy directly: believe no X-Forwarded-* header\n"
    "  --shared FILE          share failover state with other proxies on this machine, in a file "
    "of\n"
    "                         /run or /dev/shm\n"
    "  --reuse-port           several proxies listen on one address; each has an admin port of "
    "its\n"
    "                         own\n"
    "  --help, --version\n"
    "\n"
    "Signals: SIGTERM and SIGINT stop gracefully; SIGHUP opens the access log and reads the "
    "signing "
    "keys anew.\nExit status: 0 stopped, 1 usage, 2 bad input.\n";

enum {
    O_POLICY = 256,
    O_ROUTE,
    O_LISTEN,
    O_ADMIN,
    O_LOG,
    O_PORTS,
    O_BODY,
    O_REPLAY,
    O_HOLD,
    O_HOLD_MS,
    O_HEADERS,
    O_CONNECTIONS,
    O_IDLE,
    O_DRAIN,
    O_SECURE,
    O_DIRECT_VISITORS,
    O_SHARED,
    O_REUSE,
    O_HELP,
    O_VERSION
};

static const struct option known[] = {
    {"policy", 1, NULL, O_POLICY},
    {"route", 1, NULL, O_ROUTE},
    {"listen", 1, NULL, O_LISTEN},
    {"admin", 1, NULL, O_ADMIN},
    {"access-log", 1, NULL, O_LOG},
    {"ports-file", 1, NULL, O_PORTS},
    {"max-body", 1, NULL, O_BODY},
    {"replay", 1, NULL, O_REPLAY},
    {"hold", 1, NULL, O_HOLD},
    {"hold-ms", 1, NULL, O_HOLD_MS},
    {"max-headers", 1, NULL, O_HEADERS},
    {"connections", 1, NULL, O_CONNECTIONS},
    {"idle", 1, NULL, O_IDLE},
    {"drain", 1, NULL, O_DRAIN},
    {"secure-cookie", 1, NULL, O_SECURE},
    {"direct", 0, NULL, O_DIRECT_VISITORS},
    {"shared", 1, NULL, O_SHARED},
    {"reuse-port", 0, NULL, O_REUSE},
    {"help", 0, NULL, O_HELP},
    {"version", 0, NULL, O_VERSION},
    {NULL, 0, NULL, 0},
};

static bool
take_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);

    if (end == text || *end || strchr(text, '-') || n < min || n > max) {
        fprintf(stderr, "split-proxy: '%s' is not a number from %llu to %llu\n", text,
                (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    *out = n;
    return true;
}

static bool
take_limit(struct options *o, int c, const char *text)
{
    uint64_t n;

    if (!take_number(
            text,
            c == O_BODY || c == O_REPLAY || c == O_HOLD || c == O_HOLD_MS || c == O_DRAIN ? 0 : 1,
            c == O_BODY ? INT64_MAX : 1 << 30, &n))
        return false;
    switch (c) {
    case O_BODY:
        o->max_body_bytes = n;
        break;
    case O_REPLAY:
        o->replay_bytes = (size_t)n;
        break;
    case O_HOLD:
        o->hold_bytes = (size_t)n;
        break;
    case O_HOLD_MS:
        o->hold_ms = (unsigned)n;
        break;
    case O_HEADERS:
        o->header_bytes = (size_t)n < 2048 ? 2048 : (size_t)n;
        break;
    case O_CONNECTIONS:
        o->connections = (unsigned)n;
        break;
    case O_IDLE:
        o->idle_s = (unsigned)n;
        break;
    default:
        o->drain_s = (unsigned)n;
        break;
    }
    return true;
}

static bool
take_secure(struct options *o, const char *text)
{
    static const char *const names[] = {"auto", "always", "never"};
    int i;

    for (i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            o->secure = (enum secure_cookie)i;
            return true;
        }
    }
    fprintf(stderr, "split-proxy: --secure-cookie takes auto, always or never, not '%s'\n", text);
    return false;
}

/* False ends the program; the status is then in out_status. */
static bool
take(struct options *o, int c, int *out_status)
{
    switch (c) {
    case O_POLICY:
        o->policy = optarg;
        return true;
    case O_ROUTE:
        o->route = optarg;
        return true;
    case O_LISTEN:
        o->listen = optarg;
        return true;
    case O_ADMIN:
        o->admin = optarg;
        return true;
    case O_LOG:
        o->access_log = optarg;
        return true;
    case O_PORTS:
        o->ports_file = optarg;
        return true;
    case O_SECURE:
        return take_secure(o, optarg);
    case O_DIRECT_VISITORS:
        o->trust_forwarded = false;
        return true;
    case O_SHARED:
        o->shared = optarg;
        return true;
    case O_REUSE:
        o->reuse_port = true;
        return true;
    case O_HELP:
        fputs(help, stdout);
        *out_status = 0;
        return false;
    case O_VERSION:
        printf("split-proxy %s\n", split_version());
        *out_status = 0;
        return false;
    case '?':
        fputs("split-proxy: see split-proxy --help\n", stderr);
        return false;
    default:
        return take_limit(o, c, optarg);
    }
}

bool
options_parse(struct options *o, int argc, char **argv, int *out_status)
{
    int c;

    *o = (struct options){.max_body_bytes = 64u << 20,
                          .replay_bytes = 65536,
                          .hold_bytes = 65536,
                          .header_bytes = 32768,
                          .hold_ms = 100,
                          .connections = 10000,
                          .idle_s = 60,
                          .drain_s = 30,
                          .trust_forwarded = true};
    *out_status = 1;
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (!take(o, c, out_status))
            return false;
    if (optind < argc) {
        fprintf(stderr, "split-proxy: unexpected '%s'\n", argv[optind]);
        return false;
    }
    if (!o->policy || !o->listen) {
        fprintf(stderr,
                "split-proxy: --policy and --listen are required; see split-proxy --help\n");
        return false;
    }
    return true;
}
