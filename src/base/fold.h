/* fold.h: text as rules compare it: words in one form of case, accent and width.
 *
 * The folded form of a text is: a begin mark, then each word with a space before it, a space, an
 * end mark. So "is this a whole word of the text" is "does the text hold ' word '", and whole
 * texts can be asked for by their marks. Texts of rules are folded in the same way.
 *
 *   - Case, accents, width and ligatures make no difference (full case folding, compatibility
 *     decomposition, marks of Latin, Greek, Cyrillic, Hebrew and Arabic letters are dropped; the
 *     marks of other scripts make different letters and stay).
 *   - A word is a run of letters, digits and their marks. What stands between is not compared.
 *   - In scripts without spaces (Han, kana, Hangul with its particles, Thai, Lao, Khmer, Burmese,
 *     Tibetan) each character counts as a word, which makes a search for some of them find a part.
 *   - A symbol (emoji, star, note) is a word of its own. "C++", "C#" and "F#" are one word.
 * Bytes that are not UTF-8 part words. Used for rules alone, never for what is sent or stored. */
#ifndef YS_BASE_FOLD_H
#define YS_BASE_FOLD_H

#include "base/error.h"

#define YS_FOLD_BEGIN '\1'
#define YS_FOLD_END '\2'

/* Holds the folded text; reused, so that folding allocates only when a text is the longest yet. */
struct ys_fold {
    char *data;      /* the folded text, NUL-terminated; NULL before the first one */
    size_t bytes;
    size_t capacity;
    int32_t *codes;  /* working memory: a run of code points outside ASCII */
    size_t code_count, code_capacity;
    bool in_word;         /* while folding: the last thing written is a word that may go on */
    size_t suffix_bytes;  /* of the "++" or "#" behind it */
};

void ys_fold_init(struct ys_fold *fold);
void ys_fold_free(struct ys_fold *fold);
/* Folds a text into `data`; YS_ENOMEM. */
YS_CHECKED enum ys_status ys_fold_text(struct ys_fold *fold, const char *text, size_t bytes,
                                       struct ys_error *err);
/* True when the folded text holds no word at all. */
bool ys_fold_empty(const struct ys_fold *fold);

#endif
