/* SPDX-License-Identifier: MIT */
/* SNS Publish: a signed form, posted. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "split/notify.h"

void
split_sns_init(split_sns *sns, const char *topic)
{
    *sns = (split_sns){.size = sizeof *sns,
                       .topic = topic,
                       .key_id = "env:AWS_ACCESS_KEY_ID",
                       .secret = "env:AWS_SECRET_ACCESS_KEY",
                       .session = "env:AWS_SESSION_TOKEN"};
}

/* "arn:aws:sns:REGION:ACCOUNT:NAME" */
static bool
region_of(const char *topic, char region[32])
{
    const char *p = topic;
    for (int i = 0; i < 3; i++) {
        const char *colon = strchr(p, ':');
        if (colon == NULL || (i == 0 && strncmp(p, "arn:", 4) != 0) ||
            (i == 2 && strncmp(p, "sns:", 4) != 0))
            return false;
        p = colon + 1;
    }
    size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (n == 0 || n >= 32 || p[n] != ':')
        return false;
    memcpy(region, p, n);
    region[n] = '\0';
    return true;
}

static int
send_form(split_http *http, const split_sns *sns, const char *region, const char *form,
          split_error *error)
{
    char id[SPLIT_SECRET_BYTES];
    char secret[SPLIT_SECRET_BYTES];
    char session[SPLIT_SECRET_BYTES];
    char token[SPLIT_SECRET_BYTES + 32];
    char url[512];
    char scope[64];
    const char *endpoint = sns->endpoint != NULL ? sns->endpoint : getenv("AWS_ENDPOINT_URL");
    split_http_answer answer;
    const char *headers[] = {token};
    int rc = split_secret_read(sns->key_id, id, error);
    if (rc == SPLIT_OK)
        rc = split_secret_read(sns->secret, secret, error);
    if (rc != SPLIT_OK)
        return rc;
    bool temporary = split_secret_read(sns->session, session, NULL) == SPLIT_OK;
    snprintf(token, sizeof token, "X-Amz-Security-Token: %s", session);
    snprintf(scope, sizeof scope, "%s:sns", region);
    if (endpoint != NULL)
        snprintf(url, sizeof url, "%s/", endpoint);
    else
        snprintf(url, sizeof url, "https://sns.%s.amazonaws.com/", region);
    const split_http_request request = {.size = sizeof request,
                                        .url = url,
                                        .headers = headers,
                                        .n_headers = temporary ? 1 : 0,
                                        .body = form,
                                        .body_len = strlen(form),
                                        .user = id,
                                        .password = secret,
                                        .aws = scope};
    rc = split_http_send(http, &request, &answer, error);
    if (rc != SPLIT_OK)
        return split__net_fault(error, rc == SPLIT_ERR_NOMEM ? rc : SPLIT_ERR_NET,
                                "SNS cannot be reached");
    if (answer.status / 100 != 2)
        return split__net_fault(error, SPLIT_ERR_PEER, "SNS answers status %d", (int)answer.status);
    return SPLIT_OK;
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
    char region[32];
    char subject[100]; /* SNS takes up to 99 characters */
    if (http == NULL || sns == NULL || notice == NULL || sns->topic == NULL)
        return SPLIT_ERR_ARG;
    if (!region_of(sns->topic, region))
        return split__net_fault(error, SPLIT_ERR_VALUE, "'%.100s' is no ARN of an SNS topic",
                                sns->topic);
    snprintf(subject, sizeof subject, "%.64s: %.20s", notice->split, notice->event);
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
