/* SPDX-License-Identifier: MIT */
/* The origin of a session, for policies with `"sticky": "stay"`: a session that a fallback took
 * over stays there until the browser ends it. */
#ifndef PIN_H
#define PIN_H

#include "visitor/decide.h"

#define PIN_SUFFIX "_o" /* The cookie is called as the one of the id, with this appended. */

/* Read the visitor's cookie into d->pinned. */
void pin_read(struct decision *d, ngx_http_request_t *r);

/* The Set-Cookie that keeps the session where it was served; false when none is due. */
bool pin_cookie(struct decision *d, ngx_http_request_t *r, ngx_str_t *out);

#endif
