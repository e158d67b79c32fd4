/* libvips' functions take their options as variadic arguments, which Swift cannot call: each is fixed here to the
   options that are used. All return 0, or -1 with the reason in vips_error_buffer(). */
#pragma once
#include <stdlib.h>
#include <vips/vips.h>

/* Starts libvips with one thread and no caches, and with the loaders of the photo formats alone. */
static inline int cvips_start(const char *name) {
    if (VIPS_INIT(name)) return -1;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_operation_block_set("VipsForeign", TRUE);
    const char *allowed[] = {"VipsForeignLoadJpegFile", "VipsForeignLoadPngFile", "VipsForeignLoadWebpFile",
                             "VipsForeignLoadNsgifFile", "VipsForeignLoadHeifFile", "VipsForeignSaveJpegFile"};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) vips_operation_block_set(allowed[i], FALSE);
    vips_block_untrusted_set(TRUE);
    return 0;
}

/* Opens a photo: its header is read, its pixels are not. */
static inline VipsImage *cvips_open(const char *path) {
    return vips_image_new_from_file(path, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
}

/* Decodes a photo upright, in sRGB, at most `width` wide. Scales while loading where the format can. */
static inline int cvips_thumbnail(const char *path, VipsImage **out, int width) {
    return vips_thumbnail(path, out, width, "height", VIPS_MAX_COORD, "size", VIPS_SIZE_DOWN,
                          "export_profile", "srgb", "fail_on", VIPS_FAIL_ON_ERROR, NULL);
}

/* Scales an image in memory to `width`, never up. */
static inline int cvips_scale(VipsImage *in, VipsImage **out, int width) {
    return vips_thumbnail_image(in, out, width, "height", VIPS_MAX_COORD, "size", VIPS_SIZE_DOWN, NULL);
}

/* A square of `side`, cropped to what draws the eye. */
static inline int cvips_square(VipsImage *in, VipsImage **out, int side) {
    return vips_thumbnail_image(in, out, side, "height", side, "crop", VIPS_INTERESTING_ATTENTION, NULL);
}

/* Any image within `side` × `side`, stretched: for its colours alone. */
static inline int cvips_colours(VipsImage *in, VipsImage **out, int side) {
    return vips_thumbnail_image(in, out, side, "height", side, "size", VIPS_SIZE_FORCE, NULL);
}

/* Lays a transparent image on white. */
static inline int cvips_flatten(VipsImage *in, VipsImage **out) {
    double white[] = {255, 255, 255};
    VipsArrayDouble *background = vips_array_double_new(white, 3);
    int result = vips_flatten(in, out, "background", background, NULL);
    vips_area_unref(VIPS_AREA(background));
    return result;
}

/* Three bands of eight bits in sRGB. */
static inline int cvips_srgb(VipsImage *in, VipsImage **out) {
    return vips_colourspace(in, out, VIPS_INTERPRETATION_sRGB, NULL);
}

/* A JPEG file without any metadata. */
static inline int cvips_save_jpeg(VipsImage *in, const char *path, int quality) {
    return vips_jpegsave(in, path, "Q", quality, "optimize_coding", TRUE, "strip", TRUE, NULL);
}
