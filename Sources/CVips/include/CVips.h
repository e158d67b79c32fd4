/// The part of libvips (https://www.libvips.org, 8.13 or later) that Imaging needs, loaded at run time.
///
/// Nothing here is linked. `cvips_open` loads libvips and the hundred libraries that it depends on, so only
/// the process that renders a photo loads them, never the server. Images are reference-counted libvips
/// objects. Every function that returns an image returns a new reference, which `cvips_release` ends. NULL or
/// a number other than 0 means failure, and `cvips_error` returns the reason.
#ifndef CVIPS_H
#define CVIPS_H

#include <stddef.h>

typedef struct cvips_image cvips_image;

/// Loads and initialises libvips, on one thread, without its optional modules. Returns NULL, or the reason of
/// a failure.
const char *cvips_open(void);

/// Loads the module that reads HEIC and AVIF, if libvips has it as a separate file (as in Debian). Returns
/// NULL, or the reason of a failure.
const char *cvips_open_heif(void);

/// Allows the operations of the class and its subclasses if `allowed` is not 0, and blocks them otherwise.
void cvips_allow(const char *operation_class, int allowed);

/// Blocks all operations that libvips marks as unsafe for untrusted files.
void cvips_forbid_untrusted(void);

/// Loads the header of an open file with a libvips source loader (`jpegload_source`) and options such as
/// `shrink=2,access=sequential`. The pixels are read on demand.
cvips_image *cvips_load(const char *loader, int descriptor, const char *options);

/// The same for a file in memory. The bytes are copied.
cvips_image *cvips_load_bytes(const char *loader, const void *bytes, size_t count, const char *options);

/// Copies pixels, row by row, with three bytes per pixel, into an sRGB image.
cvips_image *cvips_from_pixels(const unsigned char *bytes, int width, int height);

/// Compares two images of the same size, and returns the part of the area that is above the first difference
/// of each column, from 0 to 1. A negative number means failure.
double cvips_equal_fraction(cvips_image *a, cvips_image *b);

/// Applies an operation to an image, with options such as `width=320,crop=attention`.
cvips_image *cvips_apply(const char *operation, cvips_image *image, const char *options);

/// Computes all pixels of the image and returns it in memory.
cvips_image *cvips_in_memory(cvips_image *image);

/// Writes the image to an open file with a libvips target saver (`jpegsave_target`).
int cvips_save(const char *saver, cvips_image *image, int descriptor, const char *options);

void cvips_release(cvips_image *image);

int cvips_width(cvips_image *image);
int cvips_height(cvips_image *image);
int cvips_bands(cvips_image *image);
int cvips_has_alpha(cvips_image *image);
/// Whether a channel has more than 8 bits.
int cvips_is_high_bit_depth(cvips_image *image);

/// Returns an integer from the metadata of the image, or `default_value` if there is none with this name.
int cvips_metadata(cvips_image *image, const char *name, int default_value);

int cvips_has_metadata(cvips_image *image, const char *name);

/// Returns a binary value from the metadata, and its size, or NULL if there is none with this name. It is
/// valid as long as the image.
const void *cvips_metadata_bytes(cvips_image *image, const char *name, size_t *count);

/// Returns the bytes of an image in memory, row by row. They are valid as long as the image.
const unsigned char *cvips_pixels(cvips_image *image);

/// Returns the libvips errors since they were last cleared.
const char *cvips_error(void);
void cvips_clear_error(void);

#endif
