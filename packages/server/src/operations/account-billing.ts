/** GET /accounts/{accountId}/billing: the billing contact of a sub account. */
import { loadTarget, operationFault } from "../billing/plan-write.js";
import type { Contact } from "../store/accounts.js";
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

export const accountBilling: ReadFactory<"pool" | "profile"> =
  ({ pool, profile }) =>
  async (call) => {
    const { record } = await loadTarget(call, pool, false);
    if (record.kind === "sub" && record.payMode === "sub") {
      throw operationFault(call, "selfPayMode");
    }
    // Without a purchase there is no billing contact yet: the owner's name and address stand in.
    const contact: Contact = record.contact ?? {
      first_name: record.firstName,
      last_name: record.lastName,
      email: record.ownerEmail,
    };
    const body = Object.fromEntries(MEMBERS.map((name) => [name, contact[name] ?? ""]));
    if (profile === "2026") body.employee_count = contact.employee_count ?? "Just Me";
    return { status: 200, body };
  };
