/** PATCH billing: whether the billing contact may change as asked. The caller keeps the contact. */
import type { WireProfile } from "@paymaster/contract";
import { isSelfPaying } from "./access.js";
import type { Books } from "./books.js";
import type { UpdateContactCommand } from "./command.js";
import { type Contact, contactChangeProblem } from "./contact.js";
import { Draft } from "./draft.js";
import { type Refusal, refusalOf } from "./refusal.js";
import type { AccountState, CivilDate, Outcome } from "./state.js";

const refuse = refusalOf("account_billing_update");

export function decideUpdateContact(
  state: AccountState,
  command: UpdateContactCommand,
  today: CivilDate,
  books: Books,
): Outcome {
  if (isSelfPaying(state)) return refuse("selfPayMode");
  if (!state.account.everPaid) return refuse("subscribePlanFirst");
  const refusal = checkContactChange(command.contact, command.current, books.profile);
  return refusal ?? new Draft(state, books).finish(today);
}

/** Whether the change leads to a contact that is well formed; `current` is the contact on file. */
export function checkContactChange(
  change: Contact,
  current: Contact,
  profile: WireProfile,
): Refusal | null {
  const problem = contactChangeProblem(change, current, profile);
  switch (problem?.kind) {
    case undefined:
    case "member":
      return null;
    case "special_characters":
      return refuse("specialCharacters", { field: problem.member });
    case "country":
      return refuse("invalidCountry", { country: problem.country });
    case "state":
      return refuse("invalidState", { state: problem.state });
  }
}
