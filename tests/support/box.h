/* box.h: a simulated YouTube on a virtual clock, called request by request, for tests of the
 * simulator itself. What fails here for another reason than the tested one fails the test. */
#ifndef TESTS_BOX_H
#define TESTS_BOX_H

#include "net/json.h"
#include "sim/sim.h"
#include "sim/truth.h"

#define BOX_TEXT_BYTES 4096

struct box {
    struct ys_sim_clock clock;
    struct ys_env env;
    struct ys_sim_options options;      /* set between box_init and box_open */
    struct ys_sim *sim;
    struct ys_sim_reply reply;          /* of the last box_call */
    struct ys_json *json;
    const char *token;                  /* NULL: no Authorization header */
    const char *if_none_match;
    int64_t busy_ms;
    struct ys_error err;
    char text[BOX_TEXT_BYTES];          /* of the last box_text */
    char order[BOX_TEXT_BYTES];         /* of the last box_order */
};

/* A state without lag and without the trouble of young playlists. */
void box_init(struct box *box);
void box_open(struct box *box);
void box_close(struct box *box);
/* For cmocka: box_init and box_open on a static box. */
int box_setup(void **state);
int box_teardown(void **state);

/* Fails the test with the error's words unless `status` is YS_OK. */
void box_ok(struct box *box, enum ys_status status);
#define BOX(box, call) ((box)->err = (struct ys_error){0}, box_ok((box), (call)))

/* One request to /youtube/v3/RESOURCE; `format` makes the body (NULL: none). The status. */
int box_call(struct box *box, const char *method, const char *resource, const char *query,
             const char *format, ...) YS_PRINTF(5, 6);
int box_get(struct box *box, const char *resource, const char *format, ...) YS_PRINTF(3, 4);

/* Something of the reply's JSON by path ("items[0].id"): a text, a number, "" and -1 when it is
 * not there; how many elements an array has (-1: none). */
const char *box_text(struct box *box, const char *path);
int64_t box_number(struct box *box, const char *path);
int64_t box_length(struct box *box, const char *path);
bool box_has(struct box *box, const char *path);
/* The last reply is this refusal, in the envelope of the API. */
void box_refused(struct box *box, int status, const char *domain, const char *reason);

/* The id of the nth video made by box_videos. */
const char *box_video_id(int n, char out[16]);
void box_videos(struct box *box, int count);
/* A playlist of the user's with the first `count` videos; id_out has YS_ID_BYTES. */
void box_playlist(struct box *box, const char *title, int count, char *id_out);
/* Adds a video through the API; the item's id goes to id_out (may be NULL). The status. */
int box_insert(struct box *box, const char *playlist_id, int video, int64_t position,
               char *id_out);
/* The videos of a playlist as numbers, in true order, "0 1 2". */
const char *box_order(struct box *box, const char *playlist_id);

#endif
