/* params.h: query parameters and JSON bodies of requests, as the API's methods take them. */
#ifndef YS_SIM_PARAMS_H
#define YS_SIM_PARAMS_H

#include "sim/errors.h"

#define YS_SIM_PARAMS_MAX 32

struct ys_sim_params {
    size_t count;
    const char *names[YS_SIM_PARAMS_MAX];
    const char *values[YS_SIM_PARAMS_MAX];
    char text[YS_SIM_URL_BYTES_MAX];
    char joined[YS_SIM_URL_BYTES_MAX]; /* of a repeated parameter: its values with commas */
};

/* Splits and decodes; false when it is malformed or too long. */
bool ys_sim_params_parse(struct ys_sim_params *params, const char *query);
/* The value, NULL when absent. */
const char *ys_sim_param(const struct ys_sim_params *params, const char *name);
/* The first name that is neither in `known` (separated by spaces) nor one of the parameters
 * that every method takes; NULL: all are known. */
const char *ys_sim_param_unknown(const struct ys_sim_params *params, const char *known);

/* Parts of a resource, as bits in the order of ys_sim_part_names. */
#define YS_SIM_PART_MAP(X)                                                                       \
    X(ID, "id") X(SNIPPET, "snippet") X(STATUS, "status") X(CONTENT, "contentDetails")           \
    X(LOCALIZATIONS, "localizations") X(PLAYER, "player") X(STATISTICS, "statistics")
enum ys_sim_part_bit {
#define X(code, name) YS_SIM_PART_BIT_##code,
    YS_SIM_PART_MAP(X)
#undef X
};
enum {
#define X(code, name) YS_SIM_PART_##code = 1 << YS_SIM_PART_BIT_##code,
    YS_SIM_PART_MAP(X)
#undef X
};
/* Reads a part parameter. `known`: the names that this resource has, separated by spaces (more
 * than have bits). On false, `bad` holds the first unknown one. */
bool ys_sim_parts(const char *value, const char *known, unsigned *bits, char *bad,
                  size_t bad_bytes);
/* Whether `word` is one of the words of `list` (separated by spaces). */
bool ys_sim_word_in(const char *list, const char *word, size_t word_bytes);

/* What a body of the four writing methods can hold. Texts NULL: absent. */
struct ys_sim_input {
    bool json;                /* it was a JSON object */
    bool wrong;               /* a field of the wrong type, or an unknown one */
    bool localizations;
    bool has_position;
    int64_t position;
    char *id, *title, *description, *language, *privacy;
    char *playlist_id, *resource_kind, *video_id, *note;
    bool resource;            /* snippet.resourceId is there */
};
/* An error is only ever out of memory or the database's. */
YS_CHECKED enum ys_status ys_sim_input_read(struct ys_sim *sim, const char *body, size_t bytes,
                                            struct ys_sim_input *out, struct ys_error *err);
void ys_sim_input_free(struct ys_sim_input *input);

#endif
