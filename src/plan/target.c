/* target.c: building a target; every value is checked when it is added. */
#include "plan/target.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "youtube/mark.h"

#define CATEGORIES_MAX 10000
#define RULE_BYTES_MAX 255

enum ys_status ys_target_new(struct ys_target **out, enum ys_old old, struct ys_error *err)
{
    struct ys_target *target;

    *out = NULL;
    if ((unsigned)old >= YS_OLD_COUNT)
        return ys_fail(err, YS_EINVAL, "What happens to old playlists must be keep, reuse or "
                                       "delete.");
    target = ys_alloc_zero(1, sizeof *target);
    if (!target) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    ys_arena_init(&target->arena);
    ys_map_init(&target->drop_index);
    ys_map_init(&target->homes);
    ys_map_init(&target->protect);
    ys_map_init(&target->sources);
    ys_map_init(&target->inboxes);
    target->guards = (struct ys_guards){.units = -1, .takeouts = -1, .deletes = -1};
    target->old = old;
    *out = target;
    return YS_OK;
}

void ys_target_free(struct ys_target *target)
{
    size_t i;

    if (!target) return;
    for (i = 0; i < target->category_count; i++) {
        ys_map_free(&target->categories[i].index);
        ys_free(target->categories[i].videos);
    }
    ys_free(target->categories);
    ys_free(target->drops);
    ys_map_free(&target->drop_index);
    ys_map_free(&target->homes);
    ys_map_free(&target->protect);
    ys_map_free(&target->sources);
    ys_map_free(&target->inboxes);
    ys_arena_free(&target->arena);
    ys_free(target);
}

static enum ys_status keep_text(struct ys_target *target, const char *text, const char **out,
                                struct ys_error *err)
{
    *out = ys_arena_dup(&target->arena, text);
    return *out ? YS_OK : ys_fail(err, YS_ENOMEM, "Memory ran out.");
}

/* The checks that need the categories added before. */
static enum ys_status check_against_others(const struct ys_target *target, const char *key,
                                           const char *title, struct ys_error *err)
{
    size_t i;

    for (i = 0; i < target->category_count; i++) {
        const struct ys_target_category *other = &target->categories[i];
        if (strcmp(other->key, key) == 0)
            return ys_fail(err, YS_EPOLICY,
                           "The category \"%s\" stands twice in the policy; give one of them "
                           "another name.",
                           key);
        if (strcmp(other->title, title) == 0)
            return ys_fail(err, YS_EPOLICY,
                           "The categories \"%s\" and \"%s\" both have the title \"%s\"; a title "
                           "means one playlist, so give one of them another.",
                           other->key, key, title);
    }
    return YS_OK;
}

/* A created playlist bears a mark behind its description. */
static enum ys_status check_description(const struct ys_category_spec *spec, struct ys_error *err)
{
    const size_t most = YS_DESCRIPTION_CODEPOINTS_MAX - YS_MARK_BYTES;

    YS_TRY(ys_description_check(spec->description, err));
    if (spec->description && ys_codepoints(spec->description) > most)
        return ys_fail(err, YS_EINVAL,
                       "The description of \"%.200s\" has more than %zu characters; the rest of "
                       "what YouTube takes is needed for a mark.",
                       spec->key, most);
    return YS_OK;
}

enum ys_status ys_target_add_category(struct ys_target *target,
                                      const struct ys_category_spec *spec, size_t *index_out,
                                      struct ys_error *err)
{
    struct ys_target_category category = {0};
    char title[YS_TITLE_BYTES];
    const char *wanted = spec->title ? spec->title : spec->key;

    if (!spec->key || !spec->key[0])
        return ys_fail(err, YS_EINVAL, "A category needs a name.");
    if (target->category_count >= CATEGORIES_MAX)
        return ys_fail(err, YS_ELIMIT, "A policy may have at most %d categories.",
                       CATEGORIES_MAX);
    YS_TRY(ys_title_check(wanted, err));
    YS_TRY(check_description(spec, err));
    if (strlen(spec->key) >= YS_TITLE_BYTES)
        return ys_fail(err, YS_EINVAL, "The category name \"%.60s...\" is too long.", spec->key);
    if ((unsigned)spec->privacy >= YS_PRIVACY_COUNT ||
        (unsigned)spec->new_privacy >= YS_PRIVACY_COUNT)
        return ys_fail(err, YS_EINVAL, "The privacy of \"%s\" must be private, unlisted or public.",
                       spec->key);
    if (spec->playlist_id && !ys_playlist_id_valid(spec->playlist_id))
        return ys_fail(err, YS_EINVAL, "\"%s\" of category \"%s\" is no playlist id.",
                       spec->playlist_id, spec->key);
    (void)ys_trim_copy(title, sizeof title, wanted);
    YS_TRY(check_against_others(target, spec->key, title, err));
    YS_TRY(keep_text(target, spec->key, &category.key, err));
    YS_TRY(keep_text(target, title, &category.title, err));
    if (spec->description)
        YS_TRY(keep_text(target, spec->description, &category.description, err));
    if (spec->playlist_id)
        YS_TRY(keep_text(target, spec->playlist_id, &category.playlist_id, err));
    category.privacy = spec->privacy;
    category.new_privacy = spec->privacy != YS_PRIVACY_UNSET       ? spec->privacy
                           : spec->new_privacy != YS_PRIVACY_UNSET ? spec->new_privacy
                                                                   : YS_PRIVACY_PRIVATE;
    category.ordered = spec->ordered;
    category.priority = spec->priority;
    category.trimmed = spec->trimmed;
    ys_map_init(&category.index);
    YS_TRY(YS_GROW(target->categories, target->category_capacity, target->category_count, err));
    target->categories[target->category_count] = category;
    if (index_out) *index_out = target->category_count;
    target->category_count++;
    return YS_OK;
}

static enum ys_status check_video_id(const char *video_id, struct ys_error *err)
{
    if (video_id && ys_video_id_valid(video_id)) return YS_OK;
    return ys_fail(err, YS_EINVAL,
                   "\"%s\" is no video id: it has eleven letters, digits, '-' or '_'.",
                   video_id ? video_id : "");
}

/* A rule that is too long is cut; it only explains. */
static enum ys_status keep_rule(struct ys_target *target, const char *rule, const char **out,
                                struct ys_error *err)
{
    char cut[RULE_BYTES_MAX + 1];

    (void)ys_copy(cut, sizeof cut, rule ? rule : "");
    return keep_text(target, cut, out, err);
}

enum ys_status ys_target_add_video(struct ys_target *target, size_t category,
                                   const char *video_id, const char *rule, struct ys_error *err)
{
    struct ys_target_category *home;
    struct ys_wanted wanted;

    if (category >= target->category_count)
        return ys_fail(err, YS_EINVAL, "There is no category number %zu.", category);
    YS_TRY(check_video_id(video_id, err));
    home = &target->categories[category];
    if (ys_map_get(&home->index, video_id, NULL)) return YS_OK;
    YS_TRY(keep_text(target, video_id, &wanted.video_id, err));
    YS_TRY(keep_rule(target, rule, &wanted.rule, err));
    YS_TRY(YS_GROW(home->videos, home->video_capacity, home->video_count, err));
    YS_TRY(ys_map_put(&home->index, video_id, (int64_t)home->video_count, err));
    if (!ys_map_get(&target->homes, video_id, NULL))
        YS_TRY(ys_map_put(&target->homes, video_id, (int64_t)category, err));
    home->videos[home->video_count++] = wanted;
    return YS_OK;
}

enum ys_status ys_target_drop_video(struct ys_target *target, const char *video_id,
                                    const char *rule, struct ys_error *err)
{
    struct ys_wanted dropped;

    YS_TRY(check_video_id(video_id, err));
    if (ys_map_get(&target->drop_index, video_id, NULL)) return YS_OK;
    YS_TRY(keep_text(target, video_id, &dropped.video_id, err));
    YS_TRY(keep_rule(target, rule, &dropped.rule, err));
    YS_TRY(YS_GROW(target->drops, target->drop_capacity, target->drop_count, err));
    YS_TRY(ys_map_put(&target->drop_index, video_id, (int64_t)target->drop_count, err));
    target->drops[target->drop_count++] = dropped;
    return YS_OK;
}

static enum ys_status add_playlist(struct ys_map *set, const char *playlist_id,
                                   struct ys_error *err)
{
    if (!playlist_id || !ys_playlist_id_valid(playlist_id))
        return ys_fail(err, YS_EINVAL, "\"%s\" is no playlist id.",
                       playlist_id ? playlist_id : "");
    return ys_map_put(set, playlist_id, 1, err);
}

enum ys_status ys_target_protect(struct ys_target *target, const char *playlist_id,
                                 struct ys_error *err)
{
    return add_playlist(&target->protect, playlist_id, err);
}

enum ys_status ys_target_add_source(struct ys_target *target, const char *playlist_id,
                                    struct ys_error *err)
{
    return add_playlist(&target->sources, playlist_id, err);
}

enum ys_status ys_target_add_inbox(struct ys_target *target, const char *playlist_id,
                                   struct ys_error *err)
{
    return add_playlist(&target->inboxes, playlist_id, err);
}

enum ys_status ys_target_set_guards(struct ys_target *target, const struct ys_guards *guards,
                                    struct ys_error *err)
{
    if (guards->units < -1 || guards->takeouts < -1 || guards->deletes < -1)
        return ys_fail(err, YS_EINVAL,
                       "What a run may do at most is a number from 0 on, or -1 for no limit.");
    target->guards = *guards;
    return YS_OK;
}

enum ys_status ys_target_set_channel(struct ys_target *target, const char *channel_id,
                                     struct ys_error *err)
{
    if (!ys_copy(target->channel_id, sizeof target->channel_id, channel_id ? channel_id : ""))
        return ys_fail(err, YS_EINVAL, "The channel id is too long.");
    return YS_OK;
}

enum ys_status ys_target_set_policy_hash(struct ys_target *target, const char *hash,
                                         struct ys_error *err)
{
    if (!ys_copy(target->policy_hash, sizeof target->policy_hash, hash ? hash : ""))
        return ys_fail(err, YS_EINVAL, "A policy hash has at most 64 characters.");
    return YS_OK;
}
