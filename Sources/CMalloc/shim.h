// A function of glibc's malloc that Swift's Glibc module does not contain.
#pragma once
#include <stdlib.h>

/// Returns freed memory to the operating system, if the C library supports it.
static inline void release_free_memory(void) {
#ifdef __GLIBC__
    extern int malloc_trim(size_t);
    malloc_trim(0);
#endif
}
