/* SPDX-License-Identifier: MIT */
/* Errors of split-net: a code and a sentence that may hold a peer's words. */
#include "net/base/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/sized.h"
#include "net/base/text.h"

int
split__net_fault(split_error *error, int code, const char *format, ...)
{
    va_list args;
    split_error own = {.code = code};
    if (error == NULL)
        return code;
    va_start(args, format);
    vsnprintf(own.text, sizeof own.text, format, args);
    va_end(args);
    split__text_clean(own.text);
    split__error_give(error, &own);
    return code;
}
