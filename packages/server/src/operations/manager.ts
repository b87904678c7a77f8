/** Only a master, first or second level, has sub accounts: to list, and to add to. */
import { commonErrors } from "@paymaster/contract";
import type { Queryable } from "../database/pool.js";
import type { Call } from "../http/call.js";
import { WireFault } from "../http/wire-fault.js";
import { loadAccount } from "../store/accounts.js";

/** Throws unless the caller is a master: a root, or a sub account that is a reseller. */
export async function requireManager({ principal }: Call, db: Queryable): Promise<void> {
  if (principal.kind === "master") return;
  const caller = principal.kind === "sub" ? await loadAccount(db, principal) : undefined;
  if (caller?.record.reseller !== true) throw new WireFault(commonErrors.notAllowed);
}
