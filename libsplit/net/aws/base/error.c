/* SPDX-License-Identifier: MIT */
/* AWS's error bodies as code, message and request id. */
#include "net/aws/base/error.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/base/text.h"

/* Codes as the protocols spell them; what is not here is reported in AWS's own words. */
static const struct {
    const char *code;
    aws_fault fault;
} codes[] = {
    {"SignatureDoesNotMatch", AWS_FAULT_SIGNATURE},
    {"InvalidSignatureException", AWS_FAULT_SIGNATURE},
    {"IncompleteSignature", AWS_FAULT_SIGNATURE},
    {"IncompleteSignatureException", AWS_FAULT_SIGNATURE},
    {"RequestTimeTooSkewed", AWS_FAULT_CLOCK},
    {"RequestExpired", AWS_FAULT_CLOCK},
    {"ExpiredToken", AWS_FAULT_EXPIRED},
    {"ExpiredTokenException", AWS_FAULT_EXPIRED},
    {"InvalidClientTokenId", AWS_FAULT_UNKNOWN_KEY},
    {"InvalidClientTokenIdException", AWS_FAULT_UNKNOWN_KEY},
    {"UnrecognizedClientException", AWS_FAULT_UNKNOWN_KEY},
    {"InvalidAccessKeyId", AWS_FAULT_UNKNOWN_KEY},
    {"MissingAuthenticationToken", AWS_FAULT_UNKNOWN_KEY},
    {"MissingAuthenticationTokenException", AWS_FAULT_UNKNOWN_KEY},
    {"AccessDenied", AWS_FAULT_DENIED},
    {"AccessDeniedException", AWS_FAULT_DENIED},
    {"AuthorizationError", AWS_FAULT_DENIED},
    {"NotAuthorized", AWS_FAULT_DENIED},
    {"UnauthorizedOperation", AWS_FAULT_DENIED},
    {"OptInRequired", AWS_FAULT_DENIED},
    {"Throttling", AWS_FAULT_THROTTLED},
    {"ThrottlingException", AWS_FAULT_THROTTLED},
    {"ThrottledException", AWS_FAULT_THROTTLED},
    {"Throttled", AWS_FAULT_THROTTLED},
    {"RequestLimitExceeded", AWS_FAULT_THROTTLED},
    {"RequestThrottled", AWS_FAULT_THROTTLED},
    {"RequestThrottledException", AWS_FAULT_THROTTLED},
    {"TooManyRequestsException", AWS_FAULT_THROTTLED},
    {"LimitExceededException", AWS_FAULT_THROTTLED},
    {"SlowDown", AWS_FAULT_THROTTLED},
};

/* One printable line; false when the text was empty. */
static bool
put_line(const char *text, size_t text_len, char *out, size_t out_size)
{
    size_t n = text_len < out_size ? text_len : out_size - 1;
    memcpy(out, text, n);
    out[n] = '\0';
    split__text_clean(out);
    return n > 0;
}

/* What stands between <name> and the next mark-up; entities stay as they are. */
static bool
put_element(const char *body, const char *name, char *out, size_t out_size)
{
    char mark[24];
    snprintf(mark, sizeof mark, "<%s>", name);
    const char *from = strcasestr(body, mark);
    if (from == NULL)
        return false;
    from += strlen(mark);
    return put_line(from, strcspn(from, "<"), out, out_size);
}

static bool
put_member(const cJSON *root, const char *name, char *out, size_t out_size)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(root, name)); /* in any case */
    return text != NULL && put_line(text, strlen(text), out, out_size);
}

/* "com.amazonaws.cloudwatch#InvalidNextToken:http://..." is InvalidNextToken. */
static void
strip_type(char *code)
{
    const char *mark = strchr(code, '#');
    if (mark != NULL)
        memmove(code, mark + 1, strlen(mark));
    code[strcspn(code, ":")] = '\0';
}

static void
read_json(const char *body, aws_error *out)
{
    cJSON *root = cJSON_Parse(body);
    if (!put_member(root, "__type", out->code, sizeof out->code))
        (void)put_member(root, "code", out->code, sizeof out->code);
    strip_type(out->code);
    if (!put_member(root, "message", out->message, sizeof out->message))
        (void)put_member(root, "errorMessage", out->message, sizeof out->message);
    cJSON_Delete(root);
}

static aws_fault
fault_of(const aws_error *e)
{
    aws_fault fault = AWS_FAULT_OTHER;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(e->code, codes[i].code) == 0)
            fault = codes[i].fault;
    /* "Signature expired: 2026... is now earlier than ..." comes under the same code. */
    if (fault == AWS_FAULT_SIGNATURE && (strcasestr(e->message, "signature expired") != NULL ||
                                         strcasestr(e->message, "not yet current") != NULL))
        fault = AWS_FAULT_CLOCK;
    return fault;
}

void
split__aws_error_read(const split_http_answer *answer, aws_error *out)
{
    *out = (aws_error){.fault = AWS_FAULT_OTHER};
    (void)put_line(answer->header, strlen(answer->header), out->request_id, sizeof out->request_id);
    const char *body = answer->body + strspn(answer->body, " \t\r\n");
    if (body[0] == '{') {
        read_json(body, out);
    } else if (body[0] == '<') {
        (void)put_element(body, "Code", out->code, sizeof out->code);
        (void)put_element(body, "Message", out->message, sizeof out->message);
        if (out->request_id[0] == '\0')
            (void)put_element(body, "RequestId", out->request_id, sizeof out->request_id);
    }
    out->fault = fault_of(out);
}
