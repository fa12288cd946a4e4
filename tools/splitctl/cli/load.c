/* SPDX-License-Identifier: MIT */
/* Documents from files, with every fault reported on stderr. */
#include "cli/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
report_fault(const char *path, const split_error *fault)
{
    fprintf(stderr, "%s:", path);
    if (fault->line > 0)
        fprintf(stderr, "%u:%u:", (unsigned)fault->line, (unsigned)fault->column);
    if (fault->path[0] != '\0')
        fprintf(stderr, " %s:", fault->path);
    fprintf(stderr, " %s\n", fault->text[0] != '\0' ? fault->text : split_strerror(fault->code));
}

static int
report_all(const char *path, int rc, const split_error *faults, size_t n_faults)
{
    size_t n_shown = n_faults < LOAD_FAULTS_MAX ? n_faults : LOAD_FAULTS_MAX;
    for (size_t i = 0; i < n_shown; i++)
        report_fault(path, &faults[i]);
    if (n_faults > n_shown)
        fprintf(stderr, "%s: and %zu more\n", path, n_faults - n_shown);
    if (n_faults == 0)
        fprintf(stderr, "%s: %s\n", path, split_strerror(rc));
    return CTL_BAD_INPUT;
}

int
load_policy(const char *path, split_policy **out)
{
    static split_error faults[LOAD_FAULTS_MAX] = {{.size = sizeof faults[0]}};
    size_t n = 0;
    int rc = split_policy_load_file(path, NULL, faults, LOAD_FAULTS_MAX, &n, out);
    return rc == SPLIT_OK ? CTL_OK : report_all(path, rc, faults, n);
}

int
load_route(const char *path, split_route **out)
{
    static split_error faults[LOAD_FAULTS_MAX] = {{.size = sizeof faults[0]}};
    size_t n = 0;
    int rc = split_route_load_file(path, NULL, faults, LOAD_FAULTS_MAX, &n, out);
    return rc == SPLIT_OK ? CTL_OK : report_all(path, rc, faults, n);
}

int
load_route_if_there(const char *path, split_route **out)
{
    *out = NULL;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return CTL_OK;
    return load_route(path, out);
}

char *
load_text(const char *path, size_t max_bytes, size_t *out_len)
{
    FILE *file = fopen(path, "rb");
    char *text = file == NULL ? NULL : malloc(max_bytes + 1);
    if (text == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        if (file != NULL)
            fclose(file);
        return NULL;
    }
    size_t n = fread(text, 1, max_bytes + 1, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed || n > max_bytes) {
        fprintf(stderr, "%s: %s\n", path, failed ? "reading failed" : "the file is too large");
        free(text);
        return NULL;
    }
    text[n] = '\0';
    *out_len = n;
    return text;
}

/* Both documents are objects; only a route has ranges. */
static bool
looks_like_route(const char *text)
{
    return strstr(text, "\"ranges\"") != NULL && strstr(text, "\"revision\"") != NULL;
}

int
load_either(const char *path, split_policy **out_policy, split_route **out_route)
{
    size_t n;
    char *text = load_text(path, SPLIT_DOCUMENT_BYTES_MAX, &n);
    *out_policy = NULL;
    *out_route = NULL;
    if (text == NULL)
        return CTL_BAD_INPUT;
    bool is_route = looks_like_route(text);
    free(text);
    return is_route ? load_route(path, out_route) : load_policy(path, out_policy);
}

int
load_any(const char *path, split_error *faults, size_t *out_n_faults, split_policy **out_policy,
         split_route **out_route)
{
    char head[65536];
    FILE *file = fopen(path, "rb");
    size_t n = file != NULL ? fread(head, 1, sizeof head - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    head[n] = '\0';
    return looks_like_route(head)
               ? split_route_load_file(path, NULL, faults, LOAD_FAULTS_MAX, out_n_faults, out_route)
               : split_policy_load_file(path, NULL, faults, LOAD_FAULTS_MAX, out_n_faults,
                                        out_policy);
}
