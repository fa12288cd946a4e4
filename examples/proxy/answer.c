/* SPDX-License-Identifier: MIT */
/* Answers: libmicrohttpd asks for bytes when the visitor can take some, libcurl brings them when
 * the origin sends. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "headers.h"

static ssize_t
give(void *ctx, uint64_t pos, char *out, size_t max)
{
    struct answer *a = ctx;
    size_t n = bytes_take(&a->bytes, out, max);

    (void)pos;
    if (n) {
        a->given += n;
        if (bytes_len(&a->bytes) < ANSWER_LOW_BYTES)
            a->drained(a->ctx);
        return (ssize_t)n;
    }
    if (a->cut)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (a->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    a->waiting = true;
    MHD_suspend_connection(a->conn);
    return 0;
}

static uint64_t
declared_length(CURL *easy)
{
    curl_off_t length = -1;

    if (curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) != CURLE_OK ||
        length < 0)
        return MHD_SIZE_UNKNOWN;
    return (uint64_t)length;
}

static bool
is_event_stream(CURL *easy)
{
    struct curl_header *h;

    return curl_easy_header(easy, "Content-Type", 0, CURLH_HEADER, -1, &h) == CURLHE_OK &&
           strncasecmp(h->value, "text/event-stream", 17) == 0;
}

int
answer_begin(struct answer *a, CURL *easy, unsigned status, bool bodyless, size_t room)
{
    a->declared = declared_length(easy);
    if (status == MHD_HTTP_NO_CONTENT || status == MHD_HTTP_NOT_MODIFIED)
        a->declared = 0;
    a->status = status;
    a->prompt = !bodyless && is_event_stream(easy);
    a->ended = a->cut = false;
    a->response = MHD_create_response_from_callback(a->declared, 16384, give, a, NULL);
    if (!a->response)
        return -1;
    /* An answer to HEAD that does not tell its length: libmicrohttpd would end it with an empty
     * chunk, which the visitor takes for the begin of the next answer. */
    if (bodyless && a->declared == MHD_SIZE_UNKNOWN)
        MHD_set_response_options(a->response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    if (headers_to_visitor(easy, a->response, room) < 0) {
        answer_discard(a);
        return -1;
    }
    return 0;
}

int
answer_local(struct answer *a, unsigned status, const char *text)
{
    size_t n = strlen(text);

    a->response =
        MHD_create_response_from_buffer(n, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    if (!a->response)
        return -1;
    a->status = status;
    a->declared = n;
    a->given = n;
    a->ended = true;
    return answer_header(a, "Content-Type", "text/plain; charset=utf-8");
}

void
answer_discard(struct answer *a)
{
    if (a->response)
        MHD_destroy_response(a->response);
    a->response = NULL;
    a->bytes.start = a->bytes.end = 0;
}

int
answer_header(struct answer *a, const char *name, const char *value)
{
    return MHD_add_response_header(a->response, name, value) == MHD_YES ? 0 : -1;
}

bool
answer_fits(const struct answer *a, size_t limit)
{
    if (a->prompt || bytes_len(&a->bytes) > limit)
        return false;
    return a->declared == MHD_SIZE_UNKNOWN || a->declared <= limit;
}

void
answer_free(struct answer *a)
{
    answer_discard(a);
    bytes_free(&a->bytes);
}
