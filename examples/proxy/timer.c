/* SPDX-License-Identifier: MIT */
/* A binary heap of deadlines: set, move and cancel in O(log n), the next one in O(1). */
#include <stdlib.h>

#include "timer.h"

static void
put(struct timer_heap *heap, size_t place, struct timer *timer)
{
    heap->slots[place] = timer;
    timer->place = place;
}

static void
rise(struct timer_heap *heap, size_t place)
{
    struct timer *timer = heap->slots[place];

    for (; place > 1 && heap->slots[place / 2]->at_us > timer->at_us; place /= 2)
        put(heap, place, heap->slots[place / 2]);
    put(heap, place, timer);
}

static void
sink(struct timer_heap *heap, size_t place)
{
    struct timer *timer = heap->slots[place];
    size_t child;

    for (; (child = place * 2) <= heap->n; place = child) {
        if (child < heap->n && heap->slots[child + 1]->at_us < heap->slots[child]->at_us)
            child++;
        if (heap->slots[child]->at_us >= timer->at_us)
            break;
        put(heap, place, heap->slots[child]);
    }
    put(heap, place, timer);
}

static int
grow(struct timer_heap *heap)
{
    size_t room = heap->room ? heap->room * 2 : 64;
    struct timer **slots = realloc(heap->slots, room * sizeof(struct timer *));

    if (!slots)
        return -1;
    heap->slots = slots;
    heap->room = room;
    return 0;
}

int
timer_set(struct timer_heap *heap, struct timer *timer, int64_t at_us)
{
    timer_cancel(heap, timer);
    if (heap->n + 2 > heap->room && grow(heap) < 0)
        return -1;
    timer->at_us = at_us;
    put(heap, ++heap->n, timer);
    rise(heap, timer->place);
    return 0;
}

void
timer_cancel(struct timer_heap *heap, struct timer *timer)
{
    size_t place = timer->place;
    struct timer *last;

    if (!place)
        return;
    timer->place = 0;
    last = heap->slots[heap->n--];
    if (last == timer)
        return;
    put(heap, place, last);
    sink(heap, place);
    rise(heap, last->place);
}

int64_t
timer_next(const struct timer_heap *heap)
{
    return heap->n ? heap->slots[1]->at_us : TIMER_NEVER;
}

void
timer_fire_due(struct timer_heap *heap, int64_t now_us)
{
    while (heap->n && heap->slots[1]->at_us <= now_us) {
        struct timer *timer = heap->slots[1];

        timer_cancel(heap, timer);
        timer->fire(timer->ctx);
    }
}

void
timer_heap_free(struct timer_heap *heap)
{
    free(heap->slots);
    *heap = (struct timer_heap){0};
}
