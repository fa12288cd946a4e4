/* SPDX-License-Identifier: MIT */
/* Forms of texts: URLs, hosts, references of secrets, topics. The JSON Schema says the same as
 * patterns. */
#include "policy/document/form.h"

#include <string.h>

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Bytes of a port of 1 to 65535 without leading zeros at the start of text, or 0. */
static size_t
port_length(const char *text)
{
    size_t n = strspn(text, DIGITS);
    unsigned port = 0;
    if (n == 0 || n > 5 || text[0] == '0')
        return 0;
    for (size_t i = 0; i < n; i++)
        port = port * 10 + (unsigned)(text[i] - '0');
    return port <= 65535 ? n : 0;
}

/* Bytes of host or [address], with a port or without, at the start of text, or 0. */
static size_t
authority_length(const char *text)
{
    size_t n;
    if (text[0] == '[') {
        n = strspn(text + 1, DIGITS "ABCDEFabcdef:.");
        n = n > 0 && text[n + 1] == ']' ? n + 2 : 0;
    } else {
        n = strspn(text, LETTERS DIGITS "._-");
    }
    if (n == 0 || text[n] != ':')
        return n;
    size_t port = port_length(text + n + 1);
    return port > 0 ? n + 1 + port : 0;
}

static bool
visible(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < 0x21 || *text > 0x7e)
            return false;
    return true;
}

bool
split__form_url(const char *text)
{
    size_t scheme = strncmp(text, "http://", 7) == 0    ? 7
                    : strncmp(text, "https://", 8) == 0 ? 8
                                                        : 0;
    if (scheme == 0)
        return false;
    size_t n = authority_length(text + scheme);
    const char *rest = text + scheme + n;
    return n > 0 && (rest[0] == '\0' || (rest[0] == '/' && visible(rest)));
}

bool
split__form_host(const char *text)
{
    size_t n = authority_length(text);
    return n > 0 && text[n] == '\0';
}

bool
split__form_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

bool
split__form_secret(const char *text)
{
    if (strncmp(text, "file:", 5) == 0)
        return text[5] != '\0' && split__form_printable(text);
    if (strncmp(text, "env:", 4) != 0)
        return false;
    size_t n = strspn(text + 4, LETTERS DIGITS "_");
    return n > 0 && text[4 + n] == '\0' && strchr(DIGITS, text[4]) == NULL;
}

bool
split__form_url_or_secret(const char *text)
{
    return split__form_url(text) || split__form_secret(text);
}

/* Step over a part of letters and the colon after it; NULL when it is not there. */
static const char *
after_part(const char *text, const char *letters, size_t min, size_t max)
{
    size_t n = strspn(text, letters);
    return n >= min && n <= max && text[n] == ':' ? text + n + 1 : NULL;
}

static bool
form_arn(const char *text)
{
    if (strncmp(text, "arn:aws", 7) != 0 ||
        (text = after_part(text + 7, LETTERS "-", 0, 16)) == NULL)
        return false;
    if (strncmp(text, "sns:", 4) != 0 ||
        (text = after_part(text + 4, LETTERS DIGITS "-", 1, 32)) == NULL)
        return false;
    if ((text = after_part(text, DIGITS, 12, 12)) == NULL)
        return false;
    size_t n = strspn(text, LETTERS DIGITS "_-");
    return n >= 1 && n <= 256 && (text[n] == '\0' || strcmp(text + n, ".fifo") == 0);
}

/* An ARN of any service; which one is asked where it is used. */
bool
split__form_arn(const char *text)
{
    return strncmp(text, "arn:aws", 7) == 0 &&
           text[strspn(text, LETTERS DIGITS ":/._+=,@-")] == '\0';
}

bool
split__form_topic(const char *text)
{
    return form_arn(text) || split__form_secret(text);
}

bool
split__form_cookie(const char *text)
{
    return text[0] != '\0' && text[strspn(text, LETTERS DIGITS "._-")] == '\0';
}

bool
split__form_salt(const char *text)
{
    return text[strspn(text, LETTERS DIGITS "._-")] == '\0';
}
