/** New accounts: their row, their audit row, and for those that pay for themselves a first plan. */

import { findPlan } from "@paymaster/contract";
import type { Contact } from "@paymaster/engine";
import { decide, type PlanRequest } from "@paymaster/engine";
import { type Connection, transaction } from "../database/pool.js";
import { newAccountId } from "../ids.js";
import { insertAccount, type NewAccount, saveContact } from "../store/account-changes.js";
import { type AccountRef, loadAccount, lockAccounts, toState } from "../store/accounts.js";
import { type Actor, writeAudit } from "../store/audit.js";
import type { BillingServices } from "./bill-run.js";
import { postDecisions } from "./post.js";

/** An account as the operator or an installation asks for it. */
export interface AccountWish {
  readonly kind: "master" | "regular";
  readonly accountName: string;
  readonly ownerEmail?: string;
  readonly contact?: Contact;
  /** Base plan from today on, owed by the account itself; null: none. */
  readonly plan: PlanWish | null;
  /** Additional plans bought with it, of families with hosts. */
  readonly addons?: readonly PlanWish[];
}

export interface PlanWish {
  readonly type: string;
  readonly hosts: number;
}

/** The wish cannot be granted: the plan is refused, for the reason given. */
export class AccountWishRefused extends Error {}

/** Inserts an account and says so in the audit log. */
export async function addAccount(
  connection: Connection,
  account: NewAccount,
  by: Actor,
): Promise<void> {
  await insertAccount(connection, account);
  await writeAudit(connection, by, account.createdAt, [
    {
      masterId: account.masterId,
      accountId: account.accountId,
      event: "account_created",
      itemNumber: null,
      before: null,
      after: { kind: account.kind, account_name: account.accountName, pay_mode: account.payMode },
    },
  ]);
}

/** Makes a master or regular account, with its own plan and whatever `also` makes, in one transaction. */
export async function createAccountWithPlan(
  services: BillingServices,
  wish: AccountWish,
  by: Actor = { actor: "operator", trackingId: null },
  also: (connection: Connection, ref: AccountRef) => Promise<void> = async () => undefined,
): Promise<AccountRef> {
  const id = newAccountId();
  const ref: AccountRef = { masterId: id, accountId: id };
  return transaction(services.pool, async (connection) => {
    await addAccount(
      connection,
      {
        ...ref,
        kind: wish.kind,
        parentId: null,
        accountName: wish.accountName,
        firstName: wish.contact?.first_name ?? "",
        lastName: wish.contact?.last_name ?? "",
        ownerId: newAccountId(),
        ownerEmail: wish.ownerEmail ?? wish.contact?.email ?? `owner@${id.toLowerCase()}.example`,
        options: {},
        payMode: "master",
        autoRenew: true,
        createdAt: services.clock.now(),
      },
      by,
    );
    if (wish.contact !== undefined) await saveContact(connection, ref, wish.contact);
    if (wish.plan !== null) {
      await subscribeOwn(services, connection, ref, wish.plan, wish.addons ?? [], by);
    }
    await also(connection, ref);
    return ref;
  });
}

/** The wire sells plans only to sub accounts; an account that pays for itself gets its base plan here. */
async function subscribeOwn(
  services: BillingServices,
  connection: Connection,
  ref: AccountRef,
  plan: PlanWish,
  addons: readonly PlanWish[],
  by: Actor,
): Promise<void> {
  await lockAccounts(connection, [ref]);
  const loaded = await loadAccount(connection, ref);
  if (loaded === undefined) throw new Error(`account ${ref.accountId} is missing`);
  const books = services.books();
  const today = services.clock.today();
  const decision = decide(
    toState(loaded, books.taxRatePpm(loaded.record.contact)),
    {
      kind: "subscribe",
      base: request(plan, "plan_base", "base"),
      addons: addons.map((addon) =>
        request(addon, findPlan(addon.type)?.families[0] ?? "", "addon"),
      ),
      contact: null,
      byOperator: true,
    },
    today,
    books.engine,
  );
  if (!decision.ok) {
    const params = JSON.stringify(decision.params);
    throw new AccountWishRefused(`The plan is refused: ${decision.error} ${params}.`);
  }
  await postDecisions(connection, [{ loaded, decision }], {
    now: services.clock.now(),
    today,
    targetDate: today,
    by,
    billRunId: null,
  });
}

function request({ type, hosts }: PlanWish, family: string, role: "base" | "addon"): PlanRequest {
  return { family, role, planType: type, hosts, options: {} };
}
