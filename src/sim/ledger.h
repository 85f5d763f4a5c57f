/* ledger.h: the server's quota day; see ledger.c. */
#ifndef YS_SIM_LEDGER_H
#define YS_SIM_LEDGER_H

#include "sim/internal.h"

/* The day that the server books on now: Pacific, turned options.reset_late_ms after midnight. */
int64_t ys_sim_today(const struct ys_sim *sim);

#endif
