/* library.h: filling a simulated account with a library. Each function takes a snapshot
 * (ys_truth_snapshot) at its end. All titles and names are our own invention. */
#ifndef YS_SIM_LIBRARY_H
#define YS_SIM_LIBRARY_H

#include "sim/sim.h"

struct ys_sim_library_options {
    uint64_t seed;
    const char *channel_id;     /* NULL: YS_SIM_CHANNEL_ID */
    int64_t playlists;          /* 87; at most YS_SIM_LIBRARY_PLAYLISTS_MAX */
    int64_t videos;             /* 4000, distinct; at most YS_SIM_LIBRARY_VIDEOS_MAX */
    int overlap_permille;       /* share of videos that are in a second playlist; 180 */
    int gone_permille;          /* private or deleted ones; 20 */
    int stray_permille;         /* of no genre, that no rule will want; 30 */
    int doubled_permille;       /* rows that are there twice in one playlist; 2 */
};

#define YS_SIM_LIBRARY_PLAYLISTS_MAX 900
#define YS_SIM_LIBRARY_VIDEOS_MAX 60000

void ys_sim_library_options_init(struct ys_sim_library_options *options);
/* The generated sample: genres (jazz, concerts, cooking, ...), playlists named as people name
 * them ("Jazz", "Jazz 2", "misc", "to sort", Unicode titles, a doubled copy). */
YS_CHECKED enum ys_status ys_sim_library_sample(struct ys_sim *sim,
                                                const struct ys_sim_library_options *options,
                                                struct ys_error *err);
/* The genres of the sample, for policies and tests: name by index, NULL past the last. */
const char *ys_sim_library_genre(size_t index);

/* Loads JSON lines. A line is a video
 *   {"id": "...", "title": "...", "channel": "...", "categoryId": 10, "tags": ["..."],
 *    "description": "...", "publishedAt": "...", "duration_s": 61, "availability": "live"}
 * (all but id and title may be missing), or a playlist
 *   {"playlist": "Title", "id": "PL...", "privacy": "private", "description": "...",
 *    "self_sorted": false, "items": ["video id", ...]}
 * whose videos came before it. *lines (may be NULL) gets the number of lines read. */
YS_CHECKED enum ys_status ys_sim_library_load(struct ys_sim *sim, const char *path,
                                              const char *channel_id, int64_t *lines,
                                              struct ys_error *err);
/* Loads a file of video lines and groups them into overlapping playlists: one per category, then
 * channels and tags with at least `least` videos in turn, the biggest of each first, until there
 * are `playlists` of them. */
YS_CHECKED enum ys_status ys_sim_library_group(struct ys_sim *sim, const char *path,
                                               const char *channel_id, int64_t playlists,
                                               int64_t least, struct ys_error *err);

#endif
