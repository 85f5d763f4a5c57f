/* faults.c: reading fault specifications and finding the one that applies; see faults.h. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/faults.h"
#include "sim/params.h"

static const char *const kind_names[YS_SIM_FAULT_COUNT] = {
#define X(code, name, arg) name,
    YS_SIM_FAULT_MAP(X)
#undef X
};

const char *ys_sim_fault_name(enum ys_sim_fault_kind kind)
{
    return (unsigned)kind < YS_SIM_FAULT_COUNT ? kind_names[kind] : "";
}

enum ys_sim_fault_way ys_sim_fault_way(enum ys_sim_fault_kind kind)
{
    switch (kind) {
    case YS_SIM_FAULT_NONE:
    case YS_SIM_FAULT_CUT:
    case YS_SIM_FAULT_SLOW:
    case YS_SIM_FAULT_LENGTH:
    case YS_SIM_FAULT_DELAY:
    case YS_SIM_FAULT_TRUNCATED:
    case YS_SIM_FAULT_NOTJSON:
    case YS_SIM_FAULT_EMPTY:
    case YS_SIM_FAULT_SHAPE:
    case YS_SIM_FAULT_HUGE_BODY:
    case YS_SIM_FAULT_HUGE_HEADER:
    case YS_SIM_FAULT_SHORT_PAGE:
    case YS_SIM_FAULT_DOUBLE_ROW:
    case YS_SIM_FAULT_HIDE_ROW:
    case YS_SIM_FAULT_TOTAL:
    case YS_SIM_FAULT_DEAD_TOKEN:
        return YS_SIM_FAULT_LOOKS;
    case YS_SIM_FAULT_REVOKE:
    case YS_SIM_FAULT_EDIT:
    case YS_SIM_FAULT_VIDEO:
        return YS_SIM_FAULT_EDITS;
    default:
        return YS_SIM_FAULT_INSTEAD;
    }
}

/* ------------------------------------------------------------------ reading */

/* A number at *at, which moves behind it; false when there is none or it is out of range. */
static bool read_number(const char **at, int64_t least, int64_t most, int64_t *out)
{
    char *end;
    if (**at < '0' || **at > '9') return false;
    long long value = strtoll(*at, &end, 10);
    if (value < least || value > most) return false;
    *out = value;
    *at = end;
    return true;
}

static bool read_who(struct ys_sim_fault_rule *rule, const char *who, size_t bytes)
{
    static const struct { const char *name; bool reads, writes; } groups[] = {
        {"read", true, false}, {"write", false, true}, {"any", true, true}};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (strlen(groups[i].name) != bytes || memcmp(groups[i].name, who, bytes) != 0) continue;
        rule->reads = groups[i].reads;
        rule->writes = groups[i].writes;
        return true;
    }
    for (int i = YS_SIM_M_UNKNOWN + 1; i < YS_SIM_METHOD_COUNT; i++) {
        const char *name = ys_sim_method_name((enum ys_sim_method)i);
        if (strlen(name) != bytes || memcmp(name, who, bytes) != 0) continue;
        rule->method = (enum ys_sim_method)i;
        return true;
    }
    return false;
}

static bool read_kind(struct ys_sim_fault_rule *rule, const char *what, size_t bytes)
{
    for (int i = YS_SIM_FAULT_NONE; i < YS_SIM_FAULT_COUNT; i++) {
        if (strlen(kind_names[i]) != bytes || memcmp(kind_names[i], what, bytes) != 0) continue;
        rule->kind = (enum ys_sim_fault_kind)i;
        return true;
    }
    return false;
}

/* Whether the argument is one that the kind can use. */
static bool good_arg(const struct ys_sim_fault_rule *rule)
{
    enum ys_sim_refusal refusal;
    enum ys_availability availability;
    switch (rule->kind) {
    case YS_SIM_FAULT_REASON: return ys_sim_refusal_named(rule->arg, &refusal);
    case YS_SIM_FAULT_EDIT:
        return ys_sim_word_in("add remove move swap rename privacy delete create", rule->arg,
                              strlen(rule->arg));
    case YS_SIM_FAULT_VIDEO: return ys_availability_from_name(rule->arg, &availability);
    case YS_SIM_FAULT_DELAY: return rule->arg_number >= 0;
    default: return true;
    }
}

enum ys_status ys_sim_fault_parse(struct ys_sim_fault_rule *out, const char *spec,
                                  struct ys_error *err)
{
    const char *at = spec;
    size_t length = strcspn(at, "#%=");
    *out = (struct ys_sim_fault_rule){.first = 1, .count = 1, .arg_number = -1};
    if (!ys_copy(out->spec, sizeof out->spec, spec))
        return ys_fail(err, YS_EINVAL, "the fault \"%.60s...\" is too long", spec);
    if (!read_who(out, at, length))
        return ys_fail(err, YS_EINVAL, "fault \"%s\": there is no method \"%.*s\"", spec,
                       (int)length, at);
    at += length;
    if (*at == '#') {
        at++;
        if (!read_number(&at, 1, INT64_C(1) << 40, &out->first)) goto bad_number;
        if (*at == '+') {
            at++;
            if (!read_number(&at, 1, INT64_C(1) << 40, &out->count)) goto bad_number;
        }
    } else if (*at == '%') {
        at++;
        out->count = 0;
        if (!read_number(&at, 0, 1000, &out->permille)) goto bad_number;
    }
    if (*at != '=') return ys_fail(err, YS_EINVAL, "fault \"%s\": '=' expected", spec);
    at++;
    if (strncmp(at, "effect+", 7) == 0) {
        out->effect = true;
        at += 7;
    }
    length = strcspn(at, ":");
    if (!read_kind(out, at, length))
        return ys_fail(err, YS_EINVAL, "fault \"%s\": there is no fault \"%s\"", spec, at);
    at += length;
    if (*at == ':') {
        const char *number = at + 1;
        char *end;
        (void)ys_copy(out->arg, sizeof out->arg, at + 1);
        long long value = strtoll(number, &end, 10);
        if (end != number && *end == '\0') out->arg_number = value;
    }
    if (!good_arg(out))
        return ys_fail(err, YS_EINVAL, "fault \"%s\": \"%s\" is no argument for %s", spec,
                       out->arg, kind_names[out->kind]);
    return YS_OK;
bad_number:
    return ys_fail(err, YS_EINVAL, "fault \"%s\": a number is missing or out of range", spec);
}

enum ys_status ys_sim_fault(struct ys_sim *sim, const char *spec, struct ys_error *err)
{
    struct ys_sim_fault_rule rule;
    YS_TRY(ys_sim_fault_parse(&rule, spec, err));
    if (sim->faults.count == YS_SIM_FAULTS_MAX)
        return ys_fail(err, YS_ELIMIT, "there are %d faults already", YS_SIM_FAULTS_MAX);
    sim->faults.rules[sim->faults.count++] = rule;
    return YS_OK;
}

void ys_sim_faults_clear(struct ys_sim *sim)
{
    sim->faults.count = 0;
}

/* ------------------------------------------------------------------ matching */

static bool concerns(const struct ys_sim_fault_rule *rule, enum ys_sim_method method)
{
    if (rule->method != YS_SIM_M_UNKNOWN) return rule->method == method;
    if (method == YS_SIM_M_UNKNOWN || method >= YS_SIM_M_TOKEN) return false;
    return ys_sim_method_is_write(method) ? rule->writes : rule->reads;
}

const struct ys_sim_fault_rule *
ys_sim_faults_match(struct ys_sim_faults *faults, enum ys_sim_method method, uint64_t *random,
                    void (*edit)(void *ctx, const struct ys_sim_fault_rule *rule), void *ctx)
{
    const struct ys_sim_fault_rule *found = NULL;
    for (size_t i = 0; i < faults->count; i++) {
        struct ys_sim_fault_rule *rule = &faults->rules[i];
        if (!concerns(rule, method)) continue;
        rule->seen++;
        bool applies = rule->count > 0
            ? rule->seen >= rule->first && rule->seen - rule->first < rule->count
            : ys_sim_below(random, 1000) < (uint64_t)rule->permille;
        if (!applies) continue;
        if (ys_sim_fault_way(rule->kind) == YS_SIM_FAULT_EDITS) edit(ctx, rule);
        else if (!found && rule->kind != YS_SIM_FAULT_NONE) found = rule;
    }
    return found;
}
