/* prooffile.c: see prooffile.h. */
#include "library/prooffile.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/csvout.h"
#include "base/outfile.h"
#include "store/rows.h"

/* A line holds four titles and a rule. */
#define LINE_BYTES_MAX ((size_t)1 << 20)

struct writing {
    struct ys_outfile file;
    struct ys_buf line;
    int64_t lines;
    enum ys_status status; /* of the callback, sticky */
    struct ys_error *err;
};

void ys_proof_file_name(int64_t job_id, char out[YS_PROOF_FILE_BYTES])
{
    (void)snprintf(out, YS_PROOF_FILE_BYTES, "proof-%lld.csv", (long long)job_id);
}

/* What became of the entry itself. */
static const char *outcome(const struct ys_proof_record *proof)
{
    if (proof->status == YS_OP_STATUS_DONE) return "deleted";
    return proof->status == YS_OP_STATUS_SKIPPED || proof->status == YS_OP_STATUS_FAILED
               ? "stays"
               : "not deleted yet";
}

static bool put_line(struct writing *writing)
{
    writing->status = ys_buf_check(&writing->line, "a line of the proof", writing->err);
    if (writing->status == YS_OK)
        writing->status = ys_outfile_add(&writing->file, writing->line.data, writing->line.bytes,
                                         writing->err);
    ys_buf_clear(&writing->line);
    writing->lines++;
    return writing->status == YS_OK;
}

static bool write_proof(void *ctx, const struct ys_proof_record *proof)
{
    struct writing *writing = ctx;
    struct ys_buf *line = &writing->line;

    ys_csvout_text(line, proof->video_id);
    ys_csvout_text(line, proof->video_title);
    ys_csvout_text(line, proof->playlist_title);
    ys_csvout_text(line, proof->playlist_id);
    ys_csvout_text(line, proof->item_id);
    ys_csvout_number(line, proof->position + 1);
    ys_csvout_time(line, proof->listed_at_ms);
    ys_csvout_text(line, ys_proof_words(proof->verdict));
    ys_csvout_text(line, proof->place_title);
    ys_csvout_text(line, proof->place_playlist_id);
    ys_csvout_text(line, proof->place_item_id);
    ys_csvout_time(line, proof->place_listed_at_ms);
    ys_csvout_text(line, proof->rule);
    ys_csvout_text(line, proof->kind == YS_OP_PLAYLIST_DELETE ? "with its playlist" : "alone");
    ys_csvout_text(line, outcome(proof));
    ys_csvout_end(line);
    return put_line(writing);
}

static enum ys_status write_lines(struct writing *writing, struct ys_store *store, int64_t job_id,
                                  const char *folder, struct ys_error *err)
{
    static const char *const head[] = {
        "video id", "video", "was in", "playlist id", "entry id", "place", "seen there",
        "what is proved", "is in", "its playlist id", "its entry id", "seen here", "rule",
        "how it goes", "outcome", NULL};
    char name[YS_PROOF_FILE_BYTES];

    ys_proof_file_name(job_id, name);
    YS_TRY(ys_outfile_folder(&writing->file, folder, err));
    YS_TRY(ys_outfile_open(&writing->file, name, err));
    ys_buf_text_add(&writing->line, YS_CSVOUT_MARK);
    ys_csvout_line(&writing->line, head);
    if (!put_line(writing)) return writing->status;
    YS_TRY(ys_proof_walk(store, job_id, write_proof, writing, err));
    YS_TRY(writing->status);
    return writing->lines > 1 ? ys_outfile_seal(&writing->file, err) : YS_OK;
}

/* While the database is held, so that a process that was taken over writes no file either. */
static enum ys_status write_file(struct writing *writing, struct ys_store *store, int64_t job_id,
                                 const char *folder, struct ys_error *err)
{
    enum ys_status status;
    bool own;

    YS_TRY(ys_own_begin(store, &own, err));
    status = write_lines(writing, store, job_id, folder, err);
    if (own) ys_store_rollback(store);
    return status;
}

enum ys_status ys_proof_file_write(struct ys_store *store, int64_t job_id, const char *folder,
                                   struct ys_error *err)
{
    struct writing *writing = ys_alloc_zero(1, sizeof *writing);
    enum ys_status status;

    if (!writing) return ys_fail(err, YS_ENOMEM, "Memory ran out.");
    writing->err = err;
    ys_outfile_init(&writing->file, "proof", "Nothing is deleted without it.", YS_EBACKUP);
    ys_buf_init(&writing->line, LINE_BYTES_MAX);
    status = write_file(writing, store, job_id, folder, err);
    ys_outfile_close(&writing->file);
    ys_buf_free(&writing->line);
    ys_free(writing);
    return status;
}
