/** What an account's assistants spent on each day of the service: rows that all processes share. */
import { type Pool, transaction } from "../database/pool.js";
import type { AccountRef } from "../store/accounts.js";
import type { McpSpending } from "./endpoint.js";

const DAYS_KEPT = 60;

export function createMcpSpending(pool: Pool, { masterId, accountId }: AccountRef): McpSpending {
  return {
    async spent(day, currency) {
      const { rows } = await pool.query({
        name: "mcp-spent",
        text: `select coalesce(sum(amount_minor), 0)::text as spent from mcp_spending
          where master_id = $1 and account_id = $2 and day = $3 and currency = $4`,
        values: [masterId, accountId, day, currency],
      });
      return Number(rows[0]?.spent ?? 0);
    },
    reserve({ id, day, currency, amountMinor, limitMinor }) {
      return transaction(pool, async (connection) => {
        // One after the other for an account: two that ask at once must not both find room.
        await connection.query("select pg_advisory_xact_lock(hashtextextended($1, 11))", [
          `${masterId}/${accountId}`,
        ]);
        const { rowCount } = await connection.query(
          `insert into mcp_spending (master_id, account_id, day, currency, id, amount_minor)
            select $1, $2, $3::date, $4, $5, $6::bigint
             where $6::bigint + (
               select coalesce(sum(amount_minor), 0) from mcp_spending
                where master_id = $1 and account_id = $2 and day = $3::date and currency = $4
             ) <= $7::bigint`,
          [masterId, accountId, day, currency, id, amountMinor, limitMinor],
        );
        await connection.query(
          `delete from mcp_spending
            where master_id = $1 and account_id = $2 and day < $3::date - $4::integer`,
          [masterId, accountId, day, DAYS_KEPT],
        );
        return rowCount === 1;
      });
    },
    async release({ id, day }) {
      await pool.query(
        `delete from mcp_spending
          where master_id = $1 and account_id = $2 and day = $3::date and id = $4`,
        [masterId, accountId, day, id],
      );
    },
  };
}
