/* SPDX-License-Identifier: MIT */
/* Notices to webhooks, Slack and SNS. Secrets stay in buffers of the call and out of every
 * error. */
#include "split/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/decimal.h"
#include "net/base/fault.h"
#include "net/base/notice.h"

#define BODY_BYTES 8192

/* Append a JSON string; false when it does not fit. */
static bool
put_json(char *body, size_t *n, const char *text)
{
    if (*n + 2 >= BODY_BYTES)
        return false;
    body[(*n)++] = '"';
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (*n + 8 >= BODY_BYTES)
            return false;
        if (c < 0x20)
            *n += (size_t)snprintf(body + *n, 7, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            *n += (size_t)snprintf(body + *n, 3, "\\%c", c);
        else
            body[(*n)++] = (char)c;
    }
    body[(*n)++] = '"';
    body[*n] = '\0';
    return true;
}

static bool
put_raw(char *body, size_t *n, const char *text)
{
    size_t len = strlen(text);
    if (*n + len >= BODY_BYTES)
        return false;
    memcpy(body + *n, text, len + 1);
    *n += len;
    return true;
}

/* Any answer but 2xx is a failure; the status says enough, a body may repeat what was sent. */
static int
post(split_http *http, const split_http_request *request, split_error *error)
{
    split_http_answer answer;
    int rc = split_http_send(http, request, &answer, error);
    if (rc != SPLIT_OK)
        return split__net_fault(error, rc == SPLIT_ERR_NOMEM ? rc : SPLIT_ERR_NET,
                                "the receiver cannot be reached");
    if (answer.status / 100 != 2)
        return split__net_fault(error, SPLIT_ERR_PEER, "the receiver answers status %d",
                                (int)answer.status);
    return SPLIT_OK;
}

static int
post_json(split_http *http, const char *url, const char *token, const char *body, size_t body_len,
          split_error *error)
{
    char address[SPLIT_SECRET_BYTES];
    char secret[SPLIT_SECRET_BYTES];
    char line[SPLIT_SECRET_BYTES + 32];
    const char *headers[] = {"Content-Type: application/json", line};
    int rc = split_secret_read(url, address, error);
    if (rc == SPLIT_OK && token != NULL)
        rc = split_secret_read(token, secret, error);
    if (rc != SPLIT_OK)
        return rc;
    if (token != NULL)
        snprintf(line, sizeof line, "Authorization: Bearer %s", secret);
    const split_http_request request = {.size = sizeof request,
                                        .url = address,
                                        .headers = headers,
                                        .n_headers = token != NULL ? 2 : 1,
                                        .body = body,
                                        .body_len = body_len};
    return post(http, &request, error);
}

int
split_notify_webhook(split_http *http, const char *url, const char *token,
                     const split_notice *notice, split_error *error)
{
    split_notice own;
    char body[BODY_BYTES];
    char number[64];
    char time[SPLIT_TIME_BYTES] = "";
    size_t n = 0;
    if (http == NULL || url == NULL)
        return SPLIT_ERR_ARG;
    const int err = split__notice_take(&own, notice, error);
    if (err != SPLIT_OK)
        return err;
    notice = &own;
    (void)split_time_print(notice->at_us, time);
    split__decimal_print((double)notice->percent_e6 / 1e6, number, sizeof number);
    if (!put_raw(body, &n, "{\"split\":") || !put_json(body, &n, notice->split) ||
        !put_raw(body, &n, ",\"event\":") || !put_json(body, &n, notice->event) ||
        !put_raw(body, &n, ",\"at\":") || !put_json(body, &n, time) ||
        !put_raw(body, &n, ",\"percent\":") || !put_raw(body, &n, number) ||
        !put_raw(body, &n, ",\"text\":") || !put_json(body, &n, notice->text) ||
        !put_raw(body, &n, "}"))
        return split__net_fault(error, SPLIT_ERR_ARG, "the notice is too long");
    return post_json(http, url, token, body, n, error);
}

int
split_notify_slack(split_http *http, const char *url, const split_notice *notice,
                   split_error *error)
{
    char body[BODY_BYTES];
    char text[BODY_BYTES / 2];
    split_notice own;
    size_t n = 0;
    if (http == NULL || url == NULL)
        return SPLIT_ERR_ARG;
    const int err = split__notice_take(&own, notice, error);
    if (err != SPLIT_OK)
        return err;
    notice = &own;
    snprintf(text, sizeof text, "%s: %s: %s", notice->split, notice->event, notice->text);
    if (!put_raw(body, &n, "{\"text\":") || !put_json(body, &n, text) || !put_raw(body, &n, "}"))
        return split__net_fault(error, SPLIT_ERR_ARG, "the notice is too long");
    return post_json(http, url, NULL, body, n, error);
}
