/** Drafts as the server made them: it alone knows their ids. */
import { differences, Violation } from "../audit/violation.js";
import { openDraft } from "../model/runs.js";
import type { Simulation } from "../simulation.js";

/** Learns the ids of drafts, and compares which there are. */
export async function bindDrafts(sim: Simulation): Promise<void> {
  const { rows } = await sim.site.database.query(
    `select id, account_id, total_minor::text as total from invoice_drafts
      where status = 'Draft' and master_id = any ($1)`,
    [sim.masters],
  );
  const found = new Map(rows.map((row) => [row.account_id as string, row]));
  for (const account of [...sim.world.accounts()]) {
    const draft = openDraft(account);
    const row = found.get(account.id);
    const isNew = draft?.id === "";
    const expected = draft && { id: isNew ? row?.id : draft.id, total: String(draft.total) };
    const wrong = differences(expected, row && { id: row.id, total: row.total });
    if (wrong.length > 0) {
      throw new Violation("A draft is not what the model expects.", {
        wrong,
        account: sim.describe(account.id),
      });
    }
    if (!isNew) continue;
    const drafts = account.drafts.map((one) => (one === draft ? { ...one, id: row?.id } : one));
    sim.world.change(account.id, { drafts });
  }
}
