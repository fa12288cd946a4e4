/* SPDX-License-Identifier: MIT */
/* One value of the files that AWS's tools share: sections of "name = value" lines. */
#include "net/aws/identity/ini.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SPACE " \t\r\n"

/* Without space at both ends, in place. */
static char *
trim(char *text)
{
    text += strspn(text, SPACE);
    size_t n = strlen(text);
    while (n > 0 && strchr(SPACE, text[n - 1]) != NULL)
        n--;
    text[n] = '\0';
    return text;
}

static bool
is_section(char *line, const char *section)
{
    char *end = strchr(line, ']');
    if (end == NULL)
        return false;
    *end = '\0';
    return strcmp(trim(line + 1), section) == 0;
}

/* "name = value"; a comment begins with " #" or " ;". */
static char *
value_of(char *line, const char *name)
{
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return NULL;
    *equals = '\0';
    if (strcasecmp(trim(line), name) != 0)
        return NULL;
    char *value = equals + 1;
    for (char *p = value; *p != '\0'; p++)
        if ((*p == '#' || *p == ';') && p > value && strchr(" \t", p[-1]) != NULL)
            *p-- = '\0';
    return trim(value);
}

bool
split__ini_read(const char *path, const char *section, const char *name, char *buf, size_t buf_size,
                bool *out_section)
{
    char *line = NULL;
    size_t room = 0;
    bool here = false;
    bool found = false;
    FILE *file = fopen(path, "re");
    buf[0] = '\0';
    while (file != NULL && getline(&line, &room, file) >= 0) {
        bool nested = line[0] == ' ' || line[0] == '\t';
        if (nested || strchr("#;\n", line[0]) != NULL)
            continue;
        if (line[0] == '[') {
            here = is_section(line, section);
            if (here && out_section != NULL)
                *out_section = true;
            continue;
        }
        char *value = here ? value_of(line, name) : NULL;
        if (value == NULL || value[0] == '\0' || strlen(value) >= buf_size)
            continue;
        strcpy(buf, value);
        found = true;
    }
    if (line != NULL)
        OPENSSL_cleanse(line, room);
    free(line);
    if (file != NULL)
        fclose(file);
    return found;
}
