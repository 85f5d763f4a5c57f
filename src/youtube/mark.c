/* mark.c: see mark.h. */
#include "youtube/mark.h"

#include <stdio.h>
#include <string.h>

#define MARK_BEGIN "made by ytsync, job "

void ys_mark_text(const char *reference, int64_t seq, char out[YS_MARK_BYTES])
{
    (void)snprintf(out, YS_MARK_BYTES, MARK_BEGIN "%s-%lld", reference, (long long)seq);
}

void ys_mark_add(struct ys_buf *out, const char *description, const char *mark)
{
    ys_buf_text_add(out, description);
    if (description[0]) ys_buf_text_add(out, "\n\n");
    ys_buf_text_add(out, mark);
}

/* The last line of the text, without trailing white space; *bytes is its length. */
static const char *last_line(const char *text, size_t *bytes)
{
    size_t end = strlen(text), begin;

    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r' || text[end - 1] == ' '))
        end--;
    begin = end;
    while (begin > 0 && text[begin - 1] != '\n') begin--;
    *bytes = end - begin;
    return text + begin;
}

bool ys_mark_is(const char *description, const char *mark)
{
    size_t bytes;
    const char *line = last_line(description, &bytes);

    return bytes == strlen(mark) && memcmp(line, mark, bytes) == 0;
}

bool ys_mark_of_job(const char *description, const char *reference)
{
    char begin[YS_MARK_BYTES];
    size_t bytes;
    const char *line = last_line(description, &bytes);
    int begin_bytes = snprintf(begin, sizeof begin, MARK_BEGIN "%s-", reference);

    return begin_bytes > 0 && bytes > (size_t)begin_bytes &&
           memcmp(line, begin, (size_t)begin_bytes) == 0;
}

size_t ys_mark_body_bytes(const char *description)
{
    size_t bytes, body;
    const char *line = last_line(description, &bytes);

    if (bytes < sizeof MARK_BEGIN - 1 || memcmp(line, MARK_BEGIN, sizeof MARK_BEGIN - 1) != 0)
        return strlen(description);
    body = (size_t)(line - description);
    while (body > 0 && (description[body - 1] == '\n' || description[body - 1] == '\r')) body--;
    return body;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without white space at both ends. */
static const char *trimmed(const char *text, size_t *bytes)
{
    while (*bytes > 0 && blank(text[*bytes - 1])) --*bytes;
    for (; *bytes > 0 && blank(*text); text++) --*bytes;
    return text;
}

bool ys_mark_same(const char *stored, const char *wanted)
{
    size_t stored_bytes = ys_mark_body_bytes(stored), wanted_bytes = strlen(wanted);

    stored = trimmed(stored, &stored_bytes);
    wanted = trimmed(wanted, &wanted_bytes);
    return stored_bytes == wanted_bytes && memcmp(stored, wanted, stored_bytes) == 0;
}
