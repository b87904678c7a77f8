/** The invoices of one account. */
import { Alert, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useConsole } from "../../api/console.js";
import { Answer, Nothing } from "../../ui/notice.js";
import type { Account } from "../account/data.js";
import type { InvoiceRow } from "./data.js";
import { InvoiceGrid } from "./invoice-grid.js";

const MOST = 1_000;

export function AccountInvoices({ account }: { readonly account: Account }) {
  const { operator, info } = useConsole();
  const [sorting, setSorting] = useState({ by: "", descending: false });
  const invoices = useQuery({
    queryKey: ["invoices", "of", account.id],
    queryFn: ({ signal }) =>
      operator === null
        ? readFromWire(account, signal)
        : operator
            .get<{ invoices: readonly InvoiceRow[] }>(
              "/invoices",
              { account_id: account.id, limit: MOST },
              signal,
            )
            .then((answer) => answer.invoices),
    // The wire answers this six times a day: once for each visit is plenty.
    ...(operator === null ? { staleTime: Number.POSITIVE_INFINITY } : {}),
  });
  const own = operator === null ? `?account=${encodeURIComponent(account.wireId)}` : "";
  return (
    <Answer query={invoices} what="invoices">
      {(rows) => (
        <Stack>
          {operator === null && info.rate_limits && (
            <Alert color="gray" variant="light">
              An account’s invoices may be listed a few times a day; this list is kept while the
              page is open.
            </Alert>
          )}
          <InvoiceGrid
            rows={rows}
            withAccount={false}
            hrefOf={(row) => `/invoices/${row.id}${own}`}
            sorting={sorting}
            onSort={setSorting}
            empty={
              <Nothing title="There are no invoices yet">
                The first comes with the first paid plan.
              </Nothing>
            }
          />
        </Stack>
      )}
    </Answer>
  );
}

async function readFromWire(account: Account, signal: AbortSignal): Promise<readonly InvoiceRow[]> {
  const { invoices = [], currency = "USD" } = await account.wire.accountBillingInvoices(
    { accountId: account.wireId },
    { signal },
  );
  return invoices.map((one) => ({
    id: one.id,
    master_id: "",
    account_id: account.id,
    account_name: account.name,
    payer_id: "",
    invoice_number: one.invoice_number,
    status: one.status as InvoiceRow["status"],
    currency,
    invoice_date: one.invoice_date,
    due_date: one.due_date,
    tax_amount: one.tax_amount,
    total_amount: one.total_amount,
    balance: one.balance,
    days_overdue: 0,
  }));
}
