/* SPDX-License-Identifier: MIT */
/* Classes of outcomes (libsplit/design/failover.md): what libcurl's results and HTTP's statuses say
 * about an origin. */
#include "outcome.h"
#include "routing.h"

bool
outcome_is_failure(split_failover_class outcome)
{
    return outcome == SPLIT_FAILOVER_CLASS_FAIL_STATUS ||
           outcome == SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT ||
           outcome == SPLIT_FAILOVER_CLASS_FAIL_RESET ||
           outcome == SPLIT_FAILOVER_CLASS_FAIL_CONNECT;
}

/* Faults of this process, which prove nothing about the origin. */
static bool
is_local(CURLcode result)
{
    return result == CURLE_OUT_OF_MEMORY || result == CURLE_ABORTED_BY_CALLBACK ||
           result == CURLE_FAILED_INIT || result == CURLE_WRITE_ERROR || result == CURLE_READ_ERROR;
}

split_failover_class
outcome_of_end(const struct attempt *a, split_failover_class head, struct router *router)
{
    if (a->result == CURLE_OK)
        return head;
    /* A kept connection was closed by the origin just as the request went out: the first reset of a
     * reused connection says nothing about the origin's health. */
    if (a->resend_refused)
        return SPLIT_FAILOVER_CLASS_NEUTRAL;
    if (is_local(a->result))
        return SPLIT_FAILOVER_CLASS_NEUTRAL;
    if (a->timed_out && a->sends && a->first_byte_at_us > a->ended_us && !a->headed)
        return router_classify_deadline(
            router, attempt_latency_us(a)); /* Our deadline, not its time-out. */
    if (a->timed_out && a->sends)
        return SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT;
    /* Sent before, even if a later connection was refused: not "never sent". */
    return a->sends ? SPLIT_FAILOVER_CLASS_FAIL_RESET : SPLIT_FAILOVER_CLASS_FAIL_CONNECT;
}

split_us
outcome_push_back(const struct attempt *a)
{
    curl_off_t seconds = 0;

    if (curl_easy_getinfo(a->easy, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0)
        return 0;
    return seconds > 86400 ? 86400000000 : (split_us)seconds * 1000000;
}

unsigned
outcome_own_status(split_failover_class outcome)
{
    return outcome == SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT ? 504 : 502;
}
