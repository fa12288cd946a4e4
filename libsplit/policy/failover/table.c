/* SPDX-License-Identifier: MIT */
/* Failover parameters: one row a parameter, read into the core's options, and written to routes
 * where they differ. */
#include "policy/failover/table.h"

#include <string.h>

#include "policy/document/number.h"
#include "policy/document/parts.h"
#include "policy/document/value.h"

#define AT(member)                                                                                 \
    .offset = offsetof(doc_failover, options.member),                                              \
    .bytes = sizeof(((doc_failover *)0)->options.member)
#define WHOLE(name, low, high) #name, FIELD_WHOLE, AT(name), .min = low, .max = high
#define TIME(name, low) #name, FIELD_DURATION, AT(name##_us), .min = low, .max = LONGEST_US
#define CHOICE(name, list) #name, FIELD_CHOICE, AT(name), .choices = list
#define LONGEST_US ((uint64_t)DOC_DAY_US)
#define MANY 1000000
#define RAMP_ALL 1000

static const char *const presets[] = {
#define XX(name, number, text) text,
    SPLIT_FAILOVER_PRESET_MAP(XX)
#undef XX
        NULL};
static const char *const failbacks[] = {"auto", "delay", "manual", NULL};
static const char *const stickies[] = {"return", "stay", NULL};
static const char *const unsafes[] = {"route", "refuse", NULL};
static const char *const in_flights[] = {"off", "fixed", "aimd", NULL};

/* Whole numbers of min to max, all different, into an array of the options. Returns how many, or
 * UINT32_MAX after a fault. */
static uint32_t
read_numbers(loader *l, const field *count, const field *number, uint32_t node, uint32_t *out)
{
    uint32_t n, i = 0;
    uint64_t value;
    size_t n_before = l->faults.n;
    if (!split__want_kind(l, node, JSON_ARRAY, "an array of whole numbers") ||
        !split__read_count(l, count, node, &n))
        return UINT32_MAX;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c)) {
        if (!split__read_whole(l, number, c, &value))
            continue;
        for (uint32_t j = 0; j < i; j++)
            if (out[j] == value)
                split__fault_value(l, SPLIT_ERR_FIELD, c,
                                   "This number is in the list twice; keep one of them.");
        out[i++] = (uint32_t)value;
    }
    return l->faults.n == n_before ? n : UINT32_MAX;
}

static void
read_statuses(loader *l, const field *f, uint32_t node, void *object)
{
    static const field status = {.min = 400, .max = 599};
    split_failover_options *o = &((doc_failover *)object)->options;
    uint32_t statuses[SPLIT_FAILOVER_STATUSES_MAX] = {0};
    uint32_t n = read_numbers(l, f, &status, node, statuses);
    if (n == UINT32_MAX)
        return;
    o->n_statuses = n;
    memcpy(o->statuses, statuses, sizeof statuses);
}

static void
read_ramp(loader *l, const field *f, uint32_t node, void *object)
{
    static const field step = {.min = 1, .max = RAMP_ALL};
    split_failover_options *o = &((doc_failover *)object)->options;
    uint32_t ramp[SPLIT_FAILOVER_RAMP_MAX] = {0};
    uint32_t n = read_numbers(l, f, &step, node, ramp);
    if (n == UINT32_MAX)
        return;
    bool rises = ramp[n - 1] == RAMP_ALL;
    for (uint32_t i = 1; i < n; i++)
        rises = rises && ramp[i] > ramp[i - 1];
    if (!rises)
        split__fault_value(l, SPLIT_ERR_VALUE, node,
                           "The steps must rise and end in 1000, such as [50,250,500,1000].");
    o->n_ramp = n;
    memcpy(o->ramp_permille, ramp, sizeof ramp);
}

static const field failover_fields[] = {
    {"preset", FIELD_CHOICE, .offset = offsetof(doc_failover, preset), .choices = presets},
    {"statuses", FIELD_CUSTOM, AT(statuses), .max = SPLIT_FAILOVER_STATUSES_MAX,
     .read = read_statuses},
    {WHOLE(consecutive, 0, MANY)},
    {WHOLE(hard_consecutive, 0, MANY)},
    {TIME(run_min_span, 0)},
    {WHOLE(min_keys, 0, 64)},
    {TIME(window, 1000)},
    {WHOLE(buckets, 1, 16)},
    {WHOLE(min_samples, 1, MANY)},
    {WHOLE(fail_ppm, 0, 1000000)},
    {TIME(slow, 0)},
    {WHOLE(rel_margin_ppm, 0, 1000000)},
    {TIME(fair, 0)},
    {TIME(base_open, 1000)},
    {TIME(max_open, 1000)},
    {WHOLE(jitter_ppm, 0, 1000000)},
    {WHOLE(probes_in_flight, 1, 8)},
    {WHOLE(probe_successes, 1, MANY)},
    {TIME(probe_interval, 0)},
    {TIME(probe_lease, 1000)},
    {WHOLE(lost_limit, 1, MANY)},
    {TIME(half_open_max, 1000)},
    {TIME(overdue, 0)},
    {"ramp_permille", FIELD_CUSTOM, AT(ramp_permille), .min = 1, .max = SPLIT_FAILOVER_RAMP_MAX,
     .read = read_ramp},
    {TIME(ramp_hold, 0)},
    {WHOLE(ramp_min_ok, 0, MANY)},
    {TIME(ramp_max_hold, 0)},
    {WHOLE(ramp_consecutive, 0, MANY)},
    {TIME(decay, 0)},
    {CHOICE(failback, failbacks)},
    {TIME(failback_delay, 0)},
    {TIME(hold_probe, 0)},
    {WHOLE(flap_limit, 0, 8)},
    {TIME(flap_window, 1000)},
    {TIME(emergency, 0)},
    {WHOLE(max_attempts, 1, 8)},
    {WHOLE(retry_deposit_milli, 0, MANY)},
    {WHOLE(retry_cap_milli, 0, MANY * 1000)},
    {WHOLE(retry_start_milli, 0, MANY * 1000)},
    {WHOLE(drill_permille, 0, 1000)},
    {CHOICE(sticky, stickies)},
    {"unsafe_failover", FIELD_CHOICE, AT(unsafe_failover), .choices = unsafes},
    {CHOICE(in_flight, in_flights)},
    {WHOLE(in_flight_cap, 0, MANY)},
    {WHOLE(in_flight_min, 1, MANY)}};
#define N_FIELDS (sizeof failover_fields / sizeof failover_fields[0])

/* A preset that does not exist leaves the defaults; the table reports it. */
static void
prepare_failover(loader *l, uint32_t node, void *object)
{
    split_failover_options *o = &((doc_failover *)object)->options;
    split_failover_options_init(o);
    uint32_t preset = node != JSON_NONE ? split__json_member(&l->doc, node, "preset") : JSON_NONE;
    if (preset != JSON_NONE && l->doc.nodes[preset].kind == JSON_STRING &&
        split_failover_options_preset(o, split__json_text(&l->doc, preset)) != SPLIT_OK)
        split_failover_options_init(o);
}

static void
check_failover(loader *l, uint32_t node, void *object, bool clean)
{
    const split_failover_options *o = &((doc_failover *)object)->options;
    uint32_t max_open = split__json_member(&l->doc, node, "max_open");
    uint32_t cap = split__json_member(&l->doc, node, "in_flight_cap");
    uint32_t mode = split__json_member(&l->doc, node, "in_flight");
    if (!clean)
        return;
    if (o->base_open_us > o->max_open_us)
        split__fault_value(l, SPLIT_ERR_VALUE, max_open != JSON_NONE ? max_open : node,
                           "max_open is below base_open; raise the one or lower the other.");
    if (o->in_flight != SPLIT_FAILOVER_IN_FLIGHT_OFF && o->in_flight_cap == 0)
        split__fault_value(l, SPLIT_ERR_VALUE, cap != JSON_NONE ? cap : mode,
                           "A cap on requests in flight needs an \"in_flight_cap\" of 1 or more.");
}

const object_table split__failover_table = {failover_fields, N_FIELDS, sizeof(doc_failover),
                                            prepare_failover, check_failover};

static const char **
link_origins(loader *l, const doc_list *origins)
{
    const doc_origin *items = origins->items;
    const char **names = split__arena_take(&l->arena, (origins->n + 1) * sizeof *names);
    for (size_t i = 0; names != NULL && i < origins->n; i++)
        names[i] = items[i].info.name;
    return names;
}

static split_failover_chain *
link_chains(loader *l, const doc_list *chains, size_t n_chains)
{
    split_failover_chain *out = split__arena_take(&l->arena, (n_chains + 1) * sizeof *out);
    for (size_t i = 0; out != NULL && i < n_chains; i++) {
        out[i].n_origins = (uint32_t)chains[i].n;
        for (size_t j = 0; j < chains[i].n; j++)
            out[i].origins[j] = (uint32_t)((const doc_name *)chains[i].items)[j].index;
    }
    return out;
}

void
split__failover_link(loader *l, const doc_failover *failover, const doc_list *origins,
                     const doc_list *chains, size_t n_chains, split_failover_options *out)
{
    split_failover *probe = NULL;
    *out = failover->options;
    out->origins = link_origins(l, origins);
    out->n_origins = origins->n;
    out->chains = link_chains(l, chains, n_chains);
    out->n_chains = n_chains;
    if (l->arena.failed)
        return;
    int err = split_failover_new(out, l->arena.alloc, &probe);
    split_failover_free(&probe, l->arena.alloc);
    uint32_t node = split__json_member(&l->doc, 0, "failover");
    if (err == SPLIT_ERR_NOMEM)
        l->arena.failed = true;
    else if (err != SPLIT_OK)
        split__fault_value(l, err, node != JSON_NONE ? node : 0, split_strerror(err));
}
