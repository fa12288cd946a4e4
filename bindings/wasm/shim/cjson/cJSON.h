/* SPDX-License-Identifier: MIT */
/* The part of cJSON's interface that split-policy uses, for a build that has no cJSON: texts that a
 * strict scanner has accepted become the same tree of names and texts. */
#ifndef SPLIT_WASM_CJSON_H
#define SPLIT_WASM_CJSON_H

#include <stddef.h>

typedef int cJSON_bool;

typedef struct cJSON {
    struct cJSON *next;
    struct cJSON *child;
    char *string;      /* Name in an object. */
    char *valuestring; /* Value of a text. */
    int type;
} cJSON;

cJSON *cJSON_ParseWithLengthOpts(const char *text, size_t text_len, const char **end,
                                 cJSON_bool require_end);
void cJSON_Delete(cJSON *item);
cJSON_bool cJSON_IsTrue(const cJSON *item);

#endif
