/* json_list.h: reads a JSON array of strings, one string at a time, without allocating.
 *
 * Strict: anything but one array of strings (with JSON's white space and nothing after it) is
 * refused. Escapes are decoded, surrogate pairs joined; a lone surrogate and \u0000 become
 * U+FFFD, as in ys_json_clean, so that decoded text is UTF-8 (as far as its raw bytes were) and
 * holds no NUL. */
#ifndef YS_BASE_JSON_LIST_H
#define YS_BASE_JSON_LIST_H

#include "ytsync.h"

struct ys_json_list {
    const char *at;  /* NULL once the list has ended or is bad */
    const char *end;
    bool started;
};

enum ys_json_list_step { YS_JSON_LIST_ITEM, YS_JSON_LIST_END, YS_JSON_LIST_BAD };

void ys_json_list_init(struct ys_json_list *list, const char *json, size_t bytes);
/* ITEM: the next string. `out` receives its bytes, without a NUL; it may be NULL (only check and
 * measure) or lie at or before the place that is being read, because decoded text is never longer
 * than its source: the start of the JSON text itself will do. */
enum ys_json_list_step ys_json_list_next(struct ys_json_list *list, char *out, size_t *bytes);
/* Is the whole text such an array? */
bool ys_json_list_valid(const char *json, size_t bytes);

#endif
