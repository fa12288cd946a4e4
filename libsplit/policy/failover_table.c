/* SPDX-License-Identifier: MIT */
/* Failover parameters: one row a parameter, read into the core's options and written to routes when they differ. */
#include <string.h>

#include "document.h"
#include "number.h"
#include "out.h"

#define AT(type, member) .offset = offsetof(type, member), .bytes = sizeof(((type *)0)->member)
#define LONGEST_US ((uint64_t)DOC_DAY_US * 3650)

static void
read_statuses(loader *l, const field *f, uint32_t node, void *object)
{
    const field status = {.min = 400, .max = 599};
    doc_failover *failover = object;
    uint32_t n;
    uint64_t value;
    if (!split__want_kind(l, node, JSON_ARRAY, "an array of status codes") || !split__read_count(l, f, node, &n))
        return;
    failover->n_statuses = 0;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE; c = split__json_sibling(&l->doc, c)) {
        if (!split__read_whole(l, &status, c, &value))
            continue;
        for (size_t i = 0; i < failover->n_statuses; i++)
            if (failover->statuses[i] == value)
                split__fault_value(l, SPLIT_ERR_FIELD, c, "This status is in the list twice; keep one of them.");
        failover->statuses[failover->n_statuses++] = (uint16_t)value;
    }
}

static const field failover_fields[] = {
    {"statuses", FIELD_CUSTOM, AT(doc_failover, statuses), .max = DOC_STATUSES_MAX, .read = read_statuses},
    {"consecutive", FIELD_WHOLE, AT(doc_failover, options.consecutive), .min = 1, .max = 64},
    {"run_min_span", FIELD_DURATION, AT(doc_failover, options.run_min_span_us), .max = LONGEST_US},
};

static void
prepare_failover(loader *l, uint32_t node, void *object)
{
    static const uint16_t statuses[] = {500, 502, 503, 504};
    doc_failover *failover = object;
    (void)l;
    (void)node;
    split_failover_options_init(&failover->options);
    memcpy(failover->statuses, statuses, sizeof statuses);
    failover->n_statuses = sizeof statuses / sizeof statuses[0];
}

const object_table split__failover_table = {failover_fields, sizeof failover_fields / sizeof failover_fields[0],
                                            sizeof(doc_failover), prepare_failover, NULL};

void
split__failover_link(loader *l, const doc_failover *failover, const doc_list *origins, const doc_list *chains,
                     size_t n_chains, split_failover_options *out)
{
    (void)l;
    (void)origins;
    (void)chains;
    (void)n_chains;
    *out = failover->options;
}

void
split__failover_write(text_out *out, const doc_failover *failover)
{
    (void)out;
    (void)failover;
}
