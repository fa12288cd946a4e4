/* SPDX-License-Identifier: MIT */
/* Plans in other systems' words: checks and common pieces. */
#include "common/names.h"
#include "policy/export/export.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "split/error.h"

SPLIT__NAME_FUNCTION(split_export_name, SPLIT_EXPORT_MAP)

void
split_export_options_init(split_export_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

void
split__export_print(export_job *job, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    split__out_raw(job->out, text);
}

bool
split__export_is_plain(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return n > 0;
}

split_range
split__export_range(const split_plan *plan, size_t index)
{
    split_range range = {0, 0, 0};
    int err = split_plan_range(plan, index, &range);
    return err == 0 ? range : (split_range){0, 0, 0};
}

split_override
split__export_override(const split_plan *plan, size_t index)
{
    split_override override = {"", 0, 0};
    int err = split_plan_override(plan, index, &override);
    return err == 0 ? override : (split_override){"", 0, 0};
}

static bool
is_name(const char *text)
{
    size_t n = 0;
    if (text == NULL)
        return false;
    for (; text[n] != '\0' && n <= SPLIT_NAME_BYTES_MAX; n++) {
        char c = text[n];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (n == 0 || (c != '.' && c != '_' && c != '-')))
            return false;
    }
    return n > 0 && n <= SPLIT_NAME_BYTES_MAX;
}

static int
check(const split_plan *plan, const split_export_options *o)
{
    if (o->size < sizeof *o || o->size > 4096)
        return SPLIT_ERR_STRUCT;
    for (size_t i = sizeof *o; i < o->size; i++)
        if (((const unsigned char *)o)[i] != 0)
            return SPLIT_ERR_NEWER;
    if (o->variants == NULL || o->n_variants != split_plan_n_variants(plan))
        return SPLIT_ERR_ARG;
    for (size_t i = 0; i < o->n_variants; i++)
        if (!is_name(o->variants[i]))
            return SPLIT_ERR_NAME;
    return o->format < SPLIT_EXPORT_COUNT ? SPLIT_OK : SPLIT_ERR_VALUE;
}

static int
write_text(export_job *job)
{
    if (split_plan_mode(job->plan) == SPLIT_MODE_EVEN)
        return SPLIT_ERR_MODE;
    if (job->options->format == SPLIT_EXPORT_HAPROXY)
        return split__export_haproxy(job);
    if (job->options->format == SPLIT_EXPORT_ENVOY)
        return split__export_envoy(job);
    return split__export_sql(job);
}

int
split_export(const split_plan *plan, const split_export_options *options, char *out,
             size_t out_bytes, size_t *out_len)
{
    text_out text = {0};
    if (plan == NULL || options == NULL || out_len == NULL || (out == NULL && out_bytes > 0))
        return SPLIT_ERR_ARG;
    export_job job = {plan, options, options->key, &text};
    int err = check(plan, options);
    if (err == 0)
        err = write_text(&job);
    if (err == 0 && text.failed)
        err = SPLIT_ERR_NOMEM;
    if (err == 0 && out != NULL && out_bytes <= text.len)
        err = SPLIT_ERR_SPACE;
    if (err == 0 && out != NULL) {
        memcpy(out, text.text, text.len);
        out[text.len] = '\0';
    }
    if (err == 0)
        *out_len = text.len;
    split__out_free(&text);
    return err;
}
