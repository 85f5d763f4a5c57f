/* folder.h: a new folder of real files below TMPDIR (or /dev/shm where it is), with what is in it
 * removed at the end, folders of one level included. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#define FOLDER_PATH_BYTES 256

void folder_make(char out[FOLDER_PATH_BYTES]);
void folder_remove(const char *path);

#endif
