/* SPDX-License-Identifier: MIT */
/* What policies and routes both hold: origins, the cookie, overrides. */
#include "policy/document/parts.h"

#include <string.h>

#include "policy/document/form.h"
#include "policy/document/number.h"
#include "policy/document/value.h"

#define AT(type, member) .offset = offsetof(type, member), .bytes = sizeof(((type *)0)->member)
#define MONEY_MAX (UINT64_C(1000000000) * MICROS)
#define LONGEST_US ((uint64_t)DOC_DAY_US * 3650)
#define HOUR_US (UINT64_C(3600) * MICROS)

static const char url_form[] =
    "an http or https URL without user, such as \"http://127.0.0.1:9001\"";

static const field cookie_fields[] = {
    {"name", FIELD_TEXT, AT(doc_cookie, info.name), .min = 1, .max = 64, .form = split__form_cookie,
     .form_name = "a cookie name of A-Z a-z 0-9 . _ -"},
    {"max_age", FIELD_DURATION, AT(doc_cookie, info.max_age_us), .min = MICROS, .max = LONGEST_US},
    {"idle", FIELD_DURATION, FIELD_NULLABLE, AT(doc_cookie, info.idle_us), .min = MICROS,
     .max = LONGEST_US},
    {"signed", FIELD_TEXT, FIELD_NULLABLE, AT(doc_cookie, info.signed_by), .min = 5, .max = 1024,
     .form = split__form_secret, .form_name = FORM_SECRET},
};

static void
prepare_cookie(loader *l, uint32_t node, void *object)
{
    (void)l;
    (void)node;
    doc_cookie *cookie = object;
    cookie->info = (split_cookie_info){
        .name = "split_id", .max_age_us = 365 * DOC_DAY_US, .idle_us = SPLIT_NEVER};
}

const object_table split__cookie_table = TABLE(cookie_fields, doc_cookie, prepare_cookie, NULL);

static const field cost_fields[] = {
    {"per_million_requests", FIELD_MICROS, AT(doc_cost, per_million_requests_micros),
     .max = MONEY_MAX},
    {"monthly", FIELD_MICROS, AT(doc_cost, monthly_micros), .max = MONEY_MAX},
};
static const object_table cost_table = TABLE(cost_fields, doc_cost, NULL, NULL);

static const field origin_fields[] = {
    {"url", FIELD_TEXT, FIELD_REQUIRED, AT(doc_origin, info.url), .min = 1, .max = 2048,
     .form = split__form_url, .form_name = url_form},
    {"host", FIELD_TEXT, AT(doc_origin, info.host), .min = 1, .max = 255, .form = split__form_host,
     .form_name = "a host name, with a port or without"},
    {"connect_timeout", FIELD_DURATION, AT(doc_origin, info.connect_timeout_us), .min = 1000,
     .max = HOUR_US},
    {"first_byte_timeout", FIELD_DURATION, AT(doc_origin, info.first_byte_timeout_us), .min = 1000,
     .max = HOUR_US},
    {"timeout", FIELD_DURATION, AT(doc_origin, info.timeout_us), .min = 1000, .max = HOUR_US},
    {"cost", FIELD_OBJECT, AT(doc_origin, cost), .table = &cost_table},
};

static void
prepare_origin(loader *l, uint32_t node, void *object)
{
    (void)l;
    (void)node;
    doc_origin *origin = object;
    origin->info = (split_origin_info){.connect_timeout_us = 1 * MICROS,
                                       .first_byte_timeout_us = 5 * MICROS,
                                       .timeout_us = 30 * MICROS};
}

static void
check_origin(loader *l, uint32_t node, void *object, bool clean)
{
    (void)l;
    (void)node;
    (void)clean;
    doc_origin *origin = object;
    origin->info.name = origin->item.name;
    origin->info.per_million_requests_micros = origin->cost.per_million_requests_micros;
    origin->info.monthly_micros = origin->cost.monthly_micros;
}

const object_table split__origin_table =
    TABLE(origin_fields, doc_origin, prepare_origin, check_origin);

void
split__read_schema(loader *l, const field *f, uint32_t node, void *object)
{
    const field whole = {.max = UINT64_MAX};
    uint64_t schema;
    if (!split__read_whole(l, &whole, node, &schema))
        return;
    if (schema != f->min)
        split__fault_value(l, SPLIT_ERR_SCHEMA, node,
                           "This version knows only schema 1; write 1, or use a newer version.");
    memcpy((char *)object + f->offset, &schema, sizeof schema);
}
