/* SPDX-License-Identifier: MIT */
/* Finds the command and runs it; knows nothing about what commands do. */
#include <stdio.h>
#include <string.h>

#include "split/split.h"

#include "cli/cli.h"
#include "cli/suggest.h"
#include "commands.h"

static const cli_command commands[] = {
#define XX(suffix, name, help) {name, help, cmd_##suffix},
    CTL_COMMAND_MAP(XX)
#undef XX
};

#define N_COMMANDS (sizeof commands / sizeof commands[0])

static void
print_exit_codes(FILE *out)
{
    fputs("\nExit codes:\n", out);
#define XX(name, number, text) fprintf(out, "  %d  %s\n", number, text);
    CTL_EXIT_MAP(XX)
#undef XX
}

static void
print_help(FILE *out)
{
    fputs("Usage: splitctl COMMAND [OPTION...] [ARGUMENT...]\n"
          "Moves live traffic from one system to another, and takes it back.\n\nCommands:\n",
          out);
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %-11s %s\n", commands[i].name, commands[i].help);
    fputs("\n'splitctl COMMAND --help' says more about one; the manual is splitctl(1).\n", out);
    print_exit_codes(out);
}

static const cli_command *
find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int
unknown_command(const char *name)
{
    const char *names[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i].name;
    const char *near = cli_nearest(name, names, N_COMMANDS);
    fprintf(stderr, "splitctl: there is no command '%s'", name);
    if (near != NULL)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputs("\nRun 'splitctl --help' for the list.\n", stderr);
    return CTL_USAGE;
}

/* "help CMD" is "CMD --help". */
static int
run_help(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stdout);
        return CTL_OK;
    }
    const cli_command *command = find_command(argv[1]);
    if (command == NULL)
        return unknown_command(argv[1]);
    char flag[] = "--help";
    char *asked[] = {argv[1], flag, NULL};
    return command->run(2, asked);
}

/* Data on standard output that could not be written is a failure, not a success. */
static int
close_stdout(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fputs("splitctl: writing to standard output failed\n", stderr);
    return code == CTL_OK ? CTL_BAD_INPUT : code;
}

int
main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return CTL_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("splitctl %s\n", split_version());
        return close_stdout(CTL_OK);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return close_stdout(run_help(argc - 1, argv + 1));
    if (argv[1][0] == '-')
        return unknown_command(argv[1]);
    const cli_command *command = find_command(argv[1]);
    if (command == NULL)
        return unknown_command(argv[1]);
    return close_stdout(command->run(argc - 1, argv + 1));
}
