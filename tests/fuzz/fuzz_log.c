/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an access log, in pieces of any length, in every format that is found or described. Whatever they are: no
 * crash, no read beyond the line, and a record whose numbers can be counted.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/log.h"

#define INSIST(what)                                                                               \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "fuzz_log: not true: %s\n", #what);                                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const formats[] = {
    NULL,
    NULL,
    "json:nginx",
    "json:caddy",
    "json:traefik",
    "json:envoy",
    "json:cloudflare",
    "json:time=ts,status=code,upstream=be.name,request_time_ms=took,cookie=c,variant=v",
    "nginx:$remote_addr [$time_local] \"$request\" $status $upstream_addr $upstream_status "
    "$request_time",
    "cloudfront:timestamp,c-ip,time-to-first-byte,sc-status,x-edge-result-type"};

static void
check_text(split_log_text t)
{
    volatile char last = 0;
    for (size_t i = 0; i < t.len; i++)
        last = t.at[i];
    (void)last;
    INSIST(t.len <= SPLIT_LOG_LINE_MAX);
}

static void
check_record(const split_log_record *r)
{
    static const split_log_map maps[] = {{"new", "new"}, {"10.0.0.2:80", "legacy"}};
    const split_log_arms arms = {
        .cookie = "split_id", .cookie_is_variant = true, .maps = maps, .n_maps = 2};
    const split_log_rules rules = {NULL, 0, NULL, 0};
    split_arm arm;
    split_arm_clear(&arm);
    INSIST(r->status >= 0 && r->status <= 999 && r->latency_us >= -1);
    INSIST(r->n_attempts <= SPLIT_LOG_ATTEMPTS_MAX);
    check_text(r->method);
    check_text(r->variant);
    check_text(r->upstream);
    check_text(r->cookie);
    check_text(split_log_arm(&arms, r));
    split_log_count(&rules, r, &arm);
    for (uint32_t i = 0; i < r->n_attempts; i++) {
        check_text(r->attempts[i].upstream);
        check_text(split_log_attempt_arm(&arms, r, i));
        split_log_count_attempt(&rules, r, i, &arm);
    }
    INSIST(split_arm_get(&arm, SPLIT_COUNTER_ERROR) <= split_arm_get(&arm, SPLIT_COUNTER_OUTCOMES));
}

static void
drain(split_log *log)
{
    split_log_record r;
    for (split_log_answer a = split_log_next(log, &r); a != SPLIT_LOG_MORE;
         a = split_log_next(log, &r))
        if (a == SPLIT_LOG_RECORD)
            check_record(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    split_log_options o;
    split_log *log = NULL;
    if (size < 2)
        return 0;
    size_t step = data[1] == 0 ? size : data[1];
    split_log_options_init(&o);
    o.format = formats[data[0] % (sizeof formats / sizeof formats[0])];
    o.zone = data[0] % 2 == 0 ? "+05:30" : NULL;
    INSIST(split_log_new(&o, &log) == SPLIT_OK);
    for (size_t at = 2; at < size;) {
        size_t room;
        char *to = split_log_room(log, &room);
        size_t n = size - at < step ? size - at : step;
        memcpy(to, data + at, n);
        split_log_put(log, n);
        at += n;
        drain(log);
    }
    split_log_end(log);
    drain(log);
    split_log_free(&log);
    return 0;
}
