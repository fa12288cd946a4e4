/* SPDX-License-Identifier: MIT */
/* Completion scripts. Commands and sources come from their tables; options are asked of
 * `splitctl CMD --help` when they are needed. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/kinds.h"
#include "commands.h"

static const char bash_script[] =
    "_splitctl() {\n"
    "    local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
    "    local commands=\"%s\"\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        COMPREPLY=($(compgen -W \"$commands help --help --version\" -- \"$word\"))\n"
    "    elif [ \"$before\" = help ]; then\n"
    "        COMPREPLY=($(compgen -W \"$commands\" -- \"$word\"))\n"
    "    elif [ \"$before\" = --color ]; then\n"
    "        COMPREPLY=($(compgen -W \"auto always never\" -- \"$word\"))\n"
    "    elif [ \"$before\" = --source ] || [ \"$before\" = -s ]; then\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        COMPREPLY=($(compgen -W \"http:// https:// ";

static const char bash_end[] =
    "\" -- \"$word\"))\n"
    "    elif [[ \"$word\" == -* ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$(splitctl \"${COMP_WORDS[1]}\" --help 2>/dev/null |\n"
    "            sed -n 's/^ .*\\(--[a-z-]*\\).*/\\1/p')\" -- \"$word\"))\n"
    "    else\n"
    "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
    "    fi\n"
    "}\n"
    "complete -o filenames -F _splitctl splitctl\n";

static const char zsh_script[] = "#compdef splitctl\n"
                                 "autoload -Uz bashcompinit && bashcompinit\n";

static const char *
command_names(void)
{
#define XX(suffix, name, help) name " "
    static const char names[] = "" CTL_COMMAND_MAP(XX);
#undef XX
    return names;
}

int
cmd_completion(int argc, char **argv)
{
    cli_common common = {0};
    const cli_spec spec = {
        .usage = "bash|zsh",
        .about = "Prints a completion script. For bash: source <(splitctl completion bash)\n"};
    int first;
    int rc = cli_parse(&spec, &common, argc, argv, &first);
    if (rc != CLI_GO)
        return rc;
    if (argc - first != 1)
        return cli_usage_error(argv[0], "name one shell, bash or zsh");
    bool zsh = strcmp(argv[first], "zsh") == 0;
    if (!zsh && strcmp(argv[first], "bash") != 0)
        return cli_usage_error(argv[0], "no completion for '%s'; known are bash and zsh",
                               argv[first]);
    if (zsh)
        fputs(zsh_script, stdout);
    printf(bash_script, command_names());
    kinds_print_words();
    fputs(bash_end, stdout);
    return CTL_OK;
}
