/* matcher.h: looks for many texts in one pass (Aho-Corasick), for rules.
 *
 * A text is words; "*" in it stands for anything. It is found as whole words, but for the side on
 * which a star touches it: "jazz" finds "jazz", "jazz*" also "jazzy", "*vevo" also "adelevevo".
 * Each text has a number, and belongs to a group: a scan says which groups and which texts were
 * found. Build once, scan often; a scan costs one step per byte whatever the number of texts.
 * Texts that are scanned are folded ones (fold.h). Pure; all memory is the matcher's own. */
#ifndef YS_BASE_MATCHER_H
#define YS_BASE_MATCHER_H

#include "base/fold.h"

struct ys_matcher;

/* How a text stands to what it is looked for in. */
enum ys_match_kind {
    YS_MATCH_WORDS,  /* somewhere in it */
    YS_MATCH_ARTIST  /* it is all of it, or "X - Topic", or "XVEVO" */
};

/* Steps of the search tree: the bytes of all texts. Reaching it is YS_ELIMIT. */
#define YS_MATCHER_STATES_MAX (1 << 18)
#define YS_MATCHER_TEXTS_MAX 100000

YS_CHECKED enum ys_status ys_matcher_new(struct ys_matcher **out, struct ys_error *err);
void ys_matcher_free(struct ys_matcher *matcher);
/* Adds text number `text` (0, 1, ... in any order, each for one call) to a group. YS_EINVAL when it
 * holds no word. A text of stars alone is found in everything. */
YS_CHECKED enum ys_status ys_matcher_add(struct ys_matcher *matcher, enum ys_match_kind kind,
                                         const char *words, size_t bytes, uint32_t text,
                                         uint32_t group, struct ys_error *err);
/* After the last text. */
YS_CHECKED enum ys_status ys_matcher_build(struct ys_matcher *matcher, struct ys_error *err);
/* True when nothing was added, so that there is nothing to fold and scan for. */
bool ys_matcher_is_empty(const struct ys_matcher *matcher);
/* Looks at a folded text: sets bit `group` of `groups` and bit `text` of `texts` for all that is
 * found; other bits stay. The arrays must be large enough for the numbers that were added. */
void ys_matcher_scan(struct ys_matcher *matcher, const char *folded, size_t bytes,
                     uint64_t *groups, uint64_t *texts);

#endif
