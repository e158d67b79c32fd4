/// Linux system calls that confine a process. Swift cannot make them itself, because the C library has no
/// function for them or only a variadic one. Each function returns 0 or the error number, and ENOSYS on other
/// systems.
#ifndef CSANDBOX_H
#define CSANDBOX_H

/// Closes every file descriptor from `first` on (close_range(2)).
int csandbox_close_from(unsigned first);

/// Prevents this process and its children from gaining privileges (PR_SET_NO_NEW_PRIVS).
int csandbox_forbid_new_privileges(void);

/// Moves the process, which must have a single thread, into new user, network and IPC namespaces
/// (namespaces(7)). There it has no network and, even if root started it, no privileges outside.
int csandbox_enter_namespaces(void);

/// Drops all capabilities (capabilities(7)) of this thread and the threads that it starts.
int csandbox_drop_capabilities(void);

/// Returns the Landlock version (landlock(7)) of the kernel, 1 or more. Returns 0 if Landlock is not
/// available.
int csandbox_landlock_version(void);

/// Forbids this thread and the threads that it starts to open, create, remove or run any file, to bind or
/// connect TCP ports, and to reach other processes, as far as this version of Landlock supports it. Open
/// files stay open.
int csandbox_landlock_forbid_all(int version);

/// In a build that measures line coverage, opens the file to which the coverage is written when the process
/// ends, because no file can be opened then. Does nothing in other builds.
void csandbox_write_coverage_to(const char *path);

#endif
