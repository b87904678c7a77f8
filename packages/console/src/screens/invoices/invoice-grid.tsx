/** The table of invoices, of one account or of all. */
import { Badge } from "@mantine/core";
import type { ReactNode } from "react";
import { DataGrid, type ShownColumn } from "../../ui/data-grid.js";
import { date, money } from "../../ui/format.js";
import { type Sorting, sortRows } from "../../ui/grid.js";
import { type InvoiceRow, nameOf, STATES, stateOf } from "./data.js";

export function InvoiceGrid({
  rows,
  hrefOf,
  withAccount = true,
  sorting,
  onSort,
  empty,
}: {
  readonly rows: readonly InvoiceRow[];
  readonly hrefOf: (row: InvoiceRow) => string;
  readonly withAccount?: boolean;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly empty: ReactNode;
}) {
  const columns = withAccount ? COLUMNS : COLUMNS.filter(({ name }) => name !== "account_name");
  return (
    <DataGrid
      label="Invoices"
      rows={sorting.by === "" ? rows : sortRows(rows, columns, sorting)}
      columns={columns}
      keyOf={(row) => row.id}
      hrefOf={hrefOf}
      sorting={sorting}
      onSort={onSort}
      empty={empty}
    />
  );
}

export function InvoiceBadge({ invoice }: { readonly invoice: Parameters<typeof stateOf>[0] }) {
  const { label, color } = STATES[stateOf(invoice)];
  return (
    <Badge variant="light" color={color} tt="none">
      {label}
    </Badge>
  );
}

const COLUMNS: readonly ShownColumn<InvoiceRow>[] = [
  {
    name: "invoice_number",
    label: "Number",
    width: "minmax(120px, 1fr)",
    value: (row) => row.invoice_number,
    show: nameOf,
    narrow: "title",
  },
  {
    name: "account_name",
    label: "Account",
    width: "minmax(160px, 2fr)",
    value: (row) => row.account_name,
    narrow: "below",
  },
  {
    name: "status",
    label: "State",
    width: "88px",
    value: (row) => STATES[stateOf(row)].label,
    show: (row) => <InvoiceBadge invoice={row} />,
    narrow: "below",
  },
  {
    name: "invoice_date",
    label: "Date",
    width: "104px",
    value: (row) => row.invoice_date,
    show: (row) => date(row.invoice_date),
    narrow: "below",
  },
  {
    name: "due_date",
    label: "Due",
    width: "104px",
    value: (row) => row.due_date,
    show: (row) => date(row.due_date),
  },
  {
    name: "total_amount",
    label: "Total",
    width: "112px",
    isNumber: true,
    value: (row) => row.total_amount,
    show: (row) => money(row.total_amount, row.currency),
    narrow: "side",
  },
  {
    name: "balance",
    label: "Balance",
    width: "112px",
    isNumber: true,
    value: (row) => row.balance,
    show: (row) => (row.balance === 0 ? "–" : money(row.balance, row.currency)),
  },
];
