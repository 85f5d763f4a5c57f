/* fuzz.h: functions that take bytes from anywhere, each with what must hold for every input.
 *
 * One table of targets has two users: libfuzzer.c lets libFuzzer make up inputs (`make fuzz`), and
 * test_replay.c runs the inputs of tests/fuzz/corpus/<target>/ and many variations of them. A
 * target ends the process (abort, or a sanitizer) when something is wrong. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdint.h>

#include "base/buffer.h"
#include "net/json.h"

/* X(name, what it is given) */
#define FUZZ_TARGET_MAP(X)                                                                       \
    X(reply)   /* a digit for the kind of reply, then its body */                                \
    X(refusal) /* "MSSSW\n" (method, HTTP status, wire), header lines, an empty line, the body */ \
    X(date)    /* a text that may be a Retry-After, a date, a time, a duration, a day */         \
    X(backup)  /* 'a' the file as it is, 'b' its lines without the last one; then the file */    \
    X(json)    /* a text that may be JSON */                                                     \
    X(http)    /* an API address, a line end, a request's address, then header lines */          \
    X(takeout) /* files, each a name on a line, then its text; form feeds between them */         \
    X(text)    /* anything */

#define X(name) void fuzz_##name(const uint8_t *data, size_t bytes);
FUZZ_TARGET_MAP(X)
#undef X

typedef void (*fuzz_fn)(const uint8_t *data, size_t bytes);

struct fuzz_target {
    const char *name;
    fuzz_fn run;
};

extern const struct fuzz_target fuzz_targets[];
extern const size_t fuzz_target_count;

/* Ends the process unless the condition holds. */
#define FUZZ_CHECK YS_REQUIRE

/* The reader that all inputs of a process share. */
struct ys_json *fuzz_reader(void);
/* Copies of just the right size, so that a sanitizer sees one byte too far. The string ends at the
 * first NUL at the latest. free() them. */
char *fuzz_string(const uint8_t *data, size_t bytes);
struct ys_buf fuzz_buf(const uint8_t *data, size_t bytes);
/* Valid UTF-8 on one line without control characters. */
void fuzz_check_words(const char *text);
/* A failure names one of the wanted statuses (up to YS_OK) and says something. */
void fuzz_check_error(enum ys_status status, const struct ys_error *err, ...);

#endif
