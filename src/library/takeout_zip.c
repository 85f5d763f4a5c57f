/* takeout_zip.c: an export as it was downloaded. The one place that knows libzip; built without
 * it, an archive is refused with the way out.
 *
 * What an archive says of itself is not believed: names are only shown, never used as paths, and
 * no entry is read further than a playlist can reach, whatever size it claims. */
#include "library/takeout_row.h"

#ifdef YS_WITH_LIBZIP

#include <string.h>
#include <zip.h>

#include "base/alloc.h"

/* "export.zip: Takeout/.../Jazz-videos.csv", of which the end is kept when it is too long. */
static void shown_path(char out[YS_TAKEOUT_NAME_BYTES_MAX], const char *archive, const char *name)
{
    const char *slash = strrchr(archive, '/');

    if (strlen(name) > YS_TAKEOUT_NAME_BYTES_MAX / 2)
        name += strlen(name) - YS_TAKEOUT_NAME_BYTES_MAX / 2;
    ys_format(out, YS_TAKEOUT_NAME_BYTES_MAX, "%.255s: %s", slash ? slash + 1 : archive, name);
}

/* Reads up to `room` bytes; more than that is YS_ELIMIT. */
static enum ys_status read_entry(zip_file_t *file, const char *path, char *text, size_t room,
                                 size_t *bytes, struct ys_error *err)
{
    zip_int64_t got;

    *bytes = 0;
    do {
        got = zip_fread(file, text + *bytes, room - *bytes);
        if (got < 0) return ys_fail(err, YS_EINVAL, "%s is damaged: download it again.", path);
        *bytes += (size_t)got;
    } while (got > 0 && *bytes < room);
    return *bytes < room ? YS_OK : YS_ELIMIT;
}

static enum ys_status take_entry(struct ys_takeout *takeout, zip_t *archive, zip_uint64_t index,
                                 const char *path, char *text, struct ys_error *err)
{
    zip_file_t *file = zip_fopen_index(archive, index, 0);
    const size_t most = ys_takeout_bytes_max(path);
    size_t begin = 0, bytes = 0;
    enum ys_status status = YS_OK;
    bool worth = true;

    if (!file)
        return ys_fail(err, YS_EINVAL, "%s cannot be unpacked: %s.", path, zip_strerror(archive));
    if (ys_takeout_is_json(path)) {
        status = read_entry(file, path, text, YS_TAKEOUT_PEEK_BYTES, &begin, err);
        worth = (status != YS_OK && status != YS_ELIMIT) || ys_takeout_json_begins(text, begin);
    }
    if (worth && (status == YS_OK || status == YS_ELIMIT))
        status = read_entry(file, path, text + begin, most - begin, &bytes, err);
    bytes += begin;
    (void)zip_fclose(file);
    if (!worth) {
        takeout->result.other_files++;
        return ys_takeout_count(takeout, 0, err);
    }
    if (status == YS_ELIMIT) {
        takeout->result.other_files++;
        ys_takeout_note(takeout, YS_TAKEOUT_REMARK, path, 0,
                        "left alone: it has more than %zu MiB, which no playlist has",
                        most >> 20);
        return ys_takeout_count(takeout, (int64_t)bytes, err);
    }
    YS_TRY(status);
    YS_TRY(ys_takeout_count(takeout, (int64_t)bytes, err));
    return ys_takeout_take(takeout, path, text, bytes, false, err);
}

static enum ys_status take_entries(struct ys_takeout *takeout, zip_t *archive, const char *path,
                                   char *text, struct ys_error *err)
{
    zip_int64_t i, count = zip_get_num_entries(archive, 0);
    char shown[YS_TAKEOUT_NAME_BYTES_MAX];

    for (i = 0; i < count; i++) {
        const char *name = zip_get_name(archive, (zip_uint64_t)i, 0);
        if (!name || !ys_takeout_may_be_list(name)) {
            takeout->result.other_files += name && name[0] && name[strlen(name) - 1] != '/';
            YS_TRY(ys_takeout_count(takeout, 0, err));
            continue;
        }
        shown_path(shown, path, name);
        YS_TRY(take_entry(takeout, archive, (zip_uint64_t)i, shown, text, err));
    }
    return YS_OK;
}

enum ys_status ys_takeout_zip(struct ys_takeout *takeout, const char *path, struct ys_error *err)
{
    int number = 0;
    zip_t *archive = zip_open(path, ZIP_RDONLY, &number);
    char *text = NULL;
    enum ys_status status;

    if (!archive) {
        zip_error_t why;
        zip_error_init_with_code(&why, number);
        status = ys_fail(err, YS_EINVAL,
                         "%s cannot be read as a .zip archive: %s. Download it again, or unpack it "
                         "and name the folder.",
                         path, zip_error_strerror(&why));
        zip_error_fini(&why);
        return status;
    }
    text = ys_alloc(YS_TAKEOUT_JSON_BYTES_MAX + 1); /* touched as far as files reach */
    if (!text)
        status = ys_fail(err, YS_ENOMEM, "Memory ran out.");
    else
        status = take_entries(takeout, archive, path, text, err);
    ys_free(text);
    zip_discard(archive);
    return status;
}

#else

enum ys_status ys_takeout_zip(struct ys_takeout *takeout, const char *path, struct ys_error *err)
{
    (void)takeout;
    return ys_fail(err, YS_EINVAL,
                   "%s: this ytsync was built without libzip, so it reads no archives. Unpack it "
                   "(unzip) and name the folder.",
                   path);
}

#endif
