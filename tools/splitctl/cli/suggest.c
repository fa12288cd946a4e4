/* SPDX-License-Identifier: MIT */
/* The nearest known name to a mistyped one. */
#include "cli/suggest.h"

#include <string.h>

#include "cli/cli.h"

#define MAX_WORD 32

static size_t
min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Edits (insert, delete, change, swap of neighbours) that turn a into b; both shorter than
 * MAX_WORD. */
static size_t
distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t d[MAX_WORD + 1][MAX_WORD + 1];
    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    return d[n][m];
}

const char *
cli_nearest(const char *word, const char *const *names, size_t n_names)
{
    const char *best = NULL;
    size_t n = strlen(word);
    if (n > MAX_WORD || n == 0)
        return NULL;
    size_t least = n / 3 + 2; /* a longer word may hold more slips */
    for (size_t i = 0; i < n_names; i++) {
        size_t m = strlen(names[i]);
        size_t d = m > MAX_WORD ? least : distance(word, n, names[i], m);
        if (strncmp(names[i], word, n) == 0)
            d = 0;
        if (d < least) {
            least = d;
            best = names[i];
        }
    }
    return best;
}
