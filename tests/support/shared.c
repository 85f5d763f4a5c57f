/* shared.c: see shared.h. */
#include "support/shared.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FILE_BYTES_MAX ((size_t)32 << 20)

char *shared_read(const char *name, size_t *bytes)
{
    const char *folder = getenv("YTSYNC_SHARED");
    char path[1024];
    char *text = NULL;
    FILE *file;
    long length = -1;

    (void)snprintf(path, sizeof path, "%s/data/%s", folder != NULL ? folder : "../shared", name);
    file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "skipped: there is no %s (set YTSYNC_SHARED)\n", path);
        skip();
        abort(); /* not reached */
    }
    if (fseek(file, 0, SEEK_END) == 0) length = ftell(file);
    if (length >= 0 && (size_t)length <= FILE_BYTES_MAX && fseek(file, 0, SEEK_SET) == 0) {
        text = malloc((size_t)length + 1);
    }
    if (text != NULL && fread(text, 1, (size_t)length, file) != (size_t)length) {
        free(text);
        text = NULL;
    }
    (void)fclose(file);
    if (text == NULL) {
        (void)fprintf(stderr, "skipped: %s cannot be read\n", path);
        skip();
        abort();
    }
    text[length] = '\0';
    *bytes = (size_t)length;
    return text;
}
