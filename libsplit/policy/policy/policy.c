/* SPDX-License-Identifier: MIT */
/* Loading a policy: parse, fill by the tables, link, keep. */
#include "split/policy.h"

#include <string.h>

#include "policy/document/compact.h"
#include "policy/document/file.h"
#include "policy/document/parse.h"
#include "policy/document/table.h"
#include "policy/policy/data.h"
#include "policy/policy/link.h"
#include "policy/policy/table.h"

/* Read the document into a policy that lives in the loader's arena. */
static int
read_policy(loader *l, const char *text, size_t len, const split_alloc *alloc, split_policy **out)
{
    int err = split__json_parse(&l->doc, text, len, alloc, &l->faults);
    if (err != SPLIT_OK)
        return err;
    split_policy *policy = split__arena_take(&l->arena, sizeof *policy);
    if (policy == NULL)
        return SPLIT_ERR_NOMEM;
    /* An object that the text leaves out has its defaults all the same. */
    split__prepare_policy(l, policy);
    split__table_load(l, &split__policy_table, 0, policy);
    if (l->doc.nodes[0].kind == JSON_OBJECT && !l->arena.failed)
        split__policy_link(l, policy);
    policy->text = split__compact_copy(&l->arena, text, len, &policy->text_len);
    *out = policy;
    return SPLIT_OK;
}

int
split_policy_load(const char *text, size_t text_len, const split_alloc *alloc, split_error *faults,
                  size_t n_faults, size_t *out_n_faults, split_policy **out)
{
    loader l = {.arena = {.alloc = alloc}};
    split_policy *policy = NULL;
    if (out_n_faults != NULL)
        *out_n_faults = 0;
    if (text == NULL || out == NULL || (faults == NULL && n_faults > 0))
        return SPLIT_ERR_ARG;
    int err = split__fault_list_init(&l.faults, faults, n_faults);
    if (err != SPLIT_OK)
        return err;
    err = split__load_result(&l, read_policy(&l, text, text_len, alloc, &policy));
    split__json_free(&l.doc);
    if (out_n_faults != NULL)
        *out_n_faults = l.faults.n;
    if (err != SPLIT_OK) {
        split__arena_free(&l.arena);
        return err;
    }
    policy->arena = l.arena;
    *out = policy;
    return SPLIT_OK;
}

static int
load_into(const char *text, size_t text_len, const split_alloc *alloc, split_error *faults,
          size_t n_faults, size_t *out_n_faults, void *out)
{
    return split_policy_load(text, text_len, alloc, faults, n_faults, out_n_faults, out);
}

int
split_policy_load_file(const char *path, const split_alloc *alloc, split_error *faults,
                       size_t n_faults, size_t *out_n_faults, split_policy **out)
{
    return split__document_load_file(path, load_into, alloc, faults, n_faults, out_n_faults, out);
}

void
split_policy_free(split_policy **policy, const split_alloc *alloc)
{
    if (policy == NULL || *policy == NULL)
        return;
    arena whole = (*policy)->arena; /* the policy itself lives in it */
    whole.alloc = alloc;
    split__arena_free(&whole);
    *policy = NULL;
}
