/* SPDX-License-Identifier: MIT */
/* Lines of an nginx log_format that is given as its own text. */
#include "net/source/log/pattern.h"

#include <string.h>

#include "net/source/log/attempts.h"
#include "net/source/log/custom.h"

/* Where the value ends: at the literal text after it, or at the end of the line. */
static const char *
value_end(const log_field *f, const char *p, const char *end)
{
    if (f->path_len == 0)
        return end;
    bool is_list = f->meaning == LOG_UPSTREAM || f->meaning == LOG_UPSTREAM_STATUS;
    if (is_list && f->path[0] == ' ') {
        (void)split__log_list(&p, end);
        return p;
    }
    return memmem(p, (size_t)(end - p), f->path, f->path_len);
}

split_log_answer
split__log_pattern_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    const log_custom *c = s->custom;
    const char *p = line;
    const char *end = line + n;
    out->status = -1;
    if (n < c->before_len || memcmp(p, c->before, c->before_len) != 0)
        return SPLIT_LOG_REJECT;
    p += c->before_len;
    for (size_t i = 0; i < c->n_fields; i++) {
        const log_field *f = &c->fields[i];
        const char *stop = value_end(f, p, end);
        if (stop == NULL ||
            !split__log_give(f->meaning, (split_log_text){p, (size_t)(stop - p)}, out))
            return SPLIT_LOG_REJECT;
        p = stop + f->path_len;
        if (p > end || (f->path_len > 0 && memcmp(stop, f->path, f->path_len) != 0))
            return SPLIT_LOG_REJECT;
    }
    return out->status >= 0 && out->at_us >= 0 ? SPLIT_LOG_RECORD : SPLIT_LOG_REJECT;
}
