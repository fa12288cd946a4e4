/* SPDX-License-Identifier: MIT */
/* Exact numbers from text: no double in between (design/documents.md D6 to D8). */
#ifndef SPLIT_POLICY_NUMBER_H
#define SPLIT_POLICY_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "split/base.h"

#define MICROS 1000000u

typedef enum number_fault {
    NUMBER_OK = 0,
    NUMBER_SHAPE, /* not a number of the wanted form */
    NUMBER_FINE,  /* more decimals than allowed */
    NUMBER_BIG,   /* does not fit */
    NUMBER_NEGATIVE,
} number_fault;

/* A JSON number times 10^decimals, which must be a whole number; decimals 0 to 6. */
number_fault split__number_scaled(const char *text, size_t len, unsigned decimals, uint64_t *out);

/* A number such as 12 or 0.25, without sign and exponent, at most 12 digits before the point and
 * `decimals` after it; times 10^6. */
number_fault split__number_plain(const char *text, size_t len, unsigned decimals,
                                 uint64_t *out_micros);

/* A duration such as "250ms" or "1.5s"; at most 3650 days, with up to 3 decimals of ms or 6 of s,
 * m, h, d. */
number_fault split__number_duration(const char *text, size_t len, split_us *out);

/* The shortest text of a duration that reads back to the same number. */
#define NUMBER_TEXT_BYTES 40
void split__number_duration_text(split_us us, char out[NUMBER_TEXT_BYTES]);

/* Text of micros / 10^6 without trailing zeros. */
void split__number_micros_text(uint64_t micros, char out[NUMBER_TEXT_BYTES]);

#define NUMBER_TIME_MAX INT64_C(253402300799999999)

#endif
