/* SPDX-License-Identifier: MIT */
/* The list of a document's faults. */
#include "policy/document/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/sized.h"

int
split__fault_list_init(fault_list *list, split_error *out, size_t max)
{
    *list = (fault_list){.max = 0};
    if (out == NULL || max == 0)
        return SPLIT_OK;
    if (!split__error_fits(out))
        return SPLIT_ERR_STRUCT;
    *list = (fault_list){.out = (unsigned char *)out, .step = out->size, .max = max};
    return SPLIT_OK;
}

static uint64_t
pos_at(const fault_list *list, size_t index)
{
    uint64_t pos;
    memcpy(&pos, list->out + index * list->step + offsetof(split_error, pos), sizeof pos);
    return pos;
}

bool
split__fault_has_room(const fault_list *list, uint64_t pos)
{
    return list->n < list->max || (list->max > 0 && pos < pos_at(list, list->max - 1));
}

static void
set_place(const fault_list *list, split_error *e)
{
    e->line = 1;
    e->column = 1;
    for (size_t i = 0; i < e->pos && i < list->text_len; i++) {
        bool newline = list->text[i] == '\n';
        e->line += newline;
        e->column = newline ? 1 : e->column + 1;
    }
}

/* Copy with "..." for what does not fit, never cutting a UTF-8 sequence. */
static void
copy_text(char *out, size_t room, const char *text)
{
    size_t n = strlen(text);
    if (n < room) {
        memcpy(out, text, n + 1);
        return;
    }
    n = room - 4;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    memcpy(out, text, n);
    memcpy(out + n, "...", 4);
}

/* Write a fault in order of place; the last one falls off a full list. */
static void
insert(fault_list *list, const split_error *fault)
{
    size_t n = list->n < list->max ? list->n : list->max - 1;
    while (n > 0 && pos_at(list, n - 1) > fault->pos) {
        memcpy(list->out + n * list->step, list->out + (n - 1) * list->step, list->step);
        n--;
    }
    split__sized_init(list->out + n * list->step, list->step, fault, sizeof *fault);
}

static void
count(fault_list *list, int code, uint64_t pos)
{
    if (list->n == 0 || pos < list->first_pos) {
        list->first_code = code;
        list->first_pos = pos;
    }
    list->n++;
}

/* Everything but line and column, which only a text has. */
static split_error
fault_of(int code, uint64_t pos, const char *path, const char *sentence)
{
    split_error fault = {.code = code, .pos = pos};
    copy_text(fault.path, sizeof fault.path, path);
    copy_text(fault.text, sizeof fault.text, sentence);
    return fault;
}

void
split__fault_add(fault_list *list, int code, uint64_t pos, const char *path, const char *format,
                 ...)
{
    char sentence[512];
    va_list args;
    if (split__fault_has_room(list, pos)) {
        va_start(args, format);
        vsnprintf(sentence, sizeof sentence, format, args);
        va_end(args);
        split_error fault = fault_of(code, pos, path, sentence);
        set_place(list, &fault);
        insert(list, &fault);
    }
    count(list, code, pos);
}

void
split__fault_add_file(fault_list *list, int code, const char *path, const char *sentence)
{
    if (split__fault_has_room(list, 0)) {
        const split_error fault = fault_of(code, 0, path, sentence);
        insert(list, &fault);
    }
    count(list, code, 0);
}
