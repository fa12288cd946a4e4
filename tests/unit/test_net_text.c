/* SPDX-License-Identifier: MIT */
/* Peers' words on a terminal: what steers it goes, what can be read stays. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/text.h"

static void
expect_clean(const char *raw, const char *clean)
{
    char text[64];
    snprintf(text, sizeof text, "%s", raw);
    split__text_clean(text);
    cr_expect_str_eq(text, clean, "got '%s'", text);
}

Test(net_text, readable_text_stays)
{
    expect_clean("", "");
    expect_clean("plain ASCII ~", "plain ASCII ~");
    expect_clean("gr\xc3\xbc\xc3\x9f"
                 "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
                 "gr\xc3\xbc\xc3\x9f"
                 "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80");
    expect_clean("\xc2\xa0 \xed\x9f\xbf \xf4\x8f\xbf\xbf", "\xc2\xa0 \xed\x9f\xbf \xf4\x8f\xbf\xbf");
}

Test(net_text, controls_become_spaces)
{
    expect_clean("a\x1b[31mb\r\nc\x7f", "a [31mb  c ");
    expect_clean("a\xc2\x9b"
                 "31mb\xc2\x80\xc2\x9f",
                 "a 31mb  ");
}

Test(net_text, what_is_not_utf8_becomes_a_question_mark)
{
    expect_clean("\x9b"
                 "31m",
                 "?31m");
    expect_clean("\xff\xc0\xaf", "???");
    expect_clean("\xe0\x80\xaf", "???");
    expect_clean("\xed\xa0\x80", "???");
    expect_clean("\xf4\x90\x80\x80", "????");
    expect_clean("\xc3(", "?(");
}

Test(net_text, a_character_that_the_end_cuts_goes)
{
    expect_clean("ab\xc3", "ab");
    expect_clean("ab\xe6\x97", "ab");
    expect_clean("ab\xf0\x9f\x98", "ab");
}

Test(net_text, errors_are_cleaned)
{
    split_error error = {.size = sizeof error};
    cr_expect_eq(split__net_fault(&error, SPLIT_ERR_PEER, "it says %s", "\x1b]0;owned\a\xc2\x9bH"),
                 SPLIT_ERR_PEER);
    cr_expect_str_eq(error.text, "it says  ]0;owned  H");
    cr_expect_eq(error.code, SPLIT_ERR_PEER);
    cr_expect_eq(split__net_fault(NULL, SPLIT_ERR_NET, "x"), SPLIT_ERR_NET);
}
