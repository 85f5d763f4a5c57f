/* library_words.h: the vocabulary of the generated sample library. Everything in it is invented:
 * no real person, band, channel or video is meant. Lists are separated by '|'; a '~' in a pattern
 * stands for that sign. */
#ifndef YS_SIM_LIBRARY_WORDS_H
#define YS_SIM_LIBRARY_WORDS_H

#include "ytsync.h"

struct ys_sim_genre {
    const char *name;        /* what a policy would call it */
    int category_id;         /* YouTube's */
    int64_t short_s, long_s; /* durations */
    const char *channels;
    const char *patterns;    /* of titles: {s} subject {t} thing {n} number {y} year */
    const char *subjects, *things;
    const char *tags;        /* the first is on nearly every video of the genre */
    const char *lists;       /* playlists that people make for it, the first is the biggest */
};

#define YS_SIM_GENRES 24
extern const struct ys_sim_genre ys_sim_genres[YS_SIM_GENRES];
/* Videos of no genre, and playlists of no genre. */
extern const struct ys_sim_genre ys_sim_strays;
extern const char ys_sim_mixed_lists[];

#endif
