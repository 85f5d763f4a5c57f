/* trace.c: see trace.h. */
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>

void trace_init(struct trace *trace, bool loud)
{
    trace->count = 0;
    trace->hash = UINT64_C(0xcbf29ce484222325);
    trace->loud = loud;
}

void trace_add(struct trace *trace, int64_t at_ms, const char *format, ...)
{
    char *line = trace->lines[trace->count++ % TRACE_LINES];
    const unsigned char *at;
    va_list args;
    int used = snprintf(line, TRACE_LINE_BYTES, "%9lld.%03lld ", (long long)(at_ms / 1000),
                        (long long)(at_ms % 1000));

    va_start(args, format);
    (void)vsnprintf(line + used, (size_t)(TRACE_LINE_BYTES - used), format, args);
    va_end(args);
    for (at = (const unsigned char *)line; *at; at++)
        trace->hash = (trace->hash ^ *at) * UINT64_C(0x100000001b3);
    if (trace->loud) printf("%s\n", line);
}

void trace_print(const struct trace *trace)
{
    int64_t i = trace->count > TRACE_LINES ? trace->count - TRACE_LINES : 0;

    for (; i < trace->count; i++) printf("# %s\n", trace->lines[i % TRACE_LINES]);
}
