/* SPDX-License-Identifier: MIT */
/* An allocator that counts what is out, and that can fail the n-th call: Criterion passes leaking tests, this does not. */
#ifndef TESTS_COUNTING_ALLOC_H
#define TESTS_COUNTING_ALLOC_H

#include "split/base.h"

typedef struct counting_alloc {
    split_alloc alloc; /* give &c.alloc to the library */
    size_t n_live;     /* blocks not given back */
    size_t n_calls;    /* calls of malloc so far */
    size_t fail_at;    /* the call, from 1, that returns NULL; 0 for none */
} counting_alloc;

/* Call in place: the allocator points to its own struct. */
void counting_alloc_init(counting_alloc *c);

#endif
