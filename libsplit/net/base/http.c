/* SPDX-License-Identifier: MIT */
/* One blocking HTTP exchange over libcurl, with time-outs, a size limit and jittered retries. */
#include "net/base/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/sized.h"
#include "net/base/scope.h"

#define MAX_TRIES 10
#define MAX_WAIT_US 5000000

struct split_http {
    split_http_options options;
    CURL *curl;
    CURLM *multi; /* drives `curl` alone, so that a wait can be ended from outside */
    char *body;
    size_t body_len;
    size_t body_room;
    uint64_t random;
    bool too_long;
    bool no_memory;
    bool direct;
    http_tls tls;
    char reason[CURL_ERROR_SIZE];
};

void
split_http_options_init_sized(split_http_options *options, size_t size)
{
    const split_http_options own = {.connect_timeout_us = 2000000,
                                    .timeout_us = 10000000,
                                    .backoff_us = 100000,
                                    .max_body_bytes = 16u << 20,
                                    .tries = 3};
    split__sized_init(options, size, &own, sizeof own);
}

static int
check_options(const split_http_options *o)
{
    bool times = o->connect_timeout_us >= 1000 && o->timeout_us >= 1000 && o->backoff_us >= 0 &&
                 o->timeout_us <= INT64_C(86400000000) &&
                 o->connect_timeout_us <= INT64_C(86400000000);
    bool counts = o->tries >= 1 && o->tries <= MAX_TRIES && o->max_body_bytes >= 1 &&
                  o->max_body_bytes <= UINT32_MAX;
    return times && counts ? SPLIT_OK : SPLIT_ERR_VALUE;
}

int
split_http_new(const split_http_options *options, split_http **out)
{
    split_http_options own;
    split_http_options_init(&own);
    if (out == NULL)
        return SPLIT_ERR_ARG;
    int rc = options != NULL ? split__sized_take(&own, sizeof own, SPLIT_HTTP_OPTIONS_V1, options)
                             : SPLIT_OK;
    if (rc == SPLIT_OK)
        rc = check_options(&own);
    if (rc != SPLIT_OK)
        return rc;
    split_http *http = calloc(1, sizeof *http);
    CURL *curl = curl_easy_init();
    CURLM *multi = curl_multi_init();
    if (http == NULL || curl == NULL || multi == NULL) {
        free(http);
        curl_easy_cleanup(curl);
        curl_multi_cleanup(multi);
        return SPLIT_ERR_NOMEM;
    }
    http->options = own;
    http->curl = curl;
    http->multi = multi;
    http->random = own.seed != 0 ? own.seed : (uint64_t)split_clock_wall() | 1;
    *out = http;
    return SPLIT_OK;
}

void
split_http_free(split_http **http)
{
    if (http == NULL || *http == NULL)
        return;
    curl_easy_cleanup((*http)->curl);
    curl_multi_cleanup((*http)->multi);
    free((*http)->body);
    free(*http);
    *http = NULL;
}

static bool
make_room(split_http *http, size_t needed)
{
    if (needed <= http->body_room)
        return true;
    size_t room = http->body_room < 4096 ? 4096 : http->body_room;
    while (room < needed)
        room *= 2;
    char *body = realloc(http->body, room);
    if (body == NULL) {
        http->no_memory = true;
        return false;
    }
    http->body = body;
    http->body_room = room;
    return true;
}

/* libcurl's write callback: a short count makes it give up. */
static size_t
take_body(char *data, size_t one, size_t n_bytes, void *ctx)
{
    split_http *http = ctx;
    (void)one;
    if (n_bytes > http->options.max_body_bytes - http->body_len) {
        http->too_long = true;
        return 0;
    }
    if (!make_room(http, http->body_len + n_bytes + 1))
        return 0;
    memcpy(http->body + http->body_len, data, n_bytes);
    http->body_len += n_bytes;
    http->body[http->body_len] = '\0';
    return n_bytes;
}

/* xorshift64*: only spreads retries in time. */
static uint64_t
next_random(split_http *http)
{
    uint64_t x = http->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    http->random = x;
    return x * UINT64_C(2685821657736338717);
}

void
split__http_wait(split_http *http, uint32_t tries)
{
    uint64_t most = (uint64_t)http->options.backoff_us << tries;
    if (most > MAX_WAIT_US)
        most = MAX_WAIT_US;
    uint64_t wait = most / 2 + next_random(http) % (most / 2 + 1);
    (void)split__scope_sleep_until(split_clock_now() + (split_us)wait);
}

void
split__http_tls(split_http *http, const http_tls *tls)
{
    http->tls = *tls;
}

void
split__http_direct(split_http *http)
{
    http->direct = true;
}

static bool
add_header(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return false;
    *list = longer;
    return true;
}

/* "Expect:" keeps libcurl from waiting for a 100 that small servers never send. A signed request
 * goes without: libcurl would sign the empty header and not send it. */
static bool
make_headers(const split_http_request *request, struct curl_slist **out)
{
    bool done = request->aws != NULL || add_header(out, "Expect:");
    for (size_t i = 0; done && i < request->n_headers; i++)
        done = add_header(out, request->headers[i]);
    return done;
}

static void
set_limits(split_http *http)
{
    CURL *c = http->curl;
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* a name server that hangs is not waited for */
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(http->options.connect_timeout_us / 1000));
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(http->options.timeout_us / 1000));
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, http);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, http->reason);
    if (http->direct)
        curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(c, CURLOPT_USERAGENT, "libsplit/" SPLIT_VERSION);
}

static void
set_credentials(CURL *c, const split_http_request *request)
{
    char provider[160];
    if (request->user != NULL) {
        curl_easy_setopt(c, CURLOPT_USERNAME, request->user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, request->password);
    }
    if (request->aws != NULL) {
        snprintf(provider, sizeof provider, "aws:amz:%s", request->aws);
        curl_easy_setopt(c, CURLOPT_AWS_SIGV4, provider);
    }
}

static void
set_request(split_http *http, const split_http_request *request, struct curl_slist *headers)
{
    CURL *c = http->curl;
    curl_easy_reset(c);
    set_limits(http);
    curl_easy_setopt(c, CURLOPT_URL, request->url);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    if (request->body != NULL) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, request->body);
    }
    if (request->method != NULL && strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    else if (request->method != NULL)
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, request->method);
    set_credentials(c, request);
    split__tls_apply(&http->tls, c);
}

/* May the request go out a second time after this outcome? */
static bool
may_retry(const split_http_request *request, CURLcode code, long status)
{
    bool safe =
        request->repeatable ||
        (request->body == NULL && (request->method == NULL || strcmp(request->method, "GET") == 0 ||
                                   strcmp(request->method, "HEAD") == 0));
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
        return true;
    if (code != CURLE_OK)
        return safe && code != CURLE_WRITE_ERROR && code != CURLE_URL_MALFORMAT &&
               code != CURLE_UNSUPPORTED_PROTOCOL;
    return status == 429 || status == 503 || (safe && (status == 502 || status == 504));
}

/* What ended a wait, as libcurl would say it. */
static CURLcode
give_up(split_http *http)
{
    bool late = split_clock_now() >= split__scope()->deadline_us;
    snprintf(http->reason, sizeof http->reason, "%s",
             late ? "no answer before the deadline" : "the request was cancelled");
    return late ? CURLE_OPERATION_TIMEDOUT : CURLE_ABORTED_BY_CALLBACK;
}

/* Milliseconds to sleep at most before the scope is asked again. */
static int
patience(void)
{
    split_us left = split__scope()->deadline_us - split_clock_now();
    return left >= 1000000 ? 1000 : left <= 0 ? 0 : (int)(left / 1000) + 1;
}

static CURLcode
run_multi(split_http *http)
{
    struct curl_waitfd cancel = {.fd = split__scope()->cancel_fd, .events = CURL_WAIT_POLLIN};
    int running = 1;
    for (;;) {
        if (curl_multi_perform(http->multi, &running) != CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
        if (running == 0)
            break;
        if (split__scope_is_over())
            return give_up(http);
        if (curl_multi_poll(http->multi, &cancel, cancel.fd >= 0 ? 1 : 0, patience(), NULL) !=
            CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
    }
    int left;
    const CURLMsg *message = curl_multi_info_read(http->multi, &left);
    return message != NULL && message->msg == CURLMSG_DONE ? message->data.result
                                                           : CURLE_RECV_ERROR;
}

/* A whole transfer within the scope of the thread. */
static CURLcode
perform(split_http *http)
{
    if (split__scope_is_over())
        return give_up(http);
    if (curl_multi_add_handle(http->multi, http->curl) != CURLM_OK)
        return CURLE_OUT_OF_MEMORY;
    CURLcode code = run_multi(http);
    curl_multi_remove_handle(http->multi, http->curl);
    return code;
}

static CURLcode
try_until_done(split_http *http, const split_http_request *request, split_http_answer *answer)
{
    CURLcode code;
    long status = 0;
    for (answer->tries = 1;; answer->tries++) {
        http->body_len = 0;
        http->too_long = false;
        http->no_memory = false;
        http->reason[0] = '\0';
        http->body[0] = '\0';
        code = perform(http);
        curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
        if (answer->tries == http->options.tries || !may_retry(request, code, status) ||
            split__scope_is_over())
            break;
        split__http_wait(http, answer->tries);
    }
    answer->status = (int32_t)status;
    return code;
}

static int
report(split_http *http, CURLcode code, split_error *error)
{
    int rc = SPLIT_ERR_NET;
    if (http->no_memory || code == CURLE_OUT_OF_MEMORY)
        rc = SPLIT_ERR_NOMEM;
    else if (http->too_long)
        rc = SPLIT_ERR_SPACE;
    const char *why = http->reason[0] != '\0' ? http->reason : curl_easy_strerror(code);
    if (http->too_long)
        why = "the answer is longer than the limit";
    split_error own = {.code = rc};
    snprintf(own.text, sizeof own.text, "%s", why);
    split__error_give(error, &own);
    return rc;
}

static void
take_header(split_http *http, const split_http_request *request, split_http_answer *answer)
{
    struct curl_header *header;
    if (request->want_header != NULL && curl_easy_header(http->curl, request->want_header, 0,
                                                         CURLH_HEADER, -1, &header) == CURLHE_OK)
        snprintf(answer->header, sizeof answer->header, "%s", header->value);
}

static int
take_request(split_http_request *own, const split_http_request *theirs, const split_error *error)
{
    const int err = split__sized_take(own, sizeof *own, SPLIT_HTTP_REQUEST_V1, theirs);
    if (err != SPLIT_OK)
        return err;
    if (own->url == NULL || (own->n_headers > 0 && own->headers == NULL) ||
        (own->body_len > 0 && own->body == NULL))
        return SPLIT_ERR_ARG;
    return split__error_fits(error) ? SPLIT_OK : SPLIT_ERR_STRUCT;
}

int
split_http_send_sized(split_http *http, const split_http_request *their_request,
                      split_http_answer *out, size_t size, split_error *error)
{
    split_http_request own;
    const split_http_request *request = &own;
    if (http == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    const int err = take_request(&own, their_request, error);
    if (err != SPLIT_OK)
        return err;
    struct curl_slist *headers = NULL;
    split_http_answer answer = {.body = NULL};
    split_us begin = split_clock_now();
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (make_room(http, 1) && make_headers(request, &headers)) {
        set_request(http, request, headers);
        code = try_until_done(http, request, &answer);
    }
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return report(http, code, error);
    take_header(http, request, &answer);
    answer.body = http->body;
    answer.body_len = http->body_len;
    answer.took_us = split_clock_now() - begin;
    return split__sized_give(out, size, &answer, sizeof answer, SPLIT_HTTP_ANSWER_V1);
}
