/* SPDX-License-Identifier: MIT */
/* Assign users to variants, change the weights, and see who moves. */
#include <split/assign.h>

#include <stdio.h>
#include <string.h>

int
main(void)
{
    static const char *const names[] = {"new", "legacy"};
    static const char *const users[] = {"user-1", "user-42", "j\xc3\xbcrgen"};
    const uint64_t start[] = {10, 90}, half[] = {50, 50};
    split_plan_options options;
    split_plan *plan = NULL, *next = NULL;
    split_assignment got;
    uint32_t moved = 0;

    split_plan_options_init(&options);
    options.name = "search";
    options.weights = start;
    options.n_variants = 2;
    options.default_variant = 1;
    if (split_plan_new(&options, NULL, &plan) != 0)
        return 1;
    for (size_t i = 0; i < 3; i++) {
        if (split_assign(plan, users[i], strlen(users[i]), &got) != 0)
            return 1;
        printf("%s: %s (bucket %u)\n", users[i], names[got.variant], got.bucket);
    }
    if (split_plan_reweight_new(plan, half, 2, NULL, &next, &moved) != 0)
        return 1;
    printf("10%% to 50%% moves %u of %d buckets\n", moved, SPLIT_BUCKETS);
    split_plan_free(&next, NULL);
    split_plan_free(&plan, NULL);
    return 0;
}
