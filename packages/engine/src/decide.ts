/**
 * Decides a command: `(state, command, today, books) -> decision | refusal`. Nothing happens here; the
 * same decision drives the preview and the write.
 *
 * Checks run in the order of the billing rules ("Accounts"); the engine's part begins at pay mode: pay
 * mode, bulk licences, VIP and trial, state of the plan, catalogue and hosts, contact. The first failure
 * answers.
 */
import { decideAddon } from "./addon.js";
import { EngineDefect } from "./assert.js";
import type { Books } from "./books.js";
import { decideCancelAddon } from "./cancel-addon.js";
import { decideCancelBase } from "./cancel-base.js";
import { decideChangeAddon } from "./change-addon.js";
import { decideChangeBase } from "./change-base.js";
import type { Command } from "./command.js";
import { decideDue } from "./due.js";
import { decideSetOptions } from "./set-options.js";
import type { AccountState, CivilDate, Outcome } from "./state.js";
import { decideSubscribe } from "./subscribe.js";
import { decideUpdateContact } from "./update-contact.js";

/**
 * What the command does to the account as of `today`. Everything due on or before `today` must have been
 * decided first (`decideDue`): a command never meets yesterday's state. Throws EngineDefect otherwise.
 */
export function decide(
  state: AccountState,
  command: Command,
  today: CivilDate,
  books: Books,
): Outcome {
  const settled = decideDue(state, today, books);
  if (settled.changedItems.length > 0 || settled.lines.length > 0) {
    throw new EngineDefect(`decideDue must be carried out through ${today} before a command`);
  }
  return dispatch(settled.state, command, today, books);
}

function dispatch(state: AccountState, command: Command, today: CivilDate, books: Books): Outcome {
  switch (command.kind) {
    case "subscribe":
      return decideSubscribe(state, command, today, books);
    case "addon":
      return decideAddon(state, command, today, books);
    case "changeAddon":
      return decideChangeAddon(state, command, today, books);
    case "cancelAddon":
      return decideCancelAddon(state, command, today, books);
    case "changeBase":
      return decideChangeBase(state, command, today, books);
    case "cancelBase":
      return decideCancelBase(state, command, today, books);
    case "setOptions":
      return decideSetOptions(state, command, today, books);
    case "updateContact":
      return decideUpdateContact(state, command, today, books);
  }
}
