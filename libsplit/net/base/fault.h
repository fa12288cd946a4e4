/* SPDX-License-Identifier: MIT */
/* Errors of split-net: a code and a sentence that may hold a peer's words. */
#ifndef SPLIT_NET_FAULT_H
#define SPLIT_NET_FAULT_H

#include "split/error.h"

/* Fill an error with a sentence and return its code; `error` may be NULL. */
int split__net_fault(split_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
