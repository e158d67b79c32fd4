/// The part of libvips (https://www.libvips.org, 8.13 or later) that Imaging needs, opened at run time.
///
/// Nothing here is linked: libvips and the hundred libraries under it are mapped by `cvips_open`, so only by the
/// process that renders a photo, never by the server. Objects are libvips' own and counted by references; every
/// function that gives an image gives a reference that `cvips_release` ends. NULL or a number other than 0 means
/// failure, and `cvips_error` says which.
#ifndef CVIPS_H
#define CVIPS_H

typedef struct cvips_image cvips_image;

/// Opens and starts libvips, on one thread, without its optional modules. NULL, or why it failed.
const char *cvips_open(void);

/// Adds the module that reads HEIC and AVIF where libvips has it apart (as in Debian). NULL, or why it failed.
const char *cvips_open_heif(void);

/// Allows what the class reads or writes, and its subclasses, where `allowed` is not 0, else forbids it.
void cvips_allow(const char *operation_class, int allowed);

/// Forbids whatever libvips itself marks as unfit for untrusted files.
void cvips_forbid_untrusted(void);

/// An open file read from its beginning by one of libvips' loaders from a source (`jpegload_source`), with options like
/// `shrink=2,access=sequential`: its header; the pixels follow only when asked for.
cvips_image *cvips_load(const char *loader, int descriptor, const char *options);

/// The image that an operation, with options like `width=320,crop=attention`, makes of another.
cvips_image *cvips_apply(const char *operation, cvips_image *image, const char *options);

/// The image with all its pixels computed, in memory.
cvips_image *cvips_in_memory(cvips_image *image);

/// Writes the image to an open file by one of libvips' savers to a target (`jpegsave_target`).
int cvips_save(const char *saver, cvips_image *image, int descriptor, const char *options);

void cvips_release(cvips_image *image);

int cvips_width(cvips_image *image);
int cvips_height(cvips_image *image);
int cvips_bands(cvips_image *image);
int cvips_has_alpha(cvips_image *image);
/// Whether a channel has more than 8 bits.
int cvips_is_deep(cvips_image *image);

/// An integer of the image's metadata, or `otherwise` where it has none of that name.
int cvips_metadata(cvips_image *image, const char *name, int otherwise);

int cvips_has_metadata(cvips_image *image, const char *name);

/// The bytes of an image in memory, row by row; they live as long as it does.
const unsigned char *cvips_pixels(cvips_image *image);

/// What went wrong since the last call, for a person who knows libvips.
const char *cvips_error(void);
void cvips_clear_error(void);

#endif
