/* fault_apply.h: what faults do to one request. */
#ifndef YS_SIM_FAULT_APPLY_H
#define YS_SIM_FAULT_APPLY_H

#include "sim/api.h"

/* Sets the page quirks before the method runs. */
void ys_sim_fault_before(struct ys_sim_call *call, const struct ys_sim_fault_rule *rule);
/* Writes the fault's own answer over the reply (kinds of the way INSTEAD). */
void ys_sim_fault_answer(struct ys_sim_call *call, const struct ys_sim_fault_rule *rule);
/* Changes how the reply looks (kinds of the way LOOKS). */
void ys_sim_fault_looks(struct ys_sim_call *call, const struct ys_sim_fault_rule *rule);
/* Whether a request that is answered by this fault, without effect, costs nothing. */
bool ys_sim_fault_is_free(enum ys_sim_fault_kind kind);
/* Edits the world: kinds of the way EDITS. */
YS_CHECKED enum ys_status ys_sim_fault_edit(struct ys_sim_call *call,
                                            const struct ys_sim_fault_rule *rule,
                                            struct ys_error *err);

#endif
