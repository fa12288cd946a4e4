/* SPDX-License-Identifier: MIT */
/* split-proxy: start, serve, stop gracefully. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"
#include "files.h"
#include "log.h"
#include "proxy.h"
#include "signals.h"

#define MAX_FAULTS 16
#define MAX_IDLE 1024 /* Connections to origins that are kept for reuse. */
#define FLUSH_EVERY_US 1000000

static struct proxy proxy;
static struct timer flush_timer;
static int64_t stop_at_us = TIMER_NEVER;

void
proxy_note(struct proxy *p, struct request *r, bool complete)
{
    counters_answer(&p->counters, r, complete);
    access_log_write(&p->access_log, r, complete);
}

static void
begin_stop(void *ctx)
{
    struct proxy *p = ctx;

    if (p->stopping) {
        stop_at_us = 0; /* Asked twice: at once. */
        return;
    }
    log_say("stopping: %u requests in progress", p->n_requests);
    p->stopping = true;
    stop_at_us = loop_now() + (int64_t)p->options.drain_s * 1000000;
    server_quiesce(&p->visitors);
}

/* What outlives its reading: the log may have been moved away, the keys changed. */
static void
begin_again(void *ctx)
{
    struct proxy *p = ctx;

    if (access_log_open(&p->access_log, p->options.access_log) < 0)
        log_say("cannot open %s anew: %s", p->options.access_log, strerror(errno));
    stored_reload(&p->router.stored, p->router.now, &p->counters);
}

static const struct signal_calls signal_calls = {begin_stop, begin_again};

static void
flush_due(void *ctx)
{
    struct proxy *p = ctx;

    access_log_flush(&p->access_log);
    timer_set(&p->loop.timers, &flush_timer, loop_now() + FLUSH_EVERY_US);
}

static void
route_changed(void *ctx, const char *path)
{
    struct proxy *p = ctx;
    char why[512];
    int rc = router_load(&p->router, path, why, sizeof(why));

    if (rc == 0) {
        log_say("route revision %llu in force", (unsigned long long)p->router.now->revision);
        stored_reload(&p->router.stored, p->router.now, &p->counters);
    } else if (rc > 0)
        return; /* The same text again. */
    else
        log_say("route refused, revision %llu stays: %s",
                (unsigned long long)p->router.now->revision, why);
    p->counters.reloads[rc == 0]++;
}

static int
load_policy(struct proxy *p, split_policy **out)
{
    split_error faults[MAX_FAULTS];
    size_t n = 0, i;
    int rc = split_policy_load_file(p->options.policy, NULL, faults, MAX_FAULTS, &n, out);

    for (i = 0; i < n && i < MAX_FAULTS; i++)
        fprintf(stderr, "split-proxy: %s:%u:%u: %s: %s\n", p->options.policy,
                (unsigned)faults[i].line, (unsigned)faults[i].column, faults[i].path,
                faults[i].text);
    if (rc && !n)
        fprintf(stderr, "split-proxy: %s: %s\n", p->options.policy, split_strerror(rc));
    return rc;
}

/* The policy's weights first; then the route, if there is one. */
static int
open_router(struct proxy *p)
{
    split_policy *policy = NULL;
    struct shared *shared = NULL;
    char why[512];
    int rc = load_policy(p, &policy);

    if (rc)
        return -1;
    rc = counters_open(&p->counters, policy);
    if (rc == 0 && p->options.shared) {
        shared = shared_open(p->options.shared, why, sizeof(why));
        if (!shared) {
            fprintf(stderr, "split-proxy: %s\n", why);
            split_policy_free(&policy, NULL);
            return -1;
        }
    }
    if (rc == 0)
        rc = router_open(&p->router, policy, &p->counters, shared);
    split_policy_free(&policy, NULL);
    if (rc) {
        fprintf(stderr, "split-proxy: %s: %s\n", p->options.policy, split_strerror(rc));
        return -1;
    }
    return 0;
}

/* At start a bad route is an error, not a warning, and so are keys that cannot be read. */
static int
open_route(struct proxy *p)
{
    char why[512];

    if (p->options.route && access(p->options.route, F_OK) == 0) {
        if (router_load(&p->router, p->options.route, why, sizeof(why)) < 0) {
            fprintf(stderr, "split-proxy: %s: %s\n", p->options.route, why);
            return -1;
        }
        p->counters.reloads[1]++;
    }
    if (stored_load(&p->router.stored, p->router.now, &p->counters, why, sizeof(why)) == 0)
        return 0;
    fprintf(stderr, "split-proxy: %s\n", why);
    return -1;
}

static int
open_server(struct proxy *p, struct server *server, const char *address,
            const struct server_calls *calls, unsigned connections)
{
    struct server_limits limits = {connections, p->options.idle_s, p->options.header_bytes};
    char why[200];
    uint16_t port;
    bool reuse = p->options.reuse_port && server == &p->visitors;
    int fd = listen_on(address, reuse, &port, why, sizeof(why));

    if (fd < 0) {
        fprintf(stderr, "split-proxy: %s\n", why);
        return -1;
    }
    if (server_start(server, &p->loop, fd, calls, &limits) < 0) {
        fprintf(stderr, "split-proxy: cannot start a server on %s\n", address);
        return -1;
    }
    server->port = port;
    return 0;
}

static int
open_servers(struct proxy *p)
{
    struct server_calls visitors = {request_on_access, request_on_uri, request_on_completed,
                                    request_on_connection, p};
    struct server_calls admin = {admin_on_access, NULL, NULL, NULL, p};

    if (open_server(p, &p->visitors, p->options.listen, &visitors, p->options.connections) < 0)
        return -1;
    return p->options.admin ? open_server(p, &p->admin, p->options.admin, &admin, 64) : 0;
}

static int
write_ports(const struct proxy *p)
{
    FILE *file;

    log_say("listening on port %u, admin port %u", (unsigned)p->visitors.port,
            (unsigned)p->admin.port);
    if (!p->options.ports_file)
        return 0;
    file = fopen(p->options.ports_file, "w");
    if (file) {
        fprintf(file, "listen=%u\nadmin=%u\n", (unsigned)p->visitors.port, (unsigned)p->admin.port);
        if (fclose(file) == 0)
            return 0;
    }
    fprintf(stderr, "split-proxy: cannot write %s: %s\n", p->options.ports_file, strerror(errno));
    return -1;
}

static int
open_all(struct proxy *p)
{
    long max_idle;

    if (open_router(p) < 0 || open_route(p) < 0)
        return -1;
    files_fit(&p->options);
    max_idle = p->options.connections < MAX_IDLE ? p->options.connections : MAX_IDLE;
    if (loop_open(&p->loop) < 0 || upstream_open(&p->upstream, &p->loop, max_idle) < 0 ||
        signals_open(&p->loop, &signal_calls, p) < 0) {
        fprintf(stderr, "split-proxy: cannot start: %s\n", strerror(errno));
        return -1;
    }
    if (access_log_open(&p->access_log, p->options.access_log) < 0) {
        fprintf(stderr, "split-proxy: cannot open %s: %s\n", p->options.access_log,
                strerror(errno));
        return -1;
    }
    if (open_servers(p) < 0)
        return -1;
    if (p->options.route &&
        reload_open(&p->reload, &p->loop, p->options.route, route_changed, p) < 0) {
        fprintf(stderr, "split-proxy: cannot watch the folder of %s: %s\n", p->options.route,
                strerror(errno));
        return -1;
    }
    flush_timer.fire = flush_due;
    flush_timer.ctx = p;
    flush_due(p);
    return write_ports(p);
}

static void
serve(struct proxy *p)
{
    int64_t until;

    while (!p->stopping || (p->n_requests && loop_now() < stop_at_us)) {
        int64_t a = server_run(&p->visitors), b = server_run(&p->admin);

        until = a < b ? a : b;
        loop_turn(&p->loop, until < stop_at_us ? until : stop_at_us);
    }
}

/* libmicrohttpd must not stop with suspended connections: end what is left, let it run once more,
 * then stop it. */
static void
close_all(struct proxy *p)
{
    if (p->n_requests)
        log_say("%u requests did not end in time", p->n_requests);
    request_cut_all(p);
    p->visitors.due = true;
    server_run(&p->visitors);
    server_stop(&p->visitors);
    server_stop(&p->admin);
    reload_close(&p->reload);
    upstream_close(&p->upstream);
    access_log_flush(&p->access_log);
    router_close(&p->router);
    counters_close(&p->counters);
    loop_close(&p->loop);
}

int
main(int argc, char **argv)
{
    int status;

    if (!options_parse(&proxy.options, argc, argv, &status))
        return status;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (open_all(&proxy) < 0)
        return 2;
    serve(&proxy);
    close_all(&proxy);
    log_say("stopped");
    return 0;
}
