/* SPDX-License-Identifier: MIT */
/* Objects of a price file read by tables: what a member is called, whether it must be there, who
 * reads it. */
#ifndef SPLITCTL_COMPARE_PRICES_FORM_H
#define SPLITCTL_COMPARE_PRICES_FORM_H

#include <cjson/cJSON.h>

#include "compare/prices.h"

#define FORM_PATH_BYTES 200

typedef struct form_reader {
    prices *out;
    size_t n_faults;
    prices_tell *tell;
    void *ctx;
} form_reader;

/* Fills a part of `object` from a value; records a fault under the path when it does not fit. */
typedef void form_read(form_reader *r, const char *path, const cJSON *value, void *object);

typedef struct form_row {
    const char *name;
    bool required;
    form_read *read; /* NULL: known, not read */
} form_row;

/* Tell of a fault. */
void form_fault(form_reader *r, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Read an object's members in the order of the rows, so that later rows may rely on earlier ones.
 * Unknown and doubled members are faults, but for names that start with x-. */
void form_object(form_reader *r, const char *path, const cJSON *value, const form_row *rows,
                 size_t n_rows, void *object);

/* Call `read` for each entry of an array, or each member of an object. `place` gives where the
 * entry goes, or NULL after a fault was recorded. */
typedef void *form_place(form_reader *r, const char *path, const cJSON *entry, void *object);
void form_list(form_reader *r, const char *path, const cJSON *value, form_place *place,
               form_read *read, void *object);
void form_map(form_reader *r, const char *path, const cJSON *value, form_place *place,
              form_read *read, void *object);

/* Values. Each returns false after a fault was recorded. */
bool form_text(form_reader *r, const char *path, const cJSON *value, size_t max, const char **out);
bool form_name(form_reader *r, const char *path, const cJSON *value, const char **out);
bool form_number(form_reader *r, const char *path, const cJSON *value, int decimals, int64_t max,
                 int64_t *out);
bool form_choice(form_reader *r, const char *path, const cJSON *value, const char *const *words,
                 size_t n_words, int *out);

/* Whether the text is printable UTF-8: it will be shown on a terminal. */
bool form_printable(const char *text);
bool form_is_name(const char *text);

#endif
