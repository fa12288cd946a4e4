/* SPDX-License-Identifier: MIT */
/* Costs for people: every line is named, and what no line holds is named, too. */
#include "compare/show_cost.h"

#include <stdio.h>
#include <string.h>

#include "cli/text.h"
#include "compare/compare.h"
#include "compare/judge.h"
#include "compare/wrap.h"

#define AMOUNT 11 /* columns of an amount */

/* Money has the right edge; a name that does not fit has a line of its own. */
static void
show_row(int indent, int width, const char *name, const money amount[COST_WHENS])
{
    char text[MONEY_TEXT_BYTES];
    int room = width - indent - COST_WHENS * (AMOUNT + 1);
    room = room > 40 ? 40 : room;
    if ((int)strlen(name) > room) {
        printf("%*s%s\n", indent, "", name);
        name = "";
    }
    printf("%*s%-*s", indent, "", room, name);
    for (int when = 0; when < COST_WHENS; when++)
        printf(" %*s", AMOUNT, money_text(amount[when], text));
    putchar('\n');
}

static void
show_headings(int width)
{
    int room = width - 2 - COST_WHENS * (AMOUNT + 1);
    printf("  %-*s %*s %*s %*s\n", room > 40 ? 40 : room, "", AMOUNT, "this time", AMOUNT,
           "a month", AMOUNT, "at 100 %");
}

static void
show_recalled(const cost_side *s, int width)
{
    char text[COMPARE_TEXT_BYTES] = "recalled, not verified:";
    size_t n = strlen(text);
    size_t before = n;
    for (size_t i = 0; i < s->n_rows && n < sizeof text; i++)
        if (s->rows[i].basis == PRICE_BASIS_RECALLED)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s %s", n > before ? "," : "",
                                  s->rows[i].name);
    if (n > before)
        compare_wrap(4, width, text);
}

static void
show_flags(const cost_report *c, const cost_side *s, int width)
{
    char text[COMPARE_TEXT_BYTES];
    char words[512];
    compare_omitted(s, words, sizeof words);
    if (words[0] != '\0') {
        snprintf(text, sizeof text, "not in the price file: %s", words);
        compare_wrap(4, width, text);
    }
    show_recalled(s, width);
    if (!s->from_file && s->known)
        compare_wrap(4, width, "the policy's own figures; what they leave out is not known");
    if (s->has_unused)
        compare_wrap(4, width, "the policy's own figures are not used: the price file has it");
    if (s->blind_misses)
        compare_wrap(4, width, "it has no cache counts: every request counts as a miss");
    if (s->too_large)
        compare_wrap(4, width, "too large to be counted: these amounts are not right");
    if (!s->known) {
        snprintf(text, sizeof text, "no price%s", c->prices != NULL ? " in the price file" : "");
        compare_wrap(4, width, text);
    }
}

static void
show_side(const cost_report *c, const cost_side *s, const char *what, int width)
{
    char text[128];
    snprintf(text, sizeof text, "%s '%s'", what, s->name);
    if (s->known)
        show_row(2, width, text, s->total);
    else
        printf("  %s\n", text);
    for (size_t i = 0; i < s->n_rows; i++)
        show_row(4, width, s->rows[i].name, s->rows[i].amount);
    show_flags(c, s, width);
}

static void
show_file(const cost_report *c, int width)
{
    char text[COMPARE_TEXT_BYTES];
    const prices *p = c->prices;
    if (p == NULL) {
        compare_wrap(0, width, "cost, in the policy's currency; a month is 30 days");
        return;
    }
    snprintf(text, sizeof text, "cost in %s by %s, prices of %s; a month is 30 days", p->currency,
             c->file, p->as_of);
    compare_wrap(0, width, text);
    if (c->age_days > COST_STALE_DAYS)
        snprintf(text, sizeof text, "the prices are %lld days old: check them",
                 (long long)c->age_days);
    else if (c->age_days < 0)
        snprintf(text, sizeof text, "the prices have a day that is still to come: check it");
    else
        return;
    compare_wrap(2, width, text);
}

static void
show_sums(const cost_report *c, int width)
{
    money both[COST_WHENS];
    money extra[COST_WHENS];
    const cost_side *s = c->side;
    if (!s[0].known || !s[1].known)
        return;
    for (int when = 0; when < COST_WHENS; when++) {
        both[when] = s[0].total[when] + s[1].total[when] + c->router.total[when];
        extra[when] = s[0].total[when] - s[1].total[when];
    }
    both[COST_MONTH_ALL] = c->judged[COST_MONTH_ALL]; /* the old system is switched off by then */
    show_row(2, width, "all that is paid", both);
    show_row(2, width, "new minus baseline", extra);
}

void
compare_cost_text(const cost_report *c, int width)
{
    char text[COMPARE_TEXT_BYTES];
    putchar('\n');
    if (c->prices == NULL && !c->side[0].known && !c->side[1].known) {
        compare_wrap(0, width, "cost: not known; name a price file in the policy's cost.prices");
    } else {
        show_file(c, width);
        show_headings(width);
        show_side(c, &c->side[0], "new", width);
        show_side(c, &c->side[1], "baseline", width);
        if (c->has_router)
            show_side(c, &c->router, "router", width);
        show_sums(c, width);
    }
    for (size_t i = 0; c->prices != NULL && i < c->prices->n_omissions; i++) {
        snprintf(text, sizeof text, "left out: %s", c->prices->omissions[i]);
        compare_wrap(2, width, text);
    }
    compare_budget(c, text, sizeof text);
    if (text[0] != '\0')
        compare_wrap(2, width, text);
}
