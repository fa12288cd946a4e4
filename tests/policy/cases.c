/* SPDX-License-Identifier: MIT */
/*
 * Runs the loader over the policies of tests/policy: valid/ must load and make a route that loads; each file of invalid/ and
 * invalid-beyond-schema/ must give exactly the faults of its .err file, one per line: CODE PATH LINE:COLUMN SENTENCE.
 *   policy-cases FOLDER            check
 *   policy-cases FOLDER --update   rewrite the .err files, to be reviewed as a diff
 */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counting_alloc.h"
#include "split/route.h"

#define MAX_FAULTS 64
#define MAX_FILES 2000
#define ERR_BYTES 65536

static int n_passed, n_failed, updating;

static void
tell(const char *path, const char *what)
{
    printf("%s: %s\n", path, what);
    n_failed++;
}

/* The faults as .err lines. */
static void
write_faults(char *out, const split_error *faults, size_t n)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n && i < MAX_FAULTS; i++)
        len += (size_t)snprintf(out + len, ERR_BYTES - len, "%s %s %u:%u %s\n", split_errname(faults[i].code),
                                faults[i].path, (unsigned)faults[i].line, (unsigned)faults[i].column,
                                faults[i].text);
}

static void
compare_faults(const char *json_path, const char *got)
{
    static char wanted[ERR_BYTES];
    char path[1024];
    snprintf(path, sizeof path, "%.*s.err", (int)(strlen(json_path) - 5), json_path);
    FILE *file = fopen(path, updating ? "w" : "r");
    if (file == NULL) {
        tell(path, "cannot open");
        return;
    }
    if (updating)
        fputs(got, file);
    wanted[updating ? 0 : fread(wanted, 1, sizeof wanted - 1, file)] = '\0';
    fclose(file);
    if (!updating && strcmp(wanted, got) != 0) {
        printf("%s\nexpected:\n%sgot:\n%s", json_path, wanted, got);
        n_failed++;
    } else {
        n_passed++;
    }
}

static int
make_route(const split_policy *policy, const split_alloc *alloc)
{
    split_plan_options options;
    split_plan *plan = NULL;
    split_route *route = NULL;
    int err = split_policy_plan_options(policy, &options);
    if (err == SPLIT_OK)
        err = split_plan_new(&options, alloc, &plan);
    if (err == SPLIT_OK)
        err = split_route_build(policy, plan, 1, 0, alloc, &route);
    split_route_free(&route, alloc);
    split_plan_free(&plan, alloc);
    return err;
}

static void
check_file(const char *path, int is_valid)
{
    static split_error faults[MAX_FAULTS] = {{.size = sizeof faults[0]}};
    static char got[ERR_BYTES];
    counting_alloc memory;
    split_policy *policy = NULL;
    size_t n = 0;
    counting_alloc_init(&memory);
    int err = split_policy_load_file(path, &memory.alloc, faults, MAX_FAULTS, &n, &policy);
    write_faults(got, faults, n);
    if (is_valid && err == SPLIT_OK && n == 0 && make_route(policy, &memory.alloc) == SPLIT_OK)
        n_passed++;
    else if (is_valid)
        tell(path, got[0] != '\0' ? got : "makes no route");
    else if (err == SPLIT_OK || policy != NULL || n == 0)
        tell(path, "was accepted");
    else if (err != faults[0].code)
        tell(path, "returned another code than that of its first fault");
    else
        compare_faults(path, got);
    split_policy_free(&policy, &memory.alloc);
    if (memory.n_live != 0)
        tell(path, "leaks");
}

static int
is_json(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0;
}

static void
check_folder(const char *root, const char *folder, int is_valid)
{
    char path[1024];
    struct dirent **entries;
    snprintf(path, sizeof path, "%s/%s", root, folder);
    int n = scandir(path, &entries, is_json, alphasort);
    if (n <= 0)
        tell(path, "has no files");
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", root, folder, entries[i]->d_name);
        check_file(path, is_valid);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    updating = argc > 2 && strcmp(argv[2], "--update") == 0;
    check_folder(argv[1], "valid", 1);
    check_folder(argv[1], "invalid", 0);
    check_folder(argv[1], "invalid-beyond-schema", 0);
    printf("%d passed, %d failed\n", n_passed, n_failed);
    return n_failed > 0;
}
