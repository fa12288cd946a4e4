/* SPDX-License-Identifier: MIT */
/* A refusal of AWS as a sentence with a cure. */
#include "net/aws/refused.h"

#include <stdio.h>
#include <string.h>

#include "net/aws/base/error.h"
#include "net/base/fault.h"

/* Messages of these are not repeated: that of a wrong signature may hold the session token. */
static const char *const cures[AWS_FAULTS] = {
    [AWS_FAULT_SIGNATURE] = "AWS_SECRET_ACCESS_KEY does not fit AWS_ACCESS_KEY_ID",
    [AWS_FAULT_CLOCK] = "the clock of this machine is wrong; set it",
    [AWS_FAULT_EXPIRED] = "the session token has expired; get new credentials and start again",
    [AWS_FAULT_UNKNOWN_KEY] = "AWS does not know AWS_ACCESS_KEY_ID or its session token",
    [AWS_FAULT_THROTTLED] = "too many requests for this account; asked again later",
};

/* A message that was built out of the request may hold what is secret in it. */
static bool
is_tellable(const char *message)
{
    return strcasestr(message, "x-amz-") == NULL && strcasestr(message, "AWS4-") == NULL;
}

int
split__aws_refused(const aws_call *call, const split_http_answer *answer, split_error *error)
{
    aws_error e;
    char allow[96];
    char id[80] = "";
    split__aws_error_read(answer, &e);
    if (e.request_id[0] != '\0')
        snprintf(id, sizeof id, " (request %.36s)", e.request_id);
    if (e.code[0] == '\0')
        return split__net_fault(error, SPLIT_ERR_PEER, "%s answers status %d%s", call->service,
                                (int)answer->status, id);
    const char *why = e.fault == AWS_FAULT_OTHER && is_tellable(e.message) ? e.message : "";
    if (cures[e.fault] != NULL)
        why = cures[e.fault];
    if (e.fault == AWS_FAULT_DENIED) {
        snprintf(allow, sizeof allow, "these credentials may not %s", call->action);
        why = allow;
    }
    return split__net_fault(error, SPLIT_ERR_PEER, "%s: %.40s: %.*s%s", call->service, e.code,
                            e.fault == AWS_FAULT_OTHER ? 56 : 96, why, id);
}
