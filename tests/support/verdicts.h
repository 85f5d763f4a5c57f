/* verdicts.h: replies made for ys_classify, and a word when a verdict is not the wanted one. */
#ifndef TESTS_VERDICTS_H
#define TESTS_VERDICTS_H

#include "youtube/classify.h"

/* 2026-09-25 00:00:00 in Los Angeles, from a recorded reply. */
#define VERDICTS_NOW INT64_C(1790319600000)

/* The reader that the functions below use; group set-up and tear-down of cmocka. */
extern struct ys_json *verdicts_json;
int verdicts_begin(void **state);
int verdicts_end(void **state);

/* Classifies a whole reply of this status and body; www_authenticate "" for none. */
struct ys_outcome classify_with(enum ys_method method, int http_status, const char *body,
                                const char *www_authenticate);
struct ys_outcome classify(enum ys_method method, int http_status, const char *body);
/* The same with an error body of these members; api_status "" leaves error.status out. */
enum ys_verdict verdict_of(enum ys_method method, int http_status, const char *api_status,
                           const char *domain, const char *reason, const char *message);
void expect(enum ys_verdict got, enum ys_verdict wanted, const char *what);

#endif
