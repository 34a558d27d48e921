#include <png.h>
#include <stdlib.h>
#include <string.h>

/* The simplified interface of libpng 1.6, without its macros. Pixels are RGB, 8 bits each, without gaps. */

/* Reads the head of a PNG; 0 if it is none. What was begun is ended by png_rgb_finish or png_image_free. */
static inline int png_rgb_begin(png_image *image, const void *bytes, size_t count)
{
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(image, bytes, count)) return 0;
    image->format = PNG_FORMAT_RGB;
    return 1;
}

/* Reads the pixels: 3 * width * height bytes. */
static inline int png_rgb_finish(png_image *image, void *pixels)
{
    return png_image_finish_read(image, NULL, pixels, 0, NULL);
}

/* Writes a PNG into memory of the right size; called with NULL it tells the size. */
static inline int png_rgb_write(
    unsigned int width, unsigned int height, const void *pixels, void *memory, png_alloc_size_t *count)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGB;
    return png_image_write_to_memory(&image, memory, count, 0, pixels, 0, NULL);
}
