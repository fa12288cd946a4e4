/* SPDX-License-Identifier: MIT */
/* How a command is to read logs. */
#include "logs/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "split/net.h"

/* "UPSTREAM=VARIANT", cut at the last '='. */
static int
take_maps(log_setup *s, const char *command)
{
    if (s->map_options.n > LOG_MAPS_MAX)
        return cli_usage_error(command, "--map may be given %d times at most", LOG_MAPS_MAX);
    for (size_t i = 0; i < s->map_options.n; i++) {
        char *text = s->map_texts[i] = strdup(s->map_options.text[i]);
        char *equals = text == NULL ? NULL : strrchr(text, '=');
        if (equals == NULL)
            return cli_usage_error(command, "--map takes UPSTREAM=VARIANT, not '%s'",
                                   s->map_options.text[i]);
        *equals = '\0';
        s->maps[i] = (split_log_map){text, equals + 1};
        s->arms.n_maps = i + 1;
    }
    s->arms.maps = s->maps;
    return CTL_OK;
}

static int
take_time(const char *command, const char *option, const char *text, split_us *out)
{
    if (text == NULL || split_time_read(text, strlen(text), out) == SPLIT_OK)
        return CTL_OK;
    return cli_usage_error(command, "--%s takes a time such as 2026-11-23T00:17:00Z, not '%s'",
                           option, text);
}

static int
take_times(log_setup *s, const char *command)
{
    s->from_us = INT64_MIN;
    s->to_us = INT64_MAX;
    int code = take_time(command, "from", s->from, &s->from_us);
    return code == CTL_OK ? take_time(command, "to", s->to, &s->to_us) : code;
}

static int
take_arms(log_setup *s, const char *command)
{
    if (s->cookie_is_variant && s->cookie == NULL)
        return cli_usage_error(command, "--cookie-is-variant needs --cookie");
    int code = arm_rules_load(&s->rules, &s->documents);
    s->arms.cookie = s->cookie != NULL ? s->cookie : s->rules.cookie_name;
    s->arms.cookie_is_variant = s->cookie_is_variant;
    s->arms.assign = s->rules.n_plans > 0 ? arm_assign : NULL;
    s->arms.assign_ctx = &s->rules;
    return code;
}

/* The three ways to name a format become the one of the library. */
static int
take_format(log_setup *s, const char *command)
{
    int n = (s->format != NULL) + (s->json != NULL) + (s->log_format != NULL);
    const char *text = s->json != NULL ? s->json : s->log_format;
    if (n > 1)
        return cli_usage_error(command, "give one of --format, --json-fields and --log-format");
    if (text == NULL)
        return CTL_OK;
    if (asprintf(&s->described, "%s:%s", s->json != NULL ? "json" : "nginx", text) < 0)
        return CTL_BAD_INPUT;
    s->format = s->described;
    return CTL_OK;
}

/* A name such as Europe/Berlin becomes the process's own zone: the C library knows its summer
 * times. */
static int
take_zone(log_setup *s, const char *command)
{
    char path[512];
    const char *zone = s->zone;
    if (zone == NULL || zone[0] == '+' || zone[0] == '-' || strcmp(zone, "UTC") == 0 ||
        strcmp(zone, "local") == 0)
        return CTL_OK;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
    if (strstr(zone, "..") != NULL || access(path, R_OK) != 0)
        return cli_usage_error(command, "there is no time zone '%s'", zone);
    setenv("TZ", zone, 1);
    tzset();
    s->zone = "local";
    return CTL_OK;
}

static int
open_log(const log_setup *s, const char *command, split_log **out)
{
    split_log_options o;
    split_log_options_init(&o);
    o.format = s->format;
    o.zone = s->zone;
    int rc = split_log_new(&o, out);
    if (rc == SPLIT_ERR_VALUE)
        return cli_usage_error(
            command, "there is no format '%s'%s%s", s->format == NULL ? "" : s->format,
            s->zone == NULL ? "" : ", or no time zone ", s->zone == NULL ? "" : s->zone);
    if (rc != SPLIT_OK)
        fprintf(stderr, "splitctl %s: %s\n", command, split_strerror(rc));
    return rc == SPLIT_OK ? CTL_OK : CTL_BAD_INPUT;
}

int
log_setup_open(log_setup *s, const char *command, split_log **out)
{
    int code = take_maps(s, command);
    if (code == CTL_OK)
        code = take_times(s, command);
    if (code == CTL_OK)
        code = take_format(s, command);
    if (code == CTL_OK)
        code = take_zone(s, command);
    if (code == CTL_OK)
        code = open_log(s, command, out);
    return code == CTL_OK ? take_arms(s, command) : code;
}

void
log_setup_free(log_setup *s)
{
    for (size_t i = 0; i < LOG_MAPS_MAX; i++)
        free(s->map_texts[i]);
    free(s->described);
    arm_rules_free(&s->rules);
}

bool
log_setup_takes(const log_setup *s, const split_log_record *r)
{
    return r->at_us >= s->from_us && r->at_us < s->to_us;
}
