/* trace.h: what happened, in short lines: the last ones for a failure's report, and a hash over all
 * of them that two runs of one seed must share. */
#ifndef TESTS_TRACE_H
#define TESTS_TRACE_H

#include "ytsync.h"

#define TRACE_LINES 40
#define TRACE_LINE_BYTES 220

struct trace {
    char lines[TRACE_LINES][TRACE_LINE_BYTES];
    int64_t count;
    uint64_t hash;
    bool loud;                 /* each line goes to stdout as well */
};

void trace_init(struct trace *trace, bool loud);
void trace_add(struct trace *trace, int64_t at_ms, const char *format, ...) YS_PRINTF(3, 4);
/* Prints the last lines, each behind "# ". */
void trace_print(const struct trace *trace);

#endif
