/* SPDX-License-Identifier: MIT */
/* Names, texts and categories of the errors, all from SPLIT_ERR_MAP. */
#include "split/error.h"

const char *
split_version(void)
{
    return SPLIT_VERSION;
}

const char *
split_errname(int code)
{
    switch (code) {
    case SPLIT_OK:
        return "SPLIT_OK";
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return "SPLIT_ERR_" #name;
        SPLIT_ERR_MAP(XX)
#undef XX
    default:
        return "SPLIT_ERR_UNKNOWN";
    }
}

const char *
split_strerror(int code)
{
    switch (code) {
    case SPLIT_OK:
        return "success";
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_ERR_MAP(XX)
#undef XX
    default:
        return "unknown error";
    }
}

split_err_category
split_errcategory(int code)
{
    switch (code) {
    case SPLIT_OK:
        return SPLIT_CATEGORY_NONE;
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return (split_err_category)(-(number) / 100);
        SPLIT_ERR_MAP(XX)
#undef XX
    default:
        return SPLIT_CATEGORY_BUG;
    }
}
