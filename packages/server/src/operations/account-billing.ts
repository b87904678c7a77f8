/** GET /accounts/{accountId}/billing: the billing contact of a sub account. */
import type { Contact } from "@paymaster/engine";
import { operationFault, readTarget } from "../billing/plan-write.js";
import type { AccountRecord } from "../store/accounts.js";
import type { ReadFactory } from "./factory.js";

const MEMBERS = [
  "address",
  "apt",
  "city",
  "country",
  "email",
  "first_name",
  "last_name",
  "phone_number",
  "state",
  "zip",
] as const satisfies readonly (keyof Contact)[];

export const accountBilling: ReadFactory<"accounts" | "profile"> =
  ({ accounts, profile }) =>
  async (call) => {
    const { record } = await readTarget(call, accounts);
    if (record.kind === "sub" && record.payMode === "sub") {
      throw operationFault(call, "selfPayMode");
    }
    const contact = billingContact(record);
    const body = Object.fromEntries(MEMBERS.map((name) => [name, contact[name] ?? ""]));
    if (profile === "2026") body.employee_count = contact.employee_count ?? "Just Me";
    return { status: 200, body };
  };

/** What the billing contact does not name is the owner's: there may have been no purchase yet. */
export function billingContact(record: AccountRecord): Contact {
  return {
    first_name: record.firstName,
    last_name: record.lastName,
    email: record.ownerEmail,
    ...record.contact,
  };
}
