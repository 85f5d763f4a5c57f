/* analyzer.h: read before every file that clang-tidy looks at, never compiled into anything.
 *
 * The analyzer sees one file at a time, so it takes a ys_fail(err, YS_EIO, ...) for something that
 * may return YS_OK, and reports what would happen then. Here its result is what it is given. */
#ifndef YS_CI_ANALYZER_H
#define YS_CI_ANALYZER_H

#include "base/error.h"

#define ys_fail(err, status, ...) ((void)ys_fail((err), (status), __VA_ARGS__), (status))

#endif
