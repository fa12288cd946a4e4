/* SPDX-License-Identifier: MIT */
/* Reading of single values: kind, form, range, and the sentence when one does not fit. */
#include "policy/document/value.h"

#include <stdio.h>
#include <string.h>

#include "policy/document/number.h"

bool
split__name_valid(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = strspn(text, letters);
    return n >= 1 && n <= 64 && text[n] == '\0' && strchr("._-", text[0]) == NULL;
}

bool
split__read_name(loader *l, uint32_t node, const char **out)
{
    if (!split__want_kind(l, node, JSON_STRING, "a name in quotes"))
        return false;
    const char *text = split__json_text(&l->doc, node);
    if (!split__name_valid(text)) {
        split__fault_value(l, SPLIT_ERR_NAME, node,
                           "A name starts with a letter or digit and has up to 64 of A-Z a-z 0-9 . "
                           "_ -; rename it.");
        return false;
    }
    *out = split__arena_copy(&l->arena, text, strlen(text));
    return *out != NULL;
}

static size_t
count_characters(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

void
split__read_text(loader *l, const field *f, uint32_t node, const char **out)
{
    char sentence[256];
    if (!split__want_kind(l, node, JSON_STRING, "text in quotes"))
        return;
    const char *text = split__json_text(&l->doc, node);
    size_t n = count_characters(text);
    if (n < f->min || n > f->max) {
        snprintf(sentence, sizeof sentence,
                 "This text must have %u to %u characters, but it has %zu.", (unsigned)f->min,
                 (unsigned)f->max, n);
        split__fault_value(l, SPLIT_ERR_VALUE, node, sentence);
    } else if (f->form != NULL && !f->form(text)) {
        snprintf(sentence, sizeof sentence, "This must be %s.", f->form_name);
        split__fault_value(l, SPLIT_ERR_VALUE, node, sentence);
    } else {
        *out = split__arena_copy(&l->arena, text, strlen(text));
    }
}

static void
book_choice(loader *l, const field *f, uint32_t node)
{
    char sentence[256] = "This must be one of";
    for (size_t i = 0; f->choices[i] != NULL; i++) {
        size_t n = strlen(sentence);
        snprintf(sentence + n, sizeof sentence - n, "%s \"%s\"", i > 0 ? "," : "", f->choices[i]);
    }
    size_t n = strlen(sentence);
    snprintf(sentence + n, sizeof sentence - n, ".");
    split__fault_value(l, SPLIT_ERR_VALUE, node, sentence);
}

static void
load_choice(loader *l, const field *f, uint32_t node, int *out)
{
    if (!split__want_kind(l, node, JSON_STRING, "a word in quotes"))
        return;
    for (int i = 0; f->choices[i] != NULL; i++) {
        if (strcmp(f->choices[i], split__json_text(&l->doc, node)) == 0) {
            *out = i;
            return;
        }
    }
    book_choice(l, f, node);
}

static bool
outside(const field *f, uint64_t value)
{
    return value < f->min || value > f->max ||
           ((f->flags & FIELD_OPEN_LOW) != 0 && value == f->min) ||
           ((f->flags & FIELD_OPEN_HIGH) != 0 && value == f->max);
}

/* "from 1 to 64", "above 0 and up to 100", ... of two written bounds. */
static void
book_range(loader *l, const field *f, uint32_t node, const char *low, const char *high)
{
    char sentence[256];
    snprintf(sentence, sizeof sentence, "This must be %s %s and %s %s; change it.",
             (f->flags & FIELD_OPEN_LOW) != 0 ? "above" : "at least", low,
             (f->flags & FIELD_OPEN_HIGH) != 0 ? "below" : "at most", high);
    split__fault_value(l, SPLIT_ERR_VALUE, node, sentence);
}

static void
book_number_range(loader *l, const field *f, uint32_t node, bool micros)
{
    char low[NUMBER_TEXT_BYTES], high[NUMBER_TEXT_BYTES];
    uint64_t times = micros ? 1 : MICROS;
    if (!micros && f->max > UINT64_MAX / MICROS) {
        snprintf(high, sizeof high, "%llu", (unsigned long long)f->max);
        split__number_micros_text(f->min * times, low);
    } else {
        split__number_micros_text(f->min * times, low);
        split__number_micros_text(f->max * times, high);
    }
    book_range(l, f, node, low, high);
}

static bool
read_number(loader *l, const field *f, uint32_t node, unsigned decimals, uint64_t *out)
{
    const json_node *n = &l->doc.nodes[node];
    if (!split__want_kind(l, node, JSON_NUMBER, decimals == 0 ? "a whole number" : "a number"))
        return false;
    number_fault fault = split__number_scaled(l->doc.text + n->pos, n->end - n->pos, decimals, out);
    if (fault == NUMBER_FINE) {
        split__fault_value(l, SPLIT_ERR_VALUE, node,
                           decimals == 0 ? "This must be a whole number; remove the decimals."
                                         : "A number may have at most 6 decimals; round it.");
        return false;
    }
    if (fault != NUMBER_OK || outside(f, *out)) {
        book_number_range(l, f, node, decimals != 0);
        return false;
    }
    return true;
}

bool
split__read_micros(loader *l, const field *f, uint32_t node, uint64_t *out)
{
    return read_number(l, f, node, 6, out);
}

bool
split__read_whole(loader *l, const field *f, uint32_t node, uint64_t *out)
{
    return read_number(l, f, node, 0, out);
}

bool
split__read_count(loader *l, const field *f, uint32_t node, uint32_t *out_n)
{
    char sentence[256];
    *out_n = split__json_count(&l->doc, node);
    if (*out_n >= f->min && *out_n <= f->max)
        return true;
    snprintf(sentence, sizeof sentence, "There must be %u to %u entries here, but there are %u.",
             (unsigned)f->min, (unsigned)f->max, (unsigned)*out_n);
    split__fault_value(l, SPLIT_ERR_LIMIT, node, sentence);
    return false;
}

static void
store_whole(const field *f, uint64_t value, void *out)
{
    uint32_t four = (uint32_t)value;
    uint16_t two = (uint16_t)value;
    uint8_t one = (uint8_t)value;
    switch (f->bytes) {
    case 8:
        memcpy(out, &value, 8);
        break;
    case 4:
        memcpy(out, &four, 4);
        break;
    case 2:
        memcpy(out, &two, 2);
        break;
    default:
        memcpy(out, &one, 1);
    }
}

static void
load_number(loader *l, const field *f, uint32_t node, void *out)
{
    uint64_t value;
    bool micros = f->kind == FIELD_MICROS;
    if (micros ? split__read_micros(l, f, node, &value) : split__read_whole(l, f, node, &value))
        store_whole(f, value, out);
}

static void
load_duration(loader *l, const field *f, uint32_t node, split_us *out)
{
    char low[NUMBER_TEXT_BYTES], high[NUMBER_TEXT_BYTES];
    split_us us = 0;
    if (!split__want_kind(l, node, JSON_STRING, "a duration in quotes such as \"4h\""))
        return;
    const char *text = split__json_text(&l->doc, node);
    number_fault fault = split__number_duration(text, strlen(text), &us);
    if (fault == NUMBER_SHAPE) {
        split__fault_value(l, SPLIT_ERR_VALUE, node,
                           "A duration is a number and one of ms, s, m, h, d, such as \"250ms\", "
                           "\"1.5s\" or \"4h\".");
    } else if (fault == NUMBER_FINE) {
        split__fault_value(
            l, SPLIT_ERR_VALUE, node,
            "A duration has at most 3 decimals of ms, or 6 of s, m, h, d; round it.");
    } else if (fault == NUMBER_BIG || outside(f, (uint64_t)us)) {
        split__number_duration_text((split_us)f->min, low);
        split__number_duration_text((split_us)f->max, high);
        book_range(l, f, node, low, high);
    } else {
        *out = us;
    }
}

/* Is the text of `node` already in one of its elder siblings? */
static bool
repeats_elder(const loader *l, uint32_t node)
{
    const char *text = split__json_text(&l->doc, node);
    uint32_t c = l->doc.nodes[node].parent + 1;
    for (; c != node; c = l->doc.nodes[c].next)
        if (l->doc.nodes[c].kind == JSON_STRING && strcmp(split__json_text(&l->doc, c), text) == 0)
            return true;
    return false;
}

static void
load_names(loader *l, const field *f, uint32_t node, doc_list *list)
{
    uint32_t n;
    if (!split__want_kind(l, node, JSON_ARRAY, "an array of names") ||
        !split__read_count(l, f, node, &n))
        return;
    doc_name *names = split__arena_take(&l->arena, n * sizeof *names);
    uint32_t c = split__json_child(&l->doc, node);
    for (uint32_t i = 0; names != NULL && i < n; i++, c = split__json_sibling(&l->doc, c)) {
        names[i].item.node = c;
        if (split__read_name(l, c, &names[i].text) && repeats_elder(l, c))
            split__fault_value(l, SPLIT_ERR_FIELD, c,
                               "This name is in the list twice; keep one of them.");
    }
    *list = (doc_list){names, names != NULL ? n : 0};
}

void
split__value_load(loader *l, const field *f, uint32_t node, void *object)
{
    void *out = (char *)object + f->offset;
    switch (f->kind) {
    case FIELD_NAME:
        split__read_name(l, node, out);
        break;
    case FIELD_TEXT:
        split__read_text(l, f, node, out);
        break;
    case FIELD_CHOICE:
        load_choice(l, f, node, out);
        break;
    case FIELD_BOOL:
        if (split__want_kind(l, node, JSON_BOOL, "true or false"))
            *(bool *)out = split__json_true(&l->doc, node);
        break;
    case FIELD_WHOLE:
    case FIELD_MICROS:
        load_number(l, f, node, out);
        break;
    case FIELD_DURATION:
        load_duration(l, f, node, out);
        break;
    default:
        load_names(l, f, node, out);
    }
}
