/* SPDX-License-Identifier: MIT */
/* What the boxes of policies and routes share. */
#include "document_box.h"

#include "split/error.h"

#include <stdlib.h>
#include <string.h>

size_t
splitb_faults_listed(const splitb_fault_list *list)
{
    return list->n_all < SPLITB_FAULTS_MAX ? list->n_all : SPLITB_FAULTS_MAX;
}

void
splitb_put_faults(splitb_writer *w, const splitb_fault_list *list)
{
    splitb_put(w, (double)list->n_all);
    splitb_put(w, (double)splitb_faults_listed(list));
    for (size_t i = 0; i < splitb_faults_listed(list); i++) {
        splitb_put(w, list->items[i].code);
        splitb_put(w, list->items[i].line);
        splitb_put(w, list->items[i].column);
        splitb_put(w, (double)list->items[i].pos);
    }
}

void
splitb_put_origin(splitb_writer *w, const split_origin_info *origin)
{
    splitb_put_us(w, origin->connect_timeout_us);
    splitb_put_us(w, origin->first_byte_timeout_us);
    splitb_put_us(w, origin->timeout_us);
    splitb_put(w, (double)origin->per_million_requests_micros);
    splitb_put(w, (double)origin->monthly_micros);
}

int
splitb_give_text(const char *text, const char **out_text, size_t *out_text_len)
{
    *out_text = text != NULL ? text : "";
    *out_text_len = strlen(*out_text);
    return SPLIT_OK;
}

char *
splitb_path_copy(const char *text, size_t text_len, int *err)
{
    if (text_len == 0 || memchr(text, '\0', text_len) != NULL) {
        *err = SPLIT_ERR_ARG;
        return NULL;
    }
    char *path = malloc(text_len + 1);
    *err = path != NULL ? SPLIT_OK : SPLIT_ERR_NOMEM;
    if (path != NULL) {
        memcpy(path, text, text_len);
        path[text_len] = '\0';
    }
    return path;
}
