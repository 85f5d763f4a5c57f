/* shared.h: recorded data that is not part of the repository: the folder YTSYNC_SHARED, else
 * ../shared beside the repository. Tests skip what needs it when it is absent. */
#ifndef TESTS_SHARED_H
#define TESTS_SHARED_H

#include <stddef.h>

/* A file under data/ as a string on the heap, which the caller frees with free(). Skips the
 * running test, with a word on stderr, when the file cannot be read. */
__attribute__((returns_nonnull)) char *shared_read(const char *name, size_t *bytes);

#endif
