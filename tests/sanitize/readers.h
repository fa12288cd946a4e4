/* SPDX-License-Identifier: MIT */
/* Many threads ask the same objects at once and must hear what one thread heard. ThreadSanitizer watches. */
#ifndef TESTS_READERS_H
#define TESTS_READERS_H

#include <stddef.h>
#include <stdint.h>

/* What was heard so far, as one number. */
typedef struct answers {
    uint64_t sum;
} answers;

void answers_bytes(answers *heard, const void *bytes, size_t n_bytes);
void answers_number(answers *heard, int64_t number);
void answers_real(answers *heard, double number);
void answers_text(answers *heard, const char *text); /* NULL is another text than "" */

/* Asks everything of one kind of object; ends the program when a call fails. */
typedef void reader(const void *objects, answers *heard);

/* All readers in several threads, in different orders. Returns the exit code of the program. */
int readers_run(reader *const *readers, size_t n_readers, const void *objects);

/* Ends the program unless the condition holds. */
#define MUST(condition) must((condition), #condition, __FILE__, __LINE__)
void must(int holds, const char *condition, const char *file, int line);

#endif
