#define _GNU_SOURCE  // dladdr
#include "CVips.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The functions used, declared as in vips/*.h and glib-object.h. `object` stands for any GObject, int for
// gboolean and size_t for GType: these have the same sizes on every platform.
typedef void object;
#define FUNCTIONS(F) \
    F(int, vips_init, (const char *)) \
    F(int, vips_version, (int)) \
    F(void, vips_concurrency_set, (int)) \
    F(void, vips_cache_set_max, (int)) \
    F(void, vips_operation_block_set, (const char *, int)) \
    F(void, vips_block_untrusted_set, (int)) \
    F(object *, vips_operation_new, (const char *)) \
    F(int, vips_object_set_from_string, (object *, const char *)) \
    F(int, vips_object_build, (object *)) \
    F(void, vips_object_unref_outputs, (object *)) \
    F(object *, vips_source_new_from_descriptor, (int)) \
    F(object *, vips_source_new_from_blob, (object *)) \
    F(object *, vips_blob_copy, (const void *, size_t)) \
    F(void, vips_area_unref, (object *)) \
    F(object *, vips_target_new_to_descriptor, (int)) \
    F(cvips_image *, vips_image_new_from_memory_copy, (const void *, size_t, int, int, int, int)) \
    F(cvips_image *, vips_image_copy_memory, (cvips_image *)) \
    F(int, vips_image_get_width, (const cvips_image *)) \
    F(int, vips_image_get_height, (const cvips_image *)) \
    F(int, vips_image_get_bands, (const cvips_image *)) \
    F(int, vips_image_get_format, (const cvips_image *)) \
    F(int, vips_image_hasalpha, (cvips_image *)) \
    F(size_t, vips_image_get_typeof, (const cvips_image *, const char *)) \
    F(int, vips_image_get_int, (const cvips_image *, const char *, int *)) \
    F(int, vips_image_get_blob, (const cvips_image *, const char *, const void **, size_t *)) \
    F(void, vips_image_set_blob_copy, (cvips_image *, const char *, const void *, size_t)) \
    F(const void *, vips_image_get_data, (cvips_image *)) \
    F(const char *, vips_error_buffer, (void)) \
    F(void, vips_error_clear, (void)) \
    F(void, g_object_set, (object *, const char *, ...)) \
    F(void, g_object_get, (object *, const char *, ...)) \
    F(void, g_object_unref, (object *)) \
    F(object *, g_module_open, (const char *, int)) \
    F(const char *, g_module_error, (void))

#define DECLARE(result, name, parameters) static result(*name) parameters;
FUNCTIONS(DECLARE)

#if __APPLE__
static const char *const library = "libvips.42.dylib";
#else
static const char *const library = "libvips.so.42";
#endif

const char *cvips_open(void) {
    static int open = 0;
    if (open) return NULL;
    void *handle = dlopen(library, RTLD_LAZY | RTLD_GLOBAL);
    if (!handle) return dlerror();
#define FIND(result, name, parameters) \
    if (!(name = (result(*) parameters)dlsym(handle, #name))) return dlerror();
    FUNCTIONS(FIND)
    // libvips loads all modules that it finds under VIPSHOME, including PDF and ImageMagick readers, which
    // would take 30 ms. Pixels must stay in memory, where the limit applies, and never go to a temporary
    // file.
    setenv("VIPSHOME", "/nonexistent", 1);
    setenv("VIPS_DISC_THRESHOLD", "16g", 1);
    if (vips_init("isntgram")) return vips_error_buffer();
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    open = 1;
    return NULL;
}

const char *cvips_open_heif(void) {
    static int open = 0;
    if (open) return NULL;
    Dl_info info;
    if (!dladdr((void *)vips_init, &info)) return "the path of libvips is unknown";
    const char *slash = strrchr(info.dli_fname, '/');
    int folder = slash ? (int)(slash - info.dli_fname) : 0;
    char path[4096];
    snprintf(
        path, sizeof path, "%.*s/vips-modules-%d.%d/vips-heif.so", folder, info.dli_fname, vips_version(0),
        vips_version(1));
    // Without this module, either HEIF is built into libvips, or the loader is missing and reports an error
    // later.
    FILE *module = fopen(path, "r");
    if (module) {
        fclose(module);
        if (!g_module_open(path, 1)) return g_module_error();
    }
    // Newer versions of libheif load their decoders as plugins on first use, which may be after the
    // confinement.
    void *init = dlsym(RTLD_DEFAULT, "heif_init");
    if (init) ((void (*)(void *))init)(NULL);
    open = 1;
    return NULL;
}

void cvips_allow(const char *operation_class, int allowed) {
    vips_operation_block_set(operation_class, !allowed);
}

void cvips_forbid_untrusted(void) { vips_block_untrusted_set(1); }

// Runs an operation whose inputs are set, and releases it.
static int run(object *operation, const char *options, cvips_image **out) {
    int failed = (options && vips_object_set_from_string(operation, options)) || vips_object_build(operation);
    if (!failed && out) g_object_get(operation, "out", out, NULL);
    vips_object_unref_outputs(operation);
    g_object_unref(operation);
    return failed ? -1 : 0;
}

// Gives the image a copy of its ICC profile. The HEIF loader of libvips 8.14 frees the profile with the image
// that it loaded, but images computed from that one refer to the same bytes (`heifload.c`, `VIPS_ARRAY`).
static void own_profile(cvips_image *image) {
    static const char *const name = "icc-profile-data";
    size_t count = 0;
    const void *bytes = cvips_metadata_bytes(image, name, &count);
    if (bytes) vips_image_set_blob_copy(image, name, bytes, count);
}

// Loads from a source, and releases it.
static cvips_image *load(const char *loader, object *source, const char *options) {
    cvips_image *out = NULL;
    if (!source) return NULL;
    object *operation = vips_operation_new(loader);
    if (operation) g_object_set(operation, "source", source, NULL);
    g_object_unref(source);
    if (!operation) return NULL;
    if (run(operation, options, &out)) return NULL;
    own_profile(out);
    return out;
}

cvips_image *cvips_load(const char *loader, int descriptor, const char *options) {
    return load(loader, vips_source_new_from_descriptor(descriptor), options);
}

cvips_image *cvips_load_bytes(const char *loader, const void *bytes, size_t count, const char *options) {
    object *blob = vips_blob_copy(bytes, count);
    if (!blob) return NULL;
    object *source = vips_source_new_from_blob(blob);
    vips_area_unref(blob);
    return load(loader, source, options);
}

cvips_image *cvips_from_pixels(const unsigned char *bytes, int width, int height) {
    size_t count = (size_t)width * (size_t)height * 3;
    cvips_image *image = vips_image_new_from_memory_copy(bytes, count, width, height, 3, 0);
    if (!image) return NULL;
    cvips_image *out = cvips_apply("copy", image, "interpretation=srgb");
    g_object_unref(image);
    return out;
}

double cvips_equal_fraction(cvips_image *a, cvips_image *b) {
    double rows = -1;
    cvips_image *difference = NULL, *columns = NULL;
    object *operation = vips_operation_new("subtract");
    if (!operation) return -1;
    g_object_set(operation, "left", a, "right", b, NULL);
    if (run(operation, NULL, &difference)) return -1;
    // For each column, the number of rows above the first difference.
    operation = vips_operation_new("profile");
    if (operation) {
        g_object_set(operation, "in", difference, NULL);
        if (!vips_object_build(operation)) g_object_get(operation, "columns", &columns, NULL);
        vips_object_unref_outputs(operation);
        g_object_unref(operation);
    }
    g_object_unref(difference);
    if (!columns) return -1;
    operation = vips_operation_new("avg");
    if (operation) {
        g_object_set(operation, "in", columns, NULL);
        if (!vips_object_build(operation)) g_object_get(operation, "out", &rows, NULL);
        vips_object_unref_outputs(operation);
        g_object_unref(operation);
    }
    g_object_unref(columns);
    return rows < 0 ? -1 : rows / vips_image_get_height(a);
}

cvips_image *cvips_apply(const char *name, cvips_image *image, const char *options) {
    cvips_image *out = NULL;
    object *operation = vips_operation_new(name);
    if (!operation) return NULL;
    // The input is named "in" for all operations but extract_area.
    g_object_set(operation, strcmp(name, "extract_area") ? "in" : "input", image, NULL);
    return run(operation, options, &out) ? NULL : out;
}

cvips_image *cvips_in_memory(cvips_image *image) { return vips_image_copy_memory(image); }

int cvips_save(const char *saver, cvips_image *image, int descriptor, const char *options) {
    object *target = vips_target_new_to_descriptor(descriptor);
    if (!target) return -1;
    object *operation = vips_operation_new(saver);
    if (operation) g_object_set(operation, "in", image, "target", target, NULL);
    g_object_unref(target);
    if (!operation) return -1;
    return run(operation, options, NULL);
}

void cvips_release(cvips_image *image) { g_object_unref(image); }

int cvips_width(cvips_image *image) { return vips_image_get_width(image); }
int cvips_height(cvips_image *image) { return vips_image_get_height(image); }
int cvips_bands(cvips_image *image) { return vips_image_get_bands(image); }
// VIPS_FORMAT_UCHAR is 0.
int cvips_is_high_bit_depth(cvips_image *image) { return vips_image_get_format(image) != 0; }
int cvips_has_alpha(cvips_image *image) { return vips_image_hasalpha(image); }

int cvips_metadata(cvips_image *image, const char *name, int default_value) {
    int value;
    if (!vips_image_get_typeof(image, name) || vips_image_get_int(image, name, &value)) return default_value;
    return value;
}

int cvips_has_metadata(cvips_image *image, const char *name) {
    return vips_image_get_typeof(image, name) != 0;
}

const void *cvips_metadata_bytes(cvips_image *image, const char *name, size_t *count) {
    const void *bytes = NULL;
    *count = 0;
    if (!vips_image_get_typeof(image, name)) return NULL;
    return vips_image_get_blob(image, name, &bytes, count) ? NULL : bytes;
}

const unsigned char *cvips_pixels(cvips_image *image) { return vips_image_get_data(image); }

const char *cvips_error(void) { return vips_error_buffer(); }
void cvips_clear_error(void) { vips_error_clear(); }
