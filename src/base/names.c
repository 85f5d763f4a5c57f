/* names.c: the texts of the enumerations of ytsync.h, made from their one list each.
 *
 * A value out of range is shown as "invalid" ("unknown_status" for a status), which none of the
 * names is; stored names are checked on the way in with the *_from_name functions. */
#include <string.h>

#include "ytsync.h"

#define NAME_INVALID "invalid"

static const char *name_at(const char *const *names, size_t count, size_t index)
{
    return index < count ? names[index] : NAME_INVALID;
}

static bool find_name(const char *const *names, size_t count, const char *name, size_t *out)
{
    if (name == NULL) return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ status */

const char *ys_status_name(enum ys_status status)
{
    static const char *const names[] = {
#define X(code, name, sentence, class) name,
        YS_STATUS_MAP(X)
#undef X
    };
    return (size_t)status < YS_STATUS_COUNT ? names[status] : "unknown_status";
}

const char *ys_status_sentence(enum ys_status status)
{
    static const char *const sentences[] = {
#define X(code, name, sentence, class) sentence,
        YS_STATUS_MAP(X)
#undef X
    };
    return (size_t)status < YS_STATUS_COUNT ? sentences[status] : "unknown_status";
}

enum ys_status_class ys_status_class(enum ys_status status)
{
    static const enum ys_status_class classes[] = {
#define X(code, name, sentence, class) YS_CLASS_##class,
        YS_STATUS_MAP(X)
#undef X
    };
    return (size_t)status < YS_STATUS_COUNT ? classes[status] : YS_CLASS_FATAL;
}

/* ------------------------------------------------------------------ job */

static const char *const stage_names[] = {
#define X(code, name, label) name,
    YS_STAGE_MAP(X)
#undef X
};

static const char *const stage_labels[] = {
#define X(code, name, label) label,
    YS_STAGE_MAP(X)
#undef X
};

const char *ys_stage_name(enum ys_stage stage)
{
    return name_at(stage_names, YS_STAGE_COUNT, (size_t)stage);
}

const char *ys_stage_label(enum ys_stage stage)
{
    return name_at(stage_labels, YS_STAGE_COUNT, (size_t)stage);
}

bool ys_stage_from_name(const char *name, enum ys_stage *out)
{
    size_t index = 0;
    if (!find_name(stage_names, YS_STAGE_COUNT, name, &index)) return false;
    *out = (enum ys_stage)index;
    return true;
}

static const char *const pause_names[] = {
#define X(code, name, sentence) name,
    YS_PAUSE_MAP(X)
#undef X
};

static const char *const pause_sentences[] = {
#define X(code, name, sentence) sentence,
    YS_PAUSE_MAP(X)
#undef X
};

const char *ys_pause_name(enum ys_pause_reason reason)
{
    return name_at(pause_names, YS_PAUSE_COUNT, (size_t)reason);
}

const char *ys_pause_sentence(enum ys_pause_reason reason)
{
    return name_at(pause_sentences, YS_PAUSE_COUNT, (size_t)reason);
}

bool ys_pause_from_name(const char *name, enum ys_pause_reason *out)
{
    size_t index = 0;
    if (!find_name(pause_names, YS_PAUSE_COUNT, name, &index)) return false;
    *out = (enum ys_pause_reason)index;
    return true;
}

/* ------------------------------------------------------------------ operation */

static const char *const op_kind_names[] = {
#define X(code, name, stage) name,
    YS_OP_KIND_MAP(X)
#undef X
};

const char *ys_op_kind_name(enum ys_op_kind kind)
{
    return name_at(op_kind_names, YS_OP_KIND_COUNT, (size_t)kind);
}

/* A kind out of range belongs to no stage: YS_STAGE_COUNT. */
enum ys_stage ys_op_kind_stage(enum ys_op_kind kind)
{
    static const enum ys_stage stages[] = {
#define X(code, name, stage) YS_STAGE_##stage,
        YS_OP_KIND_MAP(X)
#undef X
    };
    return (size_t)kind < YS_OP_KIND_COUNT ? stages[kind] : YS_STAGE_COUNT;
}

bool ys_op_kind_from_name(const char *name, enum ys_op_kind *out)
{
    size_t index = 0;
    if (!find_name(op_kind_names, YS_OP_KIND_COUNT, name, &index)) return false;
    *out = (enum ys_op_kind)index;
    return true;
}

static const char *const op_status_names[] = {
#define X(code, name) name,
    YS_OP_STATUS_MAP(X)
#undef X
};

const char *ys_op_status_name(enum ys_op_status status)
{
    return name_at(op_status_names, YS_OP_STATUS_COUNT, (size_t)status);
}

bool ys_op_status_from_name(const char *name, enum ys_op_status *out)
{
    size_t index = 0;
    if (!find_name(op_status_names, YS_OP_STATUS_COUNT, name, &index)) return false;
    *out = (enum ys_op_status)index;
    return true;
}

/* ------------------------------------------------------------------ library and policy */

static const char *const privacy_names[] = {
#define X(code, name) name,
    YS_PRIVACY_MAP(X)
#undef X
};

const char *ys_privacy_name(enum ys_privacy privacy)
{
    return name_at(privacy_names, YS_PRIVACY_COUNT, (size_t)privacy);
}

bool ys_privacy_from_name(const char *name, enum ys_privacy *out)
{
    size_t index = 0;
    if (!find_name(privacy_names, YS_PRIVACY_COUNT, name, &index)) return false;
    *out = (enum ys_privacy)index;
    return true;
}

static const char *const old_names[] = {
#define X(code, name) name,
    YS_OLD_MAP(X)
#undef X
};

const char *ys_old_name(enum ys_old old)
{
    return name_at(old_names, YS_OLD_COUNT, (size_t)old);
}

bool ys_old_from_name(const char *name, enum ys_old *out)
{
    size_t index = 0;
    if (!find_name(old_names, YS_OLD_COUNT, name, &index)) return false;
    *out = (enum ys_old)index;
    return true;
}

static const char *const availability_names[] = {
#define X(code, name) name,
    YS_AVAILABILITY_MAP(X)
#undef X
};

const char *ys_availability_name(enum ys_availability availability)
{
    return name_at(availability_names, YS_AVAILABILITY_COUNT, (size_t)availability);
}

bool ys_availability_from_name(const char *name, enum ys_availability *out)
{
    size_t index = 0;
    if (!find_name(availability_names, YS_AVAILABILITY_COUNT, name, &index)) return false;
    *out = (enum ys_availability)index;
    return true;
}

static const char *const source_names[] = {
#define X(code, name) name,
    YS_SOURCE_MAP(X)
#undef X
};

const char *ys_source_name(enum ys_source source)
{
    return name_at(source_names, YS_SOURCE_COUNT, (size_t)source);
}

bool ys_source_from_name(const char *name, enum ys_source *out)
{
    size_t index = 0;
    if (!find_name(source_names, YS_SOURCE_COUNT, name, &index)) return false;
    *out = (enum ys_source)index;
    return true;
}

static const char *const proof_names[] = {
#define X(code, name, words) name,
    YS_PROOF_MAP(X)
#undef X
};

static const char *const proof_words[] = {
#define X(code, name, words) words,
    YS_PROOF_MAP(X)
#undef X
};

const char *ys_proof_name(enum ys_proof_verdict verdict)
{
    return name_at(proof_names, YS_PROOF_COUNT, (size_t)verdict);
}

const char *ys_proof_words(enum ys_proof_verdict verdict)
{
    return name_at(proof_words, YS_PROOF_COUNT, (size_t)verdict);
}

bool ys_proof_from_name(const char *name, enum ys_proof_verdict *out)
{
    size_t index = 0;
    if (!find_name(proof_names, YS_PROOF_COUNT, name, &index)) return false;
    *out = (enum ys_proof_verdict)index;
    return true;
}

const char *ys_difference_name(enum ys_difference_kind kind)
{
    static const char *const names[] = {
#define X(code, name) name,
        YS_DIFFERENCE_MAP(X)
#undef X
    };
    return name_at(names, YS_DIFFERENCE_COUNT, (size_t)kind);
}
