/* SPDX-License-Identifier: MIT */
/* The "failover" object of a route: only what differs from the preset, and nothing when nothing
 * does. */
#include "policy/failover/write.h"

#include <string.h>

#include "policy/document/number.h"

static void
write_list(text_out *out, const char *name, const uint32_t *numbers, uint32_t n)
{
    split__out_key(out, name);
    split__out_raw(out, "[");
    for (uint32_t i = 0; i < n; i++) {
        split__out_comma(out);
        split__out_whole(out, numbers[i]);
    }
    split__out_raw(out, "]");
}

static void
write_custom(text_out *out, const split_failover_options *o, const split_failover_options *preset)
{
    if (o->n_statuses != preset->n_statuses ||
        memcmp(o->statuses, preset->statuses, o->n_statuses * sizeof o->statuses[0]) != 0)
        write_list(out, "statuses", o->statuses, o->n_statuses);
    if (o->n_ramp != preset->n_ramp || memcmp(o->ramp_permille, preset->ramp_permille,
                                              o->n_ramp * sizeof o->ramp_permille[0]) != 0)
        write_list(out, "ramp_permille", o->ramp_permille, o->n_ramp);
}

static void
write_field(text_out *out, const field *f, const void *value)
{
    char text[NUMBER_TEXT_BYTES];
    split_us us;
    uint32_t number;
    int choice;
    split__out_key(out, f->name);
    if (f->kind == FIELD_DURATION) {
        memcpy(&us, value, sizeof us);
        split__number_duration_text(us, text);
        split__out_name(out, text);
    } else if (f->kind == FIELD_CHOICE) {
        memcpy(&choice, value, sizeof choice);
        split__out_name(out, f->choices[choice]);
    } else {
        memcpy(&number, value, sizeof number);
        split__out_whole(out, number);
    }
}

static void
write_fields(text_out *out, const doc_failover *failover, const doc_failover *preset)
{
    const object_table *table = &split__failover_table;
    for (size_t i = 0; i < table->n_fields; i++) {
        const field *f = &table->fields[i];
        const char *value = (const char *)failover + f->offset,
                   *there = (const char *)preset + f->offset;
        if (f->kind != FIELD_CUSTOM && f->offset != offsetof(doc_failover, preset) &&
            memcmp(value, there, f->bytes) != 0)
            write_field(out, f, value);
    }
}

void
split__failover_write(text_out *out, const doc_failover *failover)
{
    doc_failover preset = {0};
    text_out body = {.alloc = out->alloc};
    split__failover_table.prepare(NULL, JSON_NONE, &preset);
    split__out_raw(&body, "{");
    if (failover->preset != 0) {
        const char *name = split__failover_table.fields[0].choices[failover->preset];
        if (split_failover_options_preset(&preset.options, name) != SPLIT_OK)
            body.failed = true;
        split__out_key(&body, "preset");
        split__out_name(&body, name);
    }
    write_custom(&body, &failover->options, &preset.options);
    write_fields(&body, failover, &preset);
    split__out_raw(&body, "}");
    if (body.len > 2) {
        split__out_key(out, "failover");
        split__out_bytes(out, body.text, body.len);
    }
    out->failed = out->failed || body.failed;
    split__out_free(&body);
}
