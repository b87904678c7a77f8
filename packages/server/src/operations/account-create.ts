/** POST /accounts: a new sub account of the calling master, free and without plans. */
import { commonErrors, type WireProfile } from "@paymaster/contract";
import { hasSpecialCharacters } from "@paymaster/engine";
import { addAccount } from "../billing/new-account.js";
import { operationFault } from "../billing/plan-write.js";
import { emptyPreview } from "../billing/preview-body.js";
import { type Connection, isUniqueViolation } from "../database/pool.js";
import type { Call } from "../http/call.js";
import { validationFault } from "../http/validation.js";
import { WireFault } from "../http/wire-fault.js";
import { newAccountId } from "../ids.js";
import { isEmailUsed } from "../store/account-changes.js";
import { isReachable, loadAccount, lockAccounts } from "../store/accounts.js";
import { splitOptions } from "./account-options.js";
import type { WriteFactory } from "./factory.js";
import { requireManager } from "./manager.js";
import { passwordProblem } from "./password.js";

/** The vendor does not publish its list; links in a name are what such lists are for. Assumed. */
const INVALID_WORDS = ["http://", "https://", "www."] as const;
/** Assumed as well: a well-known throw-away domain, so that the error can be met. */
const BLOCKED_DOMAINS: ReadonlySet<string> = new Set(["mailinator.com"]);

export const accountCreate: WriteFactory =
  ({ clock, profile }) =>
  async (call, connection, lock) => {
    const { principal } = call;
    if (lock) await holdReseller(call, connection);
    await requireManager(call, connection);
    const master = await loadAccount(connection, principal);
    if (master === undefined) throw new WireFault(commonErrors.invalidToken);
    if (!master.record.mayAddSubAccounts) throw operationFault(call, "mayNotAddSubAccounts");
    checkBody(call, profile);
    const text = (name: string) => String(call.body[name] ?? "");
    const used = () => operationFault(call, "emailUsed", { email: text("email") });
    if (await isEmailUsed(connection, principal.masterId, text("email"))) throw used();
    const parentId = await findParent(call, connection);
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
            parentId,
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
        ).catch((error: unknown) => {
          // Somebody else took it between the look and the leap.
          throw isUniqueViolation(error, "accounts_email") ? used() : error;
        });
        return {
          status: call.operation.response.status[profile],
          body: { ...ids, owner_email: text("email"), created_at: createdAt.toISOString() },
          headers: { "content-location": `/v2/accounts/${ids.id}` },
        };
      },
    };
  };

const NAMES = ["first_name", "last_name", "account_name"] as const;

/** What can be said of the body without looking anything up. */
function checkBody(call: Call, profile: WireProfile): void {
  const text = (name: string) => String(call.body[name] ?? "");
  for (const name of NAMES) {
    if (profile === "2026" && hasSpecialCharacters(text(name))) {
      throw operationFault(call, "specialCharacters", { field: name });
    }
    if (INVALID_WORDS.some((word) => text(name).toLowerCase().includes(word))) {
      throw operationFault(call, "invalidName", { name: text(name) });
    }
  }
  const email = text("email");
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  if (BLOCKED_DOMAINS.has(domain)) throw operationFault(call, "emailDomainBlocked");
  const problem = passwordProblem(text("password"));
  if (problem !== null) throw operationFault(call, problem);
  if (call.body.transfer_code !== undefined) throw operationFault(call, "transferTokenInvalid");
}

/** A second-level master neither leaves nor loses its rank while an account comes to it. */
async function holdReseller({ principal, body }: Call, connection: Connection): Promise<void> {
  const { masterId } = principal;
  const accountId = String(body.sub_reseller_id ?? principal.accountId);
  if (accountId !== masterId) await lockAccounts(connection, [{ masterId, accountId }]);
}

/** The caller, or the second-level master of its own that the request names (2026). */
async function findParent(call: Call, connection: Connection): Promise<string> {
  const { principal } = call;
  const named = call.body.sub_reseller_id;
  if (typeof named !== "string") return principal.accountId;
  const found = await loadAccount(connection, { ...principal, accountId: named });
  if (found === undefined || !found.record.reseller || !isReachable(principal, found.record)) {
    throw validationFault([
      { field: "sub_reseller_id", message: "There is no second-level master of this id." },
    ]);
  }
  return named;
}
