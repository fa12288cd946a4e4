/* SPDX-License-Identifier: MIT */
/* Options of a command: the shared ones and its own become one getopt_long() table; help is printed
 * from the same rows. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/debug.h"
#include "cli/kinds.h"
#include "cli/place.h"
#include "cli/suggest.h"

#define MAX_OPTIONS 48
#define FIRST_VALUE 1000 /* getopt_long() values of the rows, above every character */

typedef struct table {
    cli_option rows[MAX_OPTIONS];
    size_t n_rows;
    const char *color; /* text of --color before it is understood */
    bool help;
    bool verbose;
} table;

static void
add_row(table *t, cli_option row)
{
    if (t->n_rows < MAX_OPTIONS)
        t->rows[t->n_rows++] = row;
}

static void
add_common(table *t, unsigned bits, cli_common *c)
{
    const struct {
        unsigned bit;
        cli_option row;
    } shared[] = {
        {CLI_POLICY,
         {"policy", 'p', CLI_TEXT, "FILE", "the policy (default: policy.json)", &c->policy}},
        {CLI_ROUTE,
         {"route", 0, CLI_TEXT, "FILE", "the route (default: route.json beside the policy)",
          &c->route}},
        {CLI_JOURNAL,
         {"journal", 0, CLI_TEXT, "FILE", "the journal (default: rollout.db beside the policy)",
          &c->journal}},
        {CLI_JSON, {"json", 0, CLI_FLAG, NULL, "print JSON, one object per line", &c->json}},
        {CLI_COLOR,
         {"color", 0, CLI_TEXT, "WHEN", "auto, always or never (default: auto)", &t->color}},
        {CLI_YES, {"yes", 'y', CLI_FLAG, NULL, "do not ask for confirmation", &c->yes}},
        {CLI_DRY_RUN,
         {"dry-run", 0, CLI_FLAG, NULL, "print what would happen; write nothing", &c->dry_run}},
        {CLI_REASON, {"who", 0, CLI_TEXT, "NAME", "who acts (default: $USER)", &c->who}},
        {CLI_REASON, {"why", 0, CLI_TEXT, "TEXT", "the reason, for the journal", &c->why}},
    };
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
        if (bits & shared[i].bit)
            add_row(t, shared[i].row);
}

static void
fill_table(table *t, const cli_spec *spec, cli_common *common)
{
    for (const cli_option *o = spec->options; o != NULL && o->name != NULL; o++)
        add_row(t, *o);
    add_common(t, spec->common, common);
    add_row(t, (cli_option){"verbose", 'v', CLI_FLAG, NULL,
                            "print on standard error what is read, asked, decided and published",
                            &t->verbose});
    add_row(t, (cli_option){"help", 'h', CLI_FLAG, NULL, "print this text", &t->help});
}

static void
print_row(const cli_option *o)
{
    char left[40];
    int n = o->letter ? snprintf(left, sizeof left, "-%c, --%s", o->letter, o->name)
                      : snprintf(left, sizeof left, "    --%s", o->name);
    if (o->value != NULL && n > 0 && (size_t)n < sizeof left)
        snprintf(left + n, sizeof left - (size_t)n, " %s", o->value);
    printf("  %-24s %s\n", left, o->help);
}

static int
print_help(const cli_spec *spec, const table *t, const char *command)
{
    printf("Usage: splitctl %s %s\n%s\nOptions:\n", command, spec->usage, spec->about);
    for (size_t i = 0; i < t->n_rows; i++)
        print_row(&t->rows[i]);
    for (size_t i = 0; i < t->n_rows; i++)
        if (t->rows[i].value != NULL && strcmp(t->rows[i].value, "SOURCE") == 0) {
            kinds_print_help();
            break;
        }
    return CTL_OK;
}

int
cli_usage_error(const char *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "splitctl %s: ", command);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nRun 'splitctl %s --help' for its options.\n", command);
    return CTL_USAGE;
}

static bool
take_integer(const char *text, int64_t *out)
{
    char *end;
    if (text[0] < '0' || text[0] > '9' || strlen(text) > 18)
        return false;
    *out = strtoll(text, &end, 10);
    return *end == '\0';
}

static bool
take_number(const char *text, double *out)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value > -1e300 && value < 1e300))
        return false;
    *out = value;
    return true;
}

/* Room for as many values as the command line has words; reached from `all_texts` to the end. */
typedef struct texts_room {
    struct texts_room *next;
    const char *text[];
} texts_room;

static texts_room *all_texts;
static size_t n_words;

static bool
take_text(const char *text, cli_texts *out)
{
    if (out->text == NULL) {
        texts_room *room = calloc(1, sizeof *room + (n_words + 1) * sizeof room->text[0]);
        if (room == NULL)
            return false;
        room->next = all_texts;
        all_texts = room;
        out->text = room->text;
    }
    out->text[out->n++] = text;
    return true;
}

static bool
take_value(const cli_option *o, const char *text)
{
    switch (o->kind) {
    case CLI_FLAG:
        *(bool *)o->out = true;
        return true;
    case CLI_TEXT:
        *(const char **)o->out = text;
        return true;
    case CLI_INTEGER:
        return take_integer(text, o->out);
    case CLI_NUMBER:
        return take_number(text, o->out);
    case CLI_DURATION:
        return cli_duration(text, o->out);
    case CLI_TEXTS:
        return take_text(text, o->out);
    }
    return false;
}

static const char *
kind_text(cli_kind kind)
{
    switch (kind) {
    case CLI_INTEGER:
        return "a whole number";
    case CLI_NUMBER:
        return "a number";
    case CLI_DURATION:
        return "a duration such as 250ms, 90s or 4h";
    case CLI_TEXTS:
        return "a value that fits into memory";
    default:
        return "a value";
    }
}

static int
unknown_option(const table *t, const char *command, const char *word)
{
    if (strncmp(word, "--", 2) != 0)
        return cli_usage_error(command, "there is no option '%s'", word);
    const char *names[MAX_OPTIONS];
    for (size_t i = 0; i < t->n_rows; i++)
        names[i] = t->rows[i].name;
    const char *near = cli_nearest(word + 2, names, t->n_rows);
    if (near == NULL)
        return cli_usage_error(command, "there is no option '%s'", word);
    return cli_usage_error(command, "there is no option '%s'; did you mean '--%s'?", word, near);
}

static int
take_color(const char *command, const char *text, cli_color *out)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (int i = 0; text != NULL && i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (cli_color)i;
            return CLI_GO;
        }
    if (text == NULL)
        return CLI_GO;
    return cli_usage_error(command, "--color takes auto, always or never, not '%s'", text);
}

/* The tables that getopt_long() wants: long options and the string of letters. */
static void
fill_getopt(const table *t, struct option *longs, char *letters)
{
    *letters++ = ':';
    for (size_t i = 0; i < t->n_rows; i++) {
        const cli_option *o = &t->rows[i];
        int has = o->kind == CLI_FLAG ? no_argument : required_argument;
        longs[i] = (struct option){o->name, has, NULL, FIRST_VALUE + (int)i};
        if (o->letter == 0)
            continue;
        *letters++ = o->letter;
        if (has == required_argument)
            *letters++ = ':';
    }
    longs[t->n_rows] = (struct option){0};
    *letters = '\0';
}

static const cli_option *
row_of(const table *t, int value)
{
    if (value >= FIRST_VALUE)
        return &t->rows[value - FIRST_VALUE];
    for (size_t i = 0; i < t->n_rows; i++)
        if (t->rows[i].letter == value)
            return &t->rows[i];
    return NULL;
}

/* One answer of getopt_long(). `word` is the argument that it read. */
static int
take_option(const table *t, const char *command, int value, const char *word)
{
    const cli_option *o = row_of(t, value);
    if (value == ':')
        return cli_usage_error(command, "the option '%s' needs a value", word);
    if (o == NULL && optopt >= FIRST_VALUE)
        return cli_usage_error(command, "the option '%s' takes no value", word);
    if (o == NULL)
        return unknown_option(t, command, word);
    if (!take_value(o, optarg))
        return cli_usage_error(command, "--%s takes %s, not '%s'", o->name, kind_text(o->kind),
                               optarg);
    return CLI_GO;
}

int
cli_parse(const cli_spec *spec, cli_common *common, int argc, char **argv, int *out_first)
{
    table t = {0};
    struct option longs[MAX_OPTIONS + 1];
    char letters[2 * MAX_OPTIONS + 2];
    fill_table(&t, spec, common);
    fill_getopt(&t, longs, letters);
    optind = 0;
    opterr = 0;
    n_words = (size_t)argc;
    for (;;) {
        int at = optind == 0 ? 1 : optind;
        int value = getopt_long(argc, argv, letters, longs, NULL);
        if (value == -1)
            break;
        const char *word = optind > at ? argv[optind - 1] : argv[at];
        int rc = take_option(&t, argv[0], value, word);
        if (rc != CLI_GO)
            return rc;
        if (t.help)
            return print_help(spec, &t, argv[0]);
    }
    *out_first = optind;
    if (!debug_from_environment())
        return CTL_USAGE;
    if (t.verbose)
        debug_enable();
    return take_color(argv[0], t.color, &common->color);
}
