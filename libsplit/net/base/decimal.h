/* SPDX-License-Identifier: MIT */
/* Numbers with a decimal point, whatever point the host's locale has. */
#ifndef SPLIT_NET_DECIMAL_H
#define SPLIT_NET_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

/* The number that all of a text is, "NaN" and infinities among them. False for any other text. */
bool split__decimal_read(const char *text, double *out);

/* As "%.8g" in the C locale. */
void split__decimal_print(double value, char *buf, size_t buf_size);

#endif
