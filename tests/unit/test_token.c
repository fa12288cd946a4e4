/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "counting_alloc.h"
#include "plans.h"
#include "split/token.h"

#define SECOND INT64_C(1000000)
#define NOW (INT64_C(1790000000) * SECOND)
#define NOW_S INT64_C(1790000000)

static const unsigned char secret_a[32] = "0123456789abcdef0123456789abcdef",
                           secret_b[16] = "another-secret!!";
static const split_token_key key_a = {"2026a", secret_a, 32}, key_b = {"2026b", secret_b, 16};
static const split_stored stored = {7, NOW_S - 100, NOW_S - 50, "new"};

static split_token_options
options(const split_token_key *keys, size_t n_keys)
{
    split_token_options o;
    split_token_options_init(&o);
    o.split = "checkout";
    o.keys = keys;
    o.n_keys = n_keys;
    return o;
}

static split_token *
token_of(const split_token_options *o)
{
    split_token *token = NULL;
    cr_assert_eq(split_token_new(o, NULL, &token), 0);
    return token;
}

static int
error_of(const split_token_options *o)
{
    split_token *token = NULL;
    int err = split_token_new(o, NULL, &token);
    split_token_free(&token, NULL);
    return err;
}

static uint32_t
status_at(const split_token *token, const char *text, size_t len, const char *subject, split_us now)
{
    split_stored got;
    uint32_t status = 99;
    cr_assert_eq(split_token_read(token, text, len, subject, strlen(subject), now, &got, &status),
                 0);
    return status;
}

static uint32_t
status_of(const split_token *token, const char *text)
{
    return status_at(token, text, strlen(text), "visitor-1", NOW);
}

static void
write_for(const split_token *token, const split_stored *what, const char *subject, char *out)
{
    cr_assert_eq(
        split_token_write(token, what, subject, strlen(subject), out, SPLIT_TOKEN_TEXT_MAX + 1), 0);
}

Test(token, unsigned_value_is_what_the_header_says)
{
    split_token_options o = options(NULL, 0);
    split_token *token = token_of(&o);
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    split_stored got;
    uint32_t status;
    write_for(token, &stored, "visitor-1", text);
    cr_assert_str_eq(text, "1:7:1789999900:1789999950:new:-");
    cr_assert_eq(split_token_read(token, text, strlen(text), "x", 1, NOW, &got, &status), 0);
    cr_assert_eq(status, SPLIT_TOKEN_VALID);
    cr_assert(got.revision == 7 && got.issued_s == stored.issued_s && got.seen_s == stored.seen_s);
    cr_assert_str_eq(got.variant, "new");
    split_token_free(&token, NULL);
}

/* Computed with Python: hmac.new(secret_a, b"checkout\0" + value + b"\0visitor-1", "sha256"),
 * base64url. */
Test(token, signature_is_hmac_sha_256_over_split_value_and_subject)
{
    split_token_options o = options(&key_a, 1);
    split_token *token = token_of(&o);
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    write_for(token, &stored, "visitor-1", text);
    cr_assert_str_eq(
        text, "1:7:1789999900:1789999950:new:2026a:BTs3wxYlLR1FPZWuaKgXGnFap6Mxx_ThxyZE5u_IQQk");
    cr_assert_eq(status_of(token, text), SPLIT_TOKEN_VALID);
    split_token_free(&token, NULL);
}

Test(token, every_changed_byte_and_every_cut_is_refused)
{
    split_token_options o = options(&key_a, 1);
    split_token *token = token_of(&o);
    char text[SPLIT_TOKEN_TEXT_MAX + 1], bad[SPLIT_TOKEN_TEXT_MAX + 1];
    write_for(token, &stored, "visitor-1", text);
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bad, text, n + 1);
            bad[i] = (char)(bad[i] ^ (1 << bit));
            cr_assert_neq(status_at(token, bad, n, "visitor-1", NOW), SPLIT_TOKEN_VALID,
                          "byte %zu bit %d", i, bit);
        }
        cr_assert_eq(status_at(token, text, i, "visitor-1", NOW),
                     (uint32_t)(i == 0 ? SPLIT_TOKEN_ABSENT : SPLIT_TOKEN_MALFORMED), "cut at %zu",
                     i);
    }
    split_token_free(&token, NULL);
}

Test(token, a_value_of_another_visitor_or_split_is_forged)
{
    split_token_options o = options(&key_a, 1);
    split_token *token = token_of(&o);
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    write_for(token, &stored, "visitor-1", text);
    cr_assert_eq(status_at(token, text, strlen(text), "visitor-2", NOW), SPLIT_TOKEN_FORGED);
    split_token_free(&token, NULL);
    o.split = "search";
    token = token_of(&o);
    cr_assert_eq(status_of(token, text), SPLIT_TOKEN_FORGED);
    split_token_free(&token, NULL);
}

Test(token, keys_are_changed_without_losing_a_decision)
{
    const split_token_key both[2] = {key_b, key_a}, impostor = {"2026a", secret_b, 16};
    split_token_options old = options(&key_a, 1), turning = options(both, 2),
                        new = options(&key_b, 1);
    split_token_options fake = options(&impostor, 1);
    split_token *t_old = token_of(&old), *t_turning = token_of(&turning), *t_new = token_of(&new);
    split_token *t_fake = token_of(&fake);
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    write_for(t_old, &stored, "visitor-1", text);
    cr_assert_eq(status_of(t_turning, text), SPLIT_TOKEN_VALID);
    cr_assert_eq(status_of(t_new, text), SPLIT_TOKEN_UNKNOWN_KEY);
    cr_assert_eq(status_of(t_fake, text), SPLIT_TOKEN_FORGED);
    write_for(t_turning, &stored, "visitor-1", text);
    cr_assert_eq(status_of(t_new, text), SPLIT_TOKEN_VALID, "the first key signs");
    split_token *all[] = {t_old, t_turning, t_new, t_fake};
    for (size_t i = 0; i < 4; i++)
        split_token_free(&all[i], NULL);
}

Test(token, signed_and_unsigned_values_are_not_mixed)
{
    split_token_options with = options(&key_a, 1), without = options(NULL, 0);
    split_token *t_with = token_of(&with), *t_without = token_of(&without);
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    write_for(t_without, &stored, "visitor-1", text);
    cr_assert_eq(status_of(t_with, text), SPLIT_TOKEN_UNSIGNED);
    write_for(t_with, &stored, "visitor-1", text);
    cr_assert_eq(status_of(t_without, text), SPLIT_TOKEN_MALFORMED);
    split_token_free(&t_with, NULL);
    split_token_free(&t_without, NULL);
}

Test(token, age_idleness_and_future_are_checked_to_the_second)
{
    split_token_options o = options(NULL, 0);
    o.max_age_us = 1000 * SECOND;
    o.idle_us = 300 * SECOND;
    o.skew_us = 5 * SECOND;
    split_token *token = token_of(&o);
    static const struct {
        int64_t issued, seen;
        uint32_t want;
    } cases[] = {{-1000, 0, SPLIT_TOKEN_VALID},   {-1001, 0, SPLIT_TOKEN_EXPIRED},
                 {-500, -300, SPLIT_TOKEN_VALID}, {-500, -301, SPLIT_TOKEN_IDLE},
                 {5, 5, SPLIT_TOKEN_VALID},       {6, 6, SPLIT_TOKEN_FUTURE},
                 {-1, 6, SPLIT_TOKEN_FUTURE},     {-1001, 6, SPLIT_TOKEN_FUTURE},
                 {0, 0, SPLIT_TOKEN_VALID}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[SPLIT_TOKEN_TEXT_MAX + 1];
        const split_stored s = {7, NOW_S + cases[i].issued, NOW_S + cases[i].seen, "new"};
        write_for(token, &s, "", text);
        cr_assert_eq(status_of(token, text), cases[i].want, "case %zu", i);
    }
    split_token_free(&token, NULL);
}

Test(token, the_fence_makes_older_revisions_void)
{
    split_token_options o = options(NULL, 0);
    o.fence = 8;
    split_token *token = token_of(&o);
    cr_assert_eq(status_of(token, "1:7:1789999900:1789999950:new:-"), SPLIT_TOKEN_FENCED);
    cr_assert_eq(status_of(token, "1:8:1789999900:1789999950:new:-"), SPLIT_TOKEN_VALID);
    split_token_free(&token, NULL);
}

Test(token, only_one_way_of_writing_is_read)
{
    static const char *const bad[] = {"2:7:1789999900:1789999950:new:-",
                                      "1:07:1789999900:1789999950:new:-",
                                      "1:7:1789999900:1789999950:new",
                                      "1:7:1789999900:1789999950:new:-x",
                                      "1:7:1789999900:1789999950::-",
                                      "1:7:1789999900:1789999950:.new:-",
                                      "1:-7:1789999900:1789999950:new:-",
                                      "1:7:1789999950:1789999900:new:-",
                                      "1::1789999900:1789999950:new:-",
                                      " 1:7:1789999900:1789999950:new:-",
                                      "1:7:1789999900:1789999950:new:- ",
                                      "1:7:1789999900:1789999950:n w:-",
                                      "1:9999999999999999999:1:1:new:-",
                                      "garbage",
                                      "1",
                                      "1:7:1789999900:1789999950:new:k:",
                                      "1:7:1789999900:1789999950:new:k:short"};
    split_token_options o = options(NULL, 0);
    split_token *token = token_of(&o);
    char over[SPLIT_TOKEN_TEXT_MAX + 1];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(status_of(token, bad[i]), SPLIT_TOKEN_MALFORMED, "%s", bad[i]);
    cr_assert_eq(status_at(token, "1:7:1789999900:1789999950:n\0w:-", 30, "", NOW),
                 SPLIT_TOKEN_MALFORMED);
    memset(over, '1', sizeof over);
    cr_assert_eq(status_at(token, over, sizeof over, "", NOW), SPLIT_TOKEN_TOO_LONG);
    cr_assert_eq(status_at(token, over, sizeof over - 1, "", NOW), SPLIT_TOKEN_MALFORMED);
    cr_assert_eq(status_at(token, NULL, 0, "", NOW), SPLIT_TOKEN_ABSENT);
    split_token_free(&token, NULL);
}

/* Random texts near the true form never read as valid, and never read outside (run with
 * AddressSanitizer). */
Test(token, mutated_values_are_never_valid_for_a_signed_split)
{
    uint64_t seed = test_seed("token mutations", 31);
    split_token_options o = options(&key_a, 1);
    split_token *token = token_of(&o);
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    write_for(token, &stored, "visitor-1", text);
    size_t n = strlen(text);
    for (int i = 0; i < 20000; i++) {
        char *bad = malloc(n);
        size_t len = 1 + test_random(&seed) % n;
        memcpy(bad, text, n);
        for (uint64_t edits = 1 + test_random(&seed) % 4; edits > 0; edits--)
            bad[test_random(&seed) % len] = (char)test_random(&seed);
        if (len < n || memcmp(bad, text, n) != 0)
            cr_assert_neq(status_at(token, bad, len, "visitor-1", NOW), SPLIT_TOKEN_VALID);
        free(bad);
    }
    split_token_free(&token, NULL);
}

Test(token, writing_refuses_what_cannot_be_read_back)
{
    split_token_options o = options(&key_a, 1);
    split_token *token = token_of(&o);
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    static char long_subject[SPLIT_KEY_BYTES_MAX + 1];
    split_stored s = stored;
    cr_assert_eq(split_token_write(NULL, &s, "x", 1, text, sizeof text), SPLIT_ERR_ARG);
    cr_assert_eq(split_token_write(token, &s, NULL, 1, text, sizeof text), SPLIT_ERR_ARG);
    cr_assert_eq(split_token_write(token, &s, long_subject, sizeof long_subject, text, sizeof text),
                 SPLIT_ERR_KEY);
    cr_assert_eq(split_token_write(token, &s, "x", 1, text, 60), SPLIT_ERR_SPACE);
    s.seen_s = s.issued_s - 1;
    cr_assert_eq(split_token_write(token, &s, "x", 1, text, sizeof text), SPLIT_ERR_VALUE);
    s.issued_s = -1;
    cr_assert_eq(split_token_write(token, &s, "x", 1, text, sizeof text), SPLIT_ERR_VALUE);
    strcpy(s.variant, "a b");
    cr_assert_eq(split_token_write(token, &s, "x", 1, text, sizeof text), SPLIT_ERR_NAME);
    memset(s.variant, 'v', SPLIT_NAME_BYTES_MAX);
    s.variant[SPLIT_NAME_BYTES_MAX] = '\0';
    s.revision = 999999999999999999;
    s.issued_s = s.seen_s = 999999999999999999;
    cr_assert_eq(split_token_write(token, &s, "x", 1, text, sizeof text), 0,
                 "the longest value fits");
    split_token_free(&token, NULL);
}

Test(token, options_are_checked)
{
    const split_token_key short_secret = {"k", secret_a, 15}, bad_id = {"k:1", secret_a, 16},
                          null = {"k", NULL, 16}, long_id = {"12345678901234567", secret_a, 16},
                          twice[2] = {key_a, key_a};
    split_token_options o = options(&short_secret, 1);
    cr_assert_eq(error_of(&o), SPLIT_ERR_VALUE);
    o.keys = &bad_id;
    cr_assert_eq(error_of(&o), SPLIT_ERR_NAME);
    o.keys = &long_id;
    cr_assert_eq(error_of(&o), SPLIT_ERR_NAME);
    o.keys = &null;
    cr_assert_eq(error_of(&o), SPLIT_ERR_ARG);
    o = options(twice, 2);
    cr_assert_eq(error_of(&o), SPLIT_ERR_DUPLICATE);
    o.n_keys = 9;
    cr_assert_eq(error_of(&o), SPLIT_ERR_LIMIT);
    o = options(NULL, 1);
    cr_assert_eq(error_of(&o), SPLIT_ERR_ARG);
    o = options(NULL, 0);
    o.split = "a b";
    cr_assert_eq(error_of(&o), SPLIT_ERR_NAME);
    o.split = NULL;
    cr_assert_eq(error_of(&o), SPLIT_ERR_ARG);
    o = options(NULL, 0);
    o.max_age_us = 0;
    cr_assert_eq(error_of(&o), SPLIT_ERR_VALUE);
    o.size = 0;
    cr_assert_eq(error_of(&o), SPLIT_ERR_STRUCT);
    cr_assert_eq(split_token_size(&o), 0);
}

Test(token, options_follow_the_size_rule)
{
    struct {
        split_token_options o;
        uint64_t newer;
    } next = {options(NULL, 0), 0};
    next.o.size = sizeof next;
    cr_assert_eq(error_of(&next.o), 0);
    next.newer = 1;
    cr_assert_eq(error_of(&next.o), SPLIT_ERR_NEWER);
}

Test(token, memory_must_be_aligned_and_large_enough_and_is_given_back)
{
    static uint64_t mem[512];
    counting_alloc c;
    split_token *token = NULL;
    split_token_options o = options(&key_a, 1);
    size_t size = split_token_size(&o);
    cr_assert(size > 0 && size <= sizeof mem);
    cr_assert_eq(split_token_init(mem, size - 1, &o, &token), SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_token_init((char *)mem + 2, size, &o, &token), SPLIT_ERR_ALIGN);
    cr_assert_eq(split_token_init(NULL, size, &o, &token), SPLIT_ERR_ARG);
    cr_assert_eq(split_token_init(mem, size, &o, &token), 0);
    token = NULL;
    counting_alloc_init(&c);
    c.fail_at = 1;
    cr_assert_eq(split_token_new(&o, &c.alloc, &token), SPLIT_ERR_NOMEM);
    cr_assert_eq(split_token_new(&o, &c.alloc, &token), 0);
    split_token_free(&token, &c.alloc);
    o.split = "?";
    cr_assert_eq(split_token_new(&o, &c.alloc, &token), SPLIT_ERR_NAME);
    split_token_free(&token, &c.alloc);
    split_token_free(NULL, NULL);
    cr_assert_eq(c.n_live, 0);
}

Test(token, keys_are_read_from_text)
{
    static const char text[] = "# keys of 2026\n2026b:00112233445566778899aabbccddeeff,\n"
                               "2026a:FFeeddccbbaa99887766554433221100ff # old\n";
    char ids[8][SPLIT_TOKEN_KEY_ID_MAX + 1];
    unsigned char secrets[8][SPLIT_TOKEN_SECRET_MAX];
    split_token_key keys[8];
    size_t n = 0;
    cr_assert_eq(split_token_keys_parse(text, sizeof text - 1, ids, secrets, keys, 8, &n), 0);
    cr_assert_eq(n, 2);
    cr_assert_str_eq(keys[0].id, "2026b");
    cr_assert(keys[0].secret_len == 16 && keys[0].secret[15] == 0xff && keys[1].secret_len == 17);
    cr_assert_eq(split_token_keys_parse(text, sizeof text - 1, ids, secrets, keys, 1, &n),
                 SPLIT_ERR_LIMIT);
    static const char *const bad[] = {"",
                                      "# only this",
                                      "k",
                                      "k:",
                                      "k:00",
                                      "k:0g112233445566778899aabbccddeeff",
                                      ":00112233445566778899aabbccddeeff",
                                      "k:00112233445566778899aabbccddeeff0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(split_token_keys_parse(bad[i], strlen(bad[i]), ids, secrets, keys, 8, &n),
                     SPLIT_ERR_FIELD, "%s", bad[i]);
    cr_assert_eq(split_token_keys_parse(NULL, 0, ids, secrets, keys, 8, &n), SPLIT_ERR_ARG);
}

/* ---- decisions ---- */

static const char *const names[2] = {"new", "legacy"};

typedef struct decided {
    split_assignment a;
    uint32_t status;
    split_stored renew;
} decided;

static decided
decide(const split_token *token, const split_plan *plan, const char *text, split_us now)
{
    decided d = {{99, 0, 0}, 99, {0, 0, 0, ""}};
    cr_assert_eq(split_token_decide(token, plan, names, 2, text, text != NULL ? strlen(text) : 0,
                                    "visitor-1", 9, now, 12, &d.a, &d.status, &d.renew),
                 0);
    return d;
}

Test(token, first_visit_is_drawn_and_stored_and_then_kept_through_changes)
{
    split_token_options o = options(&key_a, 1);
    split_token *token = token_of(&o);
    split_plan *plan = PLAN_OF(100, 0), *turned = NULL;
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
    decided d = decide(token, plan, NULL, NOW);
    cr_assert(d.a.variant == 0 && d.a.reason == SPLIT_RULE_HASH && d.status == SPLIT_TOKEN_ABSENT);
    cr_assert_str_eq(d.renew.variant, "new");
    cr_assert(d.renew.revision == 12 && d.renew.issued_s == NOW_S && d.renew.seen_s == NOW_S);
    write_for(token, &d.renew, "visitor-1", text);
    cr_assert_eq(
        split_plan_reweight_new(plan, (const uint64_t[]){1, 999999}, 2, NULL, &turned, NULL), 0);
    d = decide(token, turned, text, NOW + SECOND);
    cr_assert(d.a.variant == 0 && d.a.reason == SPLIT_RULE_STORED && d.status == SPLIT_TOKEN_VALID);
    cr_assert_str_eq(d.renew.variant, "", "nothing to write");
    split_plan_free(&plan, NULL);
    split_plan_free(&turned, NULL);
    split_token_free(&token, NULL);
}

Test(token, weight_zero_drains_stored_decisions)
{
    split_token_options o = options(NULL, 0);
    split_token *token = token_of(&o);
    split_plan *plan = PLAN_OF(0, 100);
    decided d = decide(token, plan, "1:7:1789999900:1789999950:new:-", NOW);
    cr_assert(d.a.variant == 1 && d.status == SPLIT_TOKEN_DRAINED && d.a.reason == SPLIT_RULE_HASH);
    cr_assert_str_eq(d.renew.variant, "legacy");
    d = decide(token, plan, "1:7:1789999900:1789999950:beta:-", NOW);
    cr_assert(d.a.variant == 1 && d.status == SPLIT_TOKEN_GONE);
    split_plan_free(&plan, NULL);
    split_token_free(&token, NULL);
}

Test(token, bad_values_fall_back_to_the_plan_and_are_replaced)
{
    split_token_options o = options(&key_a, 1);
    split_token *token = token_of(&o);
    split_plan *plan = PLAN_OF(0, 100);
    decided d = decide(
        token, plan,
        "1:7:1789999900:1789999950:legacy:2026a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NOW);
    cr_assert(d.a.variant == 1 && d.status == SPLIT_TOKEN_FORGED && d.a.reason == SPLIT_RULE_HASH);
    cr_assert_str_eq(d.renew.variant, "legacy");
    split_plan_free(&plan, NULL);
    split_token_free(&token, NULL);
}

Test(token, an_idle_life_is_renewed_but_the_absolute_one_is_not)
{
    split_token_options o = options(NULL, 0);
    o.idle_us = 400 * SECOND;
    split_token *token = token_of(&o);
    split_plan *plan = PLAN_OF(100, 1);
    decided d = decide(token, plan, "1:7:1789999000:1789999901:new:-", NOW);
    cr_assert(d.status == SPLIT_TOKEN_VALID && d.renew.variant[0] == '\0',
              "99 s of 400: too early");
    d = decide(token, plan, "1:7:1789999000:1789999900:new:-", NOW);
    cr_assert_str_eq(d.renew.variant, "new");
    cr_assert(d.renew.revision == 7 && d.renew.issued_s == 1789999000 && d.renew.seen_s == NOW_S);
    split_plan_free(&plan, NULL);
    split_token_free(&token, NULL);
}

Test(token, gates_overrule_and_a_missing_key_gets_the_default)
{
    const uint64_t w[2] = {1, 1};
    const split_override qa = {"visitor-1", 9, 1};
    split_plan_options po = plan_options(w, 2);
    split_token_options o = options(NULL, 0);
    split_token *token = token_of(&o);
    po.overrides = &qa;
    po.n_overrides = 1;
    split_plan *plan = plan_or_die(&po);
    decided d = decide(token, plan, "1:7:1789999900:1789999950:new:-", NOW);
    cr_assert(d.a.variant == 1 && d.a.reason == SPLIT_RULE_OVERRIDE &&
              d.status == SPLIT_TOKEN_OVERRULED);
    cr_assert_eq(
        split_token_decide(token, plan, names, 2, "x", 1, "", 0, NOW, 1, &d.a, &d.status, &d.renew),
        0);
    cr_assert(d.a.variant == 0 && d.a.reason == SPLIT_RULE_DEFAULT &&
              d.status == SPLIT_TOKEN_ABSENT);
    cr_assert_eq(split_token_decide(token, plan, names, 1, "x", 1, "k", 1, NOW, 1, &d.a, &d.status,
                                    &d.renew),
                 SPLIT_ERR_ARG);
    split_plan_free(&plan, NULL);
    po.mode = SPLIT_MODE_RANDOM;
    plan = plan_or_die(&po);
    cr_assert_eq(split_token_decide(token, plan, names, 2, "x", 1, "k", 1, NOW, 1, &d.a, &d.status,
                                    &d.renew),
                 SPLIT_ERR_MODE);
    split_plan_free(&plan, NULL);
    split_token_free(&token, NULL);
}

Test(token, statuses_have_names)
{
    for (uint32_t i = 0; i < SPLIT_TOKEN_STATUS_COUNT; i++)
        cr_assert_str_neq(split_token_status_name((int)i), "?");
    cr_assert_str_eq(split_token_status_name(SPLIT_TOKEN_FORGED), "forged");
    cr_assert_str_eq(split_token_status_name(SPLIT_TOKEN_STATUS_COUNT), "?");
}
