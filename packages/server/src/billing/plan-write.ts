/**
 * A change of plans on the wire: load, decide, then preview or write. What fell due before today is
 * decided first, so that a command never meets a state of yesterday.
 */
import type { PreviewBody } from "@paymaster/contract";
import {
  type AccountState,
  addDays,
  type CivilDate,
  type Command,
  type Contact,
  type Decision,
  decide,
  decideDue,
  EngineDefect,
  isRunning,
  type Outcome,
  previewOf,
  previewUnchanged,
  sum,
} from "@paymaster/engine";
import { inOrder } from "../database/pipelining.js";
import type { Connection, Queryable } from "../database/pool.js";
import type { Call, PlannedWrite, Reply, ServerBooks, Services } from "../http/call.js";
import { validationFault } from "../http/validation.js";
import { WireFault } from "../http/wire-fault.js";
import type { AccountReads } from "../store/account-reads.js";
import {
  isReachable,
  type LoadedAccount,
  loadAccount,
  lockAccounts,
  toState,
} from "../store/accounts.js";
import { creditLeftFor } from "./credit.js";
import { postDecisions } from "./post.js";
import { toPreviewBody } from "./preview-body.js";
import { taxRateOf } from "./tax.js";

/** The account of the call's path, locked if asked; the documented error when it is not the caller's. */
export async function loadTarget(
  call: Call,
  connection: Queryable,
  lock: boolean,
): Promise<LoadedAccount> {
  const [, loaded] = await inOrder(connection, [
    async () => lock && lockAccounts(connection, [call.target]),
    () => loadAccount(connection, call.target),
  ]);
  return reachable(call, loaded);
}

/** The same for a call that only reads. */
export async function readTarget(call: Call, accounts: AccountReads): Promise<LoadedAccount> {
  return reachable(call, await accounts.load(call.target));
}

function reachable(call: Call, loaded: LoadedAccount | undefined): LoadedAccount {
  if (loaded === undefined || !isReachable(call.principal, loaded.record)) {
    throw accountNotFound(call);
  }
  return loaded;
}

export function accountNotFound(call: Call): WireFault {
  return operationFault(call, "accountNotFound");
}

/** An error of the operation's contract; the placeholders that name the account are filled here. */
export function operationFault(
  call: Call,
  name: string,
  params: Readonly<Record<string, string | number>> = {},
): WireFault {
  const error = call.operation.errors[name];
  if (error === undefined) {
    throw new Error(`${call.operation.tool} has no error named ${name} in the contract.`);
  }
  const id = call.targetAsWritten;
  return new WireFault(error, { subAccountId: id, accountId: id, ...params });
}

/** A purchase that brings its billing contact is taxed and addressed by it. */
export function withContact(loaded: LoadedAccount, contact: Contact): LoadedAccount {
  return { ...loaded, record: { ...loaded.record, contact } };
}

function withTaxRate(state: AccountState, taxRatePpm: number): AccountState {
  return { ...state, account: { ...state.account, taxRatePpm } };
}

/**
 * Decides, where the account's periods let it. An operator who posts a draft ahead of its time has moved
 * the periods into the future: a change that would have to be charged by the days of the current one is
 * refused until that one begins, and said why.
 */
function decideUnlessAhead(
  state: AccountState,
  command: Command,
  today: CivilDate,
  books: ServerBooks,
): Outcome {
  try {
    return decide(state, command, today, books.engine);
  } catch (error) {
    const ahead = state.items.filter((item) => isRunning(item) && item.periodStart > today);
    const last = ahead
      .map((item) => item.periodStart)
      .sort()
      .at(-1);
    if (!(error instanceof EngineDefect) || last === undefined) throw error;
    const message = `The account was invoiced ahead of its time: this change is possible from ${last} on.`;
    throw validationFault([{ field: "accountId", message }]);
  }
}

/** The preview of a change that no plan is part of, of an account as it will be. */
export function previewOfNoPlan(
  { books, clock }: Pick<Services, "books" | "clock">,
  loaded: LoadedAccount,
): PreviewBody {
  const current = books();
  const state = toState(loaded, taxRateOf(loaded, current));
  const { paymentTermDays } = loaded.payer;
  const context = { today: clock.today(), creditMinor: 0, paymentTermDays };
  return toPreviewBody(previewUnchanged(state, current.engine, context), loaded.record.currency);
}

export async function planWrite(
  services: Services,
  call: Call,
  connection: Connection,
  lock: boolean,
  command: Command,
  answer: (decision: Decision) => Reply,
  newContact: Contact | null = null,
): Promise<PlannedWrite> {
  const found = await loadTarget(call, connection, lock);
  const loaded = newContact === null ? found : withContact(found, newContact);
  const books = services.books();
  const today = services.clock.today();
  const stored = toState(found, taxRateOf(found, books));
  const due =
    found.record.nextDueDate !== null && found.record.nextDueDate <= today
      ? decideDue(stored, today, books.engine)
      : null;
  // A new address counts for what is bought, not for what fell due before.
  const before = withTaxRate(due === null ? stored : due.state, taxRateOf(loaded, books));
  const decision = decideUnlessAhead(before, command, today, books);
  if (!decision.ok) throw operationFault(call, decision.error, decision.params);
  return {
    preview: async () => {
      const { paymentTermDays } = loaded.payer;
      // What is owed already takes its part of the credit first, as it will when this is written; so does
      // the invoice of what fell due.
      const creditMinor = await creditLeftFor(connection, loaded, {
        dueDate: addDays(today, paymentTermDays),
        alsoOwedMinor: sum((due?.lines ?? []).map((line) => line.amountMinor + line.taxMinor)),
      });
      return toPreviewBody(
        previewOf(before, decision, books.engine, { today, creditMinor, paymentTermDays }),
        loaded.record.currency,
      );
    },
    write: async () => {
      const context = {
        now: services.clock.now(),
        today,
        by: { actor: call.principal.actor, trackingId: call.trackingId },
        billRunId: null,
        targetDate: today,
      };
      if (due !== null) {
        await postDecisions(connection, [{ loaded: found, decision: due }], context);
      }
      // By now its items are stored as what fell due has left them.
      const current = { ...loaded, items: before.items };
      await postDecisions(connection, [{ loaded: current, decision }], context);
      return answer(decision);
    },
  };
}
