/* SPDX-License-Identifier: MIT */
/* The journal's tables, and how an older journal gets them. */
#ifndef SPLITCTL_JOURNAL_SCHEMA_H
#define SPLITCTL_JOURNAL_SCHEMA_H

#include "journal/journal.h"

#define JOURNAL_SCHEMA 1

/* See that an open file is a journal of this version; JOURNAL_WRITE brings an older or empty one
 * up. CTL_NO_DATA, reported, for an empty file that is only to be read. */
int journal_check_schema(journal *j, journal_access access);

#endif
