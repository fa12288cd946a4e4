/* SPDX-License-Identifier: MIT */
/* Counting by user (design/verdicts.md M11). */
#include <criterion/criterion.h>

#include "counting_alloc.h"
#include "split/split.h"

static split_distinct_options o;
static split_distinct *d;

static void
begin(void)
{
    split_distinct_options_init(&o);
    o.n_slots = 64;
    cr_assert_eq(split_distinct_new(&o, NULL, &d), 0);
}

static void
end(void)
{
    split_distinct_free(&d, NULL);
}

TestSuite(distinct, .init = begin, .fini = end);

Test(distinct, tells_first_seen_and_first_failed_once_a_window)
{
    cr_assert_eq(split_distinct_note(d, 100, false), SPLIT_SEEN_FIRST);
    cr_assert_eq(split_distinct_note(d, 100, false), SPLIT_SEEN_AGAIN);
    cr_assert_eq(split_distinct_note(d, 100, true), SPLIT_SEEN_BAD);
    cr_assert_eq(split_distinct_note(d, 100, true), SPLIT_SEEN_AGAIN);
    cr_assert_eq(split_distinct_note(d, 100, false), SPLIT_SEEN_AGAIN);
    cr_assert_eq(split_distinct_note(d, 200, true), SPLIT_SEEN_FIRST_BAD);
    cr_assert_eq(split_distinct_count(d), 2);
    split_distinct_reset(d);
    cr_assert_eq(split_distinct_count(d), 0);
    cr_assert_eq(split_distinct_note(d, 100, false), SPLIT_SEEN_FIRST);
}

Test(distinct, keeps_users_apart_whose_hashes_share_a_slot)
{
    for (uint64_t i = 0; i < 20; i++)
        cr_assert_eq(split_distinct_note(d, i << 8, i % 2 == 0),
                     i % 2 == 0 ? SPLIT_SEEN_FIRST_BAD : SPLIT_SEEN_FIRST);
    for (uint64_t i = 0; i < 20; i++)
        cr_assert_eq(split_distinct_note(d, i << 8, true),
                     i % 2 == 0 ? SPLIT_SEEN_AGAIN : SPLIT_SEEN_BAD);
    cr_assert_eq(split_distinct_note(d, 0, false), SPLIT_SEEN_AGAIN,
                 "a hash of zero is a user like others");
}

Test(distinct, leaves_out_who_finds_no_room_and_says_so)
{
    for (uint64_t i = 0; i < 48; i++)
        cr_assert_eq(split_distinct_note(d, i * 0x9e3779b97f4a7c15u, false), SPLIT_SEEN_FIRST);
    cr_assert_eq(split_distinct_note(d, 12345678, true), SPLIT_SEEN_FULL);
    cr_assert_eq(split_distinct_left_out(d), 1);
    cr_assert_eq(split_distinct_count(d), 48);
    cr_assert_eq(split_distinct_note(d, 0x9e3779b97f4a7c15u, true), SPLIT_SEEN_BAD,
                 "users inside still count");
}

Test(distinct, refuses_options_out_of_range)
{
    double mem[100];
    split_distinct *out = NULL;
    cr_assert_leq(split_distinct_size(&o), sizeof mem);
    cr_assert_eq(split_distinct_init(mem, sizeof mem, &o, &out), 0);
    cr_assert_eq(split_distinct_init(NULL, sizeof mem, &o, &out), SPLIT_ERR_ARG);
    cr_assert_eq(split_distinct_init(mem, sizeof mem, &o, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_distinct_new(&o, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_distinct_init(mem, 16, &o, &out), SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_distinct_init((char *)mem + 4, sizeof mem - 4, &o, &out), SPLIT_ERR_ALIGN);
    o.n_slots = 65;
    cr_assert_eq(split_distinct_init(mem, sizeof mem, &o, &out), SPLIT_ERR_VALUE);
    o.n_slots = 32;
    cr_assert_eq(split_distinct_size(&o), 0u);
    o.size = 0;
    cr_assert_eq(split_distinct_init(mem, sizeof mem, &o, &out), SPLIT_ERR_STRUCT);
}

Test(distinct, gives_its_memory_back)
{
    counting_alloc c;
    counting_alloc_init(&c);
    split_distinct *out = NULL;
    cr_assert_eq(split_distinct_new(&o, &c.alloc, &out), 0);
    split_distinct_free(&out, &c.alloc);
    split_distinct_free(NULL, &c.alloc);
    cr_assert_eq(c.n_live, 0u);
    c.fail_at = c.n_calls + 1;
    cr_assert_eq(split_distinct_new(&o, &c.alloc, &out), SPLIT_ERR_NOMEM);
}
