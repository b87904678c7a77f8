/** POST /accounts: a new sub account of the calling master, free and without plans. */
import { commonErrors } from "@paymaster/contract";
import { addAccount } from "../billing/new-account.js";
import { operationFault } from "../billing/plan-write.js";
import { emptyPreview } from "../billing/preview-body.js";
import type { Connection } from "../database/pool.js";
import type { Call } from "../http/call.js";
import { WireFault } from "../http/wire-fault.js";
import { newAccountId } from "../ids.js";
import { isEmailUsed } from "../store/account-changes.js";
import { loadAccount } from "../store/accounts.js";
import { splitOptions } from "./account-options.js";
import type { WriteFactory } from "./factory.js";
import { passwordProblem } from "./password.js";

/** The vendor does not publish its list; links in a name are what such lists are for. Assumed. */
const INVALID_WORDS = ["http://", "https://", "www."] as const;
/** Assumed as well: a well-known throw-away domain, so that the error can be met. */
const BLOCKED_DOMAINS: ReadonlySet<string> = new Set(["mailinator.com"]);

export const accountCreate: WriteFactory =
  ({ clock, profile }) =>
  async (call, connection) => {
    const { principal } = call;
    if (principal.kind === "regular") throw new WireFault(commonErrors.notAllowed);
    const master = await loadAccount(connection, principal);
    if (master === undefined) throw new WireFault(commonErrors.invalidToken);
    if (!master.record.mayAddSubAccounts) throw operationFault(call, "mayNotAddSubAccounts");
    await check(call, connection);
    const text = (name: string) => String(call.body[name] ?? "");
    const options = splitOptions((call.body.options ?? {}) as Record<string, unknown>);
    const ids = { id: newAccountId(), owner_id: newAccountId() };
    return {
      preview: () => emptyPreview(clock.today(), master.record.currency),
      write: async () => {
        const createdAt = clock.now();
        await addAccount(
          connection,
          {
            masterId: principal.masterId,
            accountId: ids.id,
            kind: "sub",
            parentId: principal.accountId,
            accountName: text("account_name") || `${text("first_name")} ${text("last_name")}`,
            firstName: text("first_name"),
            lastName: text("last_name"),
            ownerId: ids.owner_id,
            ownerEmail: text("email"),
            options: options.others,
            payMode: options.payMode ?? "master",
            autoRenew: options.autoRenew ?? true,
            createdAt,
          },
          { actor: principal.actor, trackingId: call.trackingId },
        );
        return {
          status: call.operation.response.status[profile],
          body: { ...ids, owner_email: text("email"), created_at: createdAt.toISOString() },
          headers: { "content-location": `/v2/accounts/${ids.id}` },
        };
      },
    };
  };

async function check(call: Call, connection: Connection): Promise<void> {
  const text = (name: string) => String(call.body[name] ?? "");
  for (const name of ["first_name", "last_name", "account_name"]) {
    if (INVALID_WORDS.some((word) => text(name).toLowerCase().includes(word))) {
      throw operationFault(call, "invalidName", { name: text(name) });
    }
  }
  const email = text("email");
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  if (BLOCKED_DOMAINS.has(domain)) throw operationFault(call, "emailDomainBlocked");
  const problem = passwordProblem(text("password"));
  if (problem !== null) throw operationFault(call, problem);
  if (await isEmailUsed(connection, call.principal.masterId, email)) {
    throw operationFault(call, "emailUsed", { email });
  }
}
