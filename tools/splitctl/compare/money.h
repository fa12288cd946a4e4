/* SPDX-License-Identifier: MIT */
/* Exact amounts of money: whole numbers of 10^-12 of a currency unit, no float anywhere. */
#ifndef SPLITCTL_COMPARE_MONEY_H
#define SPLITCTL_COMPARE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#define MONEY_DECIMALS 12
#define MONEY_UNIT INT64_C(1000000000000)

/* 128 bits hold 1.7 * 10^26 units. */
__extension__ typedef __int128 money;

typedef enum money_fault { MONEY_OK, MONEY_FINE, MONEY_RANGE } money_fault;

/*
 * A number that JSON gave, as value * 10^decimals. A decimal number of up to 15 digits survives the
 * way through a double, so what stands in the file is what is counted. MONEY_FINE: it has more
 * decimals. MONEY_RANGE: it is negative, or above `max` (of the value).
 */
money_fault money_decimal(double value, int decimals, int64_t max, int64_t *out);

/* a * b / per, rounded half away from zero; false when it does not fit. `per` is positive. */
bool money_scale(money a, money b, money per, money *out);

/* "1,234.57"; amounts below a cent with up to 6 decimals, such as "0.000125". */
#define MONEY_TEXT_BYTES 64
const char *money_text(money amount, char buf[MONEY_TEXT_BYTES]);

/* "1234.567891": 6 decimals at most, no trailing zeros; a JSON number. */
const char *money_json(money amount, char buf[MONEY_TEXT_BYTES]);

#endif
