/* libfuzzer.c: the door for libFuzzer, which brings main(). The target is named by the variable
 * YTSYNC_FUZZ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static fuzz_fn run;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *name = getenv("YTSYNC_FUZZ");

    (void)argc;
    (void)argv;
    for (size_t i = 0; name != NULL && i < fuzz_target_count; i++)
        if (strcmp(fuzz_targets[i].name, name) == 0) run = fuzz_targets[i].run;
    if (run != NULL) return 0;
    (void)fprintf(stderr, "YTSYNC_FUZZ names no target; there are:");
    for (size_t i = 0; i < fuzz_target_count; i++)
        (void)fprintf(stderr, " %s", fuzz_targets[i].name);
    (void)fprintf(stderr, "\n");
    exit(64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    run(data, bytes);
    return 0;
}
