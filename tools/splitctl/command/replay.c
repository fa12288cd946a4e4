/* SPDX-License-Identifier: MIT */
/* Re-derive every decision: of a journal and compare bit for bit, or of windows and print. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "commands.h"
#include "journal/own.h"
#include "journal/replay.h"

typedef struct replaying {
    bool print;
    int64_t n;
    char text[SPLIT_LINE_BYTES];
} replaying;

static int
write_decision(replaying *x, const replay_step *step)
{
    size_t len;
    const int err =
        split_decision_write(step->rollout, step->decision, x->text, sizeof x->text, &len);
    if (err == SPLIT_OK)
        return CTL_OK;
    fprintf(stderr, "window %lld: %s\n", (long long)step->window->id, split_strerror(err));
    return CTL_BAD_INPUT;
}

static int
each_window(const replay_step *step, void *ctx)
{
    replaying *x = ctx;
    const int code = write_decision(x, step);
    if (code != CTL_OK)
        return code;
    x->n++;
    if (x->print || step->recorded == NULL)
        puts(x->text);
    if (step->recorded == NULL || strcmp(step->recorded, x->text) == 0)
        return CTL_OK;
    fprintf(stderr, "window %lld differs\nrecorded: %s\nreplayed: %s\n",
            (long long)step->window->id, step->recorded, x->text);
    return CTL_BAD_INPUT;
}

int
cmd_replay(int argc, char **argv)
{
    static replaying x;
    cli_common common = {0};
    const char *windows = NULL;
    int64_t rollout = 0;
    const cli_option options[] = {{"windows", 'w', CLI_TEXT, "FILE",
                                   "windows as JSON Lines, '-' for standard input", &windows},
                                  {"rollout", 0, CLI_INTEGER, "N",
                                   "a rollout of the journal (default: the newest)", &rollout},
                                  CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "[OPTION...] [JOURNAL | --windows FILE]",
        .about = "Gives recorded windows to the engine again. With a journal, every decision is\n"
                 "compared with the recorded one, bit for bit; the first difference ends the\n"
                 "replay with exit code 2. With --windows, the decisions are printed, one JSON\n"
                 "object per line.\n",
        .common = CLI_POLICY | CLI_JOURNAL | CLI_JSON,
        .options = options};
    char path[CLI_PATH_MAX];
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (argc - first > 1 || (argc > first && windows != NULL))
        return cli_usage_error(argv[0], "one journal or --windows FILE");
    x = (replaying){.print = common.json};
    if (windows != NULL)
        return replay_lines(windows, each_window, &x);
    const char *file = argv[first];
    if (argc == first && (code = journal_own(&common, path, &file)) != CTL_OK)
        return code;
    code = replay_file(file, rollout, each_window, &x);
    if (code == CTL_OK && !x.print)
        fprintf(stderr, "%s: %lld decisions, identical\n", file, (long long)x.n);
    return code;
}
