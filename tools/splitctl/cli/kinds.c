/* SPDX-License-Identifier: MIT */
/* The kinds of sources, as help, completion and checks of policies show them. */
#include "cli/kinds.h"

#include <stdio.h>
#include <string.h>

#include "split/source.h"

#include "cli/cli.h"
#include "cli/suggest.h"

#define KINDS_MAX 32

void
kinds_print_help(void)
{
    const split_source_kind *kind;
    fputs("\nSources:\n", stdout);
    printf("  %-24s %s\n", "URL", "the same as proxy:URL");
    for (size_t i = 0; (kind = split_source_kind_at(i)) != NULL; i++) {
        char left[40];
        snprintf(left, sizeof left, "%s:%s", kind->name, kind->place);
        printf("  %-24s %s\n", left, kind->help);
    }
}

void
kinds_print_words(void)
{
    const split_source_kind *kind;
    for (size_t i = 0; (kind = split_source_kind_at(i)) != NULL; i++)
        printf("%s%s:", i > 0 ? " " : "", kind->name);
}

/* The kind that is meant by a name that is nearly one; NULL for a kind, and for a foreign name. */
static const char *
meant(const char *name)
{
    const char *names[KINDS_MAX];
    const split_source_kind *kind;
    size_t n = 0;
    for (; n < KINDS_MAX && (kind = split_source_kind_at(n)) != NULL; n++) {
        names[n] = kind->name;
        if (strcmp(name, names[n]) == 0)
            return NULL;
    }
    return cli_nearest(name, names, n);
}

bool
kinds_slip(const split_policy *policy, size_t at[2], split_error *out)
{
    split_source_info source;
    for (; at[0] < split_policy_n_metrics(policy); at[0]++, at[1] = 0)
        while (split_policy_source(policy, at[0], at[1]++, &source) == SPLIT_OK) {
            const char *near = meant(source.source);
            if (near == NULL)
                continue;
            *out = (split_error){.size = sizeof *out, .code = SPLIT_ERR_FIELD};
            snprintf(out->path, sizeof out->path, "$.metrics[%zu].sources.%.64s", at[0],
                     source.source);
            snprintf(out->text, sizeof out->text, "No source is called '%.64s'; write \"%s\".",
                     source.source, near);
            return true;
        }
    return false;
}
