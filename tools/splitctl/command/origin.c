/* SPDX-License-Identifier: MIT */
/* An operator's word on an origin, given to every proxy; without one, what the proxies think of
 * their origins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/net.h"

#include "cli/cli.h"
#include "commands.h"

static const char *const words[] = {"up", "down", "auto", "observe", "approve", "reset"};

#define SAY "say NAME and one of up, down, auto, observe, approve, reset"

/* "http://host:port" of a source, whatever path it has. */
static void
base_url(const char *spec, char *buf, size_t buf_size)
{
    const char *place = strncmp(spec, "proxy:", 6) == 0 ? spec + 6 : spec;
    const char *host = strstr(place, "://");
    const char *slash = strchr(host == NULL ? place : host + 3, '/');
    int n = slash == NULL ? (int)strlen(place) : (int)(slash - place);
    snprintf(buf, buf_size, "%s%.*s", host == NULL ? "http://" : "", n, place);
}

static int
ask(split_http *http, const char *spec, const char *method, const char *path,
    split_http_answer *out)
{
    char base[512];
    char url[768];
    split_error error = {.size = sizeof error};
    base_url(spec, base, sizeof base);
    snprintf(url, sizeof url, "%s%s", base, path);
    const split_http_request r = {.size = sizeof r,
                                  .url = url,
                                  .method = method,
                                  .body = strcmp(method, "POST") == 0 ? "" : NULL};
    if (split_http_send(http, &r, out, &error) == SPLIT_OK)
        return CTL_OK;
    fprintf(stderr, "splitctl: %s: %s\n", base, error.text);
    return CTL_NO_DATA;
}

/* What the admin port says, on one line, without anything that steers a terminal. */
static void
print_answer(const char *spec, const split_http_answer *answer)
{
    printf("%s: ", spec);
    for (size_t i = 0; i < answer->body_len; i++) {
        char c = answer->body[i];
        if (c != '\n' || i + 1 < answer->body_len)
            putchar(c >= 0x20 && c < 0x7F ? c : ' ');
    }
    putchar('\n');
}

static int
show_states(split_http *http, const cli_texts *specs)
{
    int code = CTL_OK;
    for (size_t i = 0; i < specs->n; i++) {
        split_http_answer answer;
        int rc = ask(http, specs->text[i], "GET", "/status", &answer);
        if (rc == CTL_OK && answer.status == 200)
            print_answer(specs->text[i], &answer);
        else
            code = CTL_NO_DATA;
    }
    return code;
}

static int
tell_proxy(split_http *http, const char *spec, const char *origin, const char *word)
{
    char path[160];
    split_http_answer answer;
    snprintf(path, sizeof path, "/origin/%.100s/%s", origin, word);
    int code = ask(http, spec, "POST", path, &answer);
    if (code != CTL_OK)
        return code;
    if (answer.status >= 200 && answer.status < 300) {
        printf("%s: %s %s\n", spec, origin, word);
        return CTL_OK;
    }
    const char *why = answer.status == 404   ? "there is no such origin"
                      : answer.status == 409 ? "that does not fit the origin's state"
                                             : "refused";
    fprintf(stderr, "splitctl: %s: %s (status %d)\n", spec, why, (int)answer.status);
    return CTL_BAD_INPUT;
}

static bool
is_name(const char *text)
{
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return n > 0 && n <= 64 && text[n] == '\0';
}

static int
tell_all(split_http *http, const cli_texts *specs, const char *origin, const char *word)
{
    int code = CTL_OK;
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        known = known || strcmp(words[i], word) == 0;
    if (!known || !is_name(origin))
        return cli_usage_error("origin", SAY);
    for (size_t i = 0; i < specs->n; i++) {
        int one = tell_proxy(http, specs->text[i], origin, word);
        code = one != CTL_OK ? one : code;
    }
    return code;
}

int
cmd_origin(int argc, char **argv)
{
    cli_common common = {0};
    cli_texts specs = {0};
    split_http *http = NULL;
    const cli_option options[] = {
        {"source", 's', CLI_TEXTS, "URL", "a proxy's admin port; may be repeated", &specs},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "--source URL... [NAME up|down|auto|observe|approve|reset]",
        .about = "Sets an origin by hand in every proxy: up and down force its state, observe\n"
                 "reports its state but still sends it its requests, auto ends any of these,\n"
                 "approve lets it return from a hold, reset forgets its failures. Without an\n"
                 "action it prints the states that the proxies report (JSON).\n",
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (specs.n == 0)
        return cli_usage_error(argv[0], "name a proxy, such as --source http://127.0.0.1:8081");
    if (argc - first != 0 && argc - first != 2)
        return cli_usage_error(argv[0], SAY);
    if (split_http_new(NULL, &http) != SPLIT_OK)
        return CTL_BAD_INPUT;
    code = argc == first ? show_states(http, &specs)
                         : tell_all(http, &specs, argv[first], argv[first + 1]);
    split_http_free(&http);
    return code;
}
