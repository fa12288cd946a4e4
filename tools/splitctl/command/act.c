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
               "Pauses the running rollout: the share stays, the bake clock stands still. A\n"
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
               "Takes the rest of the bake time as served. Everything else that the gate asks\n"
               "for still has to be proven.\n");
}

int
cmd_abort(int argc, char **argv)
{
    return act(argc, argv, SPLIT_ACTION_ABORT,
               "Ends the running rollout and takes the traffic back. When nothing drives it,\n"
               "use 'splitctl rollback', which needs no run.\n");
}
