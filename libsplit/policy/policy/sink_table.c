/* SPDX-License-Identifier: MIT */
/* The field table of a sink: one row for each setting of any kind. */
#include "policy/policy/sink_rules.h"

#include <string.h>

#include "policy/document/form.h"
#include "policy/document/number.h"
#include "policy/document/value.h"
#include "policy/policy/read.h"

#define AT(member) .offset = offsetof(doc_sink, member), .bytes = sizeof(((doc_sink *)0)->member)
#define TEXT(setting, member, longest)                                                             \
    {                                                                                              \
        setting, FIELD_TEXT, AT(member), .min = 1, .max = (longest),                               \
                                         .form = split__form_printable, .form_name = plain         \
    }
#define DEFAULT_US (2 * MICROS)

static const char plain[] = "a text without control characters";
static const char secret[] =
    "\"env:NAME\" or \"file:PATH\"; a secret itself does not belong into this file";

static const char *const kinds[] = {
#define XX(name, number, text, form, help) text,
    SPLIT_SINK_KIND_MAP(XX)
#undef XX
        NULL};

/* {VARIANT: TEXT}; whether the variants exist is asked when all of the policy is read. */
static void
read_targets(loader *l, const field *f, uint32_t node, void *object)
{
    static const field text = {
        .min = 1, .max = 1024, .form = split__form_printable, .form_name = plain};
    uint32_t n;
    if (!split__want_kind(l, node, JSON_OBJECT, "an object of variant and its name at the sink") ||
        !split__read_count(l, f, node, &n))
        return;
    doc_target *items = split__arena_take(&l->arena, n * sizeof *items);
    uint32_t c = split__json_child(&l->doc, node);
    for (uint32_t i = 0; items != NULL && i < n; i++, c = split__json_sibling(&l->doc, c)) {
        const char *key = split__json_key(&l->doc, c);
        items[i].item = (doc_item){c, split__arena_copy(&l->arena, key, strlen(key))};
        items[i].text = "";
        split__read_text(l, &text, c, &items[i].text);
    }
    doc_list *list = (doc_list *)(void *)((char *)object + f->offset);
    *list = (doc_list){items, items != NULL ? n : 0};
}

static const field sink_fields[] = {
    {"kind", FIELD_CHOICE, FIELD_REQUIRED, AT(kind), .choices = kinds},
    {"primary", FIELD_BOOL, AT(primary)},
    {"timeout", FIELD_DURATION, AT(timeout_us), .min = 10000, .max = 60 * MICROS},
    TEXT("path", path, 1024),
    {"url", FIELD_TEXT, AT(url), .min = 1, .max = 1024, .form = split__form_url,
     .form_name = "an http or https URL without user, such as \"http://127.0.0.1:2379\""},
    TEXT("user", user, 256),
    {"password", FIELD_TEXT, AT(password), .min = 5, .max = 1024, .form = split__form_secret,
     .form_name = secret},
    {"token", FIELD_TEXT, AT(token), .min = 5, .max = 1024, .form = split__form_secret,
     .form_name = secret},
    TEXT("ca", ca, 1024),
    TEXT("bucket", bucket, 256),
    {"region", FIELD_NAME, AT(region)},
    TEXT("key", key, 1024),
    {"arn", FIELD_TEXT, AT(arn), .min = 1, .max = 512, .form = split__form_arn,
     .form_name = "an ARN, such as \"arn:aws:cloudfront::123456789012:key-value-store/ID\""},
    TEXT("name", name, 253),
    TEXT("namespace", name_space, 253),
    TEXT("kubeconfig", kubeconfig, 1024),
    {"function", FIELD_NAME, AT(function)},
    {"alias", FIELD_NAME, AT(alias)},
    {"command", FIELD_CUSTOM, AT(command), .min = 1, .max = DOC_ARGS_MAX,
     .read = split__read_command},
    {"sockets", FIELD_CUSTOM, AT(sockets), .min = 1, .max = DOC_SOCKETS_MAX,
     .read = split__read_command},
    {"targets", FIELD_CUSTOM, AT(targets), .min = 1, .max = SPLIT_VARIANTS_MAX,
     .read = read_targets},
};

static void
prepare_sink(loader *l, uint32_t node, void *object)
{
    (void)l;
    (void)node;
    ((doc_sink *)object)->timeout_us = DEFAULT_US;
}

const object_table split__sink_table = {sink_fields, sizeof sink_fields / sizeof sink_fields[0],
                                        sizeof(doc_sink), prepare_sink, split__check_sink};
