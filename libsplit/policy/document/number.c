/* SPDX-License-Identifier: MIT */
/* Exact decimal numbers and durations from text, and back. */
#include "policy/document/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_DURATION_US (INT64_C(3650) * 86400 * 1000000)

/* A decimal number: digits * 10^exponent, without trailing zeros in digits. */
typedef struct decimal {
    uint64_t digits;
    int exponent;
    bool lost; /* more significant digits than fit */
} decimal;

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* digits * 10 + digit; when that does not fit, the number is lost, and only that it is not zero
 * counts. */
static void
push_digit(decimal *d, unsigned digit)
{
    d->lost = d->lost || d->digits > (UINT64_MAX - digit) / 10;
    d->digits = d->lost ? 1 : d->digits * 10 + digit;
}

/* Zeros wait until a digit follows, so that those at the end cost nothing. */
static void
add_digit(decimal *d, int *n_zeros, char c, bool fraction)
{
    d->exponent -= fraction;
    if (c == '0') {
        ++*n_zeros;
        return;
    }
    for (; *n_zeros > 0; --*n_zeros)
        push_digit(d, 0);
    push_digit(d, (unsigned)(c - '0'));
}

/* Digits with at most one point; returns how many bytes were taken. */
static size_t
read_digits(const char *text, size_t len, decimal *d)
{
    int n_zeros = 0;
    bool fraction = false;
    size_t i = 0;
    for (; i < len && (is_digit(text[i]) || (text[i] == '.' && !fraction)); i++) {
        if (text[i] == '.')
            fraction = true;
        else
            add_digit(d, &n_zeros, text[i], fraction);
    }
    d->exponent += n_zeros;
    return i;
}

/* The exponent after e or E, held within +-1000. */
static int
read_exponent(const char *text, size_t len)
{
    size_t i = len > 0 && (text[0] == '-' || text[0] == '+');
    int value = 0;
    for (; i < len && is_digit(text[i]); i++)
        value = value < 1000 ? value * 10 + (text[i] - '0') : value;
    return text[0] == '-' ? -value : value;
}

static number_fault
scale(const decimal *d, unsigned decimals, uint64_t *out)
{
    int shift = d->exponent + (int)decimals;
    uint64_t value = d->digits;
    if (value == 0) {
        *out = 0;
        return NUMBER_OK;
    }
    if (shift < 0)
        return NUMBER_FINE;
    for (; shift > 0; shift--) {
        if (value > UINT64_MAX / 10)
            return NUMBER_BIG;
        value *= 10;
    }
    if (d->lost)
        return NUMBER_BIG;
    *out = value;
    return NUMBER_OK;
}

number_fault
split__number_scaled(const char *text, size_t len, unsigned decimals, uint64_t *out)
{
    decimal d = {0};
    bool negative = len > 0 && text[0] == '-';
    size_t i = negative + read_digits(text + negative, len - negative, &d);
    if (i < len)
        d.exponent += read_exponent(text + i + 1, len - i - 1);
    if (negative && d.digits != 0)
        return NUMBER_NEGATIVE;
    return scale(&d, decimals, out);
}

/* Does the text have the form 12 or 0.25? Returns the number of decimals through out_decimals. */
static bool
plain_shape(const char *text, size_t len, size_t *out_decimals)
{
    size_t whole = 0, i;
    while (whole < len && is_digit(text[whole]))
        whole++;
    if (whole == 0 || whole > 12 || (whole > 1 && text[0] == '0'))
        return false;
    *out_decimals = 0;
    if (whole == len)
        return true;
    for (i = whole + 1; i < len && is_digit(text[i]); i++)
        ++*out_decimals;
    return text[whole] == '.' && i == len && *out_decimals > 0;
}

number_fault
split__number_plain(const char *text, size_t len, unsigned decimals, uint64_t *out_micros)
{
    size_t n_decimals;
    decimal d = {0};
    if (!plain_shape(text, len, &n_decimals))
        return NUMBER_SHAPE;
    if (n_decimals > decimals)
        return NUMBER_FINE;
    read_digits(text, len, &d);
    return scale(&d, 6, out_micros);
}

typedef struct time_unit {
    const char *name;
    unsigned decimals; /* as many as are always whole microseconds */
    uint32_t us;
    uint32_t times; /* the unit is us * times microseconds */
} time_unit;

/* ms first: its last letter is another unit's name. Largest last, for writing. */
static const time_unit units[] = {
    {"ms", 3, 1000, 1},     {"s", 6, MICROS, 1},     {"m", 6, MICROS, 60},
    {"h", 6, MICROS, 3600}, {"d", 6, MICROS, 86400},
};
#define N_UNITS (sizeof units / sizeof units[0])

static const time_unit *
unit_at_end(const char *text, size_t len)
{
    for (size_t i = 0; i < N_UNITS; i++) {
        size_t n = strlen(units[i].name);
        if (len > n && memcmp(text + len - n, units[i].name, n) == 0)
            return &units[i];
    }
    return NULL;
}

number_fault
split__number_duration(const char *text, size_t len, split_us *out)
{
    uint64_t micros;
    const time_unit *unit = unit_at_end(text, len);
    if (unit == NULL)
        return NUMBER_SHAPE;
    number_fault fault =
        split__number_plain(text, len - strlen(unit->name), unit->decimals, &micros);
    if (fault != NUMBER_OK)
        return fault;
    /* micros < 10^18; the products below stay under 10^18 * 10^3 / 10^6 * 86400 only when they are
     * in range. */
    uint64_t us = unit->us == MICROS ? micros : micros / 1000;
    if (us > (uint64_t)MAX_DURATION_US / unit->times)
        return NUMBER_BIG;
    *out = (split_us)(us * unit->times);
    return NUMBER_OK;
}

void
split__number_duration_text(split_us us, char out[NUMBER_TEXT_BYTES])
{
    for (size_t i = N_UNITS; i-- > 0;) {
        int64_t unit_us = (int64_t)units[i].us * units[i].times;
        if (us % unit_us == 0 && (us != 0 || i == 1)) {
            snprintf(out, NUMBER_TEXT_BYTES, "%" PRId64 "%s", us / unit_us, units[i].name);
            return;
        }
    }
    snprintf(out, NUMBER_TEXT_BYTES, "%" PRId64 ".%03" PRId64 "ms", us / 1000, us % 1000);
}

void
split__number_micros_text(uint64_t micros, char out[NUMBER_TEXT_BYTES])
{
    int n = snprintf(out, NUMBER_TEXT_BYTES, "%" PRIu64, micros / MICROS);
    if (micros % MICROS == 0)
        return;
    n += snprintf(out + n, NUMBER_TEXT_BYTES - (size_t)n, ".%06" PRIu64, micros % MICROS);
    while (out[n - 1] == '0')
        out[--n] = '\0';
}
