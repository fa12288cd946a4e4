/* SPDX-License-Identifier: MIT */
/* Credentials of a profile in ~/.aws: keys, a program that prints them, or a role for a token. */
#include "net/aws/identity/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/identity/ini.h"
#include "net/aws/identity/web.h"
#include "net/base/fault.h"
#include "net/base/program.h"

#define PATH_BYTES 1024
#define PROGRAM_US 30000000

typedef struct profile {
    const char *name;
    char section[256]; /* in the config file */
    char credentials[PATH_BYTES];
    char config[PATH_BYTES];
    bool exists;
} profile;

static void
put_path(const char *variable, const char *name, char path[PATH_BYTES])
{
    const char *own = getenv(variable);
    const char *home = getenv("HOME");
    if (own != NULL && own[0] != '\0')
        snprintf(path, PATH_BYTES, "%s", own);
    else
        snprintf(path, PATH_BYTES, "%s/.aws/%s", home != NULL ? home : "", name);
}

static bool
read_text(profile *p, const char *name, char *buf, size_t buf_size)
{
    return split__ini_read(p->credentials, p->name, name, buf, buf_size, &p->exists) ||
           split__ini_read(p->config, p->section, name, buf, buf_size, &p->exists);
}

/* The program's output may hold secrets: none of it goes into a sentence. */
static int
ask_program(const profile *p, const char *command, aws_identity *out, split_error *error)
{
    static const char shell[] = "/bin/sh";
    const char *argv[] = {shell, "-c", command, NULL};
    const program_call call = {.argv = argv, .timeout_us = PROGRAM_US};
    program_answer answer;
    char from[160];
    snprintf(from, sizeof from, "credential_process of profile '%.64s'", p->name);
    int rc = split__program_run(&call, &answer, error);
    if (rc == SPLIT_OK && answer.exit_code != 0)
        rc = split__net_fault(error, SPLIT_ERR_PEER, "%s ends with exit code %d", from,
                              answer.exit_code);
    else if (rc == SPLIT_OK)
        rc = split__aws_identity_json(answer.text, from, out, error);
    split__program_free(&answer);
    return rc;
}

/* What other tools know and this one does not. */
static int
refuse_rest(profile *p, split_error *error)
{
    static const char *const names[] = {"role_arn", "sso_session", "sso_start_url",
                                        "login_session"};
    char text[1024];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (read_text(p, names[i], text, sizeof text))
            return split__net_fault(
                error, SPLIT_ERR_VALUE,
                "profile '%.64s' needs '%s', which is not supported here; write "
                "credential_process = aws configure export-credentials --profile %.64s into a "
                "profile, and use that",
                p->name, names[i], p->name);
    return SPLIT_ERR_NO_DATA;
}

static int
read_keys(profile *p, aws_identity *out, split_error *error)
{
    if (!read_text(p, "aws_access_key_id", out->id, sizeof out->id))
        return SPLIT_ERR_NO_DATA;
    if (!read_text(p, "aws_secret_access_key", out->secret, sizeof out->secret))
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "profile '%.64s' has an aws_access_key_id, but no "
                                "aws_secret_access_key",
                                p->name);
    (void)read_text(p, "aws_session_token", out->token, sizeof out->token);
    return SPLIT_OK;
}

static int
read_profile(split_http *http, profile *p, aws_identity *out, split_error *error)
{
    char text[SPLIT_SECRET_BYTES];
    char role[1024];
    char session[256];
    if (read_text(p, "web_identity_token_file", text, sizeof text) &&
        read_text(p, "role_arn", role, sizeof role)) {
        bool named = read_text(p, "role_session_name", session, sizeof session);
        return split__aws_web_of(http, text, role, named ? session : "libsplit", out, error);
    }
    if (read_text(p, "role_arn", role, sizeof role))
        return refuse_rest(p, error);
    int rc = read_keys(p, out, error);
    if (rc != SPLIT_ERR_NO_DATA)
        return rc;
    if (read_text(p, "credential_process", text, sizeof text))
        return ask_program(p, text, out, error);
    return refuse_rest(p, error);
}

int
split__aws_profile(split_http *http, aws_identity *out, split_error *error)
{
    profile p = {.name = getenv("AWS_PROFILE")};
    bool asked = p.name != NULL && p.name[0] != '\0';
    if (!asked)
        p.name = "default";
    snprintf(p.section, sizeof p.section, "%s%s", strcmp(p.name, "default") == 0 ? "" : "profile ",
             p.name);
    put_path("AWS_SHARED_CREDENTIALS_FILE", "credentials", p.credentials);
    put_path("AWS_CONFIG_FILE", "config", p.config);
    int rc = read_profile(http, &p, out, error);
    if (rc == SPLIT_ERR_NO_DATA && asked && !p.exists)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "AWS_PROFILE is '%.64s', but neither %.60s nor %.60s has it",
                                p.name, p.credentials, p.config);
    return rc;
}
