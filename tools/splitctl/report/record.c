/* SPDX-License-Identifier: MIT */
/* What the journal recorded word for word: decisions, publications and who moved, operators. */
#include "report/record.h"

#include <stdlib.h>
#include <string.h>

#include "cli/text.h"
#include "route/weights.h"
#include "report/page.h"
#include "journal/read.h"

#define RECORDS_MAX 300 /* publications or actions; the oldest */

static html_state
decision_state(const report_change *c)
{
    switch (c->decision) {
    case SPLIT_DECISION_ROLLBACK:
        return HTML_BAD;
    case SPLIT_DECISION_ADVANCE:
    case SPLIT_DECISION_COMPLETE:
        return HTML_GOOD;
    default:
        return strcmp(c->reason, "bake") == 0 || strcmp(c->reason, "undecided") == 0 ||
                       strcmp(c->reason, "ended") == 0
                   ? HTML_OPEN
                   : HTML_WARN;
    }
}

static void
put_change(FILE *out, const report_change *c)
{
    char share[16];
    fputs("<tr><th scope=\"row\">", out);
    html_time(out, c->start_us);
    fprintf(out, "<small class=\"soft\">window %lld</small></th><td>%s %%</td><td>",
            (long long)c->id, weights_print(c->percent_e6, share));
    html_badge(out, decision_state(c), split_decision_name((int)c->decision));
    fputs("</td><td class=\"why\"><b>", out);
    html_text(out, c->reason);
    fputs("</b><small>", out);
    html_text(out, c->detail);
    fputs("</small>", out);
    if (c->alarms[0] != '\0') {
        fputs("<small>alarms that rang meanwhile: ", out);
        html_text(out, c->alarms);
        fputs("</small>", out);
    }
    fputs("</td></tr>\n", out);
}

void
page_decisions(FILE *out, const report *r)
{
    static const char *const heads[] = {"Began (UTC)", "Share", "Decision", "Reason", NULL};
    char note[96];
    fputs("<section id=\"log\" aria-labelledby=\"log-h\"><h2 id=\"log-h\">Decisions</h2>", out);
    html_stack(out, "decisions", "Windows whose decision or reason differs from the one before",
               heads);
    bool told = false;
    for (size_t i = 0; i < r->n_changes; i++) {
        const report_change *c = report_change_at(r, i);
        if (c != NULL)
            put_change(out, c);
        else if (!told) {
            snprintf(note, sizeof note, "%zu more are left out here; splitctl history has them all",
                     r->n_changes - REPORT_CHANGES);
            html_row_note(out, 4, note);
            told = true;
        }
    }
    if (r->n_changes == 0)
        html_row_note(out, 4, "none yet");
    html_table_end(out);
    fputs("</section>\n", out);
}

typedef struct records {
    FILE *out;
    const report *report;
    int64_t n;
    int64_t before_e6; /* -1 before the first publication */
} records;

/* A bar of all keys: with the new system all the time, moved by this revision, and the others. */
static void
put_bar(FILE *out, int64_t stayed_e6, int64_t moved_e6)
{
    fprintf(out,
            "<td class=\"line-of\"><span class=\"split\" aria-hidden=\"true\"><i "
            "style=\"width:%.2f%%\"></i><b "
            "style=\"width:%.2f%%\"></b></span></td><td class=\"line-of\">",
            (double)stayed_e6 / 1e6, (double)moved_e6 / 1e6);
}

static void
put_move(const records *k, int64_t now_e6)
{
    char moved[16];
    char stayed[16];
    int64_t change = now_e6 > k->before_e6 ? now_e6 - k->before_e6 : k->before_e6 - now_e6;
    bool up = now_e6 > k->before_e6;
    if (k->before_e6 < 0 || change == 0) {
        put_bar(k->out, now_e6, 0);
        fputs(change == 0
                  ? "nobody</td>"
                  : "not known<small>the journal does not hold the route before</small></td>",
              k->out);
        return;
    }
    put_bar(k->out, up ? k->before_e6 : now_e6, change);
    fprintf(k->out, "<strong>%s %%</strong> of the keys, ", weights_print(change, moved));
    html_name(k->out, report_variant(k->report, up));
    fputs(" to ", k->out);
    html_name(k->out, report_variant(k->report, !up));
    fprintf(k->out, "<small>%s %% stayed where they were</small></td>",
            weights_print(SPLIT_PERCENT_ALL_E6 - change, stayed));
}

static int
put_publication(const journal_publication *p, void *ctx)
{
    records *k = ctx;
    char share[16];
    char took[32];
    if (k->n++ >= RECORDS_MAX)
        return CTL_OK;
    fprintf(k->out, "<tr><th scope=\"row\" data-l=\"Revision\">%lld</th><td>",
            (long long)p->revision);
    html_time(k->out, p->at_us);
    fprintf(k->out, "</td><td>%s %%</td>", weights_print(p->percent_e6, share));
    put_move(k, p->percent_e6);
    fputs("<td data-l=\"by\">", k->out);
    html_words(k->out, p->by);
    fprintf(k->out, "</td><td data-l=\"in force after\">%s</td></tr>\n",
            p->effect_us >= 0 ? text_span(p->effect_us, took) : "not confirmed");
    k->before_e6 = p->percent_e6;
    return CTL_OK;
}

static void
end_records(const records *k, int columns)
{
    char note[96];
    if (k->n == 0)
        html_row_note(k->out, columns, "none");
    if (k->n > RECORDS_MAX) {
        snprintf(note, sizeof note, "%lld more are left out here; splitctl history has them all",
                 (long long)(k->n - RECORDS_MAX));
        html_row_note(k->out, columns, note);
    }
    html_table_end(k->out);
    fputs("</section>\n", k->out);
}

void
page_moves(FILE *out, const report *r)
{
    char share[96];
    snprintf(share, sizeof share, "Share of %.70s", report_variant(r, false));
    const char *const heads[] = {"Revision", "Published (UTC)", share, "Keys", "Who moved",
                                 "By",       "In force after",  NULL};
    records k = {.out = out, .report = r, .before_e6 = -1};
    fputs("<section id=\"moves\" aria-labelledby=\"moves-h\"><h2 id=\"moves-h\">Who moved</h2>"
          "<p>A key keeps its system until new weights move it. In the bars, full: with ",
          out);
    html_name(out, report_variant(r, false));
    fputs(" before and after; striped: moved by this revision; empty: elsewhere.</p>", out);
    html_stack(out, "publications",
               "Every route that was published, and how long until all routers had it", heads);
    (void)journal_each_publication(r->follow->journal, r->follow->rollout_id, put_publication, &k);
    end_records(&k, 7);
}

static int
put_action(const journal_action *a, void *ctx)
{
    records *k = ctx;
    if (k->n++ >= RECORDS_MAX)
        return CTL_OK;
    fputs("<tr><td>", k->out);
    html_time(k->out, a->at_us);
    fputs("</td><td>", k->out);
    html_text(k->out, a->action);
    fputs("</td><td data-l=\"by\">", k->out);
    html_words(k->out, a->who);
    fputs("</td><td class=\"why\">", k->out);
    html_words(k->out, a->why);
    fputs("</td><td>", k->out);
    if (a->window > 0)
        fprintf(k->out, "window %lld</td></tr>\n", (long long)a->window);
    else
        fprintf(k->out, "%s</td></tr>\n", a->window < 0 ? "refused" : "waits");
    return CTL_OK;
}

void
page_operators(FILE *out, const report *r)
{
    static const char *const heads[] = {"At (UTC)", "Action", "Who", "Why", "Took effect", NULL};
    records k = {.out = out, .report = r};
    fputs("<section id=\"people\" aria-labelledby=\"people-h\"><h2 id=\"people-h\">Operators</h2>",
          out);
    html_stack(out, "actions", "What people did by hand", heads);
    (void)journal_each_action(r->follow->journal, r->follow->rollout_id, put_action, &k);
    end_records(&k, 5);
}
