/* SPDX-License-Identifier: MIT */
/* Field tables: what an object of a document may hold, and where it goes. Loader and writer are
 * driven by them. */
#ifndef SPLIT_POLICY_DOCUMENT_FIELD_H
#define SPLIT_POLICY_DOCUMENT_FIELD_H

#include "policy/document/loader.h"

typedef struct field field;

typedef struct object_table {
    const field *fields;
    size_t n_fields;
    size_t bytes;                                            /* of the struct that is filled */
    void (*prepare)(loader *l, uint32_t node, void *object); /* defaults; NULL for zeros */
    /* Rules over several fields, or NULL; `clean` says that no field had a fault. */
    void (*check)(loader *l, uint32_t node, void *object, bool clean);
} object_table;

typedef enum field_kind {
    FIELD_NAME,     /* text of the form of a name -> const char * */
    FIELD_TEXT,     /* text of min to max characters, of a form when there is one -> const char * */
    FIELD_CHOICE,   /* one of a list of words -> int, its index */
    FIELD_BOOL,     /* -> bool */
    FIELD_WHOLE,    /* whole number of min to max -> unsigned of `bytes` bytes */
    FIELD_MICROS,   /* number of min to max, both in millionths -> uint64_t, in millionths */
    FIELD_DURATION, /* duration of min to max us -> split_us */
    FIELD_OBJECT,   /* -> the table's struct, in place */
    FIELD_LIST,     /* array of min to max objects -> doc_list of the table's struct */
    FIELD_MAP, /* object of min to max members, each an object -> doc_list of the table's struct */
    FIELD_NAMES,  /* array of min to max different names -> doc_list of doc_name */
    FIELD_CUSTOM, /* read() does it */
    FIELD_ANY,    /* known, not read */
} field_kind;

#define FIELD_REQUIRED 1u
#define FIELD_NULLABLE 2u  /* null leaves what prepare() wrote */
#define FIELD_OPEN_LOW 4u  /* min itself is not allowed */
#define FIELD_OPEN_HIGH 8u /* max itself is not allowed */

struct field {
    const char *name;
    field_kind kind;
    unsigned flags;
    size_t offset;
    size_t bytes;
    uint64_t min;
    uint64_t max;
    const char *const *choices;     /* CHOICE: ends with NULL */
    const object_table *table;      /* OBJECT, LIST, MAP */
    bool (*form)(const char *text); /* TEXT */
    const char *form_name;          /* what form() wants, for the sentence */
    void (*read)(loader *l, const field *f, uint32_t node, void *object); /* CUSTOM */
};

/* First member of every struct that a table fills, except core options. */
typedef struct doc_item {
    uint32_t node;    /* in the loader's document, valid while loading */
    const char *name; /* the member's name in a map */
} doc_item;

typedef struct doc_list {
    void *items;
    size_t n;
} doc_list;

typedef struct doc_name {
    doc_item item;
    const char *text;
    size_t index; /* of what it names, once linked */
} doc_name;

/* A table of rows. */
#define TABLE(rows, type, prepare_fn, check_fn)                                                    \
    {                                                                                              \
        rows, sizeof rows / sizeof rows[0], sizeof(type), prepare_fn, check_fn                     \
    }

#endif
