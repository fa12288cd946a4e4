/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without libFuzzer, as an ordinary test: every file of the folders given, and of each two hundred
 * mutations drawn from a seed. SPLIT_TEST_SEED replays a seed, SPLIT_MUTATIONS sets how many mutations a file gets.
 */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_BYTES 400000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state;
static uint8_t original[MAX_BYTES], changed[2 * MAX_BYTES];
static size_t n_runs;

static uint64_t
draw(uint64_t below)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

/* One small change at a random place: a byte, a piece taken out or doubled, a token put in. */
static size_t
mutate(uint8_t *text, size_t n)
{
    static const char *const tokens[] = {"\"", "{", "}", "[", "]", ",", ":", "0", "-1", "1e9", "null", "true", "\\u0000",
                                         "\\ud800", "\xff", "99999999999999999999", "0.0000001", "\"x-\":", "%", "ms", " ", "\n"};
    size_t at = draw(n + 1), len = 1 + draw(12);
    const char *token = tokens[draw(sizeof tokens / sizeof tokens[0])];
    if (at + len > n)
        len = n - at;
    switch (draw(4)) {
    case 0:
        if (at < n)
            text[at] = (uint8_t)draw(256);
        return n;
    case 1:
        memmove(text + at, text + at + len, n - at - len);
        return n - len;
    case 2:
        memmove(text + at + len, text + at, n - at);
        return n + len;
    default:
        len = strlen(token);
        memmove(text + at + len, text + at, n - at);
        memcpy(text + at, token, len);
        return n + len;
    }
}

static void
run_file(const char *path, long n_mutations)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return;
    size_t n = fread(original, 1, sizeof original, file);
    fclose(file);
    LLVMFuzzerTestOneInput(original, n);
    n_runs++;
    for (long i = 0; i < n_mutations && n < 20000; i++) {
        size_t len = n;
        memcpy(changed, original, n);
        for (uint64_t k = 1 + draw(3); k > 0; k--)
            len = mutate(changed, len);
        LLVMFuzzerTestOneInput(changed, len);
        n_runs++;
    }
}

static int
run_folder(const char *folder, long n_mutations)
{
    char path[1024];
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            run_file(path, n_mutations);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return n > 2;
}

int
main(int argc, char **argv)
{
    const char *seed = getenv("SPLIT_TEST_SEED"), *mutations = getenv("SPLIT_MUTATIONS");
    int failed = argc < 2;
    state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("SPLIT_TEST_SEED=%llu\n", (unsigned long long)state);
    fflush(stdout);
    for (int i = 1; i < argc; i++)
        failed |= !run_folder(argv[i], mutations != NULL ? strtol(mutations, NULL, 10) : 200);
    printf("%zu inputs, %s\n", n_runs, failed ? "a folder is missing or empty" : "all survived");
    return failed;
}
