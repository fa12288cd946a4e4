/* SPDX-License-Identifier: MIT */
/* Readers of policy fields that are more than one plain value. */
#include "policy/policy/read.h"

#include <stdio.h>
#include <string.h>

#include "policy/document/value.h"

/* Names of variants are kept until the variants are known; see link.c. */
void
split__read_overrides(loader *l, const field *f, uint32_t node, void *object)
{
    uint32_t n;
    doc_list *list = (doc_list *)(void *)((char *)object + f->offset);
    if (!split__want_kind(l, node, JSON_OBJECT, "an object of key and variant") ||
        !split__read_count(l, f, node, &n))
        return;
    doc_override *items = split__arena_take(&l->arena, n * sizeof *items);
    uint32_t c = split__json_child(&l->doc, node);
    for (uint32_t i = 0; items != NULL && i < n; i++, c = split__json_sibling(&l->doc, c)) {
        const char *key = split__json_key(&l->doc, c);
        size_t len = strlen(key);
        items[i].item = (doc_item){c, split__arena_copy(&l->arena, key, len)};
        if (len < 1 || len > SPLIT_KEY_BYTES_MAX)
            split__fault_key(l, SPLIT_ERR_KEY, c,
                             "A key must have 1 to 4096 bytes; correct or remove it.");
        split__read_name(l, c, &items[i].variant);
    }
    *list = (doc_list){items, items != NULL ? n : 0};
}

static uint32_t
count_sources(const json_doc *doc, uint32_t node)
{
    uint32_t n = 0;
    for (uint32_t c = split__json_child(doc, node); c != JSON_NONE; c = split__json_sibling(doc, c))
        n += doc->nodes[c].kind == JSON_OBJECT ? split__json_count(doc, c) : 1;
    return n;
}

static void
check_key_name(loader *l, uint32_t node)
{
    if (!split__name_valid(split__json_key(&l->doc, node)))
        split__fault_key(l, SPLIT_ERR_NAME, node,
                         "A name starts with a letter or digit and has up to 64 of A-Z a-z 0-9 . _ "
                         "-; rename it.");
}

static void
read_source(loader *l, uint32_t node, const char *source, const char *name, split_source_info *out)
{
    static const field text = {.min = 1, .max = 4096};
    check_key_name(l, node);
    *out = (split_source_info){.source = source, .field = name, .text = ""};
    split__read_text(l, &text, node, &out->text);
}

static char *
copy_key(loader *l, uint32_t node)
{
    const char *key = split__json_key(&l->doc, node);
    return split__arena_copy(&l->arena, key, strlen(key));
}

static size_t
read_source_object(loader *l, uint32_t node, const char *source, split_source_info *out)
{
    size_t n = 0;
    check_key_name(l, node);
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c))
        read_source(l, c, source, copy_key(l, c), &out[n++]);
    return n;
}

/* {SOURCE: TEXT} or {SOURCE: {FIELD: TEXT}}, flattened. */
void
split__read_sources(loader *l, const field *f, uint32_t node, void *object)
{
    doc_list *list = (doc_list *)(void *)((char *)object + f->offset);
    if (!split__want_kind(l, node, JSON_OBJECT, "an object of source and its name for the metric"))
        return;
    uint32_t n = count_sources(&l->doc, node);
    if (n > f->max) {
        split__fault_value(l, SPLIT_ERR_LIMIT, node,
                           "A metric can have at most 32 names in sources; remove some.");
        return;
    }
    split_source_info *items = split__arena_take(&l->arena, (n + 1) * sizeof *items);
    size_t i = 0;
    uint32_t c = split__json_child(&l->doc, node);
    for (; items != NULL && c != JSON_NONE; c = split__json_sibling(&l->doc, c)) {
        if (l->doc.nodes[c].kind == JSON_OBJECT)
            i += read_source_object(l, c, copy_key(l, c), items + i);
        else
            read_source(l, c, copy_key(l, c), "", &items[i++]);
    }
    *list = (doc_list){items, i};
}

void
split__read_baseline(loader *l, const field *f, uint32_t node, void *object)
{
    (void)f;
    doc_rollout *rollout = object;
    if (l->doc.nodes[node].kind == JSON_NULL)
        rollout->no_baseline = true;
    else
        split__read_name(l, node, &rollout->baseline);
}

/* A program as text, or an array of program and arguments; no shell reads it. */
void
split__read_command(loader *l, const field *f, uint32_t node, void *object)
{
    static const field argument = {.min = 1, .max = 1024};
    uint32_t n = 1, c = node;
    doc_list *list = (doc_list *)(void *)((char *)object + f->offset);
    bool array = l->doc.nodes[node].kind == JSON_ARRAY;
    if (array) {
        if (!split__read_count(l, f, node, &n))
            return;
        c = split__json_child(&l->doc, node);
    }
    const char **args = split__arena_take(&l->arena, n * sizeof *args);
    for (uint32_t i = 0; args != NULL && i < n; i++) {
        split__read_text(l, &argument, c, &args[i]);
        c = array ? split__json_sibling(&l->doc, c) : c;
    }
    *list = (doc_list){args, args != NULL ? n : 0};
}

static const char *const events[] = {"level", "hold", "advance", "rollback", "complete"};
#define N_EVENTS (sizeof events / sizeof events[0])

static uint32_t
read_event(loader *l, uint32_t node)
{
    if (!split__want_kind(l, node, JSON_STRING, "a word in quotes"))
        return 0;
    for (size_t i = 0; i < N_EVENTS; i++)
        if (strcmp(split__json_text(&l->doc, node), events[i]) == 0)
            return 1u << i;
    split__fault_value(
        l, SPLIT_ERR_VALUE, node,
        "This must be one of \"level\", \"hold\", \"advance\", \"rollback\", \"complete\".");
    return 0;
}

void
split__read_events(loader *l, const field *f, uint32_t node, void *object)
{
    uint32_t n, on = 0;
    if (!split__want_kind(l, node, JSON_ARRAY, "an array of events") ||
        !split__read_count(l, f, node, &n))
        return;
    for (uint32_t c = split__json_child(&l->doc, node); c != JSON_NONE;
         c = split__json_sibling(&l->doc, c)) {
        uint32_t bit = read_event(l, c);
        if ((on & bit) != 0)
            split__fault_value(l, SPLIT_ERR_FIELD, c,
                               "This event is in the list twice; keep one of them.");
        on |= bit;
    }
    memcpy((char *)object + f->offset, &on, sizeof on);
}

/* Which fields each type needs, as bits of the names below. */
static const char *const target_fields[] = {"url", "topic", "command", "token"};
static const unsigned needed[] = {1u, 1u, 2u, 4u};
static const unsigned allowed[] = {1u | 8u, 1u, 2u, 4u};

void
split__check_notify(loader *l, uint32_t node, void *object, bool clean)
{
    doc_notify *notify = object;
    (void)clean;
    uint32_t type = split__json_member(&l->doc, node, "type");
    if (type == JSON_NONE || l->doc.nodes[type].kind != JSON_STRING ||
        strcmp(split__json_text(&l->doc, type), split__notify_types[notify->type]) != 0)
        return; /* recorded already */
    for (size_t i = 0; i < sizeof target_fields / sizeof target_fields[0]; i++) {
        char sentence[128];
        uint32_t member = split__json_member(&l->doc, node, target_fields[i]);
        if (member == JSON_NONE && (needed[notify->type] >> i & 1u) != 0)
            split__fault_missing(l, node, target_fields[i], "this type of target needs it");
        if (member == JSON_NONE || (allowed[notify->type] >> i & 1u) != 0)
            continue;
        snprintf(sentence, sizeof sentence, "A target of this type has no \"%s\"; remove it.",
                 target_fields[i]);
        split__fault_key(l, SPLIT_ERR_FIELD, member, sentence);
    }
    if (notify->type == SPLIT_NOTIFY_SLACK && notify->url != NULL &&
        strncmp(notify->url, "http", 4) == 0)
        split__fault_value(
            l, SPLIT_ERR_VALUE, split__json_member(&l->doc, node, "url"),
            "A Slack webhook's URL is a secret; put it into \"env:NAME\" or \"file:PATH\".");
}

/* Phases rise, so that no user is moved to and fro. */
void
split__check_rollout(loader *l, uint32_t node, void *object, bool clean)
{
    const doc_rollout *rollout = object;
    const doc_phase *phases = rollout->phases.items;
    (void)node;
    for (size_t i = 1; clean && i < rollout->phases.n; i++)
        if (phases[i].percent_e6 <= phases[i - 1].percent_e6)
            split__fault_value(
                l, SPLIT_ERR_VALUE, split__json_member(&l->doc, phases[i].item.node, "percent"),
                "The percent of a phase must be above the one before; put the phases in order.");
}
