/* plan.c: putting the parts of a plan together, and what its readers see. */
#include "plan/plan.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "plan/parts.h"
#include "store/imports.h"
#include "youtube/methods.h"

#define WARNING_BYTES 512
#define COUNT_BYTES 32

int64_t ys_op_units(enum ys_op_kind kind)
{
    static const enum ys_method methods[YS_OP_KIND_COUNT] = {
        [YS_OP_PLAYLIST_CREATE] = YS_METHOD_PLAYLISTS_INSERT,
        [YS_OP_PLAYLIST_UPDATE] = YS_METHOD_PLAYLISTS_UPDATE,
        [YS_OP_ITEM_INSERT] = YS_METHOD_ITEMS_INSERT,
        [YS_OP_ITEM_MOVE] = YS_METHOD_ITEMS_UPDATE,
        [YS_OP_PLAYLIST_PUBLISH] = YS_METHOD_PLAYLISTS_UPDATE,
        [YS_OP_ITEM_DELETE] = YS_METHOD_ITEMS_DELETE,
        [YS_OP_PLAYLIST_DELETE] = YS_METHOD_PLAYLISTS_DELETE,
    };

    return ys_method_info(methods[kind])->cost_units;
}

static enum ys_status copy_text(struct ys_plan *plan, const char **text, struct ys_error *err)
{
    *text = ys_arena_dup(&plan->arena, *text);
    return *text ? YS_OK : ys_fail(err, YS_ENOMEM, "Memory ran out.");
}

enum ys_status ys_plan_add(struct ys_plan *plan, const struct ys_planned *op,
                           struct ys_error *err)
{
    struct ys_planned copy = *op;
    enum ys_stage stage = ys_op_kind_stage(op->kind);
    struct ys_plan_stage *total = stage == YS_STAGE_CREATE_PLAYLISTS
                                      ? &plan->preview.create_playlists
                                  : stage == YS_STAGE_ADD_VIDEOS ? &plan->preview.add_videos
                                                                 : &plan->preview.delete_playlists;

    /* Keys and ids that are the plan's own already stay shared: the forecast compares them. */
    if (!copy.category) copy.category = "";
    if (!copy.playlist_id) copy.playlist_id = "";
    if (!copy.title) copy.title = "";
    if (!copy.item_id) copy.item_id = "";
    if (!copy.found) copy.found = "";
    if (!copy.anchor) copy.anchor = "";
    if (!copy.category[0]) {
        YS_TRY(copy_text(plan, &copy.playlist_id, err));
        YS_TRY(copy_text(plan, &copy.title, err));
    }
    if (copy.item_id[0]) YS_TRY(copy_text(plan, &copy.item_id, err));
    if (copy.found[0]) YS_TRY(copy_text(plan, &copy.found, err));
    if (copy.anchor[0]) YS_TRY(copy_text(plan, &copy.anchor, err));
    if (copy.description) YS_TRY(copy_text(plan, &copy.description, err));
    YS_TRY(copy_text(plan, &copy.video_id, err));
    YS_TRY(copy_text(plan, &copy.rule, err));
    YS_TRY(YS_GROW(plan->ops, plan->op_capacity, plan->op_count, err));
    plan->ops[plan->op_count++] = copy;
    total->count++;
    total->units += ys_op_units(op->kind);
    return YS_OK;
}

enum ys_status ys_plan_warn(struct ys_plan *plan, struct ys_error *err, const char *format, ...)
{
    char text[WARNING_BYTES];
    const char *copy;
    va_list args;

    va_start(args, format);
    ys_vformat(text, sizeof text, format, args);
    va_end(args);
    copy = ys_arena_dup(&plan->arena, text);
    if (!copy) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    YS_TRY(YS_GROW(plan->warnings, plan->warning_capacity, plan->warning_count, err));
    plan->warnings[plan->warning_count++] = copy;
    return YS_OK;
}

/* What the job stores of the target: who belongs where, and what was dropped. */
static enum ys_status keep_target(struct ys_plan *plan, const struct ys_target *target,
                                  struct ys_error *err)
{
    size_t i, j;

    for (i = 0; i < target->category_count; i++) {
        const struct ys_target_category *category = &target->categories[i];
        for (j = 0; j < category->video_count; j++) {
            struct ys_plan_assignment assigned = {.category = i,
                                                  .nth = 1,
                                                  .video_id = category->videos[j].video_id,
                                                  .rule = category->videos[j].rule};
            YS_TRY(copy_text(plan, &assigned.video_id, err));
            YS_TRY(copy_text(plan, &assigned.rule, err));
            YS_TRY(YS_GROW(plan->assigned, plan->assigned_capacity, plan->assigned_count, err));
            plan->assigned[plan->assigned_count++] = assigned;
        }
    }
    for (i = 0; i < target->drop_count; i++) {
        struct ys_wanted drop = target->drops[i];
        YS_TRY(copy_text(plan, &drop.video_id, err));
        YS_TRY(copy_text(plan, &drop.rule, err));
        YS_TRY(YS_GROW(plan->drops, plan->drop_capacity, plan->drop_count, err));
        plan->drops[plan->drop_count++] = drop;
    }
    return YS_OK;
}

/* What the plain way would write for the categories of the plan: create all, add all, delete all
 * that this plan gives up or carries on. */
static void count_plain(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                        const struct ys_target *target)
{
    int64_t units = 0;
    size_t i, j;

    if (plan->op_count == 0) return;
    for (i = 0; i < target->category_count; i++) {
        const struct ys_target_category *category = &target->categories[i];
        if (plan->categories[i].left_out) continue;
        plan->plain_creates++;
        units += ys_op_units(YS_OP_PLAYLIST_CREATE);
        if (category->new_privacy != YS_PRIVACY_PRIVATE)
            units += ys_op_units(YS_OP_PLAYLIST_PUBLISH);
        for (j = 0; j < category->video_count; j++)
            if (!ys_map_get(&snapshot->gone, category->videos[j].video_id, NULL))
                units += ys_op_units(YS_OP_ITEM_INSERT);
        if (target->old == YS_OLD_DELETE && plan->categories[i].playlist != YS_NO_PLAYLIST)
            units += ys_op_units(YS_OP_PLAYLIST_DELETE);
    }
    for (i = 0; i < plan->op_count; i++) /* deleted playlists, and what leaves the inboxes */
        if (!plan->ops[i].category[0]) units += ys_op_units(plan->ops[i].kind);
    plan->plain_write_units = units;
}

/* Two old playlists of one title mean both (DESIGN section 8), but a person should know. */
static enum ys_status warn_doubled_titles(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                                          struct ys_error *err)
{
    size_t i;

    for (i = 1; i < snapshot->playlist_count; i++)
        if (strcmp(snapshot->playlists[i - 1].title, snapshot->playlists[i].title) == 0)
            YS_TRY(ys_plan_warn(plan, err,
                                "The title \"%.150s\" stands on two playlists (%s and %s); as a "
                                "source it means both.",
                                snapshot->playlists[i].title, snapshot->playlists[i - 1].id,
                                snapshot->playlists[i].id));
    return YS_OK;
}

static enum ys_status check_channel(const struct ys_snapshot *snapshot,
                                    const struct ys_target *target, struct ys_error *err)
{
    if (!target->channel_id[0] || strcmp(target->channel_id, snapshot->channel.id) == 0)
        return YS_OK;
    if (strcmp(snapshot->channel.id, YS_IMPORT_CHANNEL) == 0) return YS_OK; /* not known yet */
    return ys_fail(err, YS_ECHANNEL,
                   "The policy is for the channel %s, but the library is that of %s (\"%.100s\"). "
                   "Use the token of the right account, or correct channel in the policy.",
                   target->channel_id, snapshot->channel.id, snapshot->channel.title);
}

/* What any other choice saves more (nothing, unless the matching is wrong) is what it could write
 * less. */
static void certify(struct ys_plan *plan)
{
    struct ys_preview *preview = &plan->preview;
    int64_t write_units = preview->create_playlists.units + preview->add_videos.units +
                          preview->delete_playlists.units;

    preview->no_cheaper_way = plan->savings == plan->savings_bound;
    preview->bound_units = write_units - (plan->savings_bound - plan->savings) *
                                             ys_op_units(YS_OP_ITEM_INSERT);
}

/* What people are told besides the operations, and what needs the target for it. */
static enum ys_status describe(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                               const struct ys_target *target, const struct ys_plan_today *today,
                               struct ys_error *err)
{
    size_t i;

    YS_TRY(ys_plan_overview(plan, snapshot, target, err));
    YS_TRY(ys_plan_undo(plan, snapshot, &today->limits, &plan->preview.undo, err));
    certify(plan);
    count_plain(plan, snapshot, target);
    for (i = 0; i < plan->category_count; i++) plan->categories[i].wanted = NULL;
    return YS_OK;
}

/* "14,239", as people read numbers. */
static void format_count(char *out, size_t out_bytes, int64_t count)
{
    char digits[COUNT_BYTES];
    size_t length, i, used = 0;

    ys_format(digits, sizeof digits, "%lld", (long long)count);
    length = strlen(digits);
    for (i = 0; i < length && used + 2 < out_bytes; i++) {
        if (i > 0 && (length - i) % 3 == 0) out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

struct hold {
    const char *verb, *noun, *name;
    int64_t needs, most;
};

/* Holds the plan against the policy's guards. All that it goes beyond are told in one sentence. */
static enum ys_status check_guards(struct ys_plan *plan, const struct ys_guards *guards,
                                   struct ys_error *err)
{
    struct ys_guards needs;
    char text[WARNING_BYTES] = "", count[COUNT_BYTES], most[COUNT_BYTES];
    size_t i, used = 0;

    ys_plan_needs(plan, &needs);
    const struct hold holds[] = {
        {"deletes", "playlist", "deletes_per_run", needs.deletes, guards->deletes},
        {"takes out", "video", "takeouts_per_run", needs.takeouts, guards->takeouts},
        {"needs", "unit", "units_per_run", needs.units, guards->units},
    };
    for (i = 0; i < sizeof holds / sizeof *holds; i++) {
        const struct hold *hold = &holds[i];
        if (hold->most < 0 || hold->needs <= hold->most) continue;
        format_count(count, sizeof count, hold->needs);
        format_count(most, sizeof most, hold->most);
        ys_format(text + used, sizeof text - used, "%s%s %s %s%s (limit.%s allows %s)",
                  used ? " and " : "This plan cannot be started: it ", hold->verb, count,
                  hold->noun, hold->needs == 1 ? "" : "s", hold->name, most);
        used = strlen(text);
    }
    if (used == 0) return YS_OK;
    ys_format(text + used, sizeof text - used,
              ". Allow more in the policy, or do less at a time.");
    plan->guard = ys_arena_dup(&plan->arena, text);
    if (!plan->guard) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    return ys_plan_warn(plan, err, "%s", text);
}

/* Categories that one playlist does not hold. */
static enum ys_status tell_parts(struct ys_plan *plan, const struct ys_target *target,
                                 struct ys_error *err)
{
    size_t i;

    for (i = 0; i < target->category_count; i++) {
        const struct ys_target_category *part = &target->categories[i];
        if (part->whole_count == 0) continue;
        YS_TRY(ys_plan_warn(plan, err,
                            "The category \"%.150s\" has %zu videos and stands in %zu playlists, "
                            "\"%.100s\" to \"%.100s %zu\": one takes at most %d.",
                            part->key, part->whole_count, part->part_count, part->title,
                            part->title, part->part_count, YS_PLAYLIST_ITEMS_MAX));
    }
    return YS_OK;
}

static enum ys_status build(struct ys_plan *plan, const struct ys_snapshot *snapshot,
                            const struct ys_target *target, const struct ys_plan_today *today,
                            const struct ys_plan_options *options, struct ys_error *err)
{
    YS_TRY(ys_plan_resolve(plan, snapshot, target, err));
    YS_TRY(ys_plan_strand(plan, snapshot, err));
    YS_TRY(ys_plan_reuse(plan, snapshot, target, err));
    YS_TRY(ys_plan_diff(plan, snapshot, target, err));
    YS_TRY(ys_plan_inboxes(plan, snapshot, target, err));
    YS_TRY(ys_plan_doomed(plan, snapshot, target, err));
    YS_TRY(tell_parts(plan, target, err));
    YS_TRY(warn_doubled_titles(plan, snapshot, err));
    YS_TRY(keep_target(plan, target, err));
    YS_TRY(ys_plan_part(plan, snapshot, target, options, err));
    YS_TRY(ys_plan_sequence(plan, err));
    return describe(plan, snapshot, target, today, err);
}

enum ys_status ys_plan_new(const struct ys_snapshot *snapshot, const char *policy_hash,
                           struct ys_plan **out, struct ys_error *err)
{
    struct ys_plan *plan = ys_alloc_zero(1, sizeof *plan);

    *out = plan;
    if (!plan) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    ys_arena_init(&plan->arena);
    ys_map_init(&plan->stranded);
    plan->account_id = snapshot->account_id;
    plan->playlists_now = (int64_t)snapshot->playlist_count;
    plan->imported = snapshot->imported;
    memcpy(plan->channel_id, snapshot->channel.id, sizeof plan->channel_id);
    (void)ys_copy(plan->policy_hash, sizeof plan->policy_hash, policy_hash);
    return YS_OK;
}

enum ys_status ys_plan_build(const struct ys_snapshot *snapshot, const struct ys_target *target,
                             const struct ys_plan_today *today, struct ys_plan **out,
                             struct ys_error *err)
{
    return ys_plan_build_part(snapshot, target, today, NULL, out, err);
}

static enum ys_status build_foretold(const struct ys_snapshot *snapshot,
                                     const struct ys_target *target,
                                     const struct ys_plan_today *today,
                                     const struct ys_plan_options *options, struct ys_plan **out,
                                     struct ys_error *err)
{
    struct ys_plan *plan;
    enum ys_status status;

    YS_TRY(ys_plan_operations(snapshot, target, today, options, &plan, err));
    status = ys_plan_forecast(plan, snapshot, today, err);
    if (status == YS_OK) status = check_guards(plan, &target->guards, err);
    if (status == YS_OK) *out = plan;
    else ys_plan_free(plan);
    return status;
}

enum ys_status ys_plan_build_part(const struct ys_snapshot *snapshot,
                                  const struct ys_target *target,
                                  const struct ys_plan_today *today,
                                  const struct ys_plan_options *options, struct ys_plan **out,
                                  struct ys_error *err)
{
    int64_t max_units = options ? options->max_units : 0, took;
    struct ys_plan_options within = {.max_units = 0};
    enum ys_status status;
    struct ys_plan *plan;

    *out = NULL;
    if (options) within = *options;
    YS_TRY(build_foretold(snapshot, target, today, &within, &plan, err));
    /* A part of several days reads more than its playlists need in one. */
    while (max_units > 0 && plan->preview.units > max_units) {
        took = plan->preview.units;
        ys_plan_free(plan);
        within.max_units -= took - max_units;
        status = within.max_units <= 0
                     ? YS_EINVAL
                     : build_foretold(snapshot, target, today, &within, &plan, err);
        if (status == YS_EINVAL) return ys_plan_nothing_fits(max_units, took, err);
        if (status != YS_OK) return status;
    }
    *out = plan;
    return YS_OK;
}

enum ys_status ys_plan_operations(const struct ys_snapshot *snapshot,
                                  const struct ys_target *target,
                                  const struct ys_plan_today *today,
                                  const struct ys_plan_options *options, struct ys_plan **out,
                                  struct ys_error *err)
{
    struct ys_parts parts;
    struct ys_plan *plan;
    enum ys_status status;

    *out = NULL;
    YS_TRY(check_channel(snapshot, target, err));
    YS_TRY(ys_plan_new(snapshot, target->policy_hash, &plan, err));
    status = ys_parts_make(&parts, snapshot, target, err);
    if (status == YS_OK) status = build(plan, snapshot, &parts.target, today, options, err);
    ys_parts_free(&parts);
    if (status == YS_OK) *out = plan;
    else ys_plan_free(plan);
    return status;
}

void ys_plan_free(struct ys_plan *plan)
{
    if (!plan) return;
    ys_free(plan->ops);
    ys_free(plan->categories);
    ys_free(plan->carried);
    ys_map_free(&plan->stranded);
    ys_free(plan->assigned);
    ys_free(plan->drops);
    ys_free(plan->blocks);
    ys_free(plan->losses);
    ys_free(plan->warnings);
    ys_free(plan->playlists);
    ys_free(plan->days);
    ys_arena_free(&plan->arena);
    ys_free(plan);
}

void ys_plan_preview(const struct ys_plan *plan, struct ys_preview *out)
{
    *out = plan->preview;
}

size_t ys_plan_count(const struct ys_plan *plan)
{
    return plan->op_count;
}

bool ys_plan_item(const struct ys_plan *plan, size_t index, struct ys_plan_item *out)
{
    const struct ys_planned *op;

    if (index >= plan->op_count) return false;
    op = &plan->ops[index];
    *out = (struct ys_plan_item){
        .kind = op->kind,
        .category = op->category,
        .playlist_id = op->playlist_id,
        .title = op->title,
        .video_id = op->video_id,
        .rule = op->rule,
        .units = ys_op_units(op->kind),
        .anchor = op->anchor,
    };
    return true;
}

bool ys_plan_block(const struct ys_plan *plan, size_t index, struct ys_plan_block *out)
{
    if (index >= plan->block_count) return false;
    *out = plan->blocks[index];
    return true;
}

bool ys_plan_playlist(const struct ys_plan *plan, size_t index, struct ys_plan_playlist *out)
{
    if (index >= plan->playlist_count) return false;
    *out = plan->playlists[index];
    return true;
}

bool ys_plan_day(const struct ys_plan *plan, size_t index, struct ys_plan_day *out)
{
    if (index >= plan->day_count) return false;
    *out = plan->days[index];
    return true;
}

const char *ys_plan_guard(const struct ys_plan *plan)
{
    return plan->guard;
}

void ys_plan_needs(const struct ys_plan *plan, struct ys_guards *out)
{
    int64_t counts[YS_OP_KIND_COUNT] = {0};
    size_t i;

    for (i = 0; i < plan->op_count; i++) counts[plan->ops[i].kind]++;
    *out = (struct ys_guards){
        .units = plan->preview.units,
        .takeouts = counts[YS_OP_ITEM_DELETE],
        .deletes = counts[YS_OP_PLAYLIST_DELETE],
    };
}

bool ys_plan_loss(const struct ys_plan *plan, size_t index, struct ys_plan_loss *out)
{
    if (index >= plan->loss_count) return false;
    *out = plan->losses[index];
    return true;
}

const char *ys_plan_warning(const struct ys_plan *plan, size_t index)
{
    return index < plan->warning_count ? plan->warnings[index] : NULL;
}
