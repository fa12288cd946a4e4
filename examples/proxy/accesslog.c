/* SPDX-License-Identifier: MIT */
/* The access log. A visitor appears as the hash that the split is decided by, never as the cookie's
 * own value. */
#include <stdlib.h>
#include <string.h>

#include "accesslog.h"
#include "log.h"
#include "loop.h"
#include "request.h"
#include "word.h"

int
access_log_open(struct access_log *log, const char *path)
{
    FILE *file;

    if (!path)
        return 0;
    file = strcmp(path, "-") == 0 ? stdout : fopen(path, "a");
    if (!file)
        return -1;
    if (log->file && log->file != stdout)
        fclose(log->file);
    setvbuf(file, NULL, _IOFBF, 65536);
    log->file = file;
    log->path = path;
    return 0;
}

/* What a visitor sent: bytes that would break the line or the quotes are written as %XX. */
static void
write_foreign(FILE *file, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c <= ' ' || c == '"' || c >= 127)
            fprintf(file, "%%%02X", (unsigned)c);
        else
            fputc(c, file);
    }
}

void
access_log_write(struct access_log *log, const struct request *r, bool complete)
{
    const struct routing *routing = r->routing;
    char when[32];

    if (!log->file)
        return;
    log_time(when);
    fprintf(log->file, "time=%s client=%s method=", when, r->address);
    write_foreign(log->file, r->method);
    fputs(" target=\"", log->file);
    write_foreign(log->file, r->target);
    fprintf(log->file,
            "\" status=%u bytes=%llu complete=%d variant=%s reason=%s visitor=%016llx new=%d",
            r->status, (unsigned long long)r->answer.given, complete, r->choice.variant_name,
            split_rule_name((int)r->choice.who.reason), (unsigned long long)r->choice.key_hash,
            r->fresh_id);
    if (r->choice.who.bucket != SPLIT_NO_BUCKET)
        fprintf(log->file, " bucket=%u", (unsigned)r->choice.who.bucket);
    if (r->choice.stored != STORED_NONE)
        fprintf(log->file, " stored=%s", split_token_status_name((int)r->choice.stored));
    if (r->n_attempts)
        fprintf(log->file, " first=%s origin=%s attempts=%u kind=%s outcome=%s origin_us=%lld",
                routing->origins[r->first_origin].name, routing->origins[r->hop.origin].name,
                r->n_attempts, WORD(split_failover_kind_name(r->hop.kind)),
                WORD(split_failover_class_name(r->last_class)), (long long)r->origin_us);
    if (r->cache != CACHE_SILENT)
        fprintf(log->file, " cache=%s", r->cache == CACHE_HIT ? "hit" : "miss");
    fprintf(log->file, " total_us=%lld revision=%llu\n", (long long)(loop_now() - r->begun_us),
            (unsigned long long)routing->revision);
    log->dirty = true;
}

void
access_log_flush(struct access_log *log)
{
    if (log->file && log->dirty)
        fflush(log->file);
    log->dirty = false;
}
