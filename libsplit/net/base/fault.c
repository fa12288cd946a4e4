/* SPDX-License-Identifier: MIT */
/* Errors of split-net: a code and a sentence that may hold a peer's words. */
#include "net/base/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "net/base/text.h"

int
split__net_fault(split_error *error, int code, const char *format, ...)
{
    va_list args;
    if (error == NULL)
        return code;
    *error = (split_error){.size = sizeof *error, .code = code};
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    split__text_clean(error->text);
    return code;
}
