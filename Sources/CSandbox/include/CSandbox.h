/// The system calls of Linux that confine a process and that Swift cannot make itself, because the C library has no
/// function for them or only a variadic one. Each gives 0, or the error number. Elsewhere each gives ENOSYS.
#ifndef CSANDBOX_H
#define CSANDBOX_H

/// Closes every descriptor from `first` on (close_range(2)).
int csandbox_close_from(unsigned first);

/// From now on nothing that this process starts gains rights (PR_SET_NO_NEW_PRIVS).
int csandbox_forbid_new_privileges(void);

/// Moves the process, which has one thread yet, into user, network and IPC namespaces of its own (namespaces(7)), where
/// it has no network and, even if root started it, no rights outside.
int csandbox_enter_namespaces(void);

/// Gives up every capability (capabilities(7)), for this thread and those that it starts.
int csandbox_drop_capabilities(void);

/// The version of Landlock (landlock(7)) that the kernel has, 1 or more; 0 where it has none, or may not be asked.
int csandbox_landlock_version(void);

/// Forbids this thread and those that it starts to open, make, remove or run any file, to bind or connect TCP ports, and
/// to reach processes outside, as far as that version of Landlock knows how. What is open stays open.
int csandbox_landlock_forbid_all(int version);

/// Where the program was built to measure line coverage, has it written to this file when the process ends; by then no
/// file can be opened. Does nothing in any other build.
void csandbox_write_coverage_to(const char *path);

#endif
