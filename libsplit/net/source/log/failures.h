/* SPDX-License-Identifier: MIT */
/* Statuses that are failures, as a text names them. */
#ifndef SPLIT_NET_LOG_FAILURES_H
#define SPLIT_NET_LOG_FAILURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_STATUSES_MAX 500

/* "500-599,429": each once, in rising parts. False when it is not valid. */
bool split__log_failures(const char *text, uint32_t out[LOG_STATUSES_MAX], size_t *n);

#endif
