/* SPDX-License-Identifier: MIT */
/* Notices: what receivers get, and that secrets stay out of errors. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws_env.h"
#include "canned_server.h"
#include "split/notify.h"

static const char ok_answer[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
static const char no_answer[] =
    "HTTP/1.1 403 No\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhidden";
static const char *const ok_answers[] = {ok_answer};
static const char *const no_answers[] = {no_answer};

static const split_notice notice = {.size = sizeof notice,
                                    .split = "demo",
                                    .event = "rollback",
                                    .text = "error_rate \"critical\"\n100 % & more",
                                    .at_us = 1795393020000000,
                                    .percent_e6 = 12500000};

static split_http *
client(void)
{
    split_http_options o;
    split_http *http = NULL;
    split_http_options_init(&o);
    o.tries = 1;
    o.timeout_us = 1000000;
    cr_assert_eq(split_http_new(&o, &http), 0);
    return http;
}

static void
serve(canned_server *s, const char *const *answers, char url[64])
{
    cr_assert_eq(canned_server_start(s, answers, 1), 0);
    snprintf(url, 64, "http://127.0.0.1:%d/hook", s->port);
}

Test(notify, secrets_come_from_the_environment_and_from_files)
{
    char buf[SPLIT_SECRET_BYTES];
    char path[] = "/tmp/split-secret-XXXXXX";
    char reference[64];
    int fd = mkstemp(path);
    split_error e = {.size = sizeof e};
    cr_assert(fd >= 0 && write(fd, "from a file\r\n", 13) == 13);
    snprintf(reference, sizeof reference, "file:%s", path);
    cr_assert_eq(split_secret_read(reference, buf, NULL), 0);
    cr_expect_str_eq(buf, "from a file");
    cr_assert(ftruncate(fd, SPLIT_SECRET_BYTES + 5) == 0);
    cr_expect_eq(split_secret_read(reference, buf, NULL), SPLIT_ERR_SPACE);
    close(fd);
    unlink(path);
    cr_expect_eq(split_secret_read(reference, buf, &e), SPLIT_ERR_IO);
    cr_expect_str_eq(buf, "");
    setenv("SPLIT_TEST_SECRET", "from the environment", 1);
    cr_assert_eq(split_secret_read("env:SPLIT_TEST_SECRET", buf, NULL), 0);
    cr_expect_str_eq(buf, "from the environment");
    unsetenv("SPLIT_TEST_SECRET");
    cr_expect_eq(split_secret_read("env:SPLIT_TEST_SECRET", buf, &e), SPLIT_ERR_NO_DATA);
    cr_expect_not_null(strstr(e.text, "SPLIT_TEST_SECRET"));
    cr_expect_eq(split_secret_read(NULL, buf, NULL), SPLIT_ERR_ARG);
}

Test(notify, a_webhook_gets_json_and_a_bearer_token)
{
    canned_server s;
    char url[64];
    split_http *http = client();
    setenv("SPLIT_TEST_TOKEN", "s3cr3t", 1);
    serve(&s, ok_answers, url);
    cr_assert_eq(split_notify_webhook(http, url, "env:SPLIT_TEST_TOKEN", &notice, NULL), 0);
    split_http_free(&http);
    canned_server_stop(&s);
    cr_expect_not_null(strstr(s.request, "Authorization: Bearer s3cr3t\r\n"));
    cr_expect_not_null(
        strstr(s.request,
               "{\"split\":\"demo\",\"event\":\"rollback\",\"at\":\"2026-11-23T00:17:00Z\","
               "\"percent\":12.5,\"text\":\"error_rate \\\"critical\\\"\\u000a100 % & more\"}"));
}

Test(notify, slack_gets_one_text)
{
    canned_server s;
    char url[64];
    split_http *http = client();
    serve(&s, ok_answers, url);
    cr_assert_eq(split_notify_slack(http, url, &notice, NULL), 0);
    split_http_free(&http);
    canned_server_stop(&s);
    cr_expect_not_null(strstr(s.request, "{\"text\":\"demo: rollback: error_rate "));
}

Test(notify, a_refusal_and_silence_are_errors_without_the_secret)
{
    canned_server s;
    char url[64];
    split_error e = {.size = sizeof e};
    split_http *http = client();
    serve(&s, no_answers, url);
    cr_expect_eq(split_notify_slack(http, url, &notice, &e), SPLIT_ERR_PEER);
    cr_expect(strstr(e.text, "403") != NULL && strstr(e.text, "hook") == NULL &&
              strstr(e.text, "hidden") == NULL);
    canned_server_stop(&s);
    cr_expect_eq(split_notify_webhook(http, url, NULL, &notice, &e), SPLIT_ERR_NET);
    cr_expect_null(strstr(e.text, "127.0.0.1"));
    cr_expect_eq(split_notify_webhook(http, "env:SPLIT_NO_SUCH", NULL, &notice, &e),
                 SPLIT_ERR_NO_DATA);
    cr_expect_eq(split_notify_webhook(NULL, url, NULL, &notice, NULL), SPLIT_ERR_ARG);
    cr_expect_eq(split_notify_slack(http, NULL, &notice, NULL), SPLIT_ERR_ARG);
    split_http_free(&http);
}

Test(notify, sns_gets_a_signed_form)
{
    canned_server s;
    char url[64];
    char endpoint[64];
    split_sns sns;
    split_http *http = client();
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI", 1);
    setenv("AWS_SESSION_TOKEN", "temporary", 1);
    serve(&s, ok_answers, url);
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", s.port);
    split_sns_init(&sns, "arn:aws:sns:eu-west-1:123456789012:alerts");
    sns.endpoint = endpoint;
    cr_assert_eq(split_notify_sns(http, &sns, &notice, NULL), 0);
    split_http_free(&http);
    canned_server_stop(&s);
    cr_expect_not_null(strstr(
        s.request, "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1"));
    cr_expect_not_null(
        strstr(s.request, "Subject=demo%3A+rollback&Message=error_rate+%22critical%22%0A100+%25"));
    cr_expect_not_null(strstr(s.request, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
    cr_expect_not_null(strstr(s.request, "/eu-west-1/sns/aws4_request"));
    cr_expect_not_null(strstr(s.request, "X-Amz-Security-Token: temporary\r\n"));
    cr_expect_not_null(strstr(s.request, "SignedHeaders=host;x-amz-date;x-amz-security-token,"),
                       "what is signed is what is sent");
    cr_expect_null(strstr(s.request, "wJalrXUtnFEMI"));
}

/* The subject of a notice, as the form has it. */
static void
sns_subject(const char *split, char subject[256])
{
    canned_server s;
    char url[64];
    char endpoint[64];
    split_sns sns;
    split_notice n = notice;
    split_http *http = client();
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI", 1);
    serve(&s, ok_answers, url);
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", s.port);
    split_sns_init(&sns, "arn:aws:sns:eu-west-1:123456789012:alerts");
    sns.endpoint = endpoint;
    n.split = split;
    cr_assert_eq(split_notify_sns(http, &sns, &n, NULL), 0);
    split_http_free(&http);
    canned_server_stop(&s);
    const char *from = strstr(s.request, "&Subject=");
    cr_assert_not_null(from);
    from += strlen("&Subject=");
    snprintf(subject, 256, "%.*s", (int)strcspn(from, "&"), from);
}

Test(notify, a_subject_is_short_ascii_without_control_characters)
{
    char subject[256];
    char longest[301];
    memset(longest, 'x', 300);
    longest[300] = '\0';
    sns_subject(longest, subject);
    cr_expect_eq(strlen(subject), 64 + strlen("%3A+rollback"));
    sns_subject(" a\r\nBcc: \xC3\xA4\x7f", subject);
    cr_expect_str_eq(subject, "%3Fa%3F%3FBcc%3A+%3F%3F%3F%3A+rollback");
    sns_subject("", subject);
    cr_expect_str_eq(subject, "%3A+rollback");
}

Test(notify, sns_refusals_are_in_words_and_without_secrets)
{
    static const char denied[] =
        "HTTP/1.1 403 No\r\nConnection: close\r\n\r\n<ErrorResponse><Error><Type>Sender</Type>"
        "<Code>AuthorizationError</Code><Message>AKIDEXAMPLE</Message></Error></ErrorResponse>";
    static const char *const answers[] = {denied};
    canned_server s;
    char url[64];
    split_sns sns;
    split_error e = {.size = sizeof e};
    split_http *http = client();
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI", 1);
    serve(&s, answers, url);
    split_sns_init(&sns, "arn:aws:sns:eu-west-1:123456789012:alerts");
    url[strlen(url) - strlen("/hook")] = '\0';
    sns.endpoint = url;
    cr_expect_eq(split_notify_sns(http, &sns, &notice, &e), SPLIT_ERR_PEER);
    cr_expect_str_eq(e.text, "SNS: AuthorizationError: these credentials may not sns:Publish");
    canned_server_stop(&s);
    split_http_free(&http);
}

Test(notify, sns_refuses_what_is_no_topic_and_missing_credentials)
{
    static const char *const wrong[] = {"alerts", "arn:aws:s3:eu-west-1:1:x", "arn:aws:sns",
                                        "arn:aws:sns:EU!:1:x"};
    split_sns sns;
    split_error e = {.size = sizeof e};
    split_http *http = client();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        split_sns_init(&sns, wrong[i]);
        cr_expect_eq(split_notify_sns(http, &sns, &notice, &e), SPLIT_ERR_VALUE, "%s", wrong[i]);
    }
    aws_env_clear();
    split_sns_init(&sns, "arn:aws:sns:eu-west-1:123456789012:alerts");
    cr_expect_eq(split_notify_sns(http, &sns, &notice, &e), SPLIT_ERR_NO_DATA);
    sns.key_id = "env:SPLIT_TEST_KEY_ID";
    cr_expect_eq(split_notify_sns(http, &sns, &notice, &e), SPLIT_ERR_NO_DATA);
    cr_expect_str_eq(e.text, "env:SPLIT_TEST_KEY_ID is not set");
    cr_expect_eq(split_notify_sns(http, NULL, &notice, NULL), SPLIT_ERR_ARG);
    split_http_free(&http);
}
