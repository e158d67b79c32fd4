#define _GNU_SOURCE  // unshare, syscall
#include "CSandbox.h"

#include <errno.h>

#if __linux__

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// System call numbers, because the kernel headers may be older than the running kernel.
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

static int result(long returned) { return returned < 0 ? errno : 0; }

int csandbox_close_from(unsigned first) { return result(syscall(SYS_close_range, first, ~0U, 0)); }

int csandbox_forbid_new_privileges(void) { return result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }

int csandbox_enter_namespaces(void) { return result(unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC)); }

int csandbox_drop_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    return result(syscall(SYS_capset, &header, none));
}

int csandbox_landlock_version(void) {
    // LANDLOCK_CREATE_RULESET_VERSION
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    return version < 0 ? 0 : (int)version;
}

// struct landlock_ruleset_attr: the actions that a ruleset forbids unless one of its rules allows them.
struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

int csandbox_landlock_forbid_all(int version) {
    struct ruleset all = {.files = (1 << 13) - 1};
    size_t size = sizeof all.files;
    if (version >= 2) all.files |= 1 << 13;  // linking and renaming across directories
    if (version >= 3) all.files |= 1 << 14;  // truncating
    if (version >= 5) all.files |= 1 << 15;  // ioctl on devices
    if (version >= 4) {
        all.network = 3;  // binding, connecting
        size += sizeof all.network;
    }
    if (version >= 6) {
        all.scopes = 3;  // abstract sockets, signals
        size += sizeof all.scopes;
    }
    long ruleset = syscall(SYS_landlock_create_ruleset, &all, size, 0);
    if (ruleset < 0) return errno;
    int failed = result(syscall(SYS_landlock_restrict_self, (int)ruleset, 0));
    close((int)ruleset);
    return failed;
}

// Part of LLVM's profiling runtime (compiler-rt/lib/profile/InstrProfilingFile.c). Only builds that measure
// coverage are linked with it.
extern int __llvm_profile_set_file_object(FILE *file, int merge) __attribute__((weak));

void csandbox_write_coverage_to(const char *path) {
    if (!__llvm_profile_set_file_object) return;
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "r+");
    if (file) __llvm_profile_set_file_object(file, 1);
}

#else

int csandbox_close_from(unsigned first) { return ENOSYS; }
int csandbox_forbid_new_privileges(void) { return ENOSYS; }
int csandbox_enter_namespaces(void) { return ENOSYS; }
int csandbox_drop_capabilities(void) { return ENOSYS; }
int csandbox_landlock_version(void) { return 0; }
int csandbox_landlock_forbid_all(int version) { return ENOSYS; }
void csandbox_write_coverage_to(const char *path) {}

#endif
