/* outfile.h: a file that is there whole or not at all: written under a temporary name, fsynced,
 * renamed, its folder fsynced. Mode 0600: what ytsync keeps is personal. */
#ifndef YS_BASE_OUTFILE_H
#define YS_BASE_OUTFILE_H

#include "base/path.h"

#define YS_OUTFILE_BLOCK_BYTES ((size_t)64 << 10)

struct ys_outfile {
    const char *what;            /* "backup": messages begin "The backup X cannot be ..." */
    const char *advice;          /* their last sentence; "" for none */
    enum ys_status failure;      /* their status */
    char folder[YS_PATH_BYTES_MAX];
    char path[YS_PATH_BYTES_MAX + 128];      /* its final name */
    char temporary[YS_PATH_BYTES_MAX + 160]; /* the one until then; "" when there is none */
    int fd;                      /* of the temporary file, -1 when closed */
    char *block;
    size_t block_used;
};

/* Makes it empty: no file yet. The texts are borrowed. */
void ys_outfile_init(struct ys_outfile *file, const char *what, const char *advice,
                     enum ys_status failure);
/* Fails with file->failure and "The WHAT PATH cannot be DONE: REASON. ADVICE". */
YS_CHECKED enum ys_status ys_outfile_failed(const struct ys_outfile *file, const char *done,
                                            int number, struct ys_error *err);
/* Takes the folder, which is made when missing (and then made to last). */
YS_CHECKED enum ys_status ys_outfile_folder(struct ys_outfile *file, const char *folder,
                                            struct ys_error *err);
/* Opens the temporary file of file->path, which is file->folder and a name. An older temporary
 * file is overwritten. */
YS_CHECKED enum ys_status ys_outfile_open(struct ys_outfile *file, const char *name,
                                          struct ys_error *err);
/* Opens the temporary file of a name that a person gave. Its folder must be there, and what has
 * the name already must be a plain file or a link to one (what it leads to is replaced then): no
 * device, no pipe, no folder. */
YS_CHECKED enum ys_status ys_outfile_open_at(struct ys_outfile *file, const char *path,
                                             struct ys_error *err);
/* As ys_outfile_open, for a name that no other writer has: *taken true when one has it, and nothing
 * is open then. */
YS_CHECKED enum ys_status ys_outfile_open_new(struct ys_outfile *file, const char *name,
                                              bool *taken, struct ys_error *err);
YS_CHECKED enum ys_status ys_outfile_add(struct ys_outfile *file, const char *data, size_t bytes,
                                         struct ys_error *err);
/* On disk under its final name. What is read back afterwards comes from the disk. */
YS_CHECKED enum ys_status ys_outfile_seal(struct ys_outfile *file, struct ys_error *err);
/* Releases; a file that was not sealed is removed. */
void ys_outfile_close(struct ys_outfile *file);

#endif
