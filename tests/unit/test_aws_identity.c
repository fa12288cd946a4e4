/* SPDX-License-Identifier: MIT */
/* Credentials: each link of the chain, their order, renewal, and what a broken one says. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/aws/aws.h"
#include "net/aws/identity/ini.h"
#include "net/base/program.h"

#include "aws_env.h"
#include "canned_server.h"

#define OK(body) "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" body
#define NO(status) "HTTP/1.1 " status " No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
#define KEYS(id) "{\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"S3CRET\",\"Token\":\"T\"}"

static char folder[64];

static const char *
put_file(const char *name, const char *text)
{
    static char path[4][128];
    static int at;
    if (folder[0] == '\0') {
        strcpy(folder, "/tmp/split-identity-XXXXXX");
        cr_assert_not_null(mkdtemp(folder));
    }
    char *p = path[at++ % 4];
    snprintf(p, 128, "%s/%s", folder, name);
    FILE *f = fopen(p, "w");
    cr_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
    return p;
}

static void
drop_files(void)
{
    static const char *const names[] = {"credentials", "config", "token"};
    char path[128];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

TestSuite(aws_identity, .init = aws_env_clear, .fini = drop_files, .timeout = 20);

/* Asks a new chain; gives the id that it found. */
static int
find(char id[64], char text[256])
{
    aws_chain *chain = NULL;
    const aws_identity *who = NULL;
    split_error e = {.size = sizeof e};
    cr_assert_eq(split__aws_chain_new(&chain), 0);
    int rc = split__aws_chain_get(chain, &who, &e);
    snprintf(id, 64, "%.63s", rc == 0 ? who->id : "");
    snprintf(text, 256, "%s", e.text);
    cr_expect_null(strstr(e.text, "S3CRET"));
    split__aws_chain_free(&chain);
    return rc;
}

static void
serve(canned_server *s, const char *const *answers, size_t n, const char *variable,
      const char *path)
{
    char url[128];
    cr_assert_eq(canned_server_start(s, answers, n), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", s->port, path);
    setenv(variable, url, 1);
}

Test(aws_identity, nothing_anywhere_is_said_with_a_cure)
{
    char id[64];
    char text[256];
    cr_expect_eq(find(id, text), SPLIT_ERR_NO_DATA);
    cr_expect_not_null(strstr(text, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
}

Test(aws_identity, the_environment_comes_first)
{
    char id[64];
    char text[256];
    setenv("AWS_SHARED_CREDENTIALS_FILE",
           put_file("credentials", "[default]\naws_access_key_id=FILE\naws_secret_access_key=x\n"),
           1);
    cr_expect_eq(find(id, text), 0);
    cr_expect_str_eq(id, "FILE");
    setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
    cr_expect_eq(find(id, text), SPLIT_ERR_VALUE);
    cr_expect_str_eq(text, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    setenv("AWS_SECRET_ACCESS_KEY", "S3CRET", 1);
    cr_expect_eq(find(id, text), 0);
    cr_expect_str_eq(id, "ENV");
}

Test(aws_identity, profiles_are_read_as_the_tools_write_them)
{
    char id[64];
    char text[256];
    setenv("AWS_SHARED_CREDENTIALS_FILE",
           put_file("credentials", "# mine\n[default]\naws_access_key_id = DEFAULT\n"
                                   "aws_secret_access_key = a # a comment\n"
                                   "[ ops ]\r\nAWS_ACCESS_KEY_ID=OPS\r\n"
                                   "aws_secret_access_key=b=c\r\n[half]\naws_access_key_id=H\n"),
           1);
    setenv("AWS_CONFIG_FILE",
           put_file("config",
                    "[profile tool]\ncredential_process = printf '"
                    "{\"Version\":1,\"AccessKeyId\":\"TOOL\",\"SecretAccessKey\":\"S3CRET\"}'\n"
                    "[profile broken]\ncredential_process = echo S3CRET; exit 3\n"
                    "[profile chatty]\ncredential_process = echo S3CRET\n"
                    "[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = ops\n"
                    "s3 =\n  aws_access_key_id = NESTED\n"),
           1);
    static const struct {
        const char *profile;
        int rc;
        const char *says; /* the id, or a part of the sentence */
    } cases[] = {
        {"", 0, "DEFAULT"},
        {"ops", 0, "OPS"},
        {"tool", 0, "TOOL"},
        {"half", SPLIT_ERR_VALUE, "'half' has an aws_access_key_id, but no aws_secret_access_key"},
        {"broken", SPLIT_ERR_PEER, "credential_process of profile 'broken' ends with exit code 3"},
        {"chatty", SPLIT_ERR_PEER, "not with credentials as AWS writes them"},
        {"role", SPLIT_ERR_VALUE, "aws configure export-credentials --profile role"},
        {"nobody", SPLIT_ERR_VALUE, "AWS_PROFILE is 'nobody', but neither"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        setenv("AWS_PROFILE", cases[i].profile, 1);
        cr_expect_eq(find(id, text), cases[i].rc, "%s: %s", cases[i].profile, text);
        cr_expect_not_null(strstr(cases[i].rc == 0 ? id : text, cases[i].says), "%s", text);
    }
}

Test(aws_identity, a_container_is_asked_with_its_token_and_only_where_it_is_safe)
{
    static const char *const answers[] = {OK(KEYS("CONTAINER"))};
    static const char *const far[] = {"http://example.com/x", "http://127.0.0.1@example.com/x",
                                      "http://127.example.com/", "ftp://127.0.0.1/"};
    canned_server s;
    char id[64];
    char text[256];
    serve(&s, answers, 1, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/creds?a=b");
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", put_file("token", "tok-1\n"), 1);
    cr_expect_eq(find(id, text), 0, "%s", text);
    cr_expect_str_eq(id, "CONTAINER");
    canned_server_stop(&s);
    cr_expect_not_null(strstr(s.request, "GET /creds?a=b HTTP"), "%s", s.request);
    cr_expect_not_null(strstr(s.request, "Authorization: tok-1\r\n"));
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", far[i], 1);
        cr_expect_eq(find(id, text), SPLIT_ERR_VALUE, "%s", far[i]);
    }
}

Test(aws_identity, a_container_that_fails_is_named)
{
    static const char *const answers[] = {NO("400"), OK("{\"AccessKeyId\":1}")};
    canned_server s;
    char id[64];
    char text[256];
    serve(&s, answers, 2, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/");
    cr_expect_eq(find(id, text), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(text, "status 400"), "%s", text);
    cr_expect_eq(find(id, text), SPLIT_ERR_PEER);
    canned_server_stop(&s);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/", 1);
    cr_expect_eq(find(id, text), SPLIT_ERR_NET);
}

Test(aws_identity, a_web_identity_token_is_changed_for_a_role)
{
    static const char *const answers[] = {
        OK("<R><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>S3CRET"
           "</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z"
           "</Expiration></Credentials></R>"),
        "HTTP/1.1 403 No\r\nConnection: close\r\n\r\n<E><Error><Code>ExpiredTokenException</Code>"
        "<Message>S3CRET</Message></Error></E>"};
    canned_server s;
    char id[64];
    char text[256];
    serve(&s, answers, 2, "AWS_ENDPOINT_URL_STS", "");
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", put_file("token", "e y+J"), 1);
    setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/split", 1);
    cr_expect_eq(find(id, text), 0, "%s", text);
    cr_expect_str_eq(id, "ROLE");
    cr_expect_eq(find(id, text), SPLIT_ERR_PEER);
    canned_server_stop(&s);
    cr_expect_not_null(strstr(text, "status 403 ExpiredTokenException"), "%s", text);
    cr_expect_not_null(strstr(s.request, "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fsplit"
                                         "&RoleSessionName=libsplit&WebIdentityToken=e%20y%2BJ"));
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent/token", 1);
    cr_expect_eq(find(id, text), SPLIT_ERR_IO);
}

Test(aws_identity, an_instance_is_asked_by_version_2)
{
    static const char *const answers[] = {OK("TOKEN=="), OK("my-role\n"), OK(KEYS("INSTANCE"))};
    static const char *const old[] = {NO("404")};
    static const char *const ill[] = {NO("500")};
    canned_server s;
    char id[64];
    char text[256];
    setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
    serve(&s, answers, 3, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "/");
    cr_expect_eq(find(id, text), 0, "%s", text);
    cr_expect_str_eq(id, "INSTANCE");
    canned_server_stop(&s);
    cr_expect_not_null(
        strstr(s.request, "GET /latest/meta-data/iam/security-credentials/my-role "));
    cr_expect_not_null(strstr(s.request, "X-aws-ec2-metadata-token: TOKEN==\r\n"));
    serve(&s, old, 1, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
    cr_expect_eq(find(id, text), SPLIT_ERR_NO_DATA);
    canned_server_stop(&s);
    serve(&s, ill, 1, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
    cr_expect_eq(find(id, text), SPLIT_ERR_PEER);
    canned_server_stop(&s);
}

/* Credentials that end after so many seconds, as an answer. */
static const char *
ending(const char *id, int64_t seconds, char buf[512])
{
    char when[SPLIT_TIME_BYTES];
    cr_assert_eq(split_time_print(split_clock_wall() + seconds * 1000000, when), 0);
    snprintf(buf, 512,
             OK("{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"S3CRET\",\"Token\":\"T\","
                "\"Expiration\":\"%s\"}"),
             id, when);
    return buf;
}

Test(aws_identity, what_ends_is_fetched_before_it_ends_and_kept_while_it_holds)
{
    char first[512];
    char second[512];
    const char *answers[] = {ending("FIRST", 4, first), NO("500"), ending("SECOND", 9000, second)};
    canned_server s;
    aws_chain *chain = NULL;
    const aws_identity *who;
    serve(&s, answers, 3, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/");
    cr_assert_eq(split__aws_chain_new(&chain), 0);
    cr_expect_eq(split__aws_chain_get(chain, &who, NULL), 0);
    cr_expect_eq(split__aws_chain_get(chain, &who, NULL), 0);
    cr_expect_eq(s.n_served, 1, "asked again at once");
    split_us until = who->expires_us;
    while (s.n_served < 2 && split_clock_wall() < until) { /* the end draws near */
        (void)split_clock_sleep_until(split_clock_now() + 20000);
        cr_expect_eq(split__aws_chain_get(chain, &who, NULL), 0);
    }
    cr_expect_eq(s.n_served, 2);
    cr_expect_str_eq(who->id, "FIRST"); /* the endpoint failed, but this one still holds */
    cr_expect_eq(split__aws_chain_get(chain, &who, NULL), 0);
    cr_expect_str_eq(who->id, "SECOND");
    cr_expect(split__aws_chain_renew(chain));
    split__aws_chain_free(&chain);
    canned_server_stop(&s);
}

Test(aws_identity, a_token_that_aws_calls_expired_is_fetched_once_more)
{
    char first[512];
    char second[512];
    const char *creds[] = {ending("FIRST", 9000, first), ending("SECOND", 9000, second)};
    static const char *const answers[] = {
        "HTTP/1.1 403 No\r\nConnection: close\r\n\r\n{\"__type\":\"ExpiredTokenException\"}",
        OK("{}")};
    canned_server issuer;
    canned_server service;
    aws_chain *chain = NULL;
    split_http *http = NULL;
    split_http_answer answer;
    split_error e = {.size = sizeof e};
    serve(&issuer, creds, 2, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/");
    serve(&service, answers, 2, "AWS_ENDPOINT_URL", "/");
    cr_assert_eq(split__aws_chain_new(&chain), 0);
    cr_assert_eq(split_http_new(NULL, &http), 0);
    const aws_call call = {.service = "X",
                           .name = "x",
                           .region = "eu-west-1",
                           .chain = chain,
                           .body = "{}",
                           .tries = 1};
    cr_expect_eq(split__aws_send(http, &call, &answer, &e), 0, "%s", e.text);
    split__aws_chain_free(&chain);
    split_http_free(&http);
    canned_server_stop(&service);
    canned_server_stop(&issuer);
    cr_expect_not_null(strstr(service.request, "Credential=SECOND/"));
    cr_expect_not_null(strstr(service.request, "X-Amz-Security-Token: T\r\n"));
}

Test(aws_identity, a_program_that_hangs_is_killed_with_its_children)
{
    const char *argv[] = {"/bin/sh", "-c", "cat; echo $MORE; sleep 60 & sleep 60", NULL};
    const char *env[] = {"MORE=more", NULL};
    program_answer answer;
    split_error e = {.size = sizeof e};
    program_call call = {
        .argv = argv, .env = env, .input = "in ", .input_len = 3, .timeout_us = 300000};
    split_us began = split_clock_now();
    cr_expect_eq(split__program_run(&call, &answer, &e), SPLIT_ERR_NET);
    cr_expect_str_eq(answer.text, "in more\n");
    cr_expect_str_eq(e.text, "/bin/sh did not end within 300 ms");
    cr_expect(split_clock_now() - began < 5000000);
    split__program_free(&answer);
    argv[2] = "exit 7";
    cr_expect_eq(split__program_run(&call, &answer, &e), 0);
    cr_expect_eq(answer.exit_code, 7);
    split__program_free(&answer);
    argv[0] = "/nonexistent/program";
    cr_expect_eq(split__program_run(&call, &answer, &e), SPLIT_ERR_IO);
    split__program_free(&answer);
}
