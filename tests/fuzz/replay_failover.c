/* SPDX-License-Identifier: MIT */
/* Plays random streams (and the files of a folder given) as the fuzzer would, without libFuzzer. The seed is printed; SPLIT_TEST_SEED repeats. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "failover_stream.h"

#define N_STREAMS 20000
#define STREAM_BYTES 4096

static uint8_t bytes[1 << 20];

static uint64_t
next(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int
play_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        return 2;
    }
    failover_stream_play(bytes, fread(bytes, 1, sizeof bytes, f));
    fclose(f);
    return 0;
}

static int
play_folder(const char *folder)
{
    char path[4096];
    DIR *dir = opendir(folder);
    int n = 0;
    if (dir == NULL) {
        perror(folder);
        return -1;
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (play_file(path) != 0)
            return -1;
        n++;
    }
    closedir(dir);
    return n;
}

int
main(int argc, char **argv)
{
    const char *given = getenv("SPLIT_TEST_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    for (int i = 1; i < argc; i++) {
        const int n = play_folder(argv[i]);
        if (n <= 0)
            return 2;
        printf("%d files of %s played\n", n, argv[i]);
    }
    printf("SPLIT_TEST_SEED=%llu\n", (unsigned long long)seed);
    fflush(stdout);
    for (int i = 0; i < N_STREAMS; i++) {
        const size_t n = next(&seed) % STREAM_BYTES;
        for (size_t k = 0; k < n; k++)
            bytes[k] = (uint8_t)(next(&seed) >> 24);
        failover_stream_play(bytes, n);
    }
    printf("%d streams played\n", N_STREAMS);
    return 0;
}
