/* record.h: every exchange of a simulated YouTube as a line of JSON in a file, for tests that hold
 * requests and replies against the API's own description. */
#ifndef YS_SIM_RECORD_H
#define YS_SIM_RECORD_H

#include "sim/api.h"

/* Goes on behind what the file holds; NULL path: no recording, *out is NULL. */
struct ys_sim_record;
YS_CHECKED enum ys_status ys_sim_record_open(struct ys_sim_record **out, const char *path,
                                             struct ys_error *err);
void ys_sim_record_close(struct ys_sim_record *record);
/* One line: method, path, query, signed_in, body, fault, wire, status and reply. Of the sign-in
 * only whether there was one: no token reaches the file, and of the sign-in's own requests no
 * query, no body and no reply. Does nothing without a recording. */
YS_CHECKED enum ys_status ys_sim_record_add(struct ys_sim_record *record,
                                            const struct ys_sim_call *call, const char *fault,
                                            struct ys_error *err);

#endif
