// zlib starts a compression with the macro deflateInit2, which Swift does not import.
#pragma once
#include <zlib.h>

/// Compresses bytes into one gzip member (RFC 1952).
/// Returns the number of compressed bytes, or 0 if `capacity` is too small.
static inline size_t gzip_compress(
    const unsigned char *bytes, size_t count, unsigned char *out, size_t capacity) {
    z_stream stream = {0};
    // A window of 15 bits; adding 16 selects the gzip format (https://zlib.net/manual.html#Advanced).
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        return 0;
    }
    stream.next_in = (unsigned char *)bytes;
    stream.avail_in = (unsigned int)count;
    stream.next_out = out;
    stream.avail_out = (unsigned int)capacity;
    int done = deflate(&stream, Z_FINISH);
    size_t size = stream.total_out;
    deflateEnd(&stream);
    return done == Z_STREAM_END ? size : 0;
}
