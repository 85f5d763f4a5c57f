/* prooffile.h: what a job's deletes rest on, as a table for people: proof-JOB.csv. */
#ifndef YS_LIBRARY_PROOFFILE_H
#define YS_LIBRARY_PROOFFILE_H

#include "store/proofs.h"

/* "proof-7.csv" */
#define YS_PROOF_FILE_BYTES 40
void ys_proof_file_name(int64_t job_id, char out[YS_PROOF_FILE_BYTES]);
/* Writes the job's proofs into `folder` (made when missing): one line per entry that is to go or is
 * gone: what it was, where its video is now, by which rule, seen when. An older file of the job is
 * replaced as a whole. A job without deletes gets none. */
YS_CHECKED enum ys_status ys_proof_file_write(struct ys_store *store, int64_t job_id,
                                              const char *folder, struct ys_error *err);

#endif
