/* params.c: reading query strings and bodies. */
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "sim/params.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Decodes in place from `from` up to `end`; the end of the text written, or NULL. */
static char *decode(char *from, const char *end)
{
    char *to = from;
    while (from < end) {
        if (*from == '%') {
            if (end - from < 3) return NULL;
            int high = hex_value(from[1]), low = hex_value(from[2]);
            if (high < 0 || low < 0 || (high == 0 && low == 0)) return NULL;
            *to++ = (char)(high * 16 + low);
            from += 3;
        } else {
            *to++ = *from == '+' ? ' ' : *from;
            from++;
        }
    }
    return to;
}

/* The API takes a list as one value with commas or as the parameter repeated, as Google's clients
 * send it; the first one gets all values. */
static bool join(struct ys_sim_params *params, const char *name, size_t *used)
{
    size_t first = params->count, begin = *used;

    for (size_t i = 0; i < params->count; i++) {
        size_t length = strlen(params->values[i]);

        if (strcmp(params->names[i], name) != 0) continue;
        if (*used + length + 2 > sizeof params->joined) return false;
        if (first == params->count) first = i;
        else params->joined[(*used)++] = ',';
        memcpy(params->joined + *used, params->values[i], length);
        *used += length;
    }
    if (first == params->count) return true;
    params->joined[(*used)++] = '\0';
    params->values[first] = params->joined + begin;
    return true;
}

bool ys_sim_params_parse(struct ys_sim_params *params, const char *query)
{
    size_t used = 0;
    params->count = 0;
    if (!query) query = "";
    size_t bytes = strlen(query);
    if (bytes >= sizeof params->text) return false;
    memcpy(params->text, query, bytes + 1);
    char *at = params->text, *end = params->text + bytes;
    while (at < end) {
        char *stop = memchr(at, '&', (size_t)(end - at));
        if (!stop) stop = end;
        char *next = stop + 1;
        if (stop == at) {
            at = next;
            continue;
        }
        if (params->count == YS_SIM_PARAMS_MAX) return false;
        char *equals = memchr(at, '=', (size_t)(stop - at));
        char *name_end = equals ? equals : stop;
        char *value = equals ? equals + 1 : stop;
        char *value_end = decode(value, stop);
        char *decoded = decode(at, name_end);
        if (!decoded || !value_end) return false;
        if (equals) *value_end = '\0';
        else value = params->text + bytes; /* the empty text at the end */
        *decoded = '\0';
        params->names[params->count] = at;
        params->values[params->count++] = value;
        at = next;
    }
    return join(params, "part", &used) && join(params, "id", &used);
}

const char *ys_sim_param(const struct ys_sim_params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->names[i], name) == 0) return params->values[i];
    return NULL;
}

bool ys_sim_word_in(const char *list, const char *word, size_t word_bytes)
{
    while (*list) {
        size_t length = strcspn(list, " ");
        if (length == word_bytes && memcmp(list, word, length) == 0) return true;
        list += length;
        while (*list == ' ') list++;
    }
    return false;
}

const char *ys_sim_param_unknown(const struct ys_sim_params *params, const char *known)
{
    static const char common[] = "key access_token oauth_token fields prettyPrint quotaUser alt "
                                 "$.xgafv callback upload_protocol uploadType";
    for (size_t i = 0; i < params->count; i++) {
        const char *name = params->names[i];
        if (!ys_sim_word_in(common, name, strlen(name)) &&
            !ys_sim_word_in(known, name, strlen(name)))
            return name;
    }
    return NULL;
}

bool ys_sim_parts(const char *value, const char *known, unsigned *bits, char *bad,
                  size_t bad_bytes)
{
    static const char *const names[] = {
#define X(code, name) name,
        YS_SIM_PART_MAP(X)
#undef X
    };
    *bits = 0;
    while (*value) {
        size_t length = strcspn(value, ",");
        const char *word = value;
        size_t word_bytes = length;
        while (word_bytes && *word == ' ') word++, word_bytes--;
        while (word_bytes && word[word_bytes - 1] == ' ') word_bytes--;
        if (!ys_sim_word_in(known, word, word_bytes)) {
            char text[64];
            size_t keep = word_bytes < sizeof text - 1 ? word_bytes : sizeof text - 1;
            memcpy(text, word, keep);
            text[keep] = '\0';
            (void)ys_copy(bad, bad_bytes, text);
            return false;
        }
        for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
            if (strlen(names[i]) == word_bytes && memcmp(names[i], word, word_bytes) == 0)
                *bits |= 1u << i;
        value += length;
        if (*value == ',') value++;
    }
    return true;
}

/* ------------------------------------------------------------------ bodies */

/* Where the text of a path goes; false: it is no text field. */
static bool text_field(struct ys_sim_input *input, const char *path, char ***to)
{
    const struct { const char *path; char **to; } fields[] = {
        {"$.id", &input->id},
        {"$.snippet.title", &input->title},
        {"$.snippet.description", &input->description},
        {"$.snippet.defaultLanguage", &input->language},
        {"$.status.privacyStatus", &input->privacy},
        {"$.snippet.playlistId", &input->playlist_id},
        {"$.snippet.resourceId.kind", &input->resource_kind},
        {"$.snippet.resourceId.videoId", &input->video_id},
        {"$.contentDetails.note", &input->note},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].path, path) == 0) {
            *to = fields[i].to;
            return true;
        }
    return false;
}

/* Fields that a resource has and that a client may send back; they change nothing. */
static bool ignored(const char *path)
{
    static const char *const whole[] = {
        "$.kind", "$.etag", "$.snippet.publishedAt", "$.snippet.channelId",
        "$.snippet.channelTitle", "$.snippet.videoOwnerChannelTitle",
        "$.snippet.videoOwnerChannelId", "$.snippet.thumbnailVideoId",
        "$.snippet.resourceId.channelId", "$.snippet.resourceId.playlistId",
        "$.status.podcastStatus", "$.contentDetails.itemCount", "$.contentDetails.videoId",
        "$.contentDetails.videoPublishedAt", "$.contentDetails.startAt",
        "$.contentDetails.endAt"};
    static const char *const below[] = {"$.snippet.thumbnails", "$.snippet.localized",
                                        "$.snippet.tags", "$.localizations", "$.player"};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (strcmp(whole[i], path) == 0) return true;
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++)
        if (strncmp(below[i], path, strlen(below[i])) == 0) return true;
    return false;
}

static bool container(const char *path)
{
    static const char *const paths[] = {"$.snippet", "$.status", "$.contentDetails",
                                        "$.snippet.resourceId"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (strcmp(paths[i], path) == 0) return true;
    return false;
}

static enum ys_status read_field(void *ctx, const struct ys_json_row *row, struct ys_error *err)
{
    struct ys_sim_input *input = ctx;
    const char *path = ys_json_text(row, 0), *type = ys_json_text(row, 1);
    bool is_text = strcmp(type, "text") == 0, is_null = strcmp(type, "null") == 0;
    if (strcmp(path, "$") == 0) {
        input->json = strcmp(type, "object") == 0;
        return YS_OK;
    }
    char **to = NULL;
    if (text_field(input, path, &to)) {
        if (is_null || *to) return YS_OK;
        if (!is_text) {
            input->wrong = true;
            return YS_OK;
        }
        *to = ys_dup(ys_json_text(row, 2));
        return *to ? YS_OK : ys_fail(err, YS_ENOMEM, "no memory for a request body");
    }
    if (strcmp(path, "$.snippet.position") == 0) {
        if (is_null) return YS_OK;
        if (strcmp(type, "integer") != 0) input->wrong = true;
        input->has_position = true;
        input->position = ys_json_int(row, 2);
        return YS_OK;
    }
    if (container(path)) {
        if (strcmp(path, "$.snippet.resourceId") == 0) input->resource = !is_null;
        if (!is_null && strcmp(type, "object") != 0) input->wrong = true;
        return YS_OK;
    }
    if (strcmp(path, "$.localizations") == 0) input->localizations = !is_null;
    if (!ignored(path)) input->wrong = true;
    return YS_OK;
}

enum ys_status ys_sim_input_read(struct ys_sim *sim, const char *body, size_t bytes,
                                 struct ys_sim_input *out, struct ys_error *err)
{
    *out = (struct ys_sim_input){0};
    char *copy = ys_alloc(bytes + 1);
    if (!copy) return ys_fail(err, YS_ENOMEM, "no memory for a request body");
    if (bytes) memcpy(copy, body, bytes);
    copy[bytes] = '\0';
    enum ys_status status = ys_json_rows(sim->json, "SELECT fullkey, type, atom FROM json_tree(?1)",
                                         copy, bytes, read_field, out, NULL);
    ys_free(copy);
    if (status == YS_EREPLY) {
        ys_sim_input_free(out);
        *out = (struct ys_sim_input){0};
        return YS_OK;
    }
    if (status != YS_OK) return ys_fail(err, status, "a request body could not be read");
    return YS_OK;
}

void ys_sim_input_free(struct ys_sim_input *input)
{
    char *const texts[] = {input->id,          input->title,         input->description,
                           input->language,    input->privacy,       input->playlist_id,
                           input->resource_kind, input->video_id,    input->note};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) ys_free(texts[i]);
}
