/* SPDX-License-Identifier: MIT */
/* Deadlines in a binary heap; a timer lives inside the object it belongs to. */
#ifndef PROXY_TIMER_H
#define PROXY_TIMER_H

#include <stddef.h>
#include <stdint.h>

#define TIMER_NEVER INT64_MAX

struct timer {
    int64_t at_us;
    size_t place; /* Position in the heap from 1; 0 = not set. */
    void (*fire)(void *ctx);
    void *ctx;
};

struct timer_heap {
    struct timer **slots; /* slots[0] is not used. */
    size_t n, room;
};

/* Set or move a timer. 0, or -1 when there is no memory. */
int timer_set(struct timer_heap *heap, struct timer *timer, int64_t at_us);
void timer_cancel(struct timer_heap *heap, struct timer *timer);
int64_t timer_next(const struct timer_heap *heap);

/* Fire what is due at `now_us`; a timer set anew meanwhile waits for the next call unless it is due
 * too. */
void timer_fire_due(struct timer_heap *heap, int64_t now_us);
void timer_heap_free(struct timer_heap *heap);

#endif
