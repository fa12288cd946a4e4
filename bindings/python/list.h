/* SPDX-License-Identifier: MIT */
/* Decisions for a list of texts. Included once, by the wrapper, behind the helpers of python.i. */
#ifndef SPLIT_PYTHON_LIST_H
#define SPLIT_PYTHON_LIST_H

/* Texts that are decided at once, and how many texts ahead memory is asked for, for they lie
 * anywhere in it. */
#define LIST_CHUNK 8
#define LIST_AHEAD 16

static inline void
ask_ahead(PyObject *const *items, Py_ssize_t i, Py_ssize_t n)
{
#if defined(__GNUC__)
    if (i + LIST_AHEAD < n) {
        const char *object = (const char *)items[i + LIST_AHEAD];
        __builtin_prefetch(object);
        __builtin_prefetch(object + 64);
    }
#else
    (void)items, (void)i, (void)n;
#endif
}

/* Any object. Taking its bytes may run a script, which may do with the list, the plan and the
 * object what it likes. */
static int
assign_object(splitb_plan *self, PyObject *item, uint16_t *out_variant, uint32_t *n_bad)
{
    Py_buffer view;
    int held = 0;
    const char *key;
    size_t key_len;
    Py_INCREF(item);
    int err = take_bytes(item, &view, &held, &key, &key_len) == 0
                  ? splitb_plan_assign_each(self, &key, &key_len, 1, out_variant, n_bad)
                  : SPLITB_RAISED;
    if (held)
        PyBuffer_Release(&view);
    Py_DECREF(item);
    return err;
}

/* Items from *at on: those of a chunk that are plain texts, for which no script runs; or else one
 * object. */
static int
assign_some(splitb_plan *self, PyObject *const *items, Py_ssize_t *at, Py_ssize_t n,
            uint16_t *variants, uint32_t *n_bad)
{
    const char *keys[LIST_CHUNK];
    size_t key_lens[LIST_CHUNK], n_keys = 0;
    Py_ssize_t i = *at;
    for (; i < n && n_keys < LIST_CHUNK && is_plain_text(items[i]); i++) {
        ask_ahead(items, i, n);
        keys[n_keys] = PyUnicode_DATA(items[i]);
        key_lens[n_keys++] = (size_t)PyUnicode_GET_LENGTH(items[i]);
    }
    variants += *at;
    *at = n_keys > 0 ? i : i + 1;
    return n_keys > 0 ? splitb_plan_assign_each(self, keys, key_lens, n_keys, variants, n_bad)
                      : assign_object(self, items[i], variants, n_bad);
}

/* From one step to the next nothing is remembered of the list but how long it has to be. */
static int
assign_list(splitb_plan *self, PyObject *keys, uint16_t *variants, size_t n_variants,
            uint32_t *out_n_bad)
{
    PyObject *items = PySequence_Fast(keys, "keys");
    Py_ssize_t n = (Py_ssize_t)n_variants;
    if (items == NULL) {
        raise_type();
        return SPLITB_RAISED;
    }
    int err = PySequence_Fast_GET_SIZE(items) == n ? SPLIT_OK : SPLIT_ERR_ARG;
    for (Py_ssize_t at = 0; err == SPLIT_OK && at < n;) {
        err = assign_some(self, PySequence_Fast_ITEMS(items), &at, n, variants, out_n_bad);
        if (err == SPLIT_OK && PySequence_Fast_GET_SIZE(items) != n)
            err = SPLIT_ERR_ARG;
    }
    Py_DECREF(items);
    return err;
}

#endif
