/* SPDX-License-Identifier: MIT */
/* SNS Publish: a signed form, posted. Subscribers by e-mail get the subject as theirs. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/aws.h"
#include "net/base/fault.h"
#include "net/base/notice.h"

#define SUBJECT_BYTES 100 /* SNS takes fewer than 100 characters */
#define THROTTLED_TRIES 3

void
split_sns_init_sized(split_sns *sns, size_t size, const char *topic)
{
    const split_sns own = {.topic = topic};
    split__sized_init(sns, size, &own, sizeof own);
}

/* "arn:aws:sns:REGION:ACCOUNT:NAME" */
static bool
region_of(const char *topic, char region[AWS_REGION_BYTES])
{
    const char *p = topic;
    for (int i = 0; i < 3; i++) {
        const char *colon = strchr(p, ':');
        if (colon == NULL || (i == 0 && strncmp(p, "arn:", 4) != 0) ||
            (i == 2 && strncmp(p, "sns:", 4) != 0))
            return false;
        p = colon + 1;
    }
    return split__aws_region(p, region) && p[strlen(region)] == ':';
}

/* SNS refuses a subject that is not ASCII, has control characters, or begins with a space. */
static void
put_subject(const split_notice *notice, char subject[SUBJECT_BYTES])
{
    snprintf(subject, SUBJECT_BYTES, "%.64s: %.20s", notice->split, notice->event);
    for (char *p = subject; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20 || c >= 0x7f || (p == subject && c == ' '))
            *p = '?';
    }
}

static int
send_form(split_http *http, const split_sns *sns, const char *region, const char *form,
          split_error *error)
{
    split_http_answer answer;
    aws_chain *chain = NULL;
    int rc = sns->key_id == NULL ? split__aws_chain_new(&chain) : SPLIT_OK;
    if (rc != SPLIT_OK)
        return split__net_fault(error, rc, "%s", split_strerror(rc));
    const aws_call call = {.service = "SNS",
                           .name = "sns",
                           .action = "sns:Publish",
                           .region = region,
                           .endpoint = sns->endpoint,
                           .endpoint_env = "AWS_ENDPOINT_URL_SNS",
                           .chain = chain,
                           .key_id = sns->key_id,
                           .secret = sns->secret,
                           .session = sns->session,
                           .body = form,
                           .tries = THROTTLED_TRIES};
    rc = split__aws_send(http, &call, &answer, error);
    split__aws_chain_free(&chain);
    return rc;
}

/* A form value as browsers write it: a space is a plus sign. NULL without memory. */
static char *
form_value(const char *text)
{
    char *value = curl_easy_escape(NULL, text, 0);
    char *to = value;
    for (const char *from = value; from != NULL && *from != '\0'; to++) {
        bool space = strncmp(from, "%20", 3) == 0;
        *to = space ? '+' : *from;
        from += space ? 3 : 1;
    }
    if (to != NULL)
        *to = '\0';
    return value;
}

int
split_notify_sns(split_http *http, const split_sns *sns, const split_notice *notice,
                 split_error *error)
{
    char region[AWS_REGION_BYTES];
    char subject[SUBJECT_BYTES];
    split_sns own_sns;
    split_notice own;
    int err = split__sized_take(&own_sns, sizeof own_sns, SPLIT_SNS_V1, sns);
    if (err == SPLIT_OK)
        err = split__notice_take(&own, notice, error);
    if (err != SPLIT_OK)
        return err;
    sns = &own_sns;
    notice = &own;
    if (http == NULL || sns->topic == NULL)
        return SPLIT_ERR_ARG;
    if (!region_of(sns->topic, region))
        return split__net_fault(error, SPLIT_ERR_VALUE, "'%.100s' is no ARN of an SNS topic",
                                sns->topic);
    put_subject(notice, subject);
    char *topic = form_value(sns->topic);
    char *title = form_value(subject);
    char *text = form_value(notice->text);
    char *form = NULL;
    int rc = SPLIT_ERR_NOMEM;
    if (topic != NULL && title != NULL && text != NULL &&
        asprintf(&form, "Action=Publish&Version=2010-03-31&TopicArn=%s&Subject=%s&Message=%s",
                 topic, title, text) > 0)
        rc = send_form(http, sns, region, form, error);
    curl_free(topic);
    curl_free(title);
    curl_free(text);
    free(form);
    return rc;
}
