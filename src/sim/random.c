/* random.c: seeded chance, hashes for etags, base64url and ids that look like YouTube's. */
#include <stdio.h>
#include <string.h>

#include "base/env.h"
#include "sim/internal.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

uint64_t ys_sim_mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

uint64_t ys_sim_next(uint64_t *state)
{
    uint64_t value = ys_sim_mix(*state);
    *state += 0x9e3779b97f4a7c15u;
    return value;
}

uint64_t ys_sim_below(uint64_t *state, uint64_t below)
{
    YS_REQUIRE(below > 0);
    /* The bias of the remainder is below 2^-40 for the small ranges used here. */
    return ys_sim_next(state) % below;
}

bool ys_sim_chance(struct ys_sim *sim, int permille)
{
    if (permille <= 0) return false;
    return ys_sim_below(&sim->random, 1000) < (uint64_t)permille;
}

int64_t ys_sim_wall(const struct ys_sim *sim)
{
    return ys_env_wall_ms(&sim->env);
}

int64_t ys_sim_mono(const struct ys_sim *sim)
{
    return ys_env_mono_ms(&sim->env);
}

int64_t ys_sim_seen_from(struct ys_sim *sim)
{
    int64_t now = ys_sim_mono(sim);
    int64_t least = sim->options.lag_min_ms, most = sim->options.lag_max_ms;
    if (sim->bulk || most <= 0) return now;
    if (least < 0) least = 0;
    if (most <= least) return now + least;
    return now + least + (int64_t)ys_sim_below(&sim->random, (uint64_t)(most - least + 1));
}

/* ------------------------------------------------------------------ hashes */

void ys_sim_hash_init(struct ys_sim_hash *hash)
{
    *hash = (struct ys_sim_hash){0xcbf29ce484222325u, 0x6a09e667f3bcc908u, 0xbb67ae8584caa73bu};
}

void ys_sim_hash_int(struct ys_sim_hash *hash, int64_t value)
{
    hash->a = ys_sim_mix(hash->a ^ (uint64_t)value);
    hash->b = ys_sim_mix(hash->b + hash->a);
    hash->c = ys_sim_mix(hash->c ^ (hash->b << 1));
}

void ys_sim_hash_text(struct ys_sim_hash *hash, const char *text)
{
    uint64_t fnv = 0xcbf29ce484222325u;
    int64_t bytes = 0;
    for (const unsigned char *at = (const unsigned char *)(text ? text : ""); *at; at++, bytes++)
        fnv = (fnv ^ *at) * 0x100000001b3u;
    ys_sim_hash_int(hash, (int64_t)fnv);
    ys_sim_hash_int(hash, bytes);
}

void ys_sim_hash_etag(const struct ys_sim_hash *hash, char out[YS_SIM_ETAG_BYTES])
{
    const uint64_t words[3] = {hash->a, hash->b, hash->c};
    unsigned char raw[20];
    char text[32];
    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (unsigned char)(words[i / 8] >> (8 * (i % 8)));
    ys_sim_base64url(raw, sizeof raw, text);
    memcpy(out, text, YS_SIM_ETAG_BYTES - 1);
    out[YS_SIM_ETAG_BYTES - 1] = '\0';
}

/* ------------------------------------------------------------------ base64url */

void ys_sim_base64url(const void *data, size_t bytes, char *out)
{
    const unsigned char *from = data;
    size_t to = 0;
    for (size_t i = 0; i < bytes; i += 3) {
        uint32_t word = (uint32_t)from[i] << 16;
        if (i + 1 < bytes) word |= (uint32_t)from[i + 1] << 8;
        if (i + 2 < bytes) word |= from[i + 2];
        out[to++] = alphabet[word >> 18];
        out[to++] = alphabet[(word >> 12) & 63];
        if (i + 1 < bytes) out[to++] = alphabet[(word >> 6) & 63];
        if (i + 2 < bytes) out[to++] = alphabet[word & 63];
    }
    out[to] = '\0';
}

bool ys_sim_base64url_decode(const char *text, void *out, size_t *bytes)
{
    unsigned char *to = out;
    size_t length = strlen(text), made = 0;
    uint32_t word = 0;
    int bits = 0;
    if (length % 4 == 1) return false;
    for (size_t i = 0; i < length; i++) {
        const char *found = memchr(alphabet, text[i], 64);
        if (!found) return false;
        word = (word << 6) | (uint32_t)(found - alphabet);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        if (made == *bytes) return false;
        to[made++] = (unsigned char)(word >> bits);
        word &= (1u << bits) - 1;
    }
    *bytes = made;
    return word == 0;
}

/* ------------------------------------------------------------------ ids */

static enum ys_status id_seed(struct ys_sim *sim, uint64_t *out, struct ys_error *err)
{
    sim->ids_made++;
    *out = ys_sim_mix(sim->options.seed * 0x9e3779b97f4a7c15u + (uint64_t)sim->ids_made);
    return ys_sim_exec(sim, err, "UPDATE counters SET ids_made = ?1",
                       YS_ARGS(YS_I(sim->ids_made)));
}

static void id_characters(uint64_t *state, char *out, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) {
        if (i % 10 == 0) word = ys_sim_next(state);
        out[i] = alphabet[word & 63];
        word >>= 6;
    }
    out[count] = '\0';
}

enum ys_status ys_sim_new_playlist_id(struct ys_sim *sim, char out[YS_ID_BYTES],
                                      struct ys_error *err)
{
    uint64_t state;
    YS_TRY(id_seed(sim, &state, err));
    out[0] = 'P';
    out[1] = 'L';
    id_characters(&state, out + 2, 32);
    return YS_OK;
}

enum ys_status ys_sim_new_item_id(struct ys_sim *sim, const char *playlist_id,
                                  char out[YS_ID_BYTES], struct ys_error *err)
{
    char plain[YS_ID_BYTES];
    uint64_t state;
    YS_TRY(id_seed(sim, &state, err));
    int length = snprintf(plain, sizeof plain, "%.70s.%016llX", playlist_id,
                          (unsigned long long)state);
    ys_sim_base64url(plain, (size_t)length, out);
    return YS_OK;
}

void ys_sim_channel_id(const char *title, char out[YS_ID_BYTES])
{
    struct ys_sim_hash hash;
    ys_sim_hash_init(&hash);
    ys_sim_hash_text(&hash, title);
    out[0] = 'U';
    out[1] = 'C';
    id_characters(&hash.b, out + 2, 22);
}
