/* csvout.c: see csvout.h. */
#include "base/csvout.h"

#include <string.h>

#include "base/time.h"

/* Whether a spreadsheet would take the text for a formula. */
static bool computes(const char *text)
{
    static const char *const wide[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                       "\xEF\xBC\xA0"};
    size_t i;

    if (text[0] && strchr("=+-@\t\r\n", text[0])) return true;
    for (i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0) return true;
    return false;
}

/* Fields end in a quote or a digit; before the first one stands nothing, a line, or the mark. */
static void begin_field(struct ys_buf *line)
{
    char last = line->bytes > 0 ? line->data[line->bytes - 1] : '\n';

    if (last == '"' || (last >= '0' && last <= '9')) ys_buf_add(line, ",", 1);
}

void ys_csvout_text(struct ys_buf *line, const char *text)
{
    const char *quote;

    begin_field(line);
    ys_buf_add(line, "\"", 1);
    if (computes(text)) ys_buf_add(line, "'", 1);
    for (; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        ys_buf_add(line, text, (size_t)(quote - text));
        ys_buf_add(line, "\"\"", 2);
    }
    ys_buf_text_add(line, text);
    ys_buf_add(line, "\"", 1);
}

void ys_csvout_number(struct ys_buf *line, int64_t number)
{
    begin_field(line);
    ys_buf_printf(line, "%lld", (long long)number);
}

void ys_csvout_time(struct ys_buf *line, int64_t at_ms)
{
    char text[YS_TIME_TEXT_BYTES] = "";

    if (at_ms != 0) ys_time_text(at_ms, text);
    ys_csvout_text(line, text);
}

void ys_csvout_end(struct ys_buf *line)
{
    ys_buf_add(line, "\r\n", 2);
}

void ys_csvout_line(struct ys_buf *line, const char *const *texts)
{
    for (; *texts; texts++) ys_csvout_text(line, *texts);
    ys_csvout_end(line);
}
