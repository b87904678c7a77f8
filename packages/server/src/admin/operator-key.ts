/** The operator's key: above all tenants. */
import { commonErrors } from "@paymaster/contract";
import type { FastifyRequest } from "fastify";
import type { Queryable } from "../database/pool.js";
import { bearerToken } from "../http/authorize.js";
import { ownFault, WireFault } from "../http/wire-fault.js";
import { hashSecret } from "../ids.js";

/**
 * @throws WireFault 401 unless the request carries an operator's key, or 403 when an account
 * comes through the console's door
 */
export async function requireOperator(request: FastifyRequest, db: Queryable): Promise<void> {
  if (request.consoleCaller !== null) {
    if (request.consoleCaller.isOperator) return;
    throw ownFault(403, 403, "This needs the operator: sign in with the operator's key.");
  }
  const key = bearerToken(request.headers.authorization) ?? "";
  // Found by its hash: what the search's time tells of a hash says nothing about the key.
  const { rowCount } = await db.query({
    name: "find-admin-key",
    text: "select 1 from admin_keys where key_hash = $1",
    values: [hashSecret(key)],
  });
  if (rowCount !== 1) throw new WireFault(commonErrors.invalidToken);
}
