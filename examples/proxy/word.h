/* SPDX-License-Identifier: MIT */
/* The library's words in lower case, for labels and log lines. */
#ifndef PROXY_WORD_H
#define PROXY_WORD_H

#define WORD_BYTES 48

/* Lower-case copy of a word in a buffer that lives to the end of the enclosing block. */
#define WORD(word) word_lower((char[WORD_BYTES]){0}, (word))

static inline char *
word_lower(char out[WORD_BYTES], const char *word)
{
    int i;

    for (i = 0; word[i] && i < WORD_BYTES - 1; i++)
        out[i] = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] - 'A' + 'a') : word[i];
    out[i] = '\0';
    return out;
}

#endif
