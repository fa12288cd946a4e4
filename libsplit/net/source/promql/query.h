/* SPDX-License-Identifier: MIT */
/* The expressions of a policy, and the one query that asks for all of them. */
#ifndef SPLIT_NET_PROMQL_QUERY_H
#define SPLIT_NET_PROMQL_QUERY_H

#include "net/source/fields.h"

#define PROMQL_EXPRESSIONS_MAX (3 * SPLIT_METRICS_MAX + 10)
#define PROMQL_SLOTS_MAX (PROMQL_EXPRESSIONS_MAX * SPLIT_READING_ARM_COUNT)

/* What is asked: each text once, for each arm. The slot of expression e and arm a is e *
 * SPLIT_READING_ARM_COUNT + a. */
typedef struct promql_query {
    split_source_options options;
    const char
        *arm[SPLIT_READING_ARM_COUNT]; /* what $arm stands for; NULL: the arm is not asked for */
    const char *text[PROMQL_EXPRESSIONS_MAX];  /* borrowed from the policy */
    const char *field[PROMQL_EXPRESSIONS_MAX]; /* the first name that has this text, */
    uint32_t metric[PROMQL_EXPRESSIONS_MAX];   /* and its metric */
    bool is_histogram[PROMQL_EXPRESSIONS_MAX];
    bool has_age[PROMQL_EXPRESSIONS_MAX]; /* the server can say when the last sample came */
    uint32_t n;
    int32_t expression[SPLIT_METRICS_MAX][FIELD_ROLES]; /* -1 for none */
} promql_query;

/* Take the expressions of the options, whose texts stay borrowed. 0 or a fault with a sentence. */
int split__promql_query_open(promql_query *q, const split_source_options *o, split_error *error);

/* The form to post for all slots: answers carry PROMQL_SLOT_LABEL, "SLOT", or "tSLOT" for the time
 * of its newest sample; with `of_oldest`, the newest of the series whose samples are oldest. For
 * the caller to free; NULL without memory. */
char *split__promql_query_form(const promql_query *q, bool of_oldest);

/* The form for one expression by itself, to learn what is wrong with it. */
char *split__promql_query_form_one(const promql_query *q, uint32_t slot);

#endif
