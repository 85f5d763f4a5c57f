/* takeout_join.c: which rows belong to which playlist.
 *
 * New exports hold no id beside the rows: a file is called "<title>-videos.csv", the ending in the
 * language of the account, with characters of the title replaced by '_' and long ones cut; ids and
 * titles stand in the manifest. So each file goes to the title that its name spells; the ending is
 * the one that most files of the export agree on. Two playlists of one title are told apart by
 * time: no row is older than its playlist. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "library/takeout.h"
#include "store/imports.h"

/* A file name that is cut holds at least so much of the title. */
#define CUT_CODEPOINTS_MIN 20
#define ENDING_BYTES_MAX 64
#define FIT_MAX 5
/* ys_import_settle knows these ids by it. */
#define SYNTHETIC_ID_PREFIX YS_IMPORT_ID_PREFIX
#define SYNTHETIC_ID_DIGITS 24

/* ---------------------------------------------------------------- Watch Later */

/* As YouTube's pages call it; what is missing here is a source like others all the same, and is
 * never written to either, because YouTube never lists it. */
bool ys_takeout_watch_later_title(const char *title)
{
    static const char *const titles[] = {
        "Watch later", "Watch Later", "Später ansehen", "À regarder plus tard",
        "Regarder plus tard", "Ver más tarde", "Guarda più tardi", "Assistir mais tarde",
        "Ver mais tarde", "Later bekijken", "Titta senare", "Se senere", "Katso myöhemmin",
        "Do obejrzenia", "Daha sonra izle", "Přehrát později", "Megnézés később",
        "Vizionează mai târziu", "Tonton nanti", "Xem sau", "Смотреть позже", "後で見る",
        "稍後觀看", "稍后观看", "나중에 볼 동영상"};
    size_t i;

    for (i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (strcmp(title, titles[i]) == 0) return true;
    return false;
}

/* ---------------------------------------------------------------- names */

static bool is_combining(uint32_t code)
{
    return code >= 0x300 && code <= 0x36F;
}

/* How a file's name spells a title. */
struct spelling {
    bool matches, exact, cut;
    char ending[ENDING_BYTES_MAX]; /* what follows the title, without a number in brackets */
};

/* Takes "(2)" off both ends: how a second file of one name is told apart. */
static void take_number_off(char *ending)
{
    size_t bytes = strlen(ending);
    size_t digits = strspn(ending[0] == '(' ? ending + 1 : "", "0123456789");
    char *open = strrchr(ending, '(');

    if (digits > 0 && ending[digits + 1] == ')') {
        memmove(ending, ending + digits + 2, bytes - digits - 1);
        return;
    }
    if (!open || bytes < 3 || ending[bytes - 1] != ')') return;
    digits = strspn(open + 1, "0123456789");
    if (digits > 0 && open + digits + 2 == ending + bytes) {
        while (open > ending && open[-1] == ' ') open--;
        *open = '\0';
    }
}

static struct spelling spell(const char *stem, const char *title)
{
    const char *stem_end = stem + strlen(stem), *title_end = title + strlen(title);
    struct spelling spelling = {.exact = true};
    size_t codepoints = 0;

    while (title < title_end && stem < stem_end) {
        uint32_t wanted = ys_utf8_next(&title, title_end), found = ys_utf8_next(&stem, stem_end);
        codepoints++;
        if (wanted == found) continue;
        spelling.exact = false;
        if (found == '_') continue;
        /* Some systems take letters apart: "e" and an accent. */
        const char *after = stem;
        if (wanted < 0x80 || stem >= stem_end || !is_combining(ys_utf8_next(&after, stem_end)))
            return spelling;
        while (stem < stem_end) {
            after = stem;
            if (!is_combining(ys_utf8_next(&after, stem_end))) break;
            stem = after;
        }
    }
    spelling.cut = title < title_end;
    spelling.matches = codepoints > 0 && (!spelling.cut || codepoints >= CUT_CODEPOINTS_MIN) &&
                       ys_copy(spelling.ending, sizeof spelling.ending, stem);
    take_number_off(spelling.ending);
    return spelling;
}

/* ---------------------------------------------------------------- the ending */

static const char *const known_endings[] = {"-videos", " videos", "-Videos", "-vidéos",
                                            " の動画"};
#define KNOWN_ENDINGS (sizeof known_endings / sizeof known_endings[0])

static bool is_known_ending(const char *ending)
{
    size_t i;

    for (i = 0; i < KNOWN_ENDINGS; i++)
        if (strcmp(ending, known_endings[i]) == 0) return true;
    return false;
}

struct ending {
    char text[ENDING_BYTES_MAX];
    int64_t files;
};

/* One more file could end so. Is it the most frequent one by now? */
static enum ys_status vote(struct ys_map *votes, const char *ending, struct ending *best,
                           struct ys_error *err)
{
    int64_t files = 0;
    bool more;

    (void)ys_map_get(votes, ending, &files);
    YS_TRY(ys_map_put(votes, ending, ++files, err));
    more = files > best->files;
    if (files == best->files && is_known_ending(ending) != is_known_ending(best->text))
        more = is_known_ending(ending);
    else if (files == best->files)
        more = strlen(ending) < strlen(best->text);
    if (!more) return YS_OK;
    (void)ys_copy(best->text, sizeof best->text, ending);
    best->files = files;
    return YS_OK;
}

static enum ys_status find_ending(const struct ys_takeout *takeout, struct ending *best,
                                  struct ys_error *err)
{
    struct ys_map votes;
    enum ys_status status = YS_OK;
    size_t i, j;

    ys_map_init(&votes);
    *best = (struct ending){.text = "-videos"};
    for (i = 0; i < takeout->file_count && status == YS_OK; i++) {
        if (takeout->files[i].id[0]) continue;
        for (j = 0; j < takeout->entry_count && status == YS_OK; j++) {
            struct spelling spelling = spell(takeout->files[i].stem, takeout->entries[j].title);
            if (spelling.matches && !spelling.cut)
                status = vote(&votes, spelling.ending, best, err);
        }
    }
    ys_map_free(&votes);
    return status;
}

/* ---------------------------------------------------------------- files to entries */

/* How well a file fits an entry, up to FIT_MAX; 0: not at all. */
static int fit(const struct ys_takeout_list *file, const struct ys_takeout_list *entry,
               const char *ending)
{
    struct spelling spelling = spell(file->stem, entry->title);

    if (!spelling.matches) return 0;
    if (spelling.cut) return 1;
    if (strcmp(spelling.ending, ending) != 0) return spelling.exact ? 3 : 2;
    return spelling.exact ? 5 : 4;
}

/* Of two entries that fit alike, the one that time speaks for: the youngest that is not younger
 * than the file's first row. */
static bool is_better(const struct ys_takeout_list *file, const struct ys_takeout_list *entry,
                      const struct ys_takeout_list *than)
{
    bool could = file->first_at_ms == 0 || entry->created_at_ms <= file->first_at_ms;
    bool than_could = file->first_at_ms == 0 || than->created_at_ms <= file->first_at_ms;

    if (could != than_could) return could;
    if (strlen(entry->title) != strlen(than->title))
        return strlen(entry->title) > strlen(than->title);
    return could && entry->created_at_ms > than->created_at_ms;
}

static void take_over(struct ys_takeout_list *entry, struct ys_takeout_list *file)
{
    entry->rows = file->rows;
    entry->row_count = file->row_count;
    entry->row_capacity = file->row_capacity;
    entry->file = file->file;
    entry->stem = file->stem;
    entry->joined = file->joined = true;
    file->rows = NULL;
}

static void give_file(struct ys_takeout *takeout, struct ys_takeout_list *file,
                      const char *ending, int level)
{
    struct ys_takeout_list *best = NULL;
    bool alike = false;
    size_t i;

    if (file->joined || file->repeated || file->id[0]) return;
    for (i = 0; i < takeout->entry_count; i++) {
        struct ys_takeout_list *entry = &takeout->entries[i];
        if (entry->joined || fit(file, entry, ending) != level) continue;
        alike = alike || (best && strcmp(entry->title, best->title) == 0 &&
                          strcmp(entry->id, best->id) != 0);
        if (!best || is_better(file, entry, best)) best = entry;
    }
    if (!best) return;
    if (alike)
        ys_takeout_note(takeout, YS_TAKEOUT_REMARK, file->file, 0,
                        "several playlists are called \"%.200s\"; by the times, these rows are "
                        "taken for those of %s",
                        best->title, best->id);
    take_over(best, file);
}

struct turn {
    struct ys_takeout_list *file;
};

/* The files in the order of their earliest rows: an old row fits the fewest playlists. */
static int compare_first(const void *a, const void *b)
{
    const struct ys_takeout_list *one = ((const struct turn *)a)->file;
    const struct ys_takeout_list *two = ((const struct turn *)b)->file;

    if (one->first_at_ms != two->first_at_ms) return one->first_at_ms < two->first_at_ms ? -1 : 1;
    return one < two ? -1 : one > two; /* elements of one array: as they were given */
}

static enum ys_status give_files(struct ys_takeout *takeout, const char *ending,
                                 struct ys_error *err)
{
    struct turn *order;
    size_t i, count = takeout->file_count;
    int level;

    if (count == 0) return YS_OK;
    order = ys_alloc_zero(count, sizeof *order);
    if (!order) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    for (i = 0; i < count; i++) order[i].file = &takeout->files[i];
    qsort(order, count, sizeof *order, compare_first);
    for (level = FIT_MAX; level > 0; level--)
        for (i = 0; i < count; i++) give_file(takeout, order[i].file, ending, level);
    ys_free(order);
    return YS_OK;
}

/* ---------------------------------------------------------------- lists */

static enum ys_status add_list(struct ys_takeout *takeout, struct ys_takeout_list *from,
                               struct ys_error *err)
{
    struct ys_takeout_list *list;

    YS_TRY(YS_GROW(takeout->lists, takeout->list_capacity, takeout->list_count, err));
    list = &takeout->lists[takeout->list_count++];
    *list = *from;
    from->rows = NULL;
    if (strcmp(list->id, "WL") == 0 || ys_takeout_watch_later_title(list->title))
        list->source = YS_SOURCE_WATCH_LATER;
    else
        list->source = YS_SOURCE_TAKEOUT;
    return YS_OK;
}

static bool take_ending_off(char *title, const char *ending)
{
    size_t bytes = strlen(title), ending_bytes = strlen(ending);

    if (bytes <= ending_bytes || strcmp(title + bytes - ending_bytes, ending) != 0) return false;
    title[bytes - ending_bytes] = '\0';
    return true;
}

/* A file of which no manifest speaks: its title is its name, its id one of ours. */
static enum ys_status name_file(struct ys_takeout *takeout, struct ys_takeout_list *file,
                                const char *ending, struct ys_error *err)
{
    char title[YS_TAKEOUT_NAME_BYTES_MAX], digest[YS_SHA256_TEXT_BYTES], id[YS_ID_BYTES];
    bool taken;
    size_t i;

    (void)ys_copy(title, sizeof title, file->stem);
    taken = take_ending_off(title, ending);
    for (i = 0; i < KNOWN_ENDINGS && !taken; i++) taken = take_ending_off(title, known_endings[i]);
    if (!ys_sha256_hex(file->stem, strlen(file->stem), digest))
        return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    ys_format(id, sizeof id, SYNTHETIC_ID_PREFIX "%.*s", SYNTHETIC_ID_DIGITS, digest);
    file->title = ys_arena_dup(&takeout->arena, title);
    file->id = ys_arena_dup(&takeout->arena, id);
    return file->title && file->id ? YS_OK : ys_fail(err, YS_ENOMEM, "Memory ran out.");
}

/* The same file twice, from two archives, say. */
static enum ys_status mark_repeated(struct ys_takeout *takeout, struct ys_error *err)
{
    char key[YS_TAKEOUT_NAME_BYTES_MAX + YS_SHA256_TEXT_BYTES];
    struct ys_map seen;
    enum ys_status status = YS_OK;
    size_t i;

    ys_map_init(&seen);
    for (i = 0; i < takeout->file_count && status == YS_OK; i++) {
        struct ys_takeout_list *file = &takeout->files[i];
        ys_format(key, sizeof key, "%s/%s", file->digest, file->stem);
        file->repeated = ys_map_get(&seen, key, NULL);
        if (!file->repeated) status = ys_map_put(&seen, key, 1, err);
    }
    ys_map_free(&seen);
    return status;
}

/* A playlist that stands in two exports: the one named last counts. */
static enum ys_status drop_earlier(struct ys_takeout *takeout, struct ys_error *err)
{
    struct ys_map last;
    enum ys_status status = YS_OK;
    size_t i, kept = 0;
    int64_t number = 0;

    ys_map_init(&last);
    for (i = 0; i < takeout->list_count && status == YS_OK; i++)
        if (takeout->lists[i].file[0] || !ys_map_get(&last, takeout->lists[i].id, NULL))
            status = ys_map_put(&last, takeout->lists[i].id, (int64_t)i, err);
    for (i = 0; i < takeout->list_count && status == YS_OK; i++) {
        struct ys_takeout_list *list = &takeout->lists[i];
        if (ys_map_get(&last, list->id, &number) && (size_t)number == i) {
            if (kept != i) takeout->lists[kept] = *list;
            kept++;
            continue;
        }
        takeout->result.read -= (int64_t)list->row_count;
        takeout->result.repeated += (int64_t)list->row_count;
        if (list->row_count > 0)
            ys_takeout_note(takeout, YS_TAKEOUT_REMARK, list->file, 0,
                            "%zu rows are left out: the playlist \"%.200s\" stands in two exports, "
                            "and the one named last counts",
                            list->row_count, list->title);
        ys_free(list->rows);
        list->rows = NULL;
    }
    if (status == YS_OK) takeout->list_count = kept;
    ys_map_free(&last);
    return status;
}

static void say_repeated(struct ys_takeout *takeout, const struct ys_takeout_list *file)
{
    takeout->result.read -= (int64_t)file->row_count;
    takeout->result.repeated += (int64_t)file->row_count;
    ys_takeout_note(takeout, YS_TAKEOUT_REMARK, file->file, 0,
                    "%zu rows are left out: the same file was given before", file->row_count);
}

enum ys_status ys_takeout_join(struct ys_takeout *takeout, struct ys_error *err)
{
    struct ending ending;
    size_t i;

    YS_TRY(mark_repeated(takeout, err));
    YS_TRY(find_ending(takeout, &ending, err));
    YS_TRY(give_files(takeout, ending.text, err));
    for (i = 0; i < takeout->entry_count; i++)
        YS_TRY(add_list(takeout, &takeout->entries[i], err));
    for (i = 0; i < takeout->file_count; i++) {
        struct ys_takeout_list *file = &takeout->files[i];
        if (file->joined) continue;
        if (file->repeated) {
            say_repeated(takeout, file);
            continue;
        }
        if (!file->id[0] && file->row_count == 0) continue; /* a header alone says nothing */
        if (!file->id[0]) YS_TRY(name_file(takeout, file, ending.text, err));
        YS_TRY(add_list(takeout, file, err));
    }
    return drop_earlier(takeout, err);
}
