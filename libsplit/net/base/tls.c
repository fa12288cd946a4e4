/* SPDX-License-Identifier: MIT */
/* Certificates of a client beyond the system's own. */
#include "net/base/tls.h"

#include <curl/curl.h>
#include <stdint.h>
#include <string.h>

static void
set_blob(CURL *curl, CURLoption option, const char *text)
{
    struct curl_blob blob = {(void *)(uintptr_t)text, text != NULL ? strlen(text) : 0,
                             CURL_BLOB_COPY};
    if (text != NULL)
        curl_easy_setopt(curl, option, &blob);
}

void
split__tls_apply(const http_tls *tls, void *curl)
{
    if (tls->ca_file != NULL)
        curl_easy_setopt((CURL *)curl, CURLOPT_CAINFO, tls->ca_file);
    set_blob(curl, CURLOPT_CAINFO_BLOB, tls->ca);
    set_blob(curl, CURLOPT_SSLCERT_BLOB, tls->certificate);
    set_blob(curl, CURLOPT_SSLKEY_BLOB, tls->key);
}
