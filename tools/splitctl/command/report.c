/* SPDX-License-Identifier: MIT */
/* The story of a rollout as one HTML file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "commands.h"
#include "journal/own.h"
#include "report/page.h"

static int
not_written(const char *path)
{
    fprintf(stderr, "splitctl: %s: %s\n", path, errno != 0 ? strerror(errno) : "writing failed");
    return CTL_BAD_INPUT;
}

/* Flush and close. The old report stays until the new one is whole. */
static bool
finish(FILE *out, const char *temporary, const char *path)
{
    bool failed = fflush(out) != 0 || ferror(out) != 0;
    int cause = errno;
    if (fclose(out) == 0 && !failed && (temporary == NULL || rename(temporary, path) == 0))
        return true;
    if (failed)
        errno = cause;
    cause = errno;
    if (temporary != NULL)
        unlink(temporary);
    errno = cause;
    return false;
}

/* A new file of ours: what another left behind there, or a link, is not written to. */
static FILE *
create(const char *path)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int fd = open(path, flags, 0666);
    if (fd < 0 && errno == EEXIST && unlink(path) == 0)
        fd = open(path, flags, 0666);
    return fd >= 0 ? fdopen(fd, "w") : NULL;
}

/* A file is replaced as a whole; anything else, such as a pipe, is written to. */
static int
write_report(const report *r, const char *path)
{
    char temporary[CLI_PATH_MAX];
    struct stat before;
    bool replace = lstat(path, &before) != 0 || S_ISREG(before.st_mode);
    if (snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid()) >=
        (int)sizeof temporary)
        replace = false;
    errno = 0;
    FILE *out = replace ? create(temporary) : fopen(path, "w");
    if (out == NULL)
        return not_written(path);
    report_html(out, r);
    if (!finish(out, replace ? temporary : NULL, path))
        return not_written(path);
    printf("%s: %s, %zu window%s\n", path, page_state_word(r), r->n_rows,
           r->n_rows == 1 ? "" : "s");
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
        .about = "Writes a report of a rollout from the journal as one HTML file that needs\n"
                 "nothing else: phases, charts of every metric with bounds and evidence,\n"
                 "decisions, who moved.\n",
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
    if (strcmp(output, "-") == 0)
        report_html(stdout, &r); /* main() looks whether standard output took it */
    else
        code = write_report(&r, output);
    report_free(&r);
    follow_close(&f);
    return code;
}
