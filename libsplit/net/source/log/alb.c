/* SPDX-License-Identifier: MIT */
/* Access log of an AWS Application Load Balancer. */
#include <string.h>

#include "split/net.h"

#include "net/source/log/format.h"

static bool
alb_fits(const char *line, size_t n)
{
    static const char *const kinds[] = {"http ", "https ", "h2 ", "grpcs ", "ws ", "wss "};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t len = strlen(kinds[i]);
        if (n > len + 24 && memcmp(line, kinds[i], len) == 0 && line[len + 4] == '-' &&
            line[len + 10] == 'T')
            return true;
    }
    return false;
}

static split_log_answer
alb_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    const char *p = line;
    const char *end = line + n;
    split_log_text field[10]; /* type time elb client target request-, target-, response-time status
                           target-status */
    split_us parts[3];
    int64_t status;
    (void)s;
    for (int i = 0; i < 10; i++)
        field[i] = split__log_word(&p, end);
    if (split_time_read(field[1].at, field[1].len, &out->at_us) != SPLIT_OK || field[8].len != 3 ||
        !split__log_integer(field[8].at, 3, &status))
        return SPLIT_LOG_REJECT;
    out->status = status == 460 ? 0 : (int)status; /* 460: the client closed the connection */
    out->upstream = field[4];
    bool timed = true;
    for (int i = 0; i < 3; i++)
        timed = timed && split__log_seconds(field[5 + i].at, field[5 + i].len, &parts[i]);
    if (timed) /* -1 where the target was never reached */
        out->latency_us = parts[0] + parts[1];
    return split__log_request(&p, end, &out->method) ? SPLIT_LOG_RECORD : SPLIT_LOG_REJECT;
}

const log_format split__log_alb = {"aws alb", alb_fits, alb_parse};
