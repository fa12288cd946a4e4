/* SPDX-License-Identifier: MIT */
/* Exact amounts of money. */
#include "compare/money.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CENT (MONEY_UNIT / 100)
#define MICRO (MONEY_UNIT / 1000000)
#define DIGITS 15

/* "5.001e-05" of %.14e: the digits without the point, and the exponent of the last one. */
static int64_t
significant_digits(double value, int *out_exponent)
{
    char text[40];
    int64_t digits = 0;
    snprintf(text, sizeof text, "%.*e", DIGITS - 1, value);
    const char *e = strchr(text, 'e');
    for (const char *p = text; p < e; p++)
        digits = *p == '.' ? digits : 10 * digits + (*p - '0');
    *out_exponent = atoi(e + 1) - (DIGITS - 1);
    return digits;
}

money_fault
money_decimal(double value, int decimals, int64_t max, int64_t *out)
{
    int exponent;
    if (!(value >= 0) || value > (double)max)
        return MONEY_RANGE;
    int64_t digits = significant_digits(value, &exponent);
    exponent += decimals;
    for (; exponent < 0 && digits % 10 == 0 && digits != 0; exponent++)
        digits /= 10;
    if (exponent < 0 && digits != 0)
        return MONEY_FINE;
    for (; exponent > 0 && digits != 0; exponent--)
        if (__builtin_mul_overflow(digits, 10, &digits))
            return MONEY_RANGE;
    *out = digits;
    return MONEY_OK;
}

bool
money_scale(money a, money b, money per, money *out)
{
    money product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    money rest = product % per;
    product /= per;
    if (rest >= per - rest)
        product++;
    else if (-rest >= per + rest)
        product--;
    *out = product;
    return true;
}

/* Digits of a whole number, written before `end`; returns where they begin. */
static char *
write_whole(money n, bool grouped, char *end)
{
    int written = 0;
    do {
        if (grouped && written > 0 && written % 3 == 0)
            *--end = ',';
        *--end = (char)('0' + (int)(n % 10));
        n /= 10;
        written++;
    } while (n > 0);
    return end;
}

/* `steps` of 10^-decimals of a unit. */
static const char *
write_amount(money steps, int decimals, int keep, bool grouped, bool negative,
             char buf[MONEY_TEXT_BYTES])
{
    char digits[MONEY_TEXT_BYTES];
    char *end = digits + sizeof digits;
    int n = decimals;
    for (; n > keep && steps % 10 == 0; n--)
        steps /= 10;
    for (int i = 0; i < n; i++, steps /= 10)
        *--end = (char)('0' + (int)(steps % 10));
    if (n > 0)
        *--end = '.';
    end = write_whole(steps, grouped, end);
    snprintf(buf, MONEY_TEXT_BYTES, "%s%.*s", negative ? "-" : "",
             (int)(digits + sizeof digits - end), end);
    return buf;
}

const char *
money_text(money amount, char buf[MONEY_TEXT_BYTES])
{
    bool negative = amount < 0;
    money size = negative ? -amount : amount;
    money micros = (size + MICRO / 2) / MICRO;
    money cents = (size + CENT / 2) / CENT;
    if (micros == 0)
        return write_amount(0, 2, 2, true, false, buf);
    if (size < CENT)
        return write_amount(micros, 6, 2, true, negative, buf);
    return write_amount(cents, 2, 2, true, negative, buf);
}

const char *
money_json(money amount, char buf[MONEY_TEXT_BYTES])
{
    bool negative = amount < 0;
    money size = negative ? -amount : amount;
    money micros = (size + MICRO / 2) / MICRO;
    return write_amount(micros, 6, 0, false, negative && micros > 0, buf);
}
