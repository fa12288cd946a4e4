/* SPDX-License-Identifier: MIT */
/* A TCP balancer on libuv: the plan chooses by the client's address, the machine hides a system that
 * refuses connections. Usage: uv_balancer POLICY PORT, with origins such as http://ADDRESS:PORT. */
#include <split/policy.h>
#include <split/split.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define CHUNK 16384

static struct {
    split_plan *plan;
    split_failover *machine;
    struct sockaddr_in origins[SPLIT_FAILOVER_ORIGINS_MAX];
    uv_timer_t timer;
} app;

/* One client and its origin; bytes go from one to the other until one of them ends. */
struct session {
    uv_tcp_t client, origin;
    uv_connect_t connect;
    split_failover_token token;
    bool closing;
    int open_handles;
};

struct chunk {
    uv_write_t write;
    uv_stream_t *from;
    char bytes[CHUNK];
};

static split_us
now_us(void)
{
    return (split_us)(uv_hrtime() / 1000);
}

static void
on_timer(uv_timer_t *timer)
{
    (void)timer;
    (void)!split_failover_tick(app.machine, now_us(), NULL);
}

/* Time alone changes the machine at its deadline: nothing has to poll it. */
static void
set_timer(void)
{
    split_us left = split_failover_deadline(app.machine) - now_us();
    uv_timer_start(&app.timer, on_timer, left > 0 ? (uint64_t)left / 1000 + 1 : 1, 0);
}

static void
on_closed(uv_handle_t *handle)
{
    struct session *s = handle->data;
    if (--s->open_handles == 0)
        free(s);
}

static void
end(struct session *s)
{
    if (s->closing)
        return;
    s->closing = true;
    uv_close((uv_handle_t *)&s->client, on_closed);
    if (s->origin.data != NULL)
        uv_close((uv_handle_t *)&s->origin, on_closed);
}

static void on_read(uv_stream_t *from, ssize_t n, const uv_buf_t *buf);

static void
on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    struct chunk *chunk = malloc(sizeof *chunk);
    *buf = uv_buf_init(chunk != NULL ? chunk->bytes : NULL, wanted < CHUNK ? 0 : CHUNK);
    if (chunk != NULL)
        chunk->from = (uv_stream_t *)handle;
}

/* The next bytes are read when these are written: a slow reader holds back a fast writer. */
static void
on_written(uv_write_t *write, int status)
{
    struct chunk *chunk = (struct chunk *)(void *)write;
    struct session *s = chunk->from->data;
    if (status < 0)
        end(s);
    else if (!s->closing)
        uv_read_start(chunk->from, on_room, on_read);
    free(chunk);
}

static void
on_read(uv_stream_t *from, ssize_t n, const uv_buf_t *buf)
{
    struct session *s = from->data;
    uv_stream_t *to = (uv_stream_t *)(from == (uv_stream_t *)&s->client ? &s->origin : &s->client);
    struct chunk *chunk = (struct chunk *)(void *)(buf->base - offsetof(struct chunk, bytes));
    uv_buf_t part = uv_buf_init(buf->base, n > 0 ? (unsigned)n : 0);
    if (n > 0)
        uv_read_stop(from);
    if (n > 0 && uv_write(&chunk->write, to, &part, 1, on_written) == 0)
        return;
    if (buf->base != NULL)
        free(chunk);
    if (n != 0)
        end(s);
}

static void attempt(struct session *s, const split_failover_answer *answer);

/* Report how the attempt ended, and go on as the machine says. */
static void
report(struct session *s, split_failover_class klass)
{
    split_failover_outcome outcome = {.klass = klass};
    split_failover_followup next;
    int rc = split_failover_report(app.machine, now_us(), &s->token, &outcome, &next, NULL);
    set_timer();
    if (klass == SPLIT_FAILOVER_CLASS_OK)
        return;
    if (rc == 0 && next.next == SPLIT_FAILOVER_NEXT_ATTEMPT)
        attempt(s, &next.attempt);
    else
        end(s);
}

static void
on_refused(uv_handle_t *handle)
{
    struct session *s = handle->data;
    s->open_handles--;
    handle->data = NULL;
    report(s, SPLIT_FAILOVER_CLASS_FAIL_CONNECT);
}

static void
on_connected(uv_connect_t *connect, int status)
{
    struct session *s = connect->data;
    if (status < 0 && !s->closing)
        uv_close((uv_handle_t *)&s->origin, on_refused);
    if (status < 0 || s->closing)
        return;
    report(s, SPLIT_FAILOVER_CLASS_OK);
    uv_read_start((uv_stream_t *)&s->client, on_room, on_read);
    uv_read_start((uv_stream_t *)&s->origin, on_room, on_read);
}

static void
attempt(struct session *s, const split_failover_answer *answer)
{
    if (answer->origin == SPLIT_FAILOVER_NONE) {
        end(s);
        return;
    }
    s->token = answer->token;
    uv_tcp_init(uv_default_loop(), &s->origin);
    s->origin.data = s;
    s->connect.data = s;
    s->open_handles++;
    if (uv_tcp_connect(&s->connect, &s->origin,
                       (const struct sockaddr *)&app.origins[answer->origin], on_connected) != 0)
        uv_close((uv_handle_t *)&s->origin, on_refused);
}

/* The client's address is the key: the same client gets the same system. */
static void
choose(struct session *s)
{
    struct sockaddr_in peer;
    int n = sizeof peer;
    char key[64] = "";
    split_assignment who = {.variant = split_plan_default(app.plan)};
    split_failover_request request = {.safe = true, .replayable = true};
    split_failover_answer answer;
    if (uv_tcp_getpeername(&s->client, (struct sockaddr *)&peer, &n) == 0)
        uv_ip4_name(&peer, key, sizeof key);
    if (split_assign(app.plan, key, strlen(key), &who) != 0 ||
        split_plan_unit_hash(app.plan, key, strlen(key), &request.key) != 0)
        request.key = 0;
    request.chain = who.variant;
    if (split_failover_route(app.machine, now_us(), &request, &answer, NULL) == 0)
        attempt(s, &answer);
    else
        end(s);
}

static void
on_client(uv_stream_t *server, int status)
{
    struct session *s = calloc(1, sizeof *s);
    if (s == NULL)
        return;
    uv_tcp_init(uv_default_loop(), &s->client);
    s->client.data = s;
    s->open_handles = 1;
    if (status == 0 && uv_accept(server, (uv_stream_t *)&s->client) == 0)
        choose(s);
    else
        end(s);
}

static int
load(const char *path)
{
    split_plan_options plan;
    split_failover_options machine;
    split_policy *policy = NULL;
    split_origin_info info = {.url = ""};
    char host[64];
    int port, rc = split_policy_load_file(path, NULL, NULL, 0, NULL, &policy);
    split_plan_options_init(&plan);
    split_failover_options_init(&machine);
    for (size_t i = 0; rc == 0 && i < split_policy_n_origins(policy); i++)
        if (split_policy_origin(policy, i, &info) != 0 ||
            sscanf(info.url, "http://%63[0-9.]:%d", host, &port) != 2 ||
            uv_ip4_addr(host, port, &app.origins[i]) != 0)
            rc = SPLIT_ERR_VALUE;
    if (rc == 0 && (rc = split_policy_plan_options(policy, &plan)) == 0 &&
        (rc = split_plan_new(&plan, NULL, &app.plan)) == 0 &&
        (rc = split_policy_failover_options(policy, &machine)) == 0)
        rc = split_failover_new(&machine, NULL, &app.machine);
    split_policy_free(&policy, NULL);
    return rc;
}

int
main(int argc, char **argv)
{
    uv_tcp_t server;
    struct sockaddr_in address;
    int rc = argc == 3 ? load(argv[1]) : SPLIT_ERR_ARG;
    uv_timer_init(uv_default_loop(), &app.timer);
    uv_tcp_init(uv_default_loop(), &server);
    if (rc == 0 && uv_ip4_addr("127.0.0.1", atoi(argv[2]), &address) == 0 &&
        uv_tcp_bind(&server, (const struct sockaddr *)&address, 0) == 0 &&
        uv_listen((uv_stream_t *)&server, 128, on_client) == 0)
        return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    fprintf(stderr, "uv_balancer: %s\nusage: uv_balancer POLICY PORT\n",
            rc != 0 ? split_strerror(rc) : "the port is taken");
    return 1;
}
