/* SPDX-License-Identifier: MIT */
/* The story of a rollout as one HTML file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "journal_own.h"
#include "report/data.h"

static int
write_report(const report *r, const char *path)
{
    FILE *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (out == NULL) {
        fprintf(stderr, "splitctl: %s: %s\n", path, strerror(errno));
        return CTL_BAD_INPUT;
    }
    report_html(out, r);
    if (out == stdout)
        return CTL_OK;
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        fprintf(stderr, "splitctl: %s: writing failed\n", path);
        return CTL_BAD_INPUT;
    }
    printf("%s: %zu windows\n", path, r->n_rows);
    return CTL_OK;
}

int
cmd_report(int argc, char **argv)
{
    static follow f; /* large */
    static report r;
    cli_common common = {0};
    char buf[CLI_PATH_MAX];
    const char *output = "report.html";
    int64_t id = 0;
    const cli_option options[] = {
        {"output", 'o', CLI_TEXT, "FILE",
         "where to (default: report.html; \"-\" for standard output)", &output},
        {"rollout", 0, CLI_INTEGER, "ID", "this one (default: the newest)", &id},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [-o FILE]",
        .about =
            "Writes the story of a rollout from the journal as one HTML file that needs nothing\n"
            "else: phases, charts of every metric with bounds and evidence, decisions, who "
            "moved.\n",
        .common = CLI_POLICY | CLI_JOURNAL,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    const char *path;
    code = journal_own(&common, buf, &path);
    if (code == CTL_OK)
        code = report_gather(&r, &f, path, id);
    if (code != CTL_OK)
        return code;
    code = write_report(&r, output);
    report_free(&r);
    follow_close(&f);
    return code;
}
