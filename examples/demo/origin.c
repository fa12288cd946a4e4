/* SPDX-License-Identifier: MIT */
/* split-origin: a small real HTTP origin for the demo and the tests, with latency, failures and
 * cache hits to order.
 *
 * POST /_control?fail_percent=20&latency_ms=80 changes its behaviour at run time; GET /_control
 * says what it does and what it has served. A request with an x-poison header fails in any case.
 * Every POST that arrives is appended to --post-log by its x-request-id. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen.h"
#include "loop.h"
#include "origin.h"

struct origin {
    struct loop loop;
    struct server server;
    struct behaviour behaviour;
    const char *name;
    uint64_t seed;
    FILE *post_log;
    uint64_t gets, posts, failed;
};

/* A request that waits for its latency to pass. */
struct visit {
    struct origin *origin;
    struct MHD_Connection *conn;
    struct timer timer;
    bool post;
    char echo[64]; /* The path without its slash, sent back as x-echo. */
    bool fails, hit, waited;
};

static volatile sig_atomic_t stopping;

static void
on_signal(int sig)
{
    (void)sig;
    stopping = 1;
}

static enum MHD_Result
send_text(struct MHD_Connection *conn, unsigned status, const char *type, const char *text)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
                                                             MHD_RESPMEM_MUST_COPY);
    enum MHD_Result rc;

    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", type);
    rc = MHD_queue_response(conn, status, r);
    MHD_destroy_response(r);
    return rc;
}

struct change {
    struct behaviour b;
    const char *bad;
};

static enum MHD_Result
take_setting(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct change *change = ctx;

    (void)kind;
    if (!behaviour_set(&change->b, name, value ? value : ""))
        change->bad = name;
    return change->bad ? MHD_NO : MHD_YES;
}

static enum MHD_Result
control(struct origin *o, struct MHD_Connection *conn, const char *method)
{
    struct change change = {o->behaviour, NULL};
    char settings[400], text[600];

    if (strcmp(method, "POST") == 0) {
        MHD_get_connection_values(conn, MHD_GET_ARGUMENT_KIND, take_setting, &change);
        if (change.bad) {
            snprintf(text, sizeof(text), "no setting '%.40s' takes this value\n", change.bad);
            return send_text(conn, 400, "text/plain", text);
        }
        o->behaviour = change.b;
    }
    behaviour_print(&o->behaviour, settings, sizeof(settings));
    snprintf(text, sizeof(text),
             "{\"name\":\"%s\",\"gets\":%llu,\"posts\":%llu,\"failed\":%llu,%s}\n", o->name,
             (unsigned long long)o->gets, (unsigned long long)o->posts,
             (unsigned long long)o->failed, settings);
    return send_text(conn, 200, "application/json", text);
}

static ssize_t
half_a_body(void *ctx, uint64_t pos, char *out, size_t max)
{
    uint64_t half = *(uint64_t *)ctx / 2;

    if (pos >= half)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (max > half - pos)
        max = (size_t)(half - pos);
    memset(out, 'x', max);
    return (ssize_t)max;
}

static struct MHD_Response *
make_body(const struct origin *o, bool cut)
{
    size_t n = (size_t)o->behaviour.size_bytes;
    struct MHD_Response *r;
    uint64_t *length;
    char *body;

    if (cut) {
        length = malloc(sizeof(*length));
        if (!length)
            return NULL;
        *length = n < 2 ? 2 : n;
        return MHD_create_response_from_callback(*length, 4096, half_a_body, length, free);
    }
    body = malloc(n + 1);
    if (!body)
        return NULL;
    memset(body, 'x', n);
    r = MHD_create_response_from_buffer(n, body, MHD_RESPMEM_MUST_FREE);
    if (!r)
        free(body);
    return r;
}

static enum MHD_Result
answer(struct visit *v)
{
    struct origin *o = v->origin;
    bool failed_status = v->fails && o->behaviour.fault == FAULT_STATUS;
    struct MHD_Response *r = make_body(o, v->fails && o->behaviour.fault == FAULT_TRUNCATE);
    enum MHD_Result rc;
    char text[16];

    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", "text/plain");
    MHD_add_response_header(r, "x-served-by", o->name);
    if (!v->post)
        MHD_add_response_header(r, "x-cache", v->hit ? "hit" : "miss");
    if (v->echo[0])
        MHD_add_response_header(r, "x-echo", v->echo);
    if (failed_status && o->behaviour.retry_after_s > 0) {
        snprintf(text, sizeof(text), "%.0f", o->behaviour.retry_after_s);
        MHD_add_response_header(r, "Retry-After", text);
    }
    rc = MHD_queue_response(v->conn, failed_status ? (unsigned)o->behaviour.status : 200, r);
    MHD_destroy_response(r);
    return rc;
}

/* Close the connection so that the peer sees a reset instead of an end. */
static enum MHD_Result
reset(struct visit *v)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(v->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct linger hard = {.l_onoff = 1, .l_linger = 0};

    if (info)
        setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    return MHD_NO;
}

static void
latency_passed(void *ctx)
{
    struct visit *v = ctx;

    v->waited = true;
    v->origin->server.due = true;
    MHD_resume_connection(v->conn);
}

static void
note_post(struct origin *o, struct MHD_Connection *conn)
{
    const char *id = MHD_lookup_connection_value(conn, MHD_HEADER_KIND, "x-request-id");

    o->posts++;
    if (!o->post_log || !id)
        return;
    fprintf(o->post_log, "%.80s\n", id);
    fflush(o->post_log);
}

static enum MHD_Result
begin(struct visit *v, const char *method)
{
    struct origin *o = v->origin;
    bool post = strcmp(method, "POST") == 0;
    double ms =
        o->behaviour.latency_ms - o->behaviour.jitter_ms * log(1 - behaviour_draw(&o->seed));

    if (post)
        note_post(o, v->conn);
    else
        o->gets++;
    v->fails = behaviour_draw(&o->seed) * 100 < o->behaviour.fail_percent ||
               MHD_lookup_connection_value(v->conn, MHD_HEADER_KIND, "x-poison");
    o->failed += v->fails;
    v->post = post;
    v->hit = !post && behaviour_draw(&o->seed) * 100 < o->behaviour.cache_hit_percent;
    if (v->hit)
        ms /= 10;
    if (v->fails && o->behaviour.fault == FAULT_HANG)
        ms = 3600e3;
    if (timer_set(&o->loop.timers, &v->timer, loop_now() + (int64_t)(ms * 1000)) < 0)
        return MHD_NO;
    MHD_suspend_connection(v->conn);
    return MHD_YES;
}

static enum MHD_Result
on_access(void *ctx, struct MHD_Connection *conn, const char *url, const char *method,
          const char *version, const char *data, size_t *n_data, void **state)
{
    struct origin *o = ctx;
    struct visit *v = *state;

    (void)version;
    (void)data;
    if (!v) {
        v = *state = calloc(1, sizeof(*v));
        if (!v)
            return MHD_NO;
        v->origin = o;
        v->conn = conn;
        v->timer.fire = latency_passed;
        v->timer.ctx = v;
        snprintf(v->echo, sizeof(v->echo), "%s", url + (url[0] == '/'));
        return MHD_YES;
    }
    if (*n_data) {
        *n_data = 0;
        return MHD_YES;
    }
    if (strcmp(url, "/_control") == 0)
        return control(o, conn, method);
    if (!v->waited)
        return begin(v, method);
    return v->fails && o->behaviour.fault == FAULT_RESET ? reset(v) : answer(v);
}

static void
on_completed(void *ctx, struct MHD_Connection *conn, void **state,
             enum MHD_RequestTerminationCode why)
{
    struct visit *v = *state;

    (void)conn;
    (void)why;
    if (v)
        timer_cancel(&((struct origin *)ctx)->loop.timers, &v->timer);
    free(v);
    *state = NULL;
}

static void
usage(FILE *to)
{
    fputs("Usage: split-origin --name NAME --listen IP:PORT [--ports-file FILE] [--post-log FILE] "
          "[SETTING=VALUE...]\n"
          "Settings: latency_ms jitter_ms fail_percent cache_hit_percent size_bytes retry_after_s "
          "status\n"
          "          fault=status|reset|truncate|hang   (change them with POST "
          "/_control?SETTING=VALUE)\n",
          to);
}

struct setup {
    const char *listen, *ports_file, *post_log;
};

static bool
parse(struct origin *o, struct setup *setup, int argc, char **argv)
{
    static const struct option known[] = {{"name", 1, NULL, 'n'},       {"listen", 1, NULL, 'l'},
                                          {"ports-file", 1, NULL, 'p'}, {"post-log", 1, NULL, 'g'},
                                          {"help", 0, NULL, 'h'},       {NULL, 0, NULL, 0}};
    int c;

    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (c == 'n')
            o->name = optarg;
        else if (c == 'l')
            setup->listen = optarg;
        else if (c == 'p')
            setup->ports_file = optarg;
        else if (c == 'g')
            setup->post_log = optarg;
        else {
            usage(c == 'h' ? stdout : stderr);
            exit(c == 'h' ? 0 : 1);
        }
    }
    for (; optind < argc; optind++) {
        char *equals = strchr(argv[optind], '=');

        if (equals)
            *equals = '\0';
        if (!equals || !behaviour_set(&o->behaviour, argv[optind], equals + 1)) {
            fprintf(stderr, "split-origin: no such setting: %s\n", argv[optind]);
            return false;
        }
    }
    return true;
}

static int
say_port(const struct origin *o, const char *path)
{
    FILE *f = path ? fopen(path, "w") : stdout;

    if (!f) {
        fprintf(stderr, "split-origin: cannot write %s: %s\n", path, strerror(errno));
        return -1;
    }
    fprintf(f, "listen=%u\n", (unsigned)o->server.port);
    return path ? fclose(f) : fflush(f);
}

static int
serve(struct origin *o, const struct setup *setup)
{
    struct server_calls calls = {on_access, NULL, on_completed, NULL, o};
    struct server_limits limits = {60000, 120, 32768};
    uint16_t port;
    char why[160];
    int fd = listen_on(setup->listen, false, &port, why, sizeof(why));

    if (fd < 0) {
        fprintf(stderr, "split-origin: %s\n", why);
        return 2;
    }
    if (loop_open(&o->loop) < 0 || server_start(&o->server, &o->loop, fd, &calls, &limits) < 0) {
        fprintf(stderr, "split-origin: cannot start the HTTP server\n");
        return 2;
    }
    o->server.port = port;
    if (say_port(o, setup->ports_file) < 0)
        return 2;
    while (!stopping)
        loop_turn(&o->loop, server_run(&o->server));
    _exit(0); /* Connections that still wait would keep the server from stopping; the system closes
                 them. */
}

int
main(int argc, char **argv)
{
    static struct origin o = {.name = "origin", .seed = 1};
    struct setup setup = {.listen = "127.0.0.1:0"};
    struct rlimit files;

    o.behaviour = (struct behaviour){.latency_ms = 5, .size_bytes = 512, .status = 503};
    if (!parse(&o, &setup, argc, argv))
        return 1;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    if (setup.post_log) {
        o.post_log = fopen(setup.post_log, "a");
        if (!o.post_log) {
            fprintf(stderr, "split-origin: cannot open %s: %s\n", setup.post_log, strerror(errno));
            return 2;
        }
    }
    return serve(&o, &setup);
}
