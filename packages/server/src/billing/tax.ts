/** The tax rate of an account's charges: the table's for its address, unless somebody is exempt. */
import type { ServerBooks } from "../http/call.js";
import type { LoadedAccount } from "../store/accounts.js";

/**
 * Parts per million. Neither an exempt account is taxed, nor one whose payer is: the exemption belongs
 * to who owes the invoice, and an operator may set it on either.
 */
export function taxRateOf(
  { record, payer }: Pick<LoadedAccount, "record" | "payer">,
  { taxRatePpm }: Pick<ServerBooks, "taxRatePpm">,
): number {
  return record.taxExempt || payer.taxExempt ? 0 : taxRatePpm(record.contact);
}
