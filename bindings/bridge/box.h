/* SPDX-License-Identifier: MIT */
/*
 * Boxes: what a script holds in place of a pointer to an object of the library.
 *
 * A box is empty until it is filled and again after it was emptied; every call on an empty box is
 * an error, so no order of calls reaches freed memory. A pinned box (a batch call that runs without
 * the interpreter's lock) keeps its object until the last pin is gone, even when it is emptied
 * meanwhile.
 */
#ifndef SPLIT_BRIDGE_BOX_H
#define SPLIT_BRIDGE_BOX_H

#include <stddef.h>
#include <stdint.h>

typedef struct splitb_box {
    void *core;    /* The library's object, or NULL. */
    void *leaving; /* Emptied while pinned: freed with the last pin. */
    char *scratch; /* Text handed out last; lives until the next call that hands one out. */
    uint32_t pins;
    uint32_t busy; /* An exclusive call is under way. */
} splitb_box;

/* Free the object of a box, which may be empty, by the given function; nothing else of the box
 * changes. */
typedef void (*splitb_free_fn)(void *core);

splitb_box *splitb_box_new(void);
void splitb_box_fill(splitb_box *box, void *core, splitb_free_fn free_core);
void splitb_box_empty(splitb_box *box, splitb_free_fn free_core);
void splitb_box_delete(splitb_box *box, splitb_free_fn free_core);
void *splitb_box_pin(splitb_box *box);
void splitb_box_unpin(splitb_box *box, void *core, splitb_free_fn free_core);

/* Room for n_bytes and a final zero in the box; NULL when there is no memory. */
char *splitb_box_scratch(splitb_box *box, size_t n_bytes);

/* The box of one kind of object: struct, free function, create, destroy and close. */
#define SPLITB_KIND(kind, core_type, free_call)                                                    \
    struct splitb_##kind {                                                                         \
        splitb_box box;                                                                            \
    };                                                                                             \
    static void free_##kind(void *core)                                                            \
    {                                                                                              \
        core_type *object = core;                                                                  \
        free_call(&object, NULL);                                                                  \
    }                                                                                              \
    splitb_##kind *splitb_##kind##_create(void)                                                    \
    {                                                                                              \
        return (splitb_##kind *)splitb_box_new();                                                  \
    }                                                                                              \
    void splitb_##kind##_destroy(splitb_##kind *self)                                              \
    {                                                                                              \
        if (self != NULL)                                                                          \
            splitb_box_delete(&self->box, free_##kind);                                            \
    }                                                                                              \
    int splitb_##kind##_close(splitb_##kind *self)                                                 \
    {                                                                                              \
        splitb_box_empty(&self->box, free_##kind);                                                 \
        return 0;                                                                                  \
    }

#endif
