/* SPDX-License-Identifier: MIT */
/* The threads of tests/sanitize. */
#define _POSIX_C_SOURCE 200809L /* pthread_barrier_t */
#include "readers.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_THREADS = 4, N_ROUNDS = 100, MAX_READERS = 16 };

typedef struct crowd {
    reader *const *readers;
    size_t n_readers;
    const void *objects;
    uint64_t alone[MAX_READERS]; /* what one thread heard */
    pthread_barrier_t start;
} crowd;

typedef struct member {
    crowd *crowd;
    size_t number;
    int n_wrong;
} member;

void
answers_bytes(answers *heard, const void *bytes, size_t n_bytes)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n_bytes; i++)
        heard->sum = (heard->sum ^ at[i]) * UINT64_C(0x100000001b3);
}

void
answers_number(answers *heard, int64_t number)
{
    answers_bytes(heard, &number, sizeof number);
}

void
answers_real(answers *heard, double number)
{
    answers_bytes(heard, &number, sizeof number);
}

void
answers_text(answers *heard, const char *text)
{
    answers_number(heard, text != NULL);
    if (text != NULL)
        answers_bytes(heard, text, strlen(text) + 1);
}

void
must(int holds, const char *condition, const char *file, int line)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: not true: %s\n", file, line, condition);
    abort();
}

static uint64_t
ask(const crowd *c, size_t which)
{
    answers heard = {UINT64_C(0xcbf29ce484222325)};
    c->readers[which](c->objects, &heard);
    return heard.sum;
}

static void *
ask_all(void *arg)
{
    member *self = arg;
    crowd *c = self->crowd;
    pthread_barrier_wait(&c->start);
    for (size_t i = 0; i < N_ROUNDS * c->n_readers; i++) {
        size_t which = (i + self->number) % c->n_readers;
        self->n_wrong += ask(c, which) != c->alone[which];
    }
    return NULL;
}

int
readers_run(reader *const *readers, size_t n_readers, const void *objects)
{
    crowd c = {.readers = readers, .n_readers = n_readers, .objects = objects};
    pthread_t threads[N_THREADS];
    member members[N_THREADS];
    int n_wrong = 0;
    MUST(n_readers <= MAX_READERS && pthread_barrier_init(&c.start, NULL, N_THREADS) == 0);
    for (size_t i = 0; i < n_readers; i++)
        c.alone[i] = ask(&c, i);
    for (size_t i = 0; i < N_THREADS; i++) {
        members[i] = (member){&c, i, 0};
        MUST(pthread_create(&threads[i], NULL, ask_all, &members[i]) == 0);
    }
    for (size_t i = 0; i < N_THREADS; i++) {
        MUST(pthread_join(threads[i], NULL) == 0);
        n_wrong += members[i].n_wrong;
    }
    pthread_barrier_destroy(&c.start);
    printf("%d threads, %d rounds of %zu readers: %d answers differ\n", N_THREADS, N_ROUNDS,
           n_readers, n_wrong);
    return n_wrong == 0 ? 0 : 1;
}
