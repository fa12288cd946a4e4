/* SPDX-License-Identifier: MIT */
/* split-load: distinct visitors with cookies send GET and POST requests at a steady rate over kept
 * connections. */
#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "load.h"

/* A place for one request in flight. */
struct slot {
    CURL *easy;
    struct curl_slist *headers;
    unsigned visitor, serial, sends;
    bool post, busy;
    int64_t sent_us, wall_us;
};

struct load {
    struct settings set;
    CURLM *multi;
    struct visitor *visitors;
    struct slot *slots;
    struct tally tally;
    FILE *record;
    uint64_t seed;
    unsigned serial;
};

static volatile sig_atomic_t stopping;

static void
on_signal(int sig)
{
    (void)sig;
    stopping = 1;
}

static int64_t
clock_us(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static uint64_t
draw(struct load *l)
{
    uint64_t z = (l->seed += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static size_t
drop(char *data, size_t size, size_t n, void *ctx)
{
    (void)data;
    (void)ctx;
    return size * n;
}

/* A visitor who is not waiting for an answer: two requests of one visitor without a cookie would
 * make two ids. */
static int
pick_visitor(struct load *l)
{
    int tries;

    for (tries = 0; tries < 50; tries++) {
        unsigned v = (unsigned)(draw(l) % l->set.visitors);

        if (!l->visitors[v].busy)
            return (int)v;
    }
    return -1;
}

static void
add_header(struct slot *s, const char *format, const char *text, unsigned number)
{
    struct curl_slist *grown;
    char line[256];

    snprintf(line, sizeof(line), format, text, number);
    grown = curl_slist_append(s->headers, line);
    if (grown)
        s->headers = grown;
}

/* libcurl sends a request again by itself when a kept connection dies; here every loss must be
 * seen. */
static int
send_once(void *ctx, char *ip, char *local_ip, int port, int local_port)
{
    struct slot *s = ctx;

    (void)ip;
    (void)local_ip;
    (void)port;
    (void)local_port;
    return s->sends++ ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void
send_one(struct load *l, struct slot *s, unsigned visitor)
{
    struct visitor *v = &l->visitors[visitor];
    char url[600];

    s->visitor = visitor;
    s->serial = l->serial++;
    s->sends = 0;
    s->post = (double)(draw(l) % 10000) < l->set.post_percent * 100;
    s->busy = v->busy = true;
    s->sent_us = clock_us(CLOCK_MONOTONIC);
    s->wall_us = clock_us(CLOCK_REALTIME);
    snprintf(url, sizeof(url), "%s/item/%u", l->set.url, (unsigned)(draw(l) % 1000));
    curl_easy_reset(s->easy);
    curl_easy_setopt(s->easy, CURLOPT_URL, url);
    curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(s->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(s->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    if (l->set.ca)
        curl_easy_setopt(s->easy, CURLOPT_CAINFO, l->set.ca);
    curl_easy_setopt(s->easy, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(s->easy, CURLOPT_PRIVATE, s);
    curl_easy_setopt(s->easy, CURLOPT_PREREQFUNCTION, send_once);
    curl_easy_setopt(s->easy, CURLOPT_PREREQDATA, s);
    curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, drop);
    add_header(s, "x-request-id: %s%u", l->set.prefix, s->serial);
    if (v->cookie[0])
        add_header(s, "Cookie: %s", v->cookie, 0);
    if (s->post) {
        add_header(s, "Expect:%s", "", 0);
        curl_easy_setopt(s->easy, CURLOPT_COPYPOSTFIELDS, "order=1&amount=2");
    }
    curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
    curl_multi_add_handle(l->multi, s->easy);
}

/* The value of an answer's header, copied and cut at a semicolon; "" when it is absent. */
static void
read_header(CURL *easy, const char *name, char *out, size_t out_size)
{
    struct curl_header *h;

    out[0] = '\0';
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
        return;
    snprintf(out, out_size, "%.*s", (int)strcspn(h->value, ";,"), h->value);
}

static void
finish(struct load *l, struct slot *s, CURLcode result)
{
    struct visitor *v = &l->visitors[s->visitor];
    char variant[64], served[64], cookie[sizeof(v->cookie)];
    struct sample sample = {.sent_us = s->sent_us,
                            .wall_us = s->wall_us,
                            .took_us = clock_us(CLOCK_MONOTONIC) - s->sent_us,
                            .visitor = s->visitor,
                            .serial = s->serial,
                            .post = s->post,
                            .variant = variant,
                            .served = served,
                            .failure = result == CURLE_OK ? "" : curl_easy_strerror(result)};

    curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &sample.status);
    read_header(s->easy, "x-split-variant", variant, sizeof(variant));
    read_header(s->easy, "x-served-by", served, sizeof(served));
    read_header(s->easy, "Set-Cookie", cookie, sizeof(cookie));
    if (cookie[0])
        memcpy(v->cookie, cookie, sizeof(cookie));
    load_note(&l->tally, v, &sample, l->record);
    curl_multi_remove_handle(l->multi, s->easy);
    curl_slist_free_all(s->headers);
    s->headers = NULL;
    s->busy = v->busy = false;
}

static unsigned
reap(struct load *l)
{
    CURLMsg *msg;
    int left, running;

    curl_multi_perform(l->multi, &running);
    while ((msg = curl_multi_info_read(l->multi, &left))) {
        struct slot *s = NULL;

        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&s);
        finish(l, s, msg->data.result);
    }
    return (unsigned)running;
}

static struct slot *
free_slot(struct load *l)
{
    unsigned i;

    for (i = 0; i < l->set.connections; i++)
        if (!l->slots[i].busy)
            return &l->slots[i];
    return NULL;
}

static void
send_due(struct load *l, double due, uint64_t *sent)
{
    while ((double)*sent < due) {
        struct slot *s = free_slot(l);
        int visitor = s ? pick_visitor(l) : -1;

        if (visitor < 0) {
            l->tally.late++;
            return;
        }
        send_one(l, s, (unsigned)visitor);
        ++*sent;
    }
}

static double
run(struct load *l)
{
    int64_t start = clock_us(CLOCK_MONOTONIC), now;
    int64_t end = start + (int64_t)(l->set.seconds * 1e6);
    uint64_t sent = 0;
    unsigned running;

    do {
        now = clock_us(CLOCK_MONOTONIC);
        if (now < end && !stopping)
            send_due(l, (double)(now - start) / 1e6 * l->set.rate, &sent);
        running = reap(l);
        curl_multi_poll(l->multi, NULL, 0, 2, NULL);
    } while ((now < end && !stopping) || running);
    return (double)(clock_us(CLOCK_MONOTONIC) - start) / 1e6;
}

static int
prepare(struct load *l)
{
    unsigned i;

    l->seed = l->set.seed;
    l->visitors = calloc(l->set.visitors, sizeof(*l->visitors));
    l->slots = calloc(l->set.connections, sizeof(*l->slots));
    l->multi = curl_multi_init();
    if (!l->visitors || !l->slots || !l->multi)
        return -1;
    curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, (long)l->set.connections);
    curl_multi_setopt(l->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)l->set.connections);
    for (i = 0; i < l->set.visitors; i++)
        l->visitors[i].variant = -1;
    for (i = 0; i < l->set.connections; i++) {
        l->slots[i].easy = curl_easy_init();
        if (!l->slots[i].easy)
            return -1;
    }
    if (l->set.record) {
        l->record = fopen(l->set.record, "w");
        if (!l->record)
            return -1;
        load_head(l->record);
    }
    return 0;
}

/* The visitors' ids as nginx gave them, one per line. */
static int
write_ids(const struct load *l)
{
    FILE *out = l->set.ids ? fopen(l->set.ids, "w") : NULL;
    unsigned i;

    if (!l->set.ids)
        return 0;
    if (!out)
        return -1;
    for (i = 0; i < l->set.visitors; i++) {
        const char *value = strchr(l->visitors[i].cookie, '=');
        if (value)
            fprintf(out, "%s\n", value + 1);
    }
    return fclose(out);
}

int
main(int argc, char **argv)
{
    static struct load l;
    struct rlimit files;
    double seconds;
    FILE *out = stdout;

    l.set = (struct settings){.rate = 400,
                              .seconds = 10,
                              .post_percent = 20,
                              .visitors = 2000,
                              .connections = 64,
                              .seed = 1,
                              .prefix = "r"};
    settings_parse(&l.set, argc, argv);
    if (!l.set.url || !l.set.visitors || !l.set.connections || !(l.set.rate > 0) ||
        !(l.set.seconds > 0)) {
        settings_usage(stderr);
        return 1;
    }
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (prepare(&l) < 0) {
        perror("split-load: cannot start");
        return 2;
    }
    seconds = run(&l);
    if (l.set.summary && !(out = fopen(l.set.summary, "w"))) {
        perror(l.set.summary);
        return 2;
    }
    load_summary(&l.tally, l.visitors, l.set.visitors, seconds, out);
    if ((l.record && fclose(l.record) != 0) || write_ids(&l) < 0)
        return 2;
    return 0;
}
