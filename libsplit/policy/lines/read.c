/* SPDX-License-Identifier: MIT */
/* Reading of JSON Lines: policy, windows, operator actions. */
#include <string.h>

#include "policy/document/clock_text.h"
#include "policy/document/parse.h"
#include "policy/document/table.h"
#include "policy/policy/data.h"
#include "policy/document/number.h"
#include "split/lines.h"
#include "policy/document/value.h"

#define AT(type, member) .offset = offsetof(type, member), .bytes = sizeof(((type *)0)->member)

struct split_lines {
    const split_policy *policy;
    split_policy *own; /* the same when a line brought it */
    const split_alloc *alloc;
};

/* A line while it is read. */
typedef struct line_document {
    doc_item item;
    const split_policy *policy;
    split_line *line;
    int action;
    const char *who;
    const char *why;
} line_document;

static const char *const actions[] = {
#define XX(name, number, text) text,
    SPLIT_ACTION_MAP(XX)
#undef XX
        NULL};

/* A whole number of either sign. */
static bool
read_integer(loader *l, uint32_t node, int64_t *out)
{
    const json_node *n = &l->doc.nodes[node];
    const char *text = l->doc.text + n->pos;
    uint64_t value;
    if (!split__want_kind(l, node, JSON_NUMBER, "a whole number"))
        return false;
    bool negative = text[0] == '-';
    number_fault fault =
        split__number_scaled(text + negative, n->end - n->pos - negative, 0, &value);
    if (fault != NUMBER_OK || value > INT64_MAX) {
        split__fault_value(l, SPLIT_ERR_VALUE, node, "This must be a whole number of 64 bits.");
        return false;
    }
    *out = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

/* Exactly n whole numbers of an array. */
static bool
read_integers(loader *l, uint32_t node, uint32_t n, int64_t *out)
{
    const field exactly = {.min = n, .max = n};
    uint32_t found;
    if (!split__want_kind(l, node, JSON_ARRAY, "an array of whole numbers") ||
        !split__read_count(l, &exactly, node, &found))
        return false;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c))
        if (!read_integer(l, c, out++))
            return false;
    return true;
}

/* Index of a metric that is counted so, or a fault and the number of metrics. */
static uint32_t
find_metric(loader *l, const split_policy *policy, uint32_t node, split_metric_form form)
{
    const doc_metric *metrics = policy->metrics.items;
    for (uint32_t i = 0; i < policy->metrics.n; i++)
        if (split_metric_kind_get((int)metrics[i].core.kind)->form == form &&
            strcmp(metrics[i].name, split__json_key(&l->doc, node)) == 0)
            return i;
    split__fault_key(l, SPLIT_ERR_NAME, node, "The policy has no metric of this name and kind.");
    return (uint32_t)policy->metrics.n;
}

static void
read_over(loader *l, const split_policy *policy, uint32_t node, split_arm *arm)
{
    if (!split__want_kind(l, node, JSON_OBJECT, "an object of metric and counts"))
        return;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c)) {
        uint32_t i = find_metric(l, policy, c, SPLIT_METRIC_FORM_OVER);
        if (i < policy->metrics.n &&
            read_integers(l, c, SPLIT_BOUND_COUNT, &arm->over[i * SPLIT_BOUND_COUNT]))
            arm->over_present |= 1u << i;
    }
}

static void
read_ratios(loader *l, const split_policy *policy, uint32_t node, split_arm *arm)
{
    if (!split__want_kind(l, node, JSON_OBJECT, "an object of metric and counts"))
        return;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c)) {
        uint32_t i = find_metric(l, policy, c, SPLIT_METRIC_FORM_OWN);
        if (i < policy->metrics.n && read_integers(l, c, 2, &arm->ratio[(size_t)i * 2]))
            arm->ratio_present |= 1u << i;
    }
}

static void
read_arm_field(loader *l, const split_policy *policy, uint32_t node, split_arm *arm)
{
    const char *key = split__json_key(&l->doc, node);
    for (int i = 0; i < SPLIT_COUNTER_COUNT; i++)
        if (strcmp(key, split_counter_name((int)(split_counter)i)) == 0) {
            if (read_integer(l, node, &arm->counts[i]))
                arm->present |= 1u << i;
            return;
        }
    if (strcmp(key, "latency_over") == 0)
        read_over(l, policy, node, arm);
    else if (strcmp(key, "ratios") == 0)
        read_ratios(l, policy, node, arm);
    else if (strncmp(key, "x-", 2) != 0)
        split__fault_key(l, SPLIT_ERR_FIELD, node, "This counter is not known; remove it.");
}

static void
read_arm(loader *l, const split_policy *policy, uint32_t node, split_arm *arm)
{
    split_arm_clear(arm);
    if (!split__want_kind(l, node, JSON_OBJECT, "an object of counters"))
        return;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c))
        if (!l->doc.nodes[c].doubled)
            read_arm_field(l, policy, c, arm);
}

/* Variants that take no part in the rollout may be there, and are passed over. */
static void
read_arms(loader *l, const field *f, uint32_t node, void *object)
{
    line_document *d = object;
    split_window *window = &d->line->window;
    (void)f;
    if (!split__want_kind(l, node, JSON_OBJECT, "an object of variant and counters"))
        return;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c)) {
        size_t i = 0;
        while (i < split_policy_n_variants(d->policy) &&
               strcmp(split_policy_variant(d->policy, i), split__json_key(&l->doc, c)) != 0)
            i++;
        if (i == split_policy_n_variants(d->policy))
            split__fault_key(l, SPLIT_ERR_NAME, c, "The policy has no variant of this name.");
        else if (i == d->policy->variant)
            read_arm(l, d->policy, c, &window->arm);
        else if (i == d->policy->baseline)
            read_arm(l, d->policy, c, &window->baseline);
        window->has_baseline = window->has_baseline || i == d->policy->baseline;
    }
}

static void
read_id(loader *l, const field *f, uint32_t node, void *object)
{
    (void)f;
    read_integer(l, node, &((line_document *)object)->line->window.id);
}

static void
read_share(loader *l, const field *f, uint32_t node, void *object)
{
    int64_t share;
    if (read_integer(l, node, &share) && share >= 0 && share <= (int64_t)f->max)
        ((line_document *)object)->line->window.share_ppm = share;
    else if (l->doc.nodes[node].kind == JSON_NUMBER)
        split__fault_value(l, SPLIT_ERR_VALUE, node,
                           "A share must be at least 0 and at most 1000000.");
}

static void
read_instant(loader *l, const field *f, uint32_t node, void *object)
{
    split_line *line = ((line_document *)object)->line;
    split_us *out = f->min == 0 ? &line->window.start_us : &line->operation.at_us;
    if (!split__want_kind(l, node, JSON_STRING, "a time in quotes"))
        return;
    const char *text = split__json_text(&l->doc, node);
    if (!split__number_time(text, strlen(text), out))
        split__fault_value(l, SPLIT_ERR_VALUE, node,
                           "A time looks like \"2026-11-23T00:17:00Z\"; correct it.");
}

static const field window_fields[] = {
    {"id", FIELD_CUSTOM, FIELD_REQUIRED, .read = read_id},
    {"start", FIELD_CUSTOM, FIELD_REQUIRED, .read = read_instant},
    {"share_ppm", FIELD_CUSTOM, .max = 1000000, .read = read_share},
    {"arms", FIELD_CUSTOM, FIELD_REQUIRED, .read = read_arms},
    {"expect", FIELD_ANY},
};
static const object_table window_table = {window_fields,
                                          sizeof window_fields / sizeof window_fields[0],
                                          sizeof(line_document), NULL, NULL};

static const field operator_fields[] = {
    {"at", FIELD_CUSTOM, FIELD_REQUIRED, .min = 1, .read = read_instant},
    {"do", FIELD_CHOICE, FIELD_REQUIRED, AT(line_document, action), .choices = actions},
    {"who", FIELD_TEXT, AT(line_document, who), .max = (SPLIT_OPERATOR_WHO_BYTES - 1) / 4},
    {"why", FIELD_TEXT, AT(line_document, why), .max = (SPLIT_OPERATOR_WHY_BYTES - 1) / 4},
    {"expect", FIELD_ANY},
};
static const object_table operator_table = {operator_fields,
                                            sizeof operator_fields / sizeof operator_fields[0],
                                            sizeof(line_document), NULL, NULL};

/* Texts were limited in characters of up to four bytes, so they fit. */
static void
copy_text(char *out, const char *text)
{
    memcpy(out, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
}

static void
take_operator(line_document *d)
{
    split_operator *operation = &d->line->operation;
    operation->action = (split_action)d->action;
    copy_text(operation->who, d->who);
    copy_text(operation->why, d->why);
}

/* Faults inside the policy are reported at their place in the line. */
static int
read_policy(split_lines *lines, loader *l, uint32_t node)
{
    const json_node *n = &l->doc.nodes[node];
    split_error inner = {.size = sizeof inner};
    size_t n_faults;
    char path[sizeof inner.path + 8];
    split_policy *policy = NULL;
    int err = split_policy_load(l->doc.text + n->pos, n->end - n->pos, l->doc.alloc, &inner, 1,
                                &n_faults, &policy);
    if (err == SPLIT_OK && !policy->rollout.present) {
        split__fault_value(l, SPLIT_ERR_NO_DATA, node,
                           "The policy has no \"rollout\" to replay; add it.");
        split_policy_free(&policy, l->doc.alloc);
        return SPLIT_ERR_NO_DATA;
    }
    if (err == SPLIT_OK)
        lines->policy = lines->own = policy;
    else if (n_faults > 0) {
        memcpy(path, "$.policy", 8);
        memcpy(path + 8, inner.path + 1, strlen(inner.path)); /* with its zero */
        split__fault_add(&l->faults, inner.code, n->pos + inner.pos, path, "%s", inner.text);
    }
    return err;
}

static int
refuse_order(loader *l, const char *sentence)
{
    split__fault_value(l, SPLIT_ERR_MODE, 0, sentence);
    return SPLIT_ERR_MODE;
}

/* What the line is, by the field that only it has. */
static int
read_line(split_lines *lines, loader *l, split_line *line)
{
    line_document d = {.policy = lines->policy, .line = line};
    uint32_t policy = split__json_member(&l->doc, 0, "policy");
    bool operation = split__json_member(&l->doc, 0, "do") != JSON_NONE;
    if (policy != JSON_NONE && lines->policy != NULL)
        return refuse_order(l, "There is a policy already; a replay has one.");
    if (policy != JSON_NONE) {
        line->kind = SPLIT_LINE_POLICY;
        return read_policy(lines, l, policy);
    }
    if (lines->policy == NULL)
        return refuse_order(l, "The first line must be {\"policy\": {...}}.");
    split_window_init(&line->window, 0, 0);
    split_arm_clear(&line->window.arm);
    split_arm_clear(&line->window.baseline);
    line->kind = operation ? SPLIT_LINE_OPERATOR : SPLIT_LINE_WINDOW;
    split__table_load(l, operation ? &operator_table : &window_table, 0, &d);
    if (operation)
        take_operator(&d);
    return SPLIT_OK;
}

int
split_lines_read(split_lines *lines, const char *text, size_t text_len, split_line *out,
                 split_error *error)
{
    split_line line = {0};
    if (lines == NULL || text == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    loader l = {.arena = {.alloc = lines->alloc}};
    int err = split__fault_list_init(&l.faults, error, 1);
    if (err != SPLIT_OK)
        return err;
    err = split__json_parse(&l.doc, text, text_len, lines->alloc, &l.faults);
    if (err == SPLIT_OK)
        err = read_line(lines, &l, &line);
    err = split__load_result(&l, err);
    split__json_free(&l.doc);
    split__arena_free(&l.arena);
    if (err == SPLIT_OK)
        *out = line;
    return err;
}

int
split_lines_new(const split_policy *policy, const split_alloc *alloc, split_lines **out)
{
    if (out == NULL)
        return SPLIT_ERR_ARG;
    if (policy != NULL && !policy->rollout.present)
        return SPLIT_ERR_NO_DATA;
    split_lines *lines = split__memory_take(alloc, sizeof *lines);
    if (lines == NULL)
        return SPLIT_ERR_NOMEM;
    *lines = (split_lines){.policy = policy, .alloc = alloc};
    *out = lines;
    return SPLIT_OK;
}

void
split_lines_free(split_lines **lines, const split_alloc *alloc)
{
    if (lines == NULL || *lines == NULL)
        return;
    split_policy_free(&(*lines)->own, alloc);
    split__memory_give(alloc, *lines);
    *lines = NULL;
}

const split_policy *
split_lines_policy(const split_lines *lines)
{
    return lines->policy;
}
