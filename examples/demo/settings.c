/* SPDX-License-Identifier: MIT */
/* The command line of split-load. */
#include <getopt.h>
#include <stdlib.h>

#include "load.h"

void
settings_usage(FILE *to)
{
    fputs("Usage: split-load --url URL [--visitors 2000] [--rate 400] [--seconds 10] "
          "[--post-percent 20]\n"
          "                  [--connections 64] [--seed 1] [--record FILE.csv] [--summary FILE] "
          "[--prefix TEXT]\n"
          "                  [--ids FILE] [--ca FILE]\n"
          "SIGTERM ends the load early; the summary is printed in any case.\n",
          to);
}

void
settings_parse(struct settings *set, int argc, char **argv)
{
    static const struct option known[] = {
        {"url", 1, NULL, 'u'},          {"visitors", 1, NULL, 'v'},
        {"rate", 1, NULL, 'r'},         {"seconds", 1, NULL, 's'},
        {"post-percent", 1, NULL, 'p'}, {"connections", 1, NULL, 'c'},
        {"seed", 1, NULL, 'e'},         {"record", 1, NULL, 'f'},
        {"summary", 1, NULL, 'y'},      {"prefix", 1, NULL, 'x'},
        {"ids", 1, NULL, 'i'},          {"ca", 1, NULL, 'a'},
        {"help", 0, NULL, 'h'},         {NULL, 0, NULL, 0}};
    int c;

    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (c) {
        case 'u':
            set->url = optarg;
            break;
        case 'v':
            set->visitors = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'r':
            set->rate = strtod(optarg, NULL);
            break;
        case 's':
            set->seconds = strtod(optarg, NULL);
            break;
        case 'p':
            set->post_percent = strtod(optarg, NULL);
            break;
        case 'c':
            set->connections = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'e':
            set->seed = strtoull(optarg, NULL, 10);
            break;
        case 'f':
            set->record = optarg;
            break;
        case 'y':
            set->summary = optarg;
            break;
        case 'x':
            set->prefix = optarg;
            break;
        case 'a':
            set->ca = optarg;
            break;
        case 'i':
            set->ids = optarg;
            break;
        default:
            settings_usage(c == 'h' ? stdout : stderr);
            exit(c == 'h' ? 0 : 1);
        }
    }
}
