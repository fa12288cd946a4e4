/* SPDX-License-Identifier: MIT */
/* The few string functions in use, short rather than fast: hot loops read words, not these. */
#include <string.h>

void *
memcpy(void *restrict to, const void *restrict from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    for (; n >= 8; n -= 8, t += 8, f += 8)
        __builtin_memcpy_inline(t, f, 8);
    for (; n > 0; n--)
        *t++ = *f++;
    return to;
}

void *
memmove(void *to, const void *from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    if (t < f || t >= f + n)
        for (size_t i = 0; i < n; i++)
            t[i] = f[i];
    else
        while (n-- > 0)
            t[n] = f[n];
    return to;
}

void *
memset(void *to, int byte, size_t n)
{
    unsigned char *t = to;
    for (size_t i = 0; i < n; i++)
        t[i] = (unsigned char)byte;
    return to;
}

int
memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i])
            return x[i] - y[i];
    return 0;
}

void *
memchr(const void *mem, int byte, size_t n)
{
    const unsigned char *m = mem;
    for (size_t i = 0; i < n; i++)
        if (m[i] == (unsigned char)byte)
            return (void *)(m + i);
    return NULL;
}

size_t
strlen(const char *text)
{
    size_t n = 0;
    while (text[n] != '\0')
        n++;
    return n;
}

int
strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}
