/* SPDX-License-Identifier: MIT */
/* split-vectors KIND FILE...: runs vector files or folders through the library. Exit 1 on failures, 2 on a
 * file it cannot read. */
#include "vectors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A new kind: one source file, one declaration in vectors.h, one row here. */
static const vectors_kind *const kinds[] = {
    &vectors_assign,  &vectors_evidence, &vectors_failover, &vectors_reweight,
#ifdef WITH_POLICY
    &vectors_verdict,
#endif
#ifdef WITH_NET
    &vectors_aws_v4a,
#endif
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

void
vectors_case(vectors_run *run, const char *id, const char *why, ...)
{
    if (why == NULL) {
        run->n_passed++;
        return;
    }
    va_list args;
    run->n_failed++;
    printf("%s: ", id);
    va_start(args, why);
    vprintf(why, args);
    va_end(args);
    putchar('\n');
}

void
vectors_unreadable(vectors_run *run, const char *id, const char *why)
{
    run->unreadable = true;
    fprintf(stderr, "%s: %s%s%s\n", run->file, id != NULL ? id : "", id != NULL ? ": " : "", why);
}

cJSON *
vectors_parse(vectors_run *run, const char *text, size_t text_len)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text, text_len + 1, &end, true);
    if (json == NULL)
        vectors_unreadable(run, NULL, "not valid JSON");
    return json;
}

void
vectors_each_case(vectors_run *run, const char *text, size_t text_len,
                  void (*one)(vectors_run *run, const char *id, const cJSON *item))
{
    cJSON *json = vectors_parse(run, text, text_len);
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(json, "cases"), *item;
    if (json != NULL && !cJSON_IsArray(cases))
        vectors_unreadable(run, NULL, "has no array \"cases\"");
    unsigned number = 0;
    cJSON_ArrayForEach(item, cases)
    {
        char text_id[32];
        const cJSON *id = cJSON_GetObjectItemCaseSensitive(item, "id");
        snprintf(text_id, sizeof text_id, "case %u", number++);
        one(run, cJSON_IsString(id) ? id->valuestring : text_id, item);
    }
    cJSON_Delete(json);
}

bool
vectors_u64(const cJSON *item, uint64_t max, uint64_t *out)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > (double)max)
        return false;
    *out = (uint64_t)item->valuedouble;
    return (double)*out >= item->valuedouble && *out <= max;
}

bool
vectors_u64_array(const cJSON *array, uint64_t max, uint64_t *out, size_t n)
{
    size_t i = 0;
    const cJSON *item;
    if (!cJSON_IsArray(array) || (size_t)cJSON_GetArraySize(array) != n)
        return false;
    cJSON_ArrayForEach(item, array)
    {
        if (!vectors_u64(item, max, &out[i++]))
            return false;
    }
    return true;
}

char *
vectors_read(const char *path, size_t *out_len)
{
    FILE *f = fopen(path, "rb");
    size_t len = 0, room = 1 << 16;
    char *text = f != NULL ? malloc(room + 1) : NULL;
    while (text != NULL && !ferror(f)) {
        size_t got = fread(text + len, 1, room - len, f);
        len += got;
        if (got == 0)
            break;
        if (len == room) {
            char *more = realloc(text, 2 * room + 1);
            if (more == NULL)
                break;
            text = more;
            room *= 2;
        }
    }
    bool whole = text != NULL && feof(f) && !ferror(f);
    if (f != NULL)
        fclose(f);
    if (!whole) {
        free(text);
        return NULL;
    }
    text[len] = '\0';
    *out_len = len;
    return text;
}

static void
check_file(const vectors_kind *kind, vectors_run *run)
{
    size_t len = 0;
    unsigned before = run->n_passed + run->n_failed;
    if (kind->check_folder != NULL) {
        kind->check_folder(run);
        return;
    }
    char *text = vectors_read(run->file, &len);
    if (text == NULL) {
        vectors_unreadable(run, NULL, "cannot be read");
        return;
    }
    kind->check(run, text, len);
    free(text);
    if (!run->unreadable && run->n_passed + run->n_failed == before)
        vectors_unreadable(run, NULL, "has no case");
}

static const vectors_kind *
find_kind(const char *name)
{
    for (size_t i = 0; i < N_KINDS; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

static int
usage(void)
{
    fputs("usage: split-vectors KIND FILE...\nkinds:", stderr);
    for (size_t i = 0; i < N_KINDS; i++)
        fprintf(stderr, " %s", kinds[i]->name);
    fputc('\n', stderr);
    return 2;
}

int
main(int argc, char **argv)
{
    const vectors_kind *kind = argc >= 3 ? find_kind(argv[1]) : NULL;
    vectors_run run = {0};
    bool unreadable = false;
    if (kind == NULL)
        return usage();
    for (int i = 2; i < argc; i++) {
        run.file = argv[i];
        run.unreadable = false;
        check_file(kind, &run);
        unreadable |= run.unreadable;
    }
    printf("%u passed, %u failed\n", run.n_passed, run.n_failed);
    return unreadable ? 2 : run.n_failed > 0 ? 1 : 0;
}
