/* SPDX-License-Identifier: MIT */
/* The JSON of the Prometheus HTTP API: {"status", "data": {"resultType", "result"}}, or an
 * error. */
#include "net/source/promql/answer.h"

#include <math.h>
#include <string.h>

#include "net/base/decimal.h"

static const char *
text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static bool
read_data(promql_answer *a)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(a->root, "data");
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(data, "result");
    a->kind = text_of(data, "resultType");
    a->at = cJSON_IsArray(result) ? result->child : NULL;
    return a->kind != NULL && cJSON_IsArray(result);
}

bool
split__promql_answer_read(promql_answer *a, const char *body, size_t body_len)
{
    *a = (promql_answer){.root = cJSON_ParseWithLength(body, body_len)};
    const char *status = text_of(a->root, "status");
    if (status == NULL)
        return false;
    const cJSON *warnings = cJSON_GetObjectItemCaseSensitive(a->root, "warnings");
    a->warning = cJSON_GetStringValue(cJSON_GetArrayItem(warnings, 0));
    if (strcmp(status, "success") == 0)
        return read_data(a);
    a->error_type = text_of(a->root, "errorType");
    a->error = text_of(a->root, "error");
    return strcmp(status, "error") == 0 && a->error_type != NULL && a->error != NULL;
}

void
split__promql_answer_free(promql_answer *a)
{
    cJSON_Delete(a->root);
    *a = (promql_answer){0};
}

/* The API writes numbers as texts, so that NaN and infinities have a place in JSON. */
static bool
read_value(const cJSON *pair, promql_sample *out)
{
    const cJSON *at = cJSON_GetArrayItem(pair, 0);
    const char *text = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
    if (!cJSON_IsNumber(at) || !isfinite(at->valuedouble) || text == NULL)
        return false;
    out->at = at->valuedouble;
    return split__decimal_read(text, &out->value);
}

static bool
has_only_texts(const cJSON *labels)
{
    if (!cJSON_IsObject(labels))
        return false;
    for (const cJSON *l = labels->child; l != NULL; l = l->next)
        if (!cJSON_IsString(l))
            return false;
    return true;
}

bool
split__promql_answer_next(promql_answer *a, promql_sample *out, bool *good)
{
    const cJSON *item = a->at;
    if (item == NULL)
        return false;
    a->at = item->next;
    out->labels = cJSON_GetObjectItemCaseSensitive(item, "metric");
    *good = has_only_texts(out->labels) &&
            read_value(cJSON_GetObjectItemCaseSensitive(item, "value"), out);
    return true;
}

const char *
split__promql_label(const promql_sample *sample, const char *name)
{
    return text_of(sample->labels, name);
}
