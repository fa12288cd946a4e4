/* SPDX-License-Identifier: MIT */
/* Documents from files, with every fault reported on stderr. */
#include "cli/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/debug.h"

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
    debug_line("read policy %s: %s", path, rc == SPLIT_OK ? "valid" : split_errname(rc));
    return rc == SPLIT_OK ? CTL_OK : report_all(path, rc, faults, n);
}

int
load_route(const char *path, split_route **out)
{
    static split_error faults[LOAD_FAULTS_MAX] = {{.size = sizeof faults[0]}};
    size_t n = 0;
    int rc = split_route_load_file(path, NULL, faults, LOAD_FAULTS_MAX, &n, out);
    if (rc == SPLIT_OK)
        debug_line("read route %s: revision %llu", path,
                   (unsigned long long)split_route_revision(*out));
    else
        debug_line("read route %s: %s", path, split_errname(rc));
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

/* Read once: a pipe has nothing left for a second time. */
static char *
read_document(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    char *text = file == NULL ? NULL : malloc(SPLIT_DOCUMENT_BYTES_MAX + 2);
    *n = text == NULL ? 0 : fread(text, 1, SPLIT_DOCUMENT_BYTES_MAX + 1, file);
    if (text != NULL && ferror(file) != 0) {
        free(text);
        text = NULL;
    }
    if (file != NULL)
        fclose(file);
    if (text != NULL)
        text[*n] = '\0';
    return text;
}

int
load_any(const char *path, split_error *faults, size_t *out_n_faults, split_policy **out_policy,
         split_route **out_route)
{
    size_t n;
    char *text = read_document(path, &n);
    int rc;
    if (text == NULL) /* the library says why */
        return split_policy_load_file(path, NULL, faults, LOAD_FAULTS_MAX, out_n_faults,
                                      out_policy);
    if (looks_like_route(text))
        rc = split_route_load(text, n, NULL, faults, LOAD_FAULTS_MAX, out_n_faults, out_route);
    else
        rc = split_policy_load(text, n, NULL, faults, LOAD_FAULTS_MAX, out_n_faults, out_policy);
    free(text);
    return rc;
}

int
load_either(const char *path, split_policy **out_policy, split_route **out_route)
{
    static split_error faults[LOAD_FAULTS_MAX] = {{.size = sizeof faults[0]}};
    size_t n_faults = 0;
    *out_policy = NULL;
    *out_route = NULL;
    int rc = load_any(path, faults, &n_faults, out_policy, out_route);
    return rc == SPLIT_OK ? CTL_OK : report_all(path, rc, faults, n_faults);
}

const char *
load_spooled(const char *path, char buf[64])
{
    struct stat st;
    char block[65536];
    size_t total = 0;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
        return path;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = from < 0 ? -1 : memfd_create("document", MFD_CLOEXEC);
    ssize_t n = to < 0 ? -1 : 0;
    while (n >= 0 && total <= SPLIT_DOCUMENT_BYTES_MAX &&
           (n = read(from, block, sizeof block)) > 0) {
        n = write(to, block, (size_t)n) == n ? n : -1;
        total += n > 0 ? (size_t)n : 0;
    }
    if (from >= 0)
        close(from);
    if (n < 0) {
        if (to >= 0)
            close(to);
        return path;
    }
    snprintf(buf, 64, "/proc/self/fd/%d", to); /* open until the program ends */
    return buf;
}
