/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "plans.h"
#include "split/export.h"

static const char *const names[] = {"new", "legacy"};
static const uint64_t weights[2] = {10, 90};
static char text[100000];

static int
export_of(const split_plan_options *plan_options, uint32_t format, const char *key)
{
    split_plan *plan = plan_or_die(plan_options);
    split_export_options o;
    size_t len = 0;
    split_export_options_init(&o);
    o.variants = names;
    o.n_variants = 2;
    o.format = format;
    o.key = key;
    int err = split_export(plan, &o, text, sizeof text, &len);
    cr_assert(err != 0 || len == strlen(text));
    split_plan_free(&plan, NULL);
    return err;
}

Test(export, two_variants_are_one_rule_of_haproxy)
{
    split_plan_options o = plan_options(weights, 2);
    o.default_variant = 1;
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_HAPROXY, NULL), 0);
    cr_assert_not_null(strstr(text, "req.fhdr(cookie,1),'regsub("));
    cr_assert_not_null(strstr(text, "[[:blank:]]*split_id[[:blank:]]*="));
    cr_assert_not_null(strstr(text, "str(test:),concat(,txn.split_key),xxh64(0),and(1048575)"));
    cr_assert_not_null(strstr(text, "str(new) if { var(txn.split_bucket) -m int 0:104857 }\n"));
    cr_assert_null(strstr(text, "104858"), "the default needs no rule");
}

Test(export, without_a_salt_the_key_itself_is_hashed)
{
    split_plan_options o = plan_options(weights, 2);
    o.salt = "";
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_HAPROXY, NULL), 0);
    cr_assert_not_null(strstr(text, "var(txn.split_key),xxh64(0)"));
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_ENVOY, NULL), 0);
    cr_assert_null(strstr(text, "lua"));
    cr_assert_not_null(strstr(text, "\"header_name\":\"x-split-key\""));
}

Test(export, weights_of_envoy_are_the_ranges)
{
    split_plan_options o = plan_options(weights, 2);
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_ENVOY, "x-user"), 0);
    cr_assert_not_null(strstr(text, "\"name\":\"new\",\"weight\":104858"));
    cr_assert_not_null(strstr(text, "\"name\":\"legacy\",\"weight\":943718"));
    cr_assert_not_null(strstr(text, "'test:' .. k"));
}

Test(export, another_sample_expression_of_haproxy_is_taken_as_it_is)
{
    split_plan_options o = plan_options(weights, 2);
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_HAPROXY, "req.hdr(x-user)"), 0);
    cr_assert_not_null(strstr(text, "set-var(txn.split_key) req.hdr(x-user)\n"));
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_HAPROXY, "req.cook(a.b)"), 0);
    cr_assert_not_null(strstr(text, "set-var(txn.split_key) req.cook(a.b)\n"));
}

Test(export, envoy_takes_the_first_usable_of_several_sources)
{
    split_plan_options o = plan_options(weights, 2);
    o.salt = "";
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_ENVOY, "x-user-id,cookie:split_id"), 0);
    cr_assert_not_null(strstr(text, "k = k or cookie(h, 'split_id')"));
    cr_assert_not_null(strstr(text, "\"header_name\":\"x-split-unit\""));
    static const char *const bad[] = {"",  ",", "a,", "a,,b", "X-User", "cookie:", "cookie:a.b", "a b",
                                      "a,b,c,d,e,f,g,h,i"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(export_of(&o, SPLIT_EXPORT_ENVOY, bad[i]), SPLIT_ERR_VALUE, "%s", bad[i]);
}

Test(export, what_a_system_cannot_do_is_refused)
{
    split_plan_options o = plan_options(weights, 2);
    o.mode = SPLIT_MODE_EVEN;
    for (uint32_t f = 0; f < 4; f++)
        cr_assert_eq(export_of(&o, f, NULL), SPLIT_ERR_MODE);
    o.mode = SPLIT_MODE_RANDOM;
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_TRINO, NULL), SPLIT_ERR_MODE);
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_HAPROXY, NULL), 0);
    o.mode = SPLIT_MODE_STICKY;
    o.coverage_e6 = 50 * SPLIT_PERCENT;
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_ENVOY, NULL), SPLIT_ERR_MODE);
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_CLICKHOUSE, NULL), 0);
}

Test(export, text_that_would_break_out_is_refused)
{
    const split_override line = {"a\nb", 3, 0}, backslash = {"a\\'", 3, 0};
    split_plan_options o = plan_options(weights, 2);
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_HAPROXY, "src } deny"), SPLIT_ERR_VALUE);
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_HAPROXY, ""), SPLIT_ERR_VALUE);
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_ENVOY, "x'y"), SPLIT_ERR_VALUE);
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_TRINO, "key; DROP"), SPLIT_ERR_VALUE);
    cr_assert_eq(export_of(&o, 4, NULL), SPLIT_ERR_VALUE);
    o.overrides = &line;
    o.n_overrides = 1;
    for (uint32_t f = 0; f < 4; f++)
        cr_assert_eq(export_of(&o, f, NULL), SPLIT_ERR_VALUE);
    o.overrides = &backslash;
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_CLICKHOUSE, NULL), SPLIT_ERR_VALUE);
    cr_assert_eq(export_of(&o, SPLIT_EXPORT_TRINO, NULL), 0);
    cr_assert_not_null(strstr(text, "= 'a\\'''"));
}

Test(export, arguments_are_checked)
{
    static const char *const bad[] = {"new", "a b"};
    split_plan *plan = PLAN_OF(10, 90);
    struct {
        split_export_options o;
        uint64_t newer;
    } next;
    size_t len = 0;
    memset(&next, 0, sizeof next);
    split_export_options_init(&next.o);
    split_export_options *o = &next.o;
    cr_assert_eq(split_export(plan, o, NULL, 0, &len), SPLIT_ERR_ARG, "no names");
    o->variants = names;
    o->n_variants = 3;
    cr_assert_eq(split_export(plan, o, NULL, 0, &len), SPLIT_ERR_ARG);
    o->n_variants = 2;
    cr_assert_eq(split_export(NULL, o, NULL, 0, &len), SPLIT_ERR_ARG);
    cr_assert_eq(split_export(plan, NULL, NULL, 0, &len), SPLIT_ERR_ARG);
    cr_assert_eq(split_export(plan, o, NULL, 1, &len), SPLIT_ERR_ARG);
    cr_assert_eq(split_export(plan, o, NULL, 0, &len), 0);
    cr_assert_gt(len, 100);
    cr_assert_eq(split_export(plan, o, text, len, &len), SPLIT_ERR_SPACE);
    cr_assert_eq(split_export(plan, o, text, len + 1, &len), 0);
    o->variants = bad;
    cr_assert_eq(split_export(plan, o, NULL, 0, &len), SPLIT_ERR_NAME);
    o->variants = names;
    o->size = sizeof next;
    next.newer = 1;
    cr_assert_eq(split_export(plan, o, NULL, 0, &len), SPLIT_ERR_NEWER);
    o->size = 0;
    cr_assert_eq(split_export(plan, o, NULL, 0, &len), SPLIT_ERR_STRUCT);
    split_plan_free(&plan, NULL);
}

Test(export, formats_have_names)
{
    cr_assert_str_eq(split_export_name(SPLIT_EXPORT_HAPROXY), "haproxy");
    cr_assert_str_eq(split_export_name(SPLIT_EXPORT_CLICKHOUSE), "clickhouse");
    cr_assert_str_eq(split_export_name(4), "?");
}
