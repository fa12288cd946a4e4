/* SPDX-License-Identifier: MIT */
/* Field tables: what an object of a document may hold, and where it goes. Loader and writer are
 * driven by them. */
#ifndef SPLIT_POLICY_TABLE_H
#define SPLIT_POLICY_TABLE_H

#include "policy/document/arena.h"
#include "policy/document/json.h"

typedef struct loader {
    json_doc doc;
    fault_list faults;
    arena arena;
    bool lenient; /* unknown fields are ignored (routes) */
} loader;

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
    FIELD_ANY,    /* known, not looked at */
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

/* Fill `object` from the node. Faults are booked; the object is usable when none was. */
void split__table_load(loader *l, const object_table *table, uint32_t node, void *object);

/* Book a fault at a value, at a member's name, or at a missing member of an object. */
void split__fault_value(loader *l, int code, uint32_t node, const char *sentence);
void split__fault_key(loader *l, int code, uint32_t node, const char *sentence);
void split__fault_missing(loader *l, uint32_t object, const char *name, const char *cure);

/* True for a value of the kind; otherwise books the fault with `wanted` such as "a number". */
bool split__want_kind(loader *l, uint32_t node, json_kind kind, const char *wanted);

/* Readers of single values; false when a fault was booked. */
bool split__read_micros(loader *l, const field *f, uint32_t node, uint64_t *out);
bool split__read_whole(loader *l, const field *f, uint32_t node, uint64_t *out);
void split__read_text(loader *l, const field *f, uint32_t node, const char **out);
bool split__read_name(loader *l, uint32_t node, const char **out);
bool split__read_count(loader *l, const field *f, uint32_t node, uint32_t *out_n);

bool split__name_valid(const char *text);

#endif
