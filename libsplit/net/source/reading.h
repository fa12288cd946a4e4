/* SPDX-License-Identifier: MIT */
/* A reading as sources fill it. */
#ifndef SPLIT_NET_READING_H
#define SPLIT_NET_READING_H

#include "split/source.h"

/* Say what a reading lacks, unless something is said already. */
void split__net_note(split_reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
