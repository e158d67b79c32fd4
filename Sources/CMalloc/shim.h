// glibc's own part of malloc, which Swift's Glibc module leaves out.
#pragma once
#include <stdlib.h>

/// Gives freed memory back to the system, where the C library can.
static inline void give_memory_back(void) {
#ifdef __GLIBC__
    extern int malloc_trim(size_t);
    malloc_trim(0);
#endif
}
