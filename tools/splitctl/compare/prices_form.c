/* SPDX-License-Identifier: MIT */
/* Objects of a price file read by tables. */
#include "compare/prices_form.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/suggest.h"
#include "cli/text.h"

#define ROWS_MAX 16

void
form_fault(form_reader *r, const char *path, const char *format, ...)
{
    split_error fault = {.size = sizeof fault, .code = SPLIT_ERR_VALUE};
    va_list args;
    r->n_faults++;
    snprintf(fault.path, sizeof fault.path, "%s", path);
    va_start(args, format);
    vsnprintf(fault.text, sizeof fault.text, format, args);
    va_end(args);
    r->tell(&fault, r->ctx);
}

bool
form_printable(const char *text)
{
    return text_is_printable(text, strlen(text));
}

bool
form_is_name(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = strspn(text, letters);
    return n >= 1 && n <= 64 && text[n] == '\0' && strchr("._-", text[0]) == NULL;
}

/* The path of a member; a name that is not valid is not shown as it is. */
static void
member_path(char *out, const char *path, const char *name)
{
    snprintf(out, FORM_PATH_BYTES, "%s.%s", path,
             form_printable(name) && strlen(name) <= 64 ? name : "?");
}

static const char *
kind_of(const cJSON *value)
{
    return cJSON_IsNull(value)     ? "null"
           : cJSON_IsBool(value)   ? "true or false"
           : cJSON_IsNumber(value) ? "a number"
           : cJSON_IsString(value) ? "text"
           : cJSON_IsArray(value)  ? "an array"
                                   : "an object";
}

static bool
want(form_reader *r, const char *path, const cJSON *value, bool fits, const char *wanted)
{
    if (!fits)
        form_fault(r, path, "This must be %s, but it is %s.", wanted, kind_of(value));
    return fits;
}

static const form_row *
find_row(const form_row *rows, size_t n_rows, const char *name)
{
    for (size_t i = 0; i < n_rows; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static void
unknown_member(form_reader *r, const char *path, const cJSON *member, const form_row *rows,
               size_t n_rows)
{
    const char *names[ROWS_MAX];
    for (size_t i = 0; i < n_rows; i++)
        names[i] = rows[i].name;
    const char *near = cli_nearest(member->string, names, n_rows);
    if (near != NULL)
        form_fault(r, path, "This field is not known here; did you mean \"%s\"?", near);
    else
        form_fault(r, path, "This field is not known here; remove it, or start its name with x-.");
}

static bool
is_doubled(const cJSON *object, const cJSON *member)
{
    return cJSON_GetObjectItemCaseSensitive(object, member->string) != member;
}

void
form_object(form_reader *r, const char *path, const cJSON *value, const form_row *rows,
            size_t n_rows, void *object)
{
    char child[FORM_PATH_BYTES];
    const cJSON *member;
    if (!want(r, path, value, cJSON_IsObject(value), "an object"))
        return;
    cJSON_ArrayForEach(member, value) {
        member_path(child, path, member->string);
        if (strncmp(member->string, "x-", 2) == 0)
            continue;
        if (find_row(rows, n_rows, member->string) == NULL)
            unknown_member(r, child, member, rows, n_rows);
        else if (is_doubled(value, member))
            form_fault(r, child, "This field is there twice; keep one of them.");
    }
    for (size_t i = 0; i < n_rows; i++) {
        member = cJSON_GetObjectItemCaseSensitive(value, rows[i].name);
        member_path(child, path, rows[i].name);
        if (member == NULL && rows[i].required)
            form_fault(r, child, "This field is missing; add it.");
        else if (member != NULL && rows[i].read != NULL)
            rows[i].read(r, child, member, object);
    }
}

void
form_list(form_reader *r, const char *path, const cJSON *value, form_place *place, form_read *read,
          void *object)
{
    char child[FORM_PATH_BYTES];
    const cJSON *entry;
    size_t i = 0;
    if (!want(r, path, value, cJSON_IsArray(value), "an array"))
        return;
    cJSON_ArrayForEach(entry, value) {
        snprintf(child, sizeof child, "%s[%zu]", path, i++);
        void *at = place(r, child, entry, object);
        if (at == NULL)
            return;
        read(r, child, entry, at);
    }
}

void
form_map(form_reader *r, const char *path, const cJSON *value, form_place *place, form_read *read,
         void *object)
{
    char child[FORM_PATH_BYTES];
    const cJSON *entry;
    if (!want(r, path, value, cJSON_IsObject(value), "an object"))
        return;
    cJSON_ArrayForEach(entry, value) {
        member_path(child, path, entry->string);
        if (!form_is_name(entry->string))
            form_fault(r, child,
                       "A name starts with a letter or digit and has up to 64 of "
                       "A-Z a-z 0-9 . _ -; rename it.");
        else if (is_doubled(value, entry))
            form_fault(r, child, "This name is there twice; keep one of them.");
        void *at = place(r, child, entry, object);
        if (at == NULL)
            return;
        read(r, child, entry, at);
    }
}

bool
form_text(form_reader *r, const char *path, const cJSON *value, size_t max, const char **out)
{
    if (!want(r, path, value, cJSON_IsString(value), "text in quotes"))
        return false;
    const char *text = value->valuestring;
    if (text[0] == '\0' || strlen(text) > max || !form_printable(text)) {
        form_fault(r, path, "This must be text of 1 to %zu bytes without control characters.", max);
        return false;
    }
    *out = text;
    return true;
}

bool
form_name(form_reader *r, const char *path, const cJSON *value, const char **out)
{
    if (!want(r, path, value, cJSON_IsString(value), "a name in quotes"))
        return false;
    if (!form_is_name(value->valuestring)) {
        form_fault(r, path,
                   "A name starts with a letter or digit and has up to 64 of "
                   "A-Z a-z 0-9 . _ -; rename it.");
        return false;
    }
    *out = value->valuestring;
    return true;
}

bool
form_number(form_reader *r, const char *path, const cJSON *value, int decimals, int64_t max,
            int64_t *out)
{
    if (!want(r, path, value, cJSON_IsNumber(value), "a number"))
        return false;
    money_fault fault = money_decimal(value->valuedouble, decimals, max, out);
    if (fault == MONEY_FINE)
        form_fault(r, path, "This number may have at most %d decimals; round it.", decimals);
    else if (fault == MONEY_RANGE)
        form_fault(r, path, "This must be at least 0 and at most %lld; change it.", (long long)max);
    return fault == MONEY_OK;
}

bool
form_choice(form_reader *r, const char *path, const cJSON *value, const char *const *words,
            size_t n_words, int *out)
{
    char list[256] = "";
    if (!want(r, path, value, cJSON_IsString(value), "a word in quotes"))
        return false;
    for (size_t i = 0; i < n_words; i++) {
        if (strcmp(words[i], value->valuestring) == 0) {
            *out = (int)i;
            return true;
        }
        size_t n = strlen(list);
        snprintf(list + n, sizeof list - n, "%s\"%s\"", i > 0 ? ", " : "", words[i]);
    }
    form_fault(r, path, "This must be one of %s.", list);
    return false;
}
