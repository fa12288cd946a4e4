/* SPDX-License-Identifier: MIT */
/* Signed requests to AWS: what is sent, what is tried again, and errors in words without
 * secrets. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/aws.h"
#include "canned_server.h"
#include "net/aws/base/error.h"

#define BAD(status, body)                                                                          \
    "HTTP/1.1 " status " No\r\nx-amzn-RequestId: 7c1f-1\r\nConnection: close\r\n\r\n" body

static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

static split_http *
client(void)
{
    split_http_options o;
    split_http *http = NULL;
    split_http_options_init(&o);
    o.tries = 1;
    o.timeout_us = 300000;
    o.backoff_us = 1000;
    cr_assert_eq(split_http_new(&o, &http), 0);
    return http;
}

static void
set_credentials(void)
{
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI", 1);
    unsetenv("AWS_SESSION_TOKEN");
}

static aws_call
call_to(const char *endpoint, aws_chain *chain)
{
    return (aws_call){
        .service = "CloudWatch",
        .name = "monitoring",
        .action = "cloudwatch:GetMetricData",
        .region = "eu-west-1",
        .endpoint = endpoint,
        .endpoint_env = "AWS_ENDPOINT_URL_CLOUDWATCH",
        .chain = chain,
        .headers = {"Content-Type: application/x-amz-json-1.0", "X-Amz-Target: T.Get"},
        .n_headers = 2,
        .body = "{\"a\":1}",
        .tries = 3,
        .repeatable = true};
}

/* Sends against these answers; gives how many were used. */
static size_t
send_to(const char *const *answers, size_t n, bool repeatable, int *out_rc, split_error *e,
        char request[8192])
{
    canned_server s;
    char endpoint[64];
    split_http_answer answer;
    split_http *http = client();
    set_credentials();
    *e = (split_error){.size = sizeof *e};
    cr_assert_eq(canned_server_start(&s, answers, n), 0);
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", s.port);
    aws_chain *chain = NULL;
    cr_assert_eq(split__aws_chain_new(&chain), 0);
    aws_call call = call_to(endpoint, chain);
    call.repeatable = repeatable;
    *out_rc = split__aws_send(http, &call, &answer, e);
    split__aws_chain_free(&chain);
    split_http_free(&http);
    canned_server_stop(&s);
    if (request != NULL)
        memcpy(request, s.request, sizeof s.request);
    return s.n_served;
}

Test(aws, what_is_signed_is_what_is_sent)
{
    static char request[8192];
    static const char *const answers[] = {good};
    split_error e = {.size = sizeof e};
    int rc;
    setenv("AWS_SESSION_TOKEN", "x", 1);
    cr_expect_eq(send_to(answers, 1, true, &rc, &e, request), 1);
    cr_expect_eq(rc, 0, "%s", e.text);
    cr_expect_eq(strncmp(request, "POST / HTTP/1.1\r\n", 17), 0);
    cr_expect_not_null(strstr(request, "Credential=AKIDEXAMPLE/"));
    cr_expect_not_null(strstr(request, "/eu-west-1/monitoring/aws4_request"));
    cr_expect_not_null(strstr(request, "SignedHeaders=content-type;host;x-amz-date;x-amz-target,"),
                       "%s", request);
    cr_expect_not_null(strstr(request, "Content-Type: application/x-amz-json-1.0\r\n"));
    cr_expect_null(strstr(request, "wJalrXUtnFEMI"));
}

Test(aws, throttling_is_asked_again_until_the_tries_are_over)
{
    static const char *const twice[] = {
        BAD("400",
            "{\"__type\":\"com.amazonaws.cloudwatch#ThrottlingException\",\"message\":\"Rate "
            "exceeded\"}"),
        BAD("400", "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"), good};
    static const char *const always[] = {BAD("400", "{\"__type\":\"Throttling\"}"),
                                         BAD("400", "{\"__type\":\"Throttling\"}"),
                                         BAD("400", "{\"__type\":\"Throttling\"}"), good};
    split_error e = {.size = sizeof e};
    int rc;
    cr_expect_eq(send_to(twice, 3, false, &rc, &e, NULL), 3);
    cr_expect_eq(rc, 0);
    cr_expect_eq(send_to(always, 4, false, &rc, &e, NULL), 3);
    cr_expect_eq(rc, SPLIT_ERR_PEER);
    cr_expect_str_eq(e.text, "CloudWatch: Throttling: too many requests for this account; asked "
                             "again later (request 7c1f-1)");
}

Test(aws, an_error_of_the_service_is_asked_again_only_when_nothing_is_changed_by_it)
{
    static const char *const answers[] = {
        BAD("500", "{\"__type\":\"InternalServiceFault\",\"message\":\"try again\"}"), good};
    split_error e = {.size = sizeof e};
    int rc;
    cr_expect_eq(send_to(answers, 2, true, &rc, &e, NULL), 2);
    cr_expect_eq(rc, 0);
    cr_expect_eq(send_to(answers, 2, false, &rc, &e, NULL), 1);
    cr_expect_eq(rc, SPLIT_ERR_PEER);
    cr_expect_str_eq(e.text, "CloudWatch: InternalServiceFault: try again (request 7c1f-1)");
}

Test(aws, silence_is_asked_again_and_then_told)
{
    static const char *const answers[] = {"", "", ""};
    split_error e = {.size = sizeof e};
    int rc;
    cr_expect_eq(send_to(answers, 3, true, &rc, &e, NULL), 3);
    cr_expect_eq(rc, SPLIT_ERR_NET);
    cr_expect_eq(strncmp(e.text, "CloudWatch cannot be reached: ", 30), 0, "%s", e.text);
    cr_expect_eq(send_to(answers, 3, false, &rc, &e, NULL), 1);
    cr_expect_eq(rc, SPLIT_ERR_NET);
}

static const struct {
    const char *answer;
    const char *says;
} refusals[] = {
    {BAD("403",
         "{\"__type\":\"SignatureDoesNotMatch\",\"message\":\"The request signature we "
         "calculated does not match. The Canonical String was x-amz-security-token:T0KEN\"}"),
     "CloudWatch: SignatureDoesNotMatch: AWS_SECRET_ACCESS_KEY does not fit AWS_ACCESS_KEY_ID "
     "(request 7c1f-1)"},
    {BAD("403", "{\"__type\":\"com.amazon.coral.service#InvalidSignatureException\",\"message\":"
                "\"Signature expired: 20261123T000000Z is now earlier than 20261123T010000Z\"}"),
     "CloudWatch: InvalidSignatureException: the clock of this machine is wrong; set it (request "
     "7c1f-1)"},
    {BAD("403", "{\"__type\":\"SignatureDoesNotMatch\",\"message\":\"Signature not yet current\"}"),
     "CloudWatch: SignatureDoesNotMatch: the clock of this machine is wrong; set it (request "
     "7c1f-1)"},
    {BAD("403", "{\"__type\":\"RequestTimeTooSkewed\"}"),
     "CloudWatch: RequestTimeTooSkewed: the clock of this machine is wrong; set it (request "
     "7c1f-1)"},
    {BAD("400", "{\"__type\":\"RequestExpired\",\"Message\":\"Request has expired\"}"),
     "CloudWatch: RequestExpired: the clock of this machine is wrong; set it (request 7c1f-1)"},
    {BAD("403",
         "{\"__type\":\"ExpiredTokenException\",\"message\":\"The security token included in "
         "the request is expired\"}"),
     "CloudWatch: ExpiredTokenException: the session token has expired; get new credentials and "
     "start again (request 7c1f-1)"},
    {BAD("403", "{\"__type\":\"UnrecognizedClientException\",\"message\":\"invalid token\"}"),
     "CloudWatch: UnrecognizedClientException: AWS does not know AWS_ACCESS_KEY_ID or its session "
     "token (request 7c1f-1)"},
    {BAD("400",
         "{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"Message\":\"User: "
         "arn:aws:iam::1:user/u is not authorized\"}"),
     "CloudWatch: AccessDeniedException: these credentials may not cloudwatch:GetMetricData "
     "(request 7c1f-1)"},
    {BAD("400", "{\"__type\":\"com.amazonaws.cloudwatch#InvalidParameterValueException:http://x/\","
                "\"message\":\"The value\\u001b[1m XX\"}"),
     "CloudWatch: InvalidParameterValueException: The value [1m XX (request 7c1f-1)"},
    {BAD("400", "{\"__type\":\"Other\",\"message\":\"sent x-amz-security-token: T0KEN\"}"),
     "CloudWatch: Other:  (request 7c1f-1)"},
    {BAD("404", "<html>not here</html>"), "CloudWatch answers status 404 (request 7c1f-1)"},
    {BAD("400", ""), "CloudWatch answers status 400 (request 7c1f-1)"},
    {BAD("400", "{broken"), "CloudWatch answers status 400 (request 7c1f-1)"},
    {"HTTP/1.1 403 No\r\nConnection: close\r\n\r\n<ErrorResponse><Error><Type>Sender</Type><Code>"
     "InvalidClientTokenId</Code><Message>no</Message></Error><RequestId>a-b</RequestId>"
     "</ErrorResponse>",
     "CloudWatch: InvalidClientTokenId: AWS does not know AWS_ACCESS_KEY_ID or its session token "
     "(request a-b)"},
};

Test(aws, each_refusal_is_a_sentence_with_a_cure_and_no_secret)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const char *const answers[] = {refusals[i].answer};
        split_error e = {.size = sizeof e};
        int rc;
        cr_expect_eq(send_to(answers, 1, false, &rc, &e, NULL), 1);
        cr_expect_eq(rc, SPLIT_ERR_PEER);
        cr_expect_str_eq(e.text, refusals[i].says);
    }
}

Test(aws, recorded_errors_are_understood)
{
    static const struct {
        const char *file;
        const char *code;
        aws_fault fault;
    } recorded[] = {{"error_auth.xml", "InvalidClientTokenId", AWS_FAULT_UNKNOWN_KEY},
                    {"sns_publish_error.xml", "NotFound", AWS_FAULT_OTHER}};
    for (size_t i = 0; i < 2; i++) {
        char path[512];
        char body[4096] = "";
        aws_error e;
        snprintf(path, sizeof path, "%s/../aws/%s", SOURCE_VECTORS, recorded[i].file);
        FILE *f = fopen(path, "r");
        cr_assert(f != NULL && fread(body, 1, sizeof body - 1, f) > 0);
        fclose(f);
        const split_http_answer answer = {.body = body, .body_len = strlen(body), .status = 403};
        split__aws_error_read(&answer, &e);
        cr_expect_str_eq(e.code, recorded[i].code);
        cr_expect_eq(e.fault, recorded[i].fault);
    }
}

Test(aws, an_endpoint_of_the_service_goes_before_the_general_one)
{
    static const char *const answers[] = {good, good};
    canned_server s;
    char url[64];
    split_http_answer answer;
    split_http *http = client();
    set_credentials();
    cr_assert_eq(canned_server_start(&s, answers, 2), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", s.port);
    aws_chain *chain = NULL;
    cr_assert_eq(split__aws_chain_new(&chain), 0);
    aws_call call = call_to(NULL, chain);
    setenv("AWS_ENDPOINT_URL", url, 1);
    setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "", 1);
    cr_expect_eq(split__aws_send(http, &call, &answer, NULL), 0);
    setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1", 1);
    setenv("AWS_ENDPOINT_URL_CLOUDWATCH", url, 1);
    cr_expect_eq(split__aws_send(http, &call, &answer, NULL), 0);
    split__aws_chain_free(&chain);
    split_http_free(&http);
    canned_server_stop(&s);
}

Test(aws, a_region_is_lower_case_letters_digits_and_dashes)
{
    char region[AWS_REGION_BYTES];
    cr_expect(split__aws_region("us-gov-west-1", region) && strcmp(region, "us-gov-west-1") == 0);
    cr_expect(split__aws_region("eu-west-1:123", region) && strcmp(region, "eu-west-1") == 0);
    cr_expect(!split__aws_region("", region) && !split__aws_region("EU", region) &&
              !split__aws_region("a/b", region) &&
              !split__aws_region("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", region));
}
