/** Who issues an invoice, for whom, and who pays it: the names and addresses of the day. */
import type { Contact } from "@paymaster/engine";
import type { Queryable } from "../database/pool.js";
import { type LoadedAccount, payersOf } from "../store/accounts.js";
import type { Parties } from "../store/invoices.js";
import { WANTED, wantedValues } from "../store/wanted.js";
import { isTaxExempt } from "./tax.js";

interface PayerRow {
  readonly account_name: string;
  readonly contact: Contact | null;
  readonly issuer_version: number | null;
}

/** The parties of each account's invoice, in the accounts' order. */
export async function loadParties(
  db: Queryable,
  accounts: readonly LoadedAccount[],
): Promise<Parties[]> {
  const { rows } = await db.query({
    name: "load-parties",
    text: `select a.master_id, a.id, a.account_name, a.contact,
        (select max(version) from issuers) as issuer_version
      from accounts a
      join ${WANTED} using (master_id, id)`,
    values: wantedValues(payersOf(accounts)),
  });
  const payers = new Map<string, PayerRow>(rows.map((row) => [`${row.master_id}/${row.id}`, row]));
  return accounts.map((loaded) => {
    const { record, payer } = loaded;
    const paying = payers.get(`${record.masterId}/${payer.accountId}`);
    if (paying === undefined) throw new Error(`the payer of ${record.accountId} is missing`);
    return {
      account: { id: record.accountId, name: record.accountName, contact: record.contact },
      payer: { id: payer.accountId, name: paying.account_name, contact: paying.contact },
      taxExempt: isTaxExempt(loaded),
      issuerVersion: paying.issuer_version,
    };
  });
}
