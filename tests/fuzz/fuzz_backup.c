/* fuzz_backup.c: reading a backup file from end to end. What passes is whole: its figures are its
 * own, and no file that differs in one bit or in length passes too. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "library/backup_private.h"

static struct {
    char path[512];
    int fd;
} file = {.fd = -1};

static void remove_file(void)
{
    (void)unlink(file.path);
}

static void make_file(void)
{
    const char *folder = getenv("TMPDIR");

    if (file.fd >= 0) return;
    (void)snprintf(file.path, sizeof file.path, "%s/backup-XXXXXX", folder ? folder : "/tmp");
    file.fd = mkstemp(file.path);
    YS_REQUIRE(file.fd >= 0);
    YS_REQUIRE(atexit(remove_file) == 0);
}

static enum ys_status verify(const struct ys_buf *content, struct ys_row_backup *out,
                             struct ys_error *err)
{
    make_file();
    YS_REQUIRE(ftruncate(file.fd, 0) == 0);
    YS_REQUIRE(pwrite(file.fd, ys_buf_text(content), content->bytes, 0) ==
               (ssize_t)content->bytes);
    return ys_backup_verify(file.path, NULL, out, err);
}

/* Counts lines as a reader without JSON would, and closes the file with what that gives: a file of
 * format 1 counts no policies. */
static void add_end(struct ys_buf *content)
{
    int64_t format = strstr(ys_buf_text(content), "\"ytsync_backup\":1,") ? 1 : YS_BACKUP_FORMAT;
    struct ys_backup_tally tally = {0};
    char sha256[YS_SHA256_TEXT_BYTES];
    const char *line, *feed;
    char begins[64];

    if (content->bytes > 0 && content->data[content->bytes - 1] != '\n')
        ys_buf_text_add(content, "\n");
    line = ys_buf_text(content);
    for (; (feed = strchr(line, '\n')) != NULL; line = feed + 1) {
        if (tally.lines++ == 0) continue;
        for (int kind = 0; kind < YS_BACKUP_KIND_COUNT; kind++) {
            (void)snprintf(begins, sizeof begins, "{\"kind\":\"%s\"", ys_backup_kind_name(kind));
            if (strncmp(line, begins, strlen(begins)) == 0) tally.count[kind]++;
        }
    }
    YS_REQUIRE(ys_sha256_hex(ys_buf_text(content), content->bytes, sha256));
    ys_backup_end_line(content, format, &tally, sha256);
}

/* The same file with one bit changed, without its end, and with something behind its end. */
static void check_changes(struct ys_buf *content, uint64_t seed)
{
    struct ys_row_backup out;
    size_t at = (size_t)(seed % content->bytes), whole = content->bytes;
    char bit = (char)(1 << (seed >> 32) % 8);

    content->data[at] = (char)(content->data[at] ^ bit);
    FUZZ_CHECK(verify(content, &out, NULL) == YS_EBACKUP);
    content->data[at] = (char)(content->data[at] ^ bit);
    content->bytes = at;
    FUZZ_CHECK(verify(content, &out, NULL) == YS_EBACKUP);
    content->bytes = whole;
    ys_buf_add(content, seed % 2 ? "\n" : " ", 1);
    FUZZ_CHECK(verify(content, &out, NULL) == YS_EBACKUP);
}

void fuzz_backup(const uint8_t *data, size_t bytes)
{
    struct ys_row_backup out, again;
    struct ys_error err = {0};
    struct ys_buf content;
    char sha256[YS_SHA256_TEXT_BYTES];
    enum ys_status status;
    uint64_t seed = 0;

    if (bytes < 2) return;
    content = fuzz_buf(data + 1, bytes - 1);
    content.bytes_max = bytes + 4096;
    if (data[0] == 'b') add_end(&content);
    YS_REQUIRE(content.failed == YS_OK);
    status = verify(&content, &out, &err);
    fuzz_check_error(status, &err, YS_EBACKUP, YS_OK);
    if (status == YS_OK) {
        YS_REQUIRE(ys_sha256_hex(content.data, content.bytes, sha256));
        FUZZ_CHECK(strcmp(out.sha256, sha256) == 0);
        FUZZ_CHECK(out.bytes == (int64_t)content.bytes);
        FUZZ_CHECK(out.playlists >= 0 && out.items >= 0 && out.videos >= 0);
        FUZZ_CHECK(ys_utf8_valid(out.trigger_name, strlen(out.trigger_name)));
        FUZZ_CHECK(ys_backup_verify(file.path, sha256, &again, NULL) == YS_OK);
        sha256[0] = sha256[0] == '0' ? '1' : '0';
        FUZZ_CHECK(ys_backup_verify(file.path, sha256, &again, NULL) == YS_EBACKUP);
        for (size_t i = 0; i < bytes; i++) seed = (seed ^ data[i]) * UINT64_C(1099511628211);
        check_changes(&content, seed ^ seed >> 29);
    }
    ys_buf_free(&content);
}
