/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "policy_text.h"
#include "split/route.h"

static char folder[64], path[128];

static void
make_folder(void)
{
    strcpy(folder, "/tmp/split-publish-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/route.json", folder);
}

static void
remove_folder(void)
{
    char command[128];
    chmod(folder, 0700);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(publish, .init = make_folder, .fini = remove_folder);

static split_route *
build(uint64_t revision)
{
    split_policy *policy = NULL;
    split_plan_options o;
    split_plan *plan = NULL;
    split_route *route = NULL;
    cr_assert_eq(split_policy_load(POLICY_SMALL, strlen(POLICY_SMALL), NULL, NULL, 0, NULL, &policy), SPLIT_OK);
    cr_assert_eq(split_policy_plan_options(policy, &o), SPLIT_OK);
    cr_assert_eq(split_plan_new(&o, NULL, &plan), SPLIT_OK);
    cr_assert_eq(split_route_build(policy, plan, revision, 0, NULL, &route), SPLIT_OK);
    split_plan_free(&plan, NULL);
    split_policy_free(&policy, NULL);
    return route;
}

static int
publish(uint64_t revision, uint64_t expected, split_error *error)
{
    split_route *route = build(revision);
    int err = split_route_publish(route, path, expected, error);
    split_route_free(&route, NULL);
    return err;
}

/* Revision on disk, 0 when there is no readable route. */
static uint64_t
on_disk(void)
{
    split_route *route = NULL;
    uint64_t revision = 0;
    if (split_route_load_file(path, NULL, NULL, 0, NULL, &route) == SPLIT_OK)
        revision = split_route_revision(route);
    split_route_free(&route, NULL);
    return revision;
}

static int
left_over(void)
{
    char name[256];
    snprintf(name, sizeof name, "%s.new", path);
    return access(name, F_OK) == 0;
}

Test(publish, first_route_expects_no_file_and_next_ones_the_one_before)
{
    cr_assert_eq(publish(1, 0, NULL), SPLIT_OK);
    cr_assert_eq(on_disk(), 1);
    cr_assert_eq(publish(2, 1, NULL), SPLIT_OK);
    cr_assert_eq(publish(10, 2, NULL), SPLIT_OK);
    cr_assert_eq(on_disk(), 10);
    cr_assert(!left_over());
}

Test(publish, writes_exactly_the_text)
{
    char text[2000] = "";
    split_route *route = build(1);
    cr_assert_eq(split_route_publish(route, path, 0, NULL), SPLIT_OK);
    FILE *file = fopen(path, "r");
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    cr_assert_str_eq(text, split_route_text(route, NULL));
    split_route_free(&route, NULL);
}

Test(publish, second_writer_with_an_old_view_is_told)
{
    split_error error = {.size = sizeof error};
    cr_assert_eq(publish(1, 0, NULL), SPLIT_OK);
    cr_assert_eq(publish(2, 1, NULL), SPLIT_OK);
    cr_assert_eq(publish(2, 1, &error), SPLIT_ERR_CONFLICT);
    cr_assert_eq(error.code, SPLIT_ERR_CONFLICT);
    cr_assert(strstr(error.text, "revision 2, not 1") != NULL, "%s", error.text);
    cr_assert_eq(publish(1, 0, &error), SPLIT_ERR_CONFLICT, "expected no file, but there is one");
    cr_assert_eq(on_disk(), 2);
    unlink(path);
    cr_assert_eq(publish(3, 2, &error), SPLIT_ERR_CONFLICT, "expected revision 2, but there is no file");
}

Test(publish, revision_only_grows)
{
    split_error error = {.size = sizeof error};
    cr_assert_eq(publish(5, 0, NULL), SPLIT_OK);
    cr_assert_eq(publish(5, 5, &error), SPLIT_ERR_REVISION);
    cr_assert_eq(publish(4, 5, &error), SPLIT_ERR_REVISION);
    cr_assert_eq(on_disk(), 5);
}

Test(publish, does_not_overwrite_what_is_no_route)
{
    split_error error = {.size = sizeof error};
    FILE *file = fopen(path, "w");
    fputs("{\"schema\":1", file);
    fclose(file);
    cr_assert_eq(publish(1, 0, &error), SPLIT_ERR_JSON);
    cr_assert_eq(error.code, SPLIT_ERR_JSON);
    cr_assert(!left_over());
}

Test(publish, does_not_overwrite_the_route_of_another_split)
{
    split_error error = {.size = sizeof error};
    char text[2000] = "";
    cr_assert_eq(publish(1, 0, NULL), SPLIT_OK);
    FILE *file = fopen(path, "r+");
    size_t n = fread(text, 1, sizeof text - 1, file);
    memcpy(strstr(text, "\"split\":\"s\""), "\"split\":\"t\"", 11);
    rewind(file);
    cr_assert_eq(fwrite(text, 1, n, file), n);
    fclose(file);
    cr_assert_eq(publish(2, 1, &error), SPLIT_ERR_NAME);
    cr_assert_eq(on_disk(), 1);
}

Test(publish, full_disk_leaves_the_route_as_it_was)
{
    struct rlimit limit = {100, 100}; /* a file may not grow over 100 bytes, as on a disk that is full */
    split_error error = {.size = sizeof error};
    cr_assert_eq(publish(1, 0, NULL), SPLIT_OK);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_assert_eq(publish(2, 1, &error), SPLIT_ERR_IO);
    cr_assert(strstr(error.text, "File too large") != NULL, "%s", error.text);
    cr_assert_eq(on_disk(), 1);
    cr_assert(!left_over());
}

Test(publish, says_why_a_folder_cannot_be_written)
{
    split_error error = {.size = sizeof error};
    char inside[200];
    split_route *route = build(1);
    snprintf(inside, sizeof inside, "%s/none/route.json", folder);
    cr_assert_eq(split_route_publish(route, inside, 0, &error), SPLIT_ERR_IO);
    cr_assert(strstr(error.text, "No such file or directory") != NULL, "%s", error.text);
    split_route_free(&route, NULL);
}

Test(publish, unwritable_folder_is_told_and_changes_nothing)
{
    split_error error = {.size = sizeof error};
    cr_assert_eq(publish(1, 0, NULL), SPLIT_OK);
    cr_assert_eq(chmod(folder, 0500), 0);
    pid_t child = fork();
    if (child == 0) {
        /* root may write anywhere; nobody may not */
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        _exit(publish(2, 1, &error) == SPLIT_ERR_IO ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    cr_assert_eq(on_disk(), 1);
}

Test(publish, a_folder_that_cannot_be_synced_is_told_with_the_route_in_force)
{
    static split_error error = {.size = sizeof error};
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (chown(folder, 65534, 65534) != 0 || setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        /* may go in and write, but not open the folder itself */
        if (publish(1, 0, NULL) != SPLIT_OK || chmod(folder, 0300) != 0)
            _exit(3);
        bool told = publish(2, 1, &error) == SPLIT_ERR_IO && strstr(error.text, "is in force") != NULL;
        _exit(told ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    chmod(folder, 0700);
    cr_assert_eq(on_disk(), 2);
}

Test(publish, does_not_wait_for_ever_for_a_writer_that_was_stopped)
{
    split_error error = {.size = sizeof error};
    char lock[160];
    int ready[2];
    snprintf(lock, sizeof lock, "%s.lock", path);
    cr_assert_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(lock, O_RDWR | O_CREAT, 0600);
        _exit(flock(fd, LOCK_EX) == 0 && write(ready[1], "x", 1) == 1 ? pause() : 1);
    }
    char byte;
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    cr_assert_eq(publish(1, 0, &error), SPLIT_ERR_CONFLICT);
    cr_assert(strstr(error.text, "has held the lock") != NULL, "%s", error.text);
    cr_assert_eq(on_disk(), 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_assert_eq(publish(1, 0, &error), SPLIT_OK, "the lock ends with its holder");
}

Test(publish, keeps_the_mode_of_the_file)
{
    struct stat st;
    cr_assert_eq(publish(1, 0, NULL), SPLIT_OK);
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(publish(2, 1, NULL), SPLIT_OK);
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0640);
}

Test(publish, works_beside_in_the_current_folder)
{
    split_route *route = build(1);
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(split_route_publish(route, "route.json", 0, NULL), SPLIT_OK);
    cr_assert_eq(on_disk(), 1);
    split_route_free(&route, NULL);
}

Test(publish, refuses_null_and_endless_paths)
{
    char longest[6000];
    split_error error = {.size = sizeof error};
    split_route *route = build(1);
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    cr_assert_eq(split_route_publish(NULL, path, 0, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_publish(route, NULL, 0, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_publish(route, "", 0, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_route_publish(route, longest, 0, &error), SPLIT_ERR_ARG);
    split_route_free(&route, NULL);
}
