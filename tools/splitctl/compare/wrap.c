/* SPDX-License-Identifier: MIT */
/* Text in lines of a width. */
#include "compare/wrap.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void
compare_wrap(int indent, int width, const char *text)
{
    int at = 0;
    for (const char *p = text; *p != '\0';) {
        size_t n = strcspn(p, " ");
        bool first = p == text;
        if (!first && at + 1 + (int)n > width) {
            printf("\n%*s", indent + 2, "");
            at = indent + 2;
        } else if (!first) {
            putchar(' ');
            at++;
        } else {
            printf("%*s", indent, "");
            at = indent;
        }
        printf("%.*s", (int)n, p);
        at += (int)n;
        p += n;
        p += strspn(p, " ");
    }
    putchar('\n');
}
