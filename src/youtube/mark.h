/* mark.h: the short reference by which a created playlist is found again when the reply to its
 * creation was lost (DESIGN section 6): the last line of its description. */
#ifndef YS_YOUTUBE_MARK_H
#define YS_YOUTUBE_MARK_H

#include "base/buffer.h"

#define YS_MARK_BYTES 64

/* "made by ytsync, job 3f9a1c07-12": from the job's reference and the operation's number. */
void ys_mark_text(const char *reference, int64_t seq, char out[YS_MARK_BYTES]);
/* Appends `description`, and the mark as a line of its own. */
void ys_mark_add(struct ys_buf *out, const char *description, const char *mark);
/* Whether the description's last line is exactly this mark. */
bool ys_mark_is(const char *description, const char *mark);
/* Whether it is a mark of the job with that reference. */
bool ys_mark_of_job(const char *description, const char *reference);
/* Whether the stored description is the wanted one, a mark and white space at both ends aside (what
 * YouTube trims must not look like a change). */
bool ys_mark_same(const char *stored, const char *wanted);
/* Bytes of the description without a mark at its end (and the line breaks before it). */
size_t ys_mark_body_bytes(const char *description);

#endif
