// zlib's way to gzip begins with a macro, which Swift does not see.
#pragma once
#include <zlib.h>

/// Compresses into one gzip member (RFC 1952); how many bytes it has, or 0 where `capacity` is too small.
static inline size_t gzip_all(const unsigned char *bytes, size_t count, unsigned char *out, size_t capacity) {
    z_stream stream = {0};
    // 15 bits of window, and 16 for gzip's own frame (https://zlib.net/manual.html#Advanced).
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    stream.next_in = (unsigned char *)bytes;
    stream.avail_in = (unsigned int)count;
    stream.next_out = out;
    stream.avail_out = (unsigned int)capacity;
    int done = deflate(&stream, Z_FINISH);
    size_t size = stream.total_out;
    deflateEnd(&stream);
    return done == Z_STREAM_END ? size : 0;
}
