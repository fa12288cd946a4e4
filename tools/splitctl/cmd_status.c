/* SPDX-License-Identifier: MIT */
/* Where the rollout stands, once; the exit code says it to scripts. */
#include <stdio.h>

#include "cli.h"
#include "commands.h"
#include "draw.h"
#include "follow.h"

int
cmd_status(int argc, char **argv)
{
    static follow f; /* large */
    cli_common common = {0};
    char path[CLI_PATH_MAX];
    canvas c;
    int64_t rollout = 0;
    const cli_option options[] = {{"rollout", 0, CLI_INTEGER, "ID",
                                   "an older rollout of the journal (default: the newest)",
                                   &rollout},
                                  CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE",
        .about = "Says where the rollout of the journal stands. The exit code says it, too: 0\n"
                 "healthy, 3 hold or warning, 4 critical, 5 rolled back, 6 no data.\n",
        .common = CLI_POLICY | CLI_JOURNAL | CLI_JSON | CLI_COLOR,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    code = follow_open(&f, cli_journal_path(&common, path), rollout);
    if (code != CTL_OK)
        return code;
    if (common.json) {
        draw_json(stdout, &f.view);
    } else {
        canvas_init(&c, stdout, common.color);
        draw_view(&c, &f.view);
    }
    code = view_exit_code(&f.view);
    follow_close(&f);
    return code;
}
