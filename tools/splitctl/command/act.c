/* SPDX-License-Identifier: MIT */
/* pause, resume, skip-wait and abort: words for the running rollout, recorded in the journal. */
#include <stdio.h>

#include "cli/cli.h"
#include "commands.h"
#include "drive/operator.h"

static int
act(int argc, char **argv, split_action action, const char *about)
{
    cli_common common = {0};
    const cli_spec spec = {.usage = "-p FILE [--why TEXT]",
                           .about = about,
                           .common = CLI_POLICY | CLI_JOURNAL | CLI_REASON};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    return operator_act(&common, action);
}

int
cmd_pause(int argc, char **argv)
{
    return act(argc, argv, SPLIT_ACTION_PAUSE,
               "Pauses the running rollout: the share stays, and the bake clock stops. A\n"
               "critical failure still rolls back.\n");
}

int
cmd_resume(int argc, char **argv)
{
    return act(argc, argv, SPLIT_ACTION_RESUME, "Ends a pause.\n");
}

int
cmd_skip_wait(int argc, char **argv)
{
    return act(argc, argv, SPLIT_ACTION_SKIP_WAIT,
               "Skips the rest of the bake time. Everything else that the gate requires must\n"
               "still be proven.\n");
}

int
cmd_abort(int argc, char **argv)
{
    return act(argc, argv, SPLIT_ACTION_ABORT,
               "Ends the running rollout and takes the traffic back. If no run drives it, use\n"
               "'splitctl rollback'.\n");
}
