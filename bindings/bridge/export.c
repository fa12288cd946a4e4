/* SPDX-License-Identifier: MIT */
/* Plans as configuration of other systems, for scripts. */
#include "document_box.h"

#include "split/error.h"
#include "split/export.h"

int
splitb_plan_export(splitb_plan *self, const double *in, size_t n_in, const char *text,
                   size_t text_len, const char **out_text, size_t *out_text_len)
{
    splitb_reader r;
    split_export_options options;
    const char *names[SPLIT_VARIANTS_MAX];
    size_t n_bytes = 0;
    if (splitb_plan_core(self) == NULL)
        return SPLIT_ERR_MODE;
    if (splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    split_export_options_init(&options);
    options.format = splitb_read_u32(&r);
    const char *key = splitb_read_text(&r, SPLIT_ERR_VALUE),
               *table = splitb_read_text(&r, SPLIT_ERR_VALUE);
    options.key = key[0] != '\0' ? key : options.key;
    options.table = table[0] != '\0' ? table : options.table;
    options.n_variants = splitb_read_count(&r, SPLIT_VARIANTS_MAX, 1);
    for (size_t i = 0; i < options.n_variants; i++)
        names[i] = splitb_read_text(&r, SPLIT_ERR_NAME);
    options.variants = names;
    if (r.err == SPLIT_OK)
        splitb_fail(&r, split_export(splitb_plan_core(self), &options, NULL, 0, &n_bytes));
    char *out = r.err == SPLIT_OK ? splitb_box_scratch(splitb_plan_box(self), n_bytes) : NULL;
    if (r.err == SPLIT_OK)
        splitb_fail(&r, out == NULL ? SPLIT_ERR_NOMEM
                                    : split_export(splitb_plan_core(self), &options, out,
                                                   n_bytes + 1, out_text_len));
    *out_text = out;
    return splitb_reader_done(&r);
}
