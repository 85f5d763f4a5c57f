/* test_replay.c: every input of tests/fuzz/corpus, its beginnings, and many inputs that differ a
 * little from it, through the targets that `make fuzz` lets libFuzzer work on. The name of the
 * input that is at work stands on stderr. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "fuzz/fuzz.h"

#define CORPUS "tests/fuzz/corpus/"
#define INPUT_BYTES_MAX 65536
#define INPUTS_MIN 3
#define BEGINNINGS_MAX 200
#define VARIATIONS 200
#define CHANGES_MAX 4

struct input {
    uint8_t data[INPUT_BYTES_MAX];
    size_t bytes;
};

static struct input original, varied;

/* splitmix64, as a number up to `most` */
static size_t chance(uint64_t *random, size_t most)
{
    uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((z ^ (z >> 31)) % ((uint64_t)most + 1));
}

static void read_input(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) fail_msg("%s cannot be read", path);
    original.bytes = fread(original.data, 1, sizeof original.data, file);
    (void)fclose(file);
    assert_true(original.bytes < sizeof original.data);
}

/* Takes bytes away, changes them, or repeats some. */
static void change(struct input *input, uint64_t *random)
{
    size_t at, length;

    if (input->bytes == 0) return;
    at = chance(random, input->bytes - 1);
    length = 1 + chance(random, 15);
    if (length > input->bytes - at) length = input->bytes - at;
    switch (chance(random, 3)) {
    case 0:
        input->data[at] = (uint8_t)(input->data[at] ^ 1 << chance(random, 7));
        break;
    case 1:
        input->data[at] = (uint8_t)chance(random, 255);
        break;
    case 2:
        memmove(input->data + at, input->data + at + length, input->bytes - at - length);
        input->bytes -= length;
        break;
    default:
        if (input->bytes + length > sizeof input->data) break;
        memmove(input->data + at + length, input->data + at, input->bytes - at);
        input->bytes += length;
        break;
    }
}

static void run_input(fuzz_fn run, uint64_t seed)
{
    size_t step = original.bytes / BEGINNINGS_MAX + 1, bytes, changes;
    int i;

    run(original.data, original.bytes);
    for (bytes = 0; bytes < original.bytes; bytes += step) run(original.data, bytes);
    for (i = 0; i < VARIATIONS; i++) {
        varied = original;
        for (changes = 1 + chance(&seed, CHANGES_MAX - 1); changes > 0; changes--)
            change(&varied, &seed);
        run(varied.data, varied.bytes);
    }
}

static void replay(const char *target, fuzz_fn run)
{
    const char *seed_text = getenv("YTSYNC_SEED");
    uint64_t seed = seed_text ? strtoull(seed_text, NULL, 10) : 1;
    char folder[256], path[600];
    struct dirent **entries;
    int count, i, inputs = 0;

    (void)snprintf(folder, sizeof folder, CORPUS "%s", target);
    count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0) fail_msg("%s cannot be read", folder);
    for (i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
            (void)fprintf(stderr, "%s, seed %llu\n", path, (unsigned long long)seed);
            read_input(path);
            run_input(run, seed);
            inputs++;
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(inputs >= INPUTS_MIN);
}

#define X(name)                                                                                  \
    static void test_##name(void **state)                                                        \
    {                                                                                            \
        (void)state;                                                                             \
        replay(#name, fuzz_##name);                                                              \
    }
FUZZ_TARGET_MAP(X)
#undef X

int main(void)
{
    const struct CMUnitTest tests[] = {
#define X(name) cmocka_unit_test(test_##name),
        FUZZ_TARGET_MAP(X)
#undef X
    };
    return cmocka_run_group_tests_name("corpus of the fuzzers", tests, NULL, NULL);
}
