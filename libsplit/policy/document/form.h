/* SPDX-License-Identifier: MIT */
/* Forms that a text of a document may have to keep. */
#ifndef SPLIT_POLICY_DOCUMENT_FORM_H
#define SPLIT_POLICY_DOCUMENT_FORM_H

#include <stdbool.h>

/* What split__form_secret() wants, for the sentence. */
#define FORM_SECRET "\"env:NAME\" or \"file:PATH\"; a secret itself does not belong into this file"

bool split__form_url(const char *text);
bool split__form_host(const char *text);
bool split__form_secret(const char *text);
bool split__form_url_or_secret(const char *text);
bool split__form_topic(const char *text);
bool split__form_arn(const char *text);
bool split__form_cookie(const char *text);
bool split__form_salt(const char *text);
bool split__form_printable(const char *text);

#endif
