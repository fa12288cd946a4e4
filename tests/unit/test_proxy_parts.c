/* SPDX-License-Identifier: MIT */
/* Parts of the example proxy that stand alone: deadlines, byte queue, cookie, header lists. */
#include <criterion/criterion.h>
#include <microhttpd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "cookie.h"
#include "headers.h"
#include "timer.h"

#define N_TIMERS 200

struct alarm {
    struct timer timer;
    int64_t *log;
    size_t *n_log;
};

static void
ring(void *ctx)
{
    struct alarm *alarm = ctx;

    alarm->log[(*alarm->n_log)++] = alarm->timer.at_us;
}

static uint64_t
draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

Test(proxy_timer, fires_in_the_order_of_the_deadlines_and_never_a_cancelled_one)
{
    struct timer_heap heap = {0};
    static struct alarm alarms[N_TIMERS];
    static int64_t log[N_TIMERS];
    size_t n_log = 0, kept = 0, i;
    uint64_t seed = 7;

    for (i = 0; i < N_TIMERS; i++) {
        alarms[i] =
            (struct alarm){.timer = {.fire = ring, .ctx = &alarms[i]}, .log = log, .n_log = &n_log};
        cr_assert_eq(timer_set(&heap, &alarms[i].timer, (int64_t)(draw(&seed) % 1000)), 0);
    }
    for (i = 0; i < N_TIMERS; i++) {
        if (draw(&seed) % 3 == 0)
            cr_assert_eq(timer_set(&heap, &alarms[i].timer, (int64_t)(draw(&seed) % 1000)), 0);
        if (draw(&seed) % 4 == 0)
            timer_cancel(&heap, &alarms[i].timer);
        kept += alarms[i].timer.place != 0;
    }
    timer_fire_due(&heap, 400);
    for (i = 0; i < n_log; i++)
        cr_assert_leq(log[i], 400);
    timer_fire_due(&heap, 1000);
    cr_assert_eq(n_log, kept);
    for (i = 1; i < n_log; i++)
        cr_assert_leq(log[i - 1], log[i]);
    cr_assert_eq(timer_next(&heap), TIMER_NEVER);
    timer_heap_free(&heap);
}

Test(proxy_bytes, gives_back_what_was_put_in_whatever_the_pieces)
{
    struct bytes queue = {0};
    uint8_t in = 0, out = 0, piece[300];
    uint64_t seed = 11;
    int turn;

    for (turn = 0; turn < 3000; turn++) {
        size_t n = (size_t)draw(&seed) % sizeof(piece), i;

        if (draw(&seed) % 2) {
            for (i = 0; i < n; i++)
                piece[i] = in++;
            cr_assert_eq(bytes_append(&queue, piece, n), 0);
            continue;
        }
        n = bytes_take(&queue, piece, n);
        for (i = 0; i < n; i++)
            cr_assert_eq(piece[i], out++);
    }
    cr_assert_eq((uint8_t)bytes_len(&queue), (uint8_t)(in - out));
    bytes_free(&queue);
}

Test(proxy_bytes, memory_stays_bounded_when_as_much_is_taken_as_put_in)
{
    struct bytes queue = {0};
    char piece[1000] = {0};
    int turn;

    for (turn = 0; turn < 10000; turn++) {
        cr_assert_eq(bytes_append(&queue, piece, sizeof(piece)), 0);
        if (turn >= 10)
            cr_assert_eq(bytes_take(&queue, piece, sizeof(piece)), sizeof(piece));
    }
    cr_assert_leq(queue.room, 32768);
    bytes_free(&queue);
}

Test(proxy_cookie, ids_are_random_hex_and_the_cookie_has_its_attributes)
{
    split_cookie_info info = {.name = "split_id", .max_age_us = 3600000000};
    char a[COOKIE_ID_BYTES], b[COOKIE_ID_BYTES], text[200];

    cr_assert_eq(cookie_draw(a), 0);
    cr_assert_eq(cookie_draw(b), 0);
    cr_assert_eq(strspn(a, "0123456789abcdef"), 32);
    cr_assert_str_neq(a, b);
    cookie_format(text, sizeof(text), &info, "id", true);
    cr_assert_str_eq(text, "split_id=id; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure");
    cookie_format(text, sizeof(text), &info, "id", false);
    cr_assert_str_eq(text, "split_id=id; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax");
}

Test(proxy_headers, finds_whole_tokens_in_a_list_without_regard_to_case)
{
    cr_assert(headers_has_token("close, X-Private ,te", "x-private", 9));
    cr_assert(headers_has_token("te", "TE", 2));
    cr_assert(headers_has_token(",, te,", "TE", 2));
    cr_assert_not(headers_has_token("X-Private-Not, aX-Private", "X-Private", 9));
    cr_assert_not(headers_has_token("", "te", 2));
    cr_assert_not(headers_has_token(NULL, "te", 2));
}
