/* SPDX-License-Identifier: MIT */
/* The links of the chain in their order, what they gave, and when it is fetched again. */
#include "net/aws/identity/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/identity/container.h"
#include "net/aws/identity/environment.h"
#include "net/aws/identity/instance.h"
#include "net/aws/identity/profile.h"
#include "net/aws/identity/web.h"
#include "net/base/fault.h"
#include "net/base/http.h"

#define EARLY_US INT64_C(300000000) /* fetched again five minutes before the end, */
#define EARLY_PART 4                /* or in the last quarter of a short life */
#define CONNECT_US 1000000
#define TIMEOUT_US 2000000

struct aws_chain {
    split_http *http;
    aws_identity identity;
    bool found;
    split_us renew_us; /* wall clock */
};

static aws_link *const links[] = {split__aws_environment, split__aws_web, split__aws_profile,
                                  split__aws_container, split__aws_instance};

int
split__aws_chain_new(aws_chain **out)
{
    split_http_options options;
    aws_chain *chain = calloc(1, sizeof *chain);
    if (chain == NULL)
        return SPLIT_ERR_NOMEM;
    split_http_options_init(&options);
    options.connect_timeout_us = CONNECT_US;
    options.timeout_us = TIMEOUT_US;
    options.tries = 2;
    options.max_body_bytes = 65536;
    int rc = split_http_new(&options, &chain->http);
    if (rc != SPLIT_OK) {
        free(chain);
        return rc;
    }
    split__http_direct(chain->http);
    *out = chain;
    return SPLIT_OK;
}

void
split__aws_chain_free(aws_chain **chain)
{
    if (chain == NULL || *chain == NULL)
        return;
    split_http_free(&(*chain)->http);
    split__aws_identity_wipe(&(*chain)->identity);
    free(*chain);
    *chain = NULL;
}

static int
ask_links(aws_chain *chain, aws_identity *out, split_error *error)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        *out = (aws_identity){.expires_us = SPLIT_NEVER};
        int rc = links[i](chain->http, out, error);
        if (rc != SPLIT_ERR_NO_DATA)
            return rc;
    }
    return split__net_fault(error, SPLIT_ERR_NO_DATA,
                            "no AWS credentials: none in the environment, the profile, the "
                            "container or the instance; set AWS_ACCESS_KEY_ID and "
                            "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE");
}

static void
keep(aws_chain *chain, const aws_identity *fresh, split_us now)
{
    chain->identity = *fresh;
    chain->found = true;
    chain->renew_us = SPLIT_NEVER;
    if (fresh->expires_us == SPLIT_NEVER)
        return;
    split_us left = fresh->expires_us > now ? fresh->expires_us - now : 0;
    split_us early = left / EARLY_PART < EARLY_US ? left / EARLY_PART : EARLY_US;
    chain->renew_us = fresh->expires_us - early;
}

int
split__aws_chain_get(aws_chain *chain, const aws_identity **out, split_error *error)
{
    split_us now = split_clock_wall();
    *out = &chain->identity;
    if (chain->found && now < chain->renew_us)
        return SPLIT_OK;
    aws_identity *fresh = malloc(sizeof *fresh);
    if (fresh == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    int rc = ask_links(chain, fresh, error);
    if (rc == SPLIT_OK)
        keep(chain, fresh, now);
    else if (chain->found && now < chain->identity.expires_us)
        rc = SPLIT_OK; /* what is there still holds */
    split__aws_identity_wipe(fresh);
    free(fresh);
    return rc;
}

bool
split__aws_chain_renew(aws_chain *chain)
{
    bool may_change = chain->found && chain->identity.expires_us != SPLIT_NEVER;
    chain->found = chain->found && !may_change;
    return may_change;
}
