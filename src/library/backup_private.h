/* backup_private.h: the file format that backup.c writes and backup_verify.c reads; nobody else
 * includes it.
 *
 *   line 1     {"ytsync_backup":2,"program":...,"channel_id":...,"channel_title":...,
 *               "trigger":...,"at":...}
 *   then       {"kind":"playlist",...} and so on, one object a line, kinds in the order of
 *              YS_BACKUP_KIND_MAP
 *   last line  {"kind":"end","lines":N,<one count per kind>,"sha256":"..."}: N lines before it, and
 *              the checksum of all their bytes
 * Every line ends in one line feed. The last line's text follows from the lines before it, byte by
 * byte, so a change anywhere in the file is found. Times are RFC 3339 or null. */
#ifndef YS_LIBRARY_BACKUP_PRIVATE_H
#define YS_LIBRARY_BACKUP_PRIVATE_H

#include "base/buffer.h"
#include "base/text.h"
#include "library/backup.h"

/* A line with a playlist of many translated descriptions; its source was a reply of at most
 * YS_REPLY_BODY_BYTES_MAX (8 MiB). */
#define YS_BACKUP_LINE_BYTES_MAX ((size_t)16 << 20)
#define YS_BACKUP_BLOCK_BYTES ((size_t)64 << 10)
#define YS_BACKUP_END_BEGINS "{\"kind\":\"end\","

/* X(code, kind, what the last line calls their number, the first format that has it) */
#define YS_BACKUP_KIND_MAP(X)                                                                    \
    X(PLAYLIST, "playlist", "playlists", 1)                                                      \
    X(ITEM, "item", "items", 1)                                                                  \
    X(VIDEO, "video", "videos", 1)                                                               \
    X(ORIGIN, "origin", "origins", 1)                                                            \
    X(CATEGORY, "category", "categories", 1)                                                     \
    X(CATEGORY_VIDEO, "category_video", "category_videos", 1)                                    \
    X(POLICY, "policy", "policies", 2)

enum ys_backup_kind {
#define X(code, kind, plural, format) YS_BACKUP_##code,
    YS_BACKUP_KIND_MAP(X)
#undef X
        YS_BACKUP_KIND_COUNT
};

struct ys_backup_tally {
    int64_t lines;                          /* with the header, without the end */
    int64_t count[YS_BACKUP_KIND_COUNT];
};

/* The kind's name in the file; NULL past the last. */
const char *ys_backup_kind_name(int kind);
/* Appends the last line of a file of that format, with its line feed. */
void ys_backup_end_line(struct ys_buf *out, int64_t format, const struct ys_backup_tally *tally,
                        const char sha256[YS_SHA256_TEXT_BYTES]);

#endif
