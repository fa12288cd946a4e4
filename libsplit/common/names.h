/* SPDX-License-Identifier: MIT */
/* The name function of a registry, made from its X-macro of (name, number, text). Header only: all four
 * libraries may include it. */
#ifndef SPLIT_COMMON_NAMES_H
#define SPLIT_COMMON_NAMES_H

#define SPLIT__NAME_CASE(name, number, text)                                                       \
    case number:                                                                                   \
        return text;

/* Defines `const char *function(int number)`. A number outside the registry gives "?", never NULL,
 * so a name may be printed as it is. */
#define SPLIT__NAME_FUNCTION(function, map)                                                        \
    const char *function(int number)                                                               \
    {                                                                                              \
        switch (number) {                                                                          \
            map(SPLIT__NAME_CASE) default : return "?";                                            \
        }                                                                                          \
    }

#endif
