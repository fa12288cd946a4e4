/* SPDX-License-Identifier: MIT */
/* Envoy's default access log. */
#include <string.h>

#include "net/source/log/meaning.h"

/* `[2026-11-30T20:17:00.310Z] "GET / HTTP/2" 204 - 154 0 226 100 "-" "agent" "id" "host" "10.0.2.1:80"` */
static bool
envoy_fits(const char *line, size_t n)
{
    return n > 30 && line[0] == '[' && line[5] == '-' && line[11] == 'T' &&
           memmem(line, n < 48 ? n : 48, "Z] \"", 4) != NULL;
}

static split_log_answer
envoy_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    const char *end = line + n;
    const char *close = memchr(line, ']', n);
    split_log_text word;
    (void)s;
    if (close == NULL || line[0] != '[')
        return SPLIT_LOG_REJECT;
    const char *p = close + 1;
    out->status = -1;
    if (!split__log_give(LOG_TIME, (split_log_text){line + 1, (size_t)(close - line) - 1}, out) ||
        !split__log_request(&p, end, &out->method))
        return SPLIT_LOG_REJECT;
    split_log_text code = split__log_word(&p, end);
    split_log_text flags = split__log_word(&p, end);
    (void)split__log_word(&p, end); /* bytes received */
    (void)split__log_word(&p, end); /* and sent */
    if (!split__log_give(LOG_STATUS, code, out) ||
        !split__log_give(LOG_MILLISECONDS, split__log_word(&p, end), out))
        return SPLIT_LOG_REJECT;
    (void)split__log_give(LOG_FLAGS, flags, out);
    for (int i = 0; i < 4; i++) /* forwarded for, agent, request id, authority */
        if (split__log_quoted(&p, end).at == NULL)
            return SPLIT_LOG_RECORD;
    word = split__log_quoted(&p, end);
    if (word.at != NULL)
        (void)split__log_give(LOG_UPSTREAM, word, out);
    return SPLIT_LOG_RECORD;
}

const log_format split__log_envoy = {"envoy", envoy_fits, envoy_parse};
