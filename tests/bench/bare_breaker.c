/* SPDX-License-Identifier: MIT */
#include "bare_breaker.h"

#include <string.h>

static void
new_generation(bare_breaker *b, int64_t now)
{
    b->generation++;
    b->requests = b->successes = b->failures = b->run_of_successes = b->run_of_failures = 0;
    b->expiry = now + b->interval;
}

static void
roll(bare_breaker *b, int64_t now)
{
    if (b->state == 0 && b->expiry < now)
        new_generation(b, now);
    if (b->state == 2 && b->expiry < now) {
        b->state = 1;
        new_generation(b, now);
    }
}

bool
bare_breaker_before(bare_breaker *b, int64_t now, uint64_t *generation)
{
    roll(b, now);
    *generation = b->generation;
    if (b->state == 2 || (b->state == 1 && b->requests >= 1))
        return false;
    b->requests++;
    return true;
}

void
bare_breaker_after(bare_breaker *b, int64_t now, uint64_t generation, bool success)
{
    roll(b, now);
    if (generation != b->generation)
        return;
    if (success) {
        b->successes++;
        b->run_of_successes++;
        b->run_of_failures = 0;
        return;
    }
    b->failures++;
    b->run_of_failures++;
    b->run_of_successes = 0;
    if (b->run_of_failures > 5) {
        b->state = 2;
        new_generation(b, now);
    }
}
