/* SPDX-License-Identifier: MIT */
/* What the load generator remembers of its visitors and of its answers. */
#ifndef DEMO_LOAD_H
#define DEMO_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define LOAD_SYSTEMS 8 /* Different x-served-by values that are distinguished. */

/* The command line. */
struct settings {
    const char *url, *record, *summary, *prefix, *ids, *ca;
    double rate, seconds, post_percent;
    unsigned visitors, connections;
    uint64_t seed;
};

struct visitor {
    char cookie[160]; /* "name=value", as nginx set it; "" before the first answer. */
    int variant;      /* Of the last answer; -1 before. */
    unsigned changes; /* How often the variant differed from the one before. */
    bool busy;
};

/* One finished request. */
struct sample {
    int64_t sent_us; /* Monotonic. */
    int64_t wall_us; /* Since 1970, when it was sent. */
    int64_t took_us;
    unsigned visitor;
    unsigned serial;
    bool post;
    long status;         /* 0: no answer. */
    const char *variant; /* x-split-variant, or "". */
    const char *served;  /* x-served-by, or "". */
    const char *failure; /* Text of the transfer's failure, or "". */
};

struct tally {
    char names[LOAD_SYSTEMS][64];
    unsigned n_names;
    uint64_t variant[LOAD_SYSTEMS], served[LOAD_SYSTEMS];
    uint64_t requests, posts, ok, client_errors;
    uint64_t errors_replayable, errors_other; /* Visible to the visitor: 5xx, cut or no answer. */
    uint64_t late;                            /* Requests that had to wait for a free slot. */
    int64_t *took;                            /* Latencies, for the percentiles. */
    size_t n_took, room_took;
};

/* Read the command line; ends the program on --help and on an unknown option. */
void settings_parse(struct settings *set, int argc, char **argv);
void settings_usage(FILE *to);

/* Count a finished request and write its record. */
void load_note(struct tally *tally, struct visitor *visitor, const struct sample *sample,
               FILE *record);

/* Header line of the records. */
void load_head(FILE *record);

/* The summary as one JSON object. */
void load_summary(struct tally *tally, const struct visitor *visitors, unsigned n_visitors,
                  double seconds, FILE *out);

#endif
