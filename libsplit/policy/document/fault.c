/* SPDX-License-Identifier: MIT */
/* The list of a document's faults. */
#include "policy/document/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
split__fault_list_init(fault_list *list, split_error *out, size_t max)
{
    *list = (fault_list){.out = out, .max = out != NULL ? max : 0};
}

bool
split__fault_has_room(const fault_list *list, uint64_t pos)
{
    return list->n < list->max || (list->max > 0 && pos < list->out[list->max - 1].pos);
}

static void
set_place(const fault_list *list, split_error *e, uint64_t pos)
{
    e->pos = pos;
    e->line = 1;
    e->column = 1;
    for (size_t i = 0; i < pos && i < list->text_len; i++) {
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

/* Room for a fault at `pos`, keeping the list in order of place; the last one falls off a full
 * list. */
static split_error *
make_room(fault_list *list, uint64_t pos)
{
    size_t n = list->n < list->max ? list->n : list->max - 1;
    while (n > 0 && list->out[n - 1].pos > pos) {
        list->out[n] = list->out[n - 1];
        n--;
    }
    return &list->out[n];
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

static split_error *
start_fault(fault_list *list, int code, uint64_t pos, const char *path)
{
    split_error *e = NULL;
    if (split__fault_has_room(list, pos)) {
        e = make_room(list, pos);
        *e = (split_error){.size = sizeof *e, .code = code};
        copy_text(e->path, sizeof e->path, path);
    }
    count(list, code, pos);
    return e;
}

void
split__fault_add(fault_list *list, int code, uint64_t pos, const char *path, const char *format,
                 ...)
{
    char sentence[512];
    va_list args;
    split_error *e = start_fault(list, code, pos, path);
    if (e == NULL)
        return;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    copy_text(e->text, sizeof e->text, sentence);
    set_place(list, e, pos);
}

void
split__fault_add_file(fault_list *list, int code, const char *path, const char *sentence)
{
    split_error *e = start_fault(list, code, 0, path);
    if (e != NULL)
        copy_text(e->text, sizeof e->text, sentence);
}
