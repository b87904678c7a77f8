/**
 * Who issues invoices, over time: an invoice keeps the issuer that was in force when it was posted, by
 * its version, whatever the servers are started with later.
 */
import type { Queryable } from "../database/pool.js";
import type { Issuer } from "../e-invoice/issuer.js";
import type { InvoiceRecord } from "./invoices.js";

export interface Issuers {
  /** The issuer of a posted invoice; of a draft, the present one. */
  of(invoice: Pick<InvoiceRecord, "parties">): Promise<Issuer>;
}

/** Makes this the issuer from now on. Nothing happens if it is that already. */
export async function recordIssuer(db: Queryable, issuer: Issuer, now: Date): Promise<void> {
  await db.query(
    `insert into issuers (issuer, since)
      select $1::jsonb, $2 where $1::jsonb is distinct from (
        select issuer from issuers order by version desc limit 1)`,
    [JSON.stringify(issuer), now],
  );
}

export function createIssuers(db: Queryable): Issuers {
  // A version never changes, and there are as many as times that an operator moved or was renamed.
  const known = new Map<number, Issuer>();
  return {
    of: async ({ parties }) => {
      if (parties === null) return read(db, null);
      // What was posted before issuers were recorded is the first one's.
      const version = parties.issuerVersion ?? 1;
      const issuer = known.get(version) ?? (await read(db, version));
      known.set(version, issuer);
      return issuer;
    },
  };
}

/** @param version null: the present one */
async function read(db: Queryable, version: number | null): Promise<Issuer> {
  const { rows } = await db.query({
    name: "read-issuer",
    text: `select issuer from issuers where version = coalesce($1, (select max(version) from issuers))`,
    values: [version],
  });
  if (rows[0] === undefined) throw new Error(`issuer ${version ?? ""} is missing`);
  return rows[0].issuer;
}
