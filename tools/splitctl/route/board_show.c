/* SPDX-License-Identifier: MIT */
/* What came of the sinks, for people. */
#include "route/board_show.h"

#include <stdio.h>

#include "cli/text.h"

static void
print_one(const board_view *v, bool failures_only)
{
    char took[32];
    const char *mark = v->primary ? " (primary)" : "";
    if (v->outcome == BOARD_FAILED)
        fprintf(stderr, "splitctl: %s%s: %s\n", v->place, mark, v->error);
    else if (v->outcome == BOARD_NEWER)
        fprintf(stderr,
                "splitctl: %s%s: shows revision %llu, which is newer; left alone (splitctl publish "
                "--newest takes it)\n",
                v->place, mark, (unsigned long long)v->revision);
    else if (v->outcome == BOARD_FOREIGN)
        fprintf(stderr, "splitctl: %s%s: holds another split; left alone\n", v->place, mark);
    else if (!failures_only && v->outcome == BOARD_IN_FORCE)
        printf("  %s%s: in force after %s\n", v->place, mark, text_span(v->took_us, took));
}

void
board_print(const split_policy *policy, bool failures_only)
{
    if (!board_is_on(policy))
        return;
    for (size_t i = 0; i < board_count(); i++) {
        board_view v;
        board_at(i, &v);
        print_one(&v, failures_only);
    }
}
