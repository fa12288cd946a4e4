/* SPDX-License-Identifier: MIT */
/* Documents from files. */
#include "policy/document/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/document/arena.h"
#include "policy/document/fault.h"
#include "split/policy.h"

/* One byte more than a document may have, so that a larger file is noticed. */
#define READ_BYTES (SPLIT_DOCUMENT_BYTES_MAX + 1)

int
split__file_read(const char *path, const split_alloc *alloc, char **out_text, size_t *out_len)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return SPLIT_ERR_IO;
    char *text = split__memory_take(alloc, READ_BYTES);
    if (text == NULL) {
        fclose(file);
        return SPLIT_ERR_NOMEM;
    }
    errno = 0;
    *out_len = fread(text, 1, READ_BYTES, file);
    int failed = ferror(file), why = errno;
    fclose(file);
    if (failed) {
        split__memory_give(alloc, text);
        errno = why != 0 ? why : EIO;
        return SPLIT_ERR_IO;
    }
    *out_text = text;
    return SPLIT_OK;
}

static int
fail_unreadable(const char *path, split_error *faults, size_t n_faults, size_t *out_n_faults)
{
    char sentence[sizeof faults->text];
    fault_list list;
    snprintf(sentence, sizeof sentence, "Cannot read %.150s: %.60s.", path, strerror(errno));
    const int err = split__fault_list_init(&list, faults, n_faults);
    if (err != SPLIT_OK)
        return err;
    split__fault_add_file(&list, SPLIT_ERR_IO, "$", sentence);
    if (out_n_faults != NULL)
        *out_n_faults = list.n;
    return SPLIT_ERR_IO;
}

int
split__document_load_file(const char *path, document_load_fn load, const split_alloc *alloc,
                          split_error *faults, size_t n_faults, size_t *out_n_faults, void *out)
{
    char *text;
    size_t len;
    if (out_n_faults != NULL)
        *out_n_faults = 0;
    if (path == NULL || out == NULL || (faults == NULL && n_faults > 0))
        return SPLIT_ERR_ARG;
    int err = split__file_read(path, alloc, &text, &len);
    if (err == SPLIT_ERR_IO)
        return fail_unreadable(path, faults, n_faults, out_n_faults);
    if (err != SPLIT_OK)
        return err;
    err = load(text, len, alloc, faults, n_faults, out_n_faults, out);
    split__memory_give(alloc, text);
    return err;
}
