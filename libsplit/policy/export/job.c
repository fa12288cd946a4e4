/* SPDX-License-Identifier: MIT */
/* Common pieces of the writers of exports. */
#include "policy/export/job.h"

#include <stdarg.h>
#include <stdio.h>

void
split__export_print(export_job *job, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    split__out_raw(job->out, text);
}

bool
split__export_is_plain(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return n > 0;
}

split_range
split__export_range(const split_plan *plan, size_t index)
{
    split_range range = {0, 0, 0};
    int err = split_plan_range(plan, index, &range);
    return err == 0 ? range : (split_range){0, 0, 0};
}

split_override
split__export_override(const split_plan *plan, size_t index)
{
    split_override override = {"", 0, 0};
    int err = split_plan_override(plan, index, &override);
    return err == 0 ? override : (split_override){"", 0, 0};
}
