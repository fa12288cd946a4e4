/* SPDX-License-Identifier: MIT */
/* A signed request to AWS: who signs, where it goes, and attempts. */
#include "net/aws/aws.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/base/error.h"
#include "net/aws/refused.h"
#include "net/aws/signed.h"
#include "net/base/fault.h"
#include "net/base/http.h"

/* Credentials that the caller named. */
static int
read_references(const aws_call *call, aws_identity *who, split_error *error)
{
    int rc = split_secret_read(call->key_id, who->id, error);
    if (rc == SPLIT_OK)
        rc = split_secret_read(call->secret, who->secret, error);
    if (rc == SPLIT_OK && split_secret_read(call->session, who->token, NULL) != SPLIT_OK)
        who->token[0] = '\0';
    return rc;
}

static bool
is_done(int rc, const split_http_answer *answer)
{
    return rc == SPLIT_OK && (answer->status / 100 == 2 || answer->status == 304);
}

static bool
may_ask_again(const aws_call *call, int rc, const split_http_answer *answer)
{
    aws_error e;
    if (rc != SPLIT_OK)
        return rc == SPLIT_ERR_NET && call->repeatable;
    if (answer->status >= 500)
        return call->repeatable;
    split__aws_error_read(answer, &e);
    return e.fault == AWS_FAULT_THROTTLED;
}

static bool
has_expired(int rc, const split_http_answer *answer)
{
    aws_error e;
    if (rc != SPLIT_OK)
        return false;
    split__aws_error_read(answer, &e);
    return e.fault == AWS_FAULT_EXPIRED;
}

/* Attempts of one identity; each is signed with the time of its own. */
static int
send_until_done(split_http *http, const aws_call *call, const aws_identity *who,
                split_http_answer *out, split_error *why)
{
    for (uint32_t tries = 1;; tries++) {
        int rc = split__aws_send_signed(http, call, who, out, why);
        if (is_done(rc, out) || tries >= call->tries || !may_ask_again(call, rc, out))
            return rc;
        split__http_wait(http, tries);
    }
}

static int
send_with_references(split_http *http, const aws_call *call, split_http_answer *out,
                     split_error *why, split_error *error)
{
    aws_identity who;
    int rc = read_references(call, &who, error);
    if (rc == SPLIT_OK)
        rc = send_until_done(http, call, &who, out, why);
    split__aws_identity_wipe(&who);
    return rc;
}

static int
send_with_chain(split_http *http, const aws_call *call, split_http_answer *out, split_error *why,
                split_error *error)
{
    const aws_identity *who;
    int rc = split__aws_chain_get(call->chain, &who, error);
    if (rc != SPLIT_OK)
        return rc;
    rc = send_until_done(http, call, who, out, why);
    if (!has_expired(rc, out) || !split__aws_chain_renew(call->chain))
        return rc;
    rc = split__aws_chain_get(call->chain, &who, error);
    return rc == SPLIT_OK ? send_until_done(http, call, who, out, why) : rc;
}

int
split__aws_send(split_http *http, const aws_call *call, split_http_answer *out, split_error *error)
{
    split_error own = {.size = sizeof own};
    split_error why = {.size = sizeof why};
    *out = (split_http_answer){.body = ""};
    int rc = call->key_id != NULL ? send_with_references(http, call, out, &why, &own)
                                  : send_with_chain(http, call, out, &why, &own);
    if (is_done(rc, out))
        return SPLIT_OK;
    if (rc == SPLIT_OK)
        return split__aws_refused(call, out, error);
    if (own.text[0] != '\0')
        return split__net_fault(error, rc, "%s", own.text);
    return split__net_fault(error, rc, "%s cannot be reached: %s", call->service, why.text);
}
