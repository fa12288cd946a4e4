/* SPDX-License-Identifier: MIT */
/* A block of memory in a file, shared by the processes of one machine under a lock that survives a
 * dead holder. */
#ifndef PROXY_SHARED_H
#define PROXY_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARED_BLOCK_BYTES 131072

struct shared;

/* Open or make the file; NULL with a sentence in `why`. Put it on a memory file system such as /run
 * or /dev/shm. */
struct shared *shared_open(const char *path, char *why, size_t why_size);
void shared_close(struct shared *shared);

/* Take the lock. False when the last holder died inside: the block may be half-written and must be
 * made anew. */
bool shared_lock(struct shared *shared);
void shared_unlock(struct shared *shared);

/* With the lock only: the block, aligned to 8 bytes, and its stamp, which is 0 until somebody
 * filled it. */
void *shared_block(struct shared *shared);
uint64_t *shared_stamp(struct shared *shared);

#endif
