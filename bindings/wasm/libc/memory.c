/* SPDX-License-Identifier: MIT */
/* Memory for a module that has no C library: blocks of powers of two, kept in one list for each
 * size. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LISTS 32
#define PAGE_BYTES 65536u

typedef struct block {
    uint32_t list;
    uint32_t reserved;
    struct block *next; /* Only while it is free; otherwise the caller's bytes begin here. */
} block;

#define HEAD_BYTES 8u

extern unsigned char __heap_base;

static block *lists[LISTS];
static uintptr_t top;

static block *
carve(uint32_t list)
{
    uintptr_t n_bytes = (uintptr_t)1 << list;
    if (top == 0)
        top = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
    uintptr_t end = top + n_bytes, have = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE_BYTES;
    if (end < top)
        return NULL;
    if (end > have &&
        __builtin_wasm_memory_grow(0, (end - have + PAGE_BYTES - 1) / PAGE_BYTES) == (size_t)-1)
        return NULL;
    block *got = (block *)top;
    top = end;
    got->list = list;
    return got;
}

void *
malloc(size_t n_bytes)
{
    uint32_t list = 4;
    if (n_bytes > (size_t)1 << 30)
        return NULL;
    while (((size_t)1 << list) < n_bytes + HEAD_BYTES)
        list++;
    block *got = lists[list];
    if (got != NULL)
        lists[list] = got->next;
    else
        got = carve(list);
    return got != NULL ? (unsigned char *)got + HEAD_BYTES : NULL;
}

void
free(void *mem)
{
    if (mem == NULL)
        return;
    block *given = (block *)((unsigned char *)mem - HEAD_BYTES);
    given->next = lists[given->list];
    lists[given->list] = given;
}

void *
calloc(size_t n_items, size_t item_bytes)
{
    void *mem =
        item_bytes != 0 && n_items > SIZE_MAX / item_bytes ? NULL : malloc(n_items * item_bytes);
    return mem != NULL ? memset(mem, 0, n_items * item_bytes) : NULL;
}

void *
realloc(void *mem, size_t n_bytes)
{
    if (mem == NULL)
        return malloc(n_bytes);
    block *had = (block *)((unsigned char *)mem - HEAD_BYTES);
    size_t room = ((size_t)1 << had->list) - HEAD_BYTES;
    if (n_bytes <= room)
        return mem;
    void *got = malloc(n_bytes);
    if (got != NULL) {
        memcpy(got, mem, room);
        free(mem);
    }
    return got;
}
