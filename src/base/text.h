/* text.h: UTF-8 text and small string work. */
#ifndef YS_BASE_TEXT_H
#define YS_BASE_TEXT_H

#include <stdarg.h>

#include "ytsync.h"

#define YS_UTF8_REPLACEMENT UINT32_C(0xFFFD)
#define YS_SHA256_TEXT_BYTES 65

/* Copies with truncation at a whole UTF-8 sequence; returns false when it had to cut. text may be
 * NULL (copies ""). */
bool ys_copy(char *out, size_t out_bytes, const char *text);
/* snprintf for texts that people read: never cut inside a UTF-8 sequence, neither at the end nor by
 * a "%.100s"; what is not UTF-8, and control characters but tab and line feed, become '?'. */
void ys_format(char *out, size_t out_bytes, const char *format, ...) YS_PRINTF(3, 4);
void ys_vformat(char *out, size_t out_bytes, const char *format, va_list args) YS_PRINTF(3, 0);
/* Overwrites each place where `text` holds the secret; NULL and "" are none. */
void ys_hide(char *text, const char *secret);
/* strdup with NULL -> NULL. */
char *ys_dup(const char *text);
/* Code points; malformed bytes count one each. */
size_t ys_codepoints(const char *text);
bool ys_utf8_valid(const char *text, size_t bytes);
/* Decodes one code point at *text and moves on; U+FFFD for a malformed byte. */
uint32_t ys_utf8_next(const char **text, const char *end);
/* The largest length <= bytes at which `text` can be cut without leaving half a sequence. Reads
 * only the first `bytes` bytes. */
size_t ys_utf8_cut(const char *text, size_t bytes);
/* Cleans JSON text in place before SQLite's parser sees it: the escapes \u0000 and lone
 * surrogates become \uFFFD, raw NULs become spaces. Lengths do not change. */
void ys_json_clean(char *text, size_t bytes);
/* Copies `text` without spaces, tabs and line breaks at both ends (what YouTube stores as a
 * title, YOUTUBE_API section 4). False when it had to cut. */
bool ys_trim_copy(char *out, size_t out_bytes, const char *text);
/* A title that YouTube takes: 1..150 code points after trimming, no '<' followed later by a
 * '>', UTF-8, no control characters. On failure the message names the title and the rule. */
YS_CHECKED enum ys_status ys_title_check(const char *title, struct ys_error *err);
/* At most 5,000 code points, no '<' followed later by a '>', UTF-8, no control characters but tab
 * and line breaks. NULL counts as empty, which is allowed. */
YS_CHECKED enum ys_status ys_description_check(const char *description, struct ys_error *err);
/* Exactly eleven characters of [A-Za-z0-9_-]. */
bool ys_video_id_valid(const char *id);
/* 2..127 characters of [A-Za-z0-9_-]. */
bool ys_playlist_id_valid(const char *id);
/* Lower-case hex of a SHA-256; out has 65 bytes. False when memory ran out: out is then "", which
 * must not be taken for a checksum. */
YS_CHECKED bool ys_sha256_hex(const void *data, size_t bytes, char out[YS_SHA256_TEXT_BYTES]);
/* Streaming form. NULL when memory ran out; after that nothing fails. */
struct ys_sha256;
struct ys_sha256 *ys_sha256_new(void);
void ys_sha256_add(struct ys_sha256 *hash, const void *data, size_t bytes);
/* Also frees; out may be NULL, and so may hash (nothing is written then). */
void ys_sha256_end(struct ys_sha256 *hash, char out[YS_SHA256_TEXT_BYTES]);

#endif
