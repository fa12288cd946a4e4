/* SPDX-License-Identifier: MIT */
/* A German host; its locale is made in a folder of the test when the machine has none. */
#include "comma_locale.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#define LOCALE "de_DE.UTF-8"

static char folder[64];

static bool
make_locale(void)
{
    char command[256];
    snprintf(folder, sizeof folder, "/tmp/split-locale-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return false;
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/" LOCALE " >/dev/null 2>&1",
             folder);
    return system(command) == 0 && setenv("LOCPATH", folder, 1) == 0 &&
           setlocale(LC_ALL, LOCALE) != NULL;
}

bool
comma_locale_begin(void)
{
    return setlocale(LC_ALL, LOCALE) != NULL || make_locale();
}

void
comma_locale_end(void)
{
    char command[128];
    setlocale(LC_ALL, "C");
    if (folder[0] == '\0')
        return;
    snprintf(command, sizeof command, "rm -r %s", folder);
    if (system(command) == 0)
        folder[0] = '\0';
}
