/** The tax rate of an account's charges: the table's for its address, unless somebody is exempt. */
import type { ServerBooks } from "../http/call.js";
import type { LoadedAccount } from "../store/accounts.js";

type TaxedAccount = Pick<LoadedAccount, "record" | "payer">;

/**
 * Neither an exempt account is taxed, nor one whose payer is: the exemption belongs to who owes the
 * invoice, and an operator may set it on either.
 */
export function isTaxExempt({ record, payer }: TaxedAccount): boolean {
  return record.taxExempt || payer.taxExempt;
}

/** Parts per million. */
export function taxRateOf(
  account: TaxedAccount,
  { taxRatePpm }: Pick<ServerBooks, "taxRatePpm">,
): number {
  return isTaxExempt(account) ? 0 : taxRatePpm(account.record.contact);
}
