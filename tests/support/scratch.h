/* scratch.h: a folder of its own for a test, removed with what is in it. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stddef.h>

#define SCRATCH_PATH_BYTES 512

/* Makes the folder (in TMPDIR or /tmp). One at a time. Aborts when it cannot. */
void scratch_make(void);
/* The path of `name` in it. */
const char *scratch_path(char out[SCRATCH_PATH_BYTES], const char *name);
/* Writes a file of these bytes there, and gives its path. */
const char *scratch_write(char out[SCRATCH_PATH_BYTES], const char *name, const void *data,
                          size_t bytes);
void scratch_remove(void);

#endif
