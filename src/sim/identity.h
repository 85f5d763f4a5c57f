/* identity.h: Google's sign-in as far as an installed program meets it: the page that asks for
 * consent (which here answers at once), the token endpoint, and revocation.
 *
 * A client is anybody who gives a client_id; a secret that is given must be YS_SIM_CLIENT_SECRET.
 * Codes are good once, for five minutes, with the verifier of their challenge (S256) and the
 * redirect address that they were made for. */
#ifndef YS_SIM_IDENTITY_H
#define YS_SIM_IDENTITY_H

#include "sim/api.h"

/* False: not of the identity server. */
bool ys_sim_identity_method(const struct ys_sim_request *request, enum ys_sim_method *out);
YS_CHECKED enum ys_status ys_sim_identity(struct ys_sim_call *call, struct ys_error *err);

#endif
