/* SPDX-License-Identifier: MIT */
/* The live view: follows the journal of a run, or watches the sources itself without touching
 * anything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "split/net.h"

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "drive/clock.h"
#include "screen/draw.h"
#include "drive/driver.h"
#include "screen/draw_json.h"
#include "screen/follow.h"
#include "journal/own.h"
#include "cli/load.h"
#include "screen/term.h"
#include "cli/text.h"
#include "drive/window.h"

#define POLL_US 100000
#define JOURNAL_INTERVAL_US 1000000

typedef struct monitor {
    bool once;
    bool json;
    bool live; /* redraw a screen */
    cli_color color;
    split_us interval_us;
    split_us until;
    bool watches; /* judges windows of the sources itself */
    follow follow;
    driver driver;
    split_policy *policy;
    view own;
    view *view;
    int64_t shown_windows;
    char shown[256]; /* the last line of the plain form */
} monitor;

/* The screen is drawn in one write from the top left; what is left of the old frame is cleared. */
static void
draw_screen(const monitor *m)
{
    char *text = NULL;
    size_t n = 0;
    canvas c;
    canvas_init(&c, stdout, m->color);
    FILE *memory = open_memstream(&text, &n);
    if (memory == NULL)
        return;
    c.out = memory;
    draw_view(&c, m->view);
    fclose(memory);
    /* each line is cleared before it is written: after a full one its last letter would be lost */
    fputs("\033[H\033[K", stdout);
    for (const char *p = text; *p != '\0'; p++)
        if (*p == '\n')
            fputs("\r\n\033[K", stdout);
        else
            fputc(*p, stdout);
    fputs("\033[J", stdout);
    fflush(stdout);
    free(text);
}

/* Without a terminal: one line per change. */
static void
print_change(monitor *m)
{
    char line[256];
    const split_rollout_decision *s = &m->view->decision;
    if (m->view->n_windows == 0)
        return;
    snprintf(line, sizeof line, "%u %s %s", (unsigned)s->phase,
             split_decision_name((int)s->decision), split_rollout_reason(m->view->rollout, s));
    for (uint32_t i = 0; i < s->n_metrics; i++)
        snprintf(line + strlen(line), sizeof line - strlen(line), ", %s %s",
                 split_rollout_metric(m->view->rollout, i)->name,
                 split_level_name((int)s->metrics[i].level));
    if (strcmp(line, m->shown) == 0)
        return;
    memcpy(m->shown, line, sizeof line);
    char now[SPLIT_TIME_BYTES] = "";
    (void)split_time_print(split_clock_wall(), now);
    printf("%s  phase %s\n", now, line);
    fflush(stdout);
}

/* Trouble that would have been reported on standard error becomes an event. */
static void
take_reports(monitor *m)
{
    char line[512];
    static const char prefix[] = "splitctl: ";
    while (m->live && term_report(line, sizeof line))
        view_event_add(m->view, split_clock_wall(), "%s",
                       strncmp(line, prefix, sizeof prefix - 1) == 0 ? line + sizeof prefix - 1
                                                                     : line);
}

static void
draw_frame(const monitor *m)
{
    canvas c;
    canvas_init(&c, stdout, m->color);
    c.height = 0;
    draw_view(&c, m->view);
}

static void
show(monitor *m)
{
    take_reports(m);
    if (m->json) {
        if (m->view->n_windows != m->shown_windows || m->once)
            draw_json(stdout, m->view);
        fflush(stdout);
    } else if (m->live) {
        draw_screen(m);
    } else if (m->once) {
        draw_frame(m);
    } else {
        print_change(m);
    }
    m->shown_windows = m->view->n_windows;
}

static bool
wait_until(monitor *m, split_us instant)
{
    while (split_clock_now() < instant) {
        split_us next = split_clock_now() + POLL_US;
        if (term_stopped() || split_clock_now() >= m->until)
            return false;
        (void)split_clock_sleep_until(next < instant ? next : instant);
        if (term_resized() && m->live)
            draw_screen(m);
    }
    return !term_stopped();
}

static int
next_window(monitor *m)
{
    window_display display;
    if (!wait_until(m, split_clock_now() + m->driver.window_end - clock_real()))
        return CTL_TIMEOUT;
    int code = window_step(&m->driver);
    if (code != CTL_OK)
        return code;
    display_of(&m->driver.reading, &display);
    m->view->is_silent = !m->driver.window_has_data;
    view_window(m->view, &m->driver.window, &m->driver.decision, &display);
    return CTL_OK;
}

static int
next_look(monitor *m)
{
    if (!wait_until(m, split_clock_now() + m->interval_us))
        return CTL_TIMEOUT;
    return follow_refresh(&m->follow);
}

static int
watch(monitor *m)
{
    int code = CTL_OK;
    if (!m->watches || m->live)
        show(m);
    while (code == CTL_OK && !(m->once && !m->watches) &&
           m->view->outcome == VIEW_OUTCOME_GOES_ON) {
        code = m->watches ? next_window(m) : next_look(m);
        if (code == CTL_OK)
            show(m);
        if (m->watches && m->once)
            break;
    }
    return code;
}

/* What was on the screen stays in the terminal's history; then one line. */
static void
close_summary(const monitor *m, int code)
{
    const split_rollout_decision *s = &m->view->decision;
    const char *reason = m->view->n_windows > 0 ? split_rollout_reason(m->view->rollout, s) : "";
    bool ended = m->view->outcome != VIEW_OUTCOME_GOES_ON;
    char next[256];
    if (m->json || m->once)
        return;
    if (m->live) {
        draw_frame(m);
        putchar('\n');
    }
    printf("%s: %lld windows; ", split_policy_name(m->view->policy), (long long)m->view->n_windows);
    view_next(m->view, next, sizeof next);
    if (ended)
        printf("%s%s%s%s\n", view_outcome_name((int)m->view->outcome),
               reason[0] != '\0' ? " (" : "", reason, reason[0] != '\0' ? ")" : "");
    else
        printf("next: %s\n", next);
    if (code == CTL_TIMEOUT && !term_stopped())
        puts("the time given is over");
}

/* The sources are watched under a rollout of our own that publishes nothing. */
static int
open_watch(monitor *m, const cli_common *common, const cli_texts *specs, const char *route_path)
{
    int code = load_policy(cli_policy_path(common), &m->policy);
    if (code == CTL_OK)
        code = driver_open(&m->driver, m->policy, route_path, specs, m->interval_us,
                           m->once ? FLEET_PATIENT : FLEET_PACED);
    if (code != CTL_OK)
        return code;
    m->driver.dry_run = true;
    m->interval_us = m->driver.window_us;
    m->view = &m->own;
    code = view_open(m->view, m->policy, m->driver.rollout);
    m->view->options.window_us = m->interval_us;
    m->view->heading = VIEW_HEADING_WATCHED;
    window_mark(&m->driver);
    return code;
}

/* One poll takes a whole window, in which whoever waits would see nothing. */
static void
tell_wait(const monitor *m)
{
    char span[32];
    if (m->watches && m->once && isatty(STDERR_FILENO) == 1)
        fprintf(stderr, "splitctl: counts requests for %s; --interval changes it\n",
                text_span(m->interval_us, span));
}

static int
run_monitor(monitor *m)
{
    tell_wait(m);
    if (m->live)
        term_enter();
    else
        term_catch_signals();
    int code = watch(m);
    term_leave();
    close_summary(m, code);
    if (code == CTL_TIMEOUT && term_stopped())
        code = CTL_OK;
    return code == CTL_OK ? view_exit_code(m->view) : code;
}

static int
open_and_run(monitor *m, const cli_common *common, const cli_texts *specs, int64_t interval)
{
    char db[CLI_PATH_MAX];
    char route[CLI_PATH_MAX];
    int code;
    m->watches = specs->n > 0;
    if (m->watches) {
        m->interval_us = interval;
        code = open_watch(m, common, specs, cli_route_path(common, route));
    } else {
        m->interval_us = interval > 0 ? interval : JOURNAL_INTERVAL_US;
        m->view = &m->follow.view;
        const char *path;
        code = journal_own(common, db, &path);
        if (code == CTL_OK)
            code = follow_open(&m->follow, path, 0);
    }
    if (code == CTL_OK)
        code = run_monitor(m);
    if (m->watches) {
        driver_close(&m->driver);
        split_policy_free(&m->policy, NULL);
    } else {
        follow_close(&m->follow);
    }
    return code;
}

int
cmd_monitor(int argc, char **argv)
{
    static monitor m; /* large */
    cli_common common = {0};
    cli_texts specs = {0};
    int64_t interval = 0;
    int64_t duration = INT64_MAX;
    const cli_option options[] = {
        {"source", 's', CLI_TEXTS, "SOURCE", "watch these instead of the journal; may be repeated",
         &specs},
        {"once", 0, CLI_FLAG, NULL, "show it once", &m.once},
        {"interval", 0, CLI_DURATION, "TIME",
         "between polls (default: 1s, with sources a window of the policy)", &interval},
        {"duration", 0, CLI_DURATION, "TIME", "stop after this time (exit code 7)", &duration},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [--source SOURCE...]",
        .about = "Shows a rollout live: phases, planned and observed share, every metric of both\n"
                 "systems with level and proof, origins, events, and what happens next and why.\n"
                 "It follows the journal of a run; with sources it judges their windows itself\n"
                 "and changes nothing. Without a terminal it prints one line per change.\n",
        .common = CLI_POLICY | CLI_JOURNAL | CLI_ROUTE | CLI_JSON | CLI_COLOR,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    split_us now = split_clock_now();
    m.json = common.json;
    m.color = common.color;
    m.until = duration > INT64_MAX - now ? SPLIT_NEVER : now + duration;
    m.live = !m.json && !m.once && isatty(STDOUT_FILENO) == 1;
    return open_and_run(&m, &common, &specs, interval);
}
