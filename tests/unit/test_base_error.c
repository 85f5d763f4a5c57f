/* test_base_error.c: struct ys_error is filled whole and cut cleanly; every enumeration has its
 * names, and they read back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"

static void test_fail_fills_in(void **state)
{
    struct ys_error err = {0};

    (void)state;
    assert_int_equal(ys_fail(&err, YS_EQUOTA, "day %d, %s", 7, "used up"), YS_EQUOTA);
    assert_int_equal(err.status, YS_EQUOTA);
    assert_string_equal(err.message, "day 7, used up");
    assert_int_equal(ys_fail(NULL, YS_EIO, "nobody listens"), YS_EIO);
    ys_error_clear(&err);
    assert_int_equal(err.status, YS_OK);
    assert_string_equal(err.message, "");
    ys_error_clear(NULL);
}

static void test_fail_without_words_says_the_sentence(void **state)
{
    struct ys_error err = {0};

    (void)state;
    assert_int_equal(ys_fail(&err, YS_ENOMEM, "%s", ""), YS_ENOMEM);
    assert_string_equal(err.message, "Memory ran out.");
}

static void test_fail_may_quote_its_own_message(void **state)
{
    struct ys_error err = {0};

    (void)state;
    (void)ys_fail(&err, YS_EIO, "disk full");
    (void)ys_fail(&err, YS_EBACKUP, "backup: %s", err.message);
    assert_string_equal(err.message, "backup: disk full");
}

/* Whatever the length, what is left is valid UTF-8 and a beginning of the whole. */
static void test_long_messages_are_cut_between_characters(void **state)
{
    static const char unit[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xB5"; /* 1 + 2 + 3 + 4 bytes */
    char text[2 * YS_ERROR_BYTES];
    size_t bytes = 0;

    (void)state;
    while (bytes + sizeof unit <= sizeof text) {
        memcpy(text + bytes, unit, sizeof unit);
        bytes += sizeof unit - 1;
    }
    for (size_t skip = 0; skip < 10; skip++) {
        struct ys_error err = {0};
        size_t kept;

        if (!ys_utf8_valid(text + skip, strlen(text + skip))) continue;
        (void)ys_fail(&err, YS_EAPI, "%s", text + skip);
        kept = strlen(err.message);
        assert_true(kept >= YS_ERROR_BYTES - 4 && kept < YS_ERROR_BYTES);
        assert_true(ys_utf8_valid(err.message, kept));
        assert_memory_equal(err.message, text + skip, kept);
        ys_error_prefix(&err, "p");
        kept = strlen(err.message);
        assert_true(ys_utf8_valid(err.message, kept));
        assert_memory_equal(err.message, "p: ", 3);
        assert_memory_equal(err.message + 3, text + skip, kept - 3);
    }
}

static void test_prefix(void **state)
{
    struct ys_error err = {0};
    char context[2 * YS_ERROR_BYTES];

    (void)state;
    (void)ys_fail(&err, YS_EIO, "disk full");
    ys_error_prefix(&err, "page %d", 3);
    assert_string_equal(err.message, "page 3: disk full");
    assert_int_equal(err.status, YS_EIO);
    memset(context, 'x', sizeof context - 1);
    context[sizeof context - 1] = '\0';
    ys_error_prefix(&err, "%s", context);
    assert_true(strlen(err.message) < YS_ERROR_BYTES);
    assert_memory_equal(err.message, context, 1000);
    ys_error_prefix(NULL, "nobody listens");
}

static void test_errno_text(void **state)
{
    char text[64], tiny[4];

    (void)state;
    ys_errno_text(ENOENT, text, sizeof text);
    assert_string_equal(text, "No such file or directory");
    ys_errno_text(987654, text, sizeof text);
    assert_true(strlen(text) > 0);
    ys_errno_text(ENOENT, tiny, sizeof tiny);
    assert_string_equal(tiny, "No ");
}

static bool is_name(const char *text)
{
    return text[0] != '\0' && strspn(text, "abcdefghijklmnopqrstuvwxyz_") == strlen(text);
}

static void test_statuses(void **state)
{
    (void)state;
    assert_int_equal(YS_OK, 0);
    for (int i = 0; i < YS_STATUS_COUNT; i++) {
        const char *sentence = ys_status_sentence((enum ys_status)i);

        assert_true(is_name(ys_status_name((enum ys_status)i)));
        assert_int_equal(sentence[strlen(sentence) - 1], '.');
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(ys_status_name((enum ys_status)i),
                                    ys_status_name((enum ys_status)j));
        }
    }
    assert_string_equal(ys_status_name(YS_EQUOTA), "quota_exhausted");
    assert_string_equal(ys_status_sentence(YS_EQUOTA), "The day's quota is used up.");
    assert_int_equal(ys_status_class(YS_OK), YS_CLASS_NONE);
    assert_int_equal(ys_status_class(YS_EINVAL), YS_CLASS_CALLER);
    assert_int_equal(ys_status_class(YS_ENETWORK), YS_CLASS_RETRY);
    assert_int_equal(ys_status_class(YS_EUNKNOWN), YS_CLASS_AMBIGUOUS);
    assert_int_equal(ys_status_class(YS_EQUOTA), YS_CLASS_WAIT);
    assert_int_equal(ys_status_class(YS_EAUTH), YS_CLASS_FATAL);
    assert_string_equal(ys_status_name(YS_STATUS_COUNT), "unknown_status");
    assert_string_equal(ys_status_name((enum ys_status)-1), "unknown_status");
    assert_string_equal(ys_status_sentence((enum ys_status)9999), "unknown_status");
    assert_int_equal(ys_status_class((enum ys_status)-1), YS_CLASS_FATAL);
}

/* Names differ, read back as themselves, and nothing else reads as one. */
#define CHECK_NAMES(kind, count)                                                                 \
    do {                                                                                         \
        enum ys_##kind value = (enum ys_##kind)0;                                                \
        for (int i = 0; i < (count); i++) {                                                      \
            value = (enum ys_##kind)(count);                                                     \
            assert_true(ys_##kind##_from_name(ys_##kind##_name((enum ys_##kind)i), &value));     \
            assert_int_equal(value, i);                                                          \
        }                                                                                        \
        assert_false(ys_##kind##_from_name("no such name", &value));                             \
        assert_false(ys_##kind##_from_name("invalid", &value));                                  \
        assert_false(ys_##kind##_from_name(NULL, &value));                                       \
        assert_int_equal(value, (count)-1);                                                      \
        assert_string_equal(ys_##kind##_name((enum ys_##kind)(count)), "invalid");               \
        assert_string_equal(ys_##kind##_name((enum ys_##kind)-1), "invalid");                    \
    } while (0)

static void test_names_read_back(void **state)
{
    enum ys_pause_reason reason = YS_PAUSE_COUNT;

    (void)state;
    CHECK_NAMES(stage, YS_STAGE_COUNT);
    CHECK_NAMES(op_kind, YS_OP_KIND_COUNT);
    CHECK_NAMES(op_status, YS_OP_STATUS_COUNT);
    CHECK_NAMES(privacy, YS_PRIVACY_COUNT);
    CHECK_NAMES(old, YS_OLD_COUNT);
    CHECK_NAMES(availability, YS_AVAILABILITY_COUNT);
    for (int i = 0; i < YS_PAUSE_COUNT; i++) {
        assert_true(ys_pause_from_name(ys_pause_name((enum ys_pause_reason)i), &reason));
        assert_int_equal(reason, i);
    }
    assert_false(ys_pause_from_name("tired", &reason));
    assert_string_equal(ys_pause_name(YS_PAUSE_COUNT), "invalid");
}

static void test_labels_and_stages(void **state)
{
    (void)state;
    assert_string_equal(ys_stage_name(YS_STAGE_DELETE_PLAYLISTS), "delete_playlists");
    assert_string_equal(ys_stage_label(YS_STAGE_DELETE_PLAYLISTS), "Deleting old playlists");
    assert_string_equal(ys_stage_label(YS_STAGE_COUNT), "invalid");
    assert_string_equal(ys_pause_sentence(YS_PAUSE_USER_PAUSED), "You paused it.");
    assert_string_equal(ys_pause_sentence(YS_PAUSE_COUNT), "invalid");
    assert_int_equal(ys_op_kind_stage(YS_OP_PLAYLIST_CREATE), YS_STAGE_CREATE_PLAYLISTS);
    assert_int_equal(ys_op_kind_stage(YS_OP_ITEM_INSERT), YS_STAGE_ADD_VIDEOS);
    assert_int_equal(ys_op_kind_stage(YS_OP_PLAYLIST_PUBLISH), YS_STAGE_ADD_VIDEOS);
    assert_int_equal(ys_op_kind_stage(YS_OP_ITEM_DELETE), YS_STAGE_DELETE_PLAYLISTS);
    assert_int_equal(ys_op_kind_stage(YS_OP_KIND_COUNT), YS_STAGE_COUNT);
    assert_string_equal(ys_privacy_name(YS_PRIVACY_UNSET), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail_fills_in),
        cmocka_unit_test(test_fail_without_words_says_the_sentence),
        cmocka_unit_test(test_fail_may_quote_its_own_message),
        cmocka_unit_test(test_long_messages_are_cut_between_characters),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_errno_text),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_names_read_back),
        cmocka_unit_test(test_labels_and_stages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
