/* SPDX-License-Identifier: MIT */
/* Plans in other systems' words: the kinds of exports, and what is checked for all of them. */
#include <string.h>

#include "common/names.h"
#include "common/sized.h"
#include "policy/export/envoy.h"
#include "policy/export/haproxy.h"
#include "policy/export/sql.h"

#include "split/error.h"

SPLIT__NAME_FUNCTION(split_export_name, SPLIT_EXPORT_MAP)

/* A new kind is a row of SPLIT_EXPORT_MAP, a row here and a file of its own. */
static const struct {
    int (*write)(export_job *job); /* the whole text; 0, SPLIT_ERR_VALUE or SPLIT_ERR_MODE */
} export_kinds[SPLIT_EXPORT_COUNT] = {
    [SPLIT_EXPORT_HAPROXY] = {split__export_haproxy},
    [SPLIT_EXPORT_ENVOY] = {split__export_envoy},
    [SPLIT_EXPORT_TRINO] = {split__export_sql},
    [SPLIT_EXPORT_CLICKHOUSE] = {split__export_sql},
};

void
split_export_options_init_sized(split_export_options *options, size_t size)
{
    const split_export_options own = {.n_variants = 0};
    split__sized_init(options, size, &own, sizeof own);
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
    return export_kinds[job->options->format].write(job);
}

int
split_export(const split_plan *plan, const split_export_options *options, char *out,
             size_t out_bytes, size_t *out_len)
{
    split_export_options own = {.size = 0};
    text_out text = {0};
    if (plan == NULL || options == NULL || out_len == NULL || (out == NULL && out_bytes > 0))
        return SPLIT_ERR_ARG;
    int err = split__sized_take(&own, sizeof own, SPLIT_EXPORT_OPTIONS_V1, options);
    export_job job = {plan, &own, own.key, &text};
    if (err == 0)
        err = check(plan, &own);
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
