/* words.h: a server's words made fit for people and logs. */
#ifndef YS_YOUTUBE_WORDS_H
#define YS_YOUTUBE_WORDS_H

#include "ytsync.h"

/* Copies `text` without HTML tags, with the common entities decoded, as one line: control
 * characters, marks that change the writing direction and malformed bytes become spaces, and
 * runs of spaces become one. Cut at a whole UTF-8 sequence with "..." at the end. out_bytes must
 * be at least 4. */
void ys_words_clean(char *out, size_t out_bytes, const char *text);

#endif
