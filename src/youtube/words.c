/* words.c: cleaning a server's words; see words.h.
 *
 * The API puts links into its messages ("exceeded your <a href=...>quota</a>"), and a hostile
 * or broken server could put terminal escapes there. */
#include "youtube/words.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define ELLIPSIS "..."

static const struct {
    const char *name;
    uint32_t code;
} entities[] = {
    {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'},
    {"&#39;", '\''}, {"&apos;", '\''}, {"&nbsp;", ' '},
};

/* A tag begins with '<' and a letter or '/', and ends at the next '>'; any other '<' is text.
 * Gives what stands behind it, or NULL when there is no tag. */
static const char *skip_tag(const char *at, const char *end)
{
    const char *close;

    if (end - at < 3 || at[0] != '<') return NULL;
    if (at[1] != '/' && !(at[1] >= 'a' && at[1] <= 'z') && !(at[1] >= 'A' && at[1] <= 'Z')) {
        return NULL;
    }
    close = memchr(at, '>', (size_t)(end - at));
    return close != NULL ? close + 1 : NULL;
}

static bool decode_entity(const char **at, const char *end, uint32_t *code)
{
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        size_t length = strlen(entities[i].name);

        if ((size_t)(end - *at) >= length && memcmp(*at, entities[i].name, length) == 0) {
            *at += length;
            *code = entities[i].code;
            return true;
        }
    }
    return false;
}

/* C0, DEL, C1, the marks and overrides of bidirectional text, line and paragraph separators. */
static bool unfit(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200E && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xFEFF || code == 0xFFFD;
}

void ys_words_clean(char *out, size_t out_bytes, const char *text)
{
    const char *end = text + strlen(text);
    size_t bytes = 0, fits = 0; /* fits: the last whole sequence that leaves room for "..." */
    bool space = false;

    YS_REQUIRE(out_bytes >= sizeof ELLIPSIS);
    while (text < end) {
        const char *start = text;
        const char *after = skip_tag(text, end);
        uint32_t code;
        size_t length;
        char single;

        if (after != NULL) {
            text = after;
            continue;
        }
        if (decode_entity(&text, end, &code)) {
            single = (char)code;
            start = &single;
            length = 1;
        } else {
            code = ys_utf8_next(&text, end);
            length = (size_t)(text - start);
        }
        if (code == ' ' || unfit(code)) {
            space = bytes > 0;
            continue;
        }
        if (bytes + (space ? 1 : 0) + length + 1 > out_bytes) {
            memcpy(out + fits, ELLIPSIS, sizeof ELLIPSIS);
            return;
        }
        if (space) out[bytes++] = ' ';
        space = false;
        memcpy(out + bytes, start, length);
        bytes += length;
        if (bytes + sizeof ELLIPSIS <= out_bytes) fits = bytes;
    }
    out[bytes] = '\0';
}
