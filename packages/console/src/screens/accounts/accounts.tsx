/** All accounts: search, filter, sort, export; a row leads to the account. */
import { Badge, Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useConsole } from "../../api/console.js";
import { save } from "../../ui/csv.js";
import { DataGrid, NothingFound, type ShownColumn } from "../../ui/data-grid.js";
import { count, date, money } from "../../ui/format.js";
import { type Sorting, searchRows, sortRows, toCsv } from "../../ui/grid.js";
import { Icon } from "../../ui/icon.js";
import { Answer, Nothing } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { planName } from "../../ui/plan-name.js";
import { TenantFilter } from "../../ui/tenant-filter.js";
import { UsageBar } from "../../ui/usage-bar.js";
import { useFilters } from "../../ui/use-filters.js";
import { type AccountRow, useAccounts } from "./data.js";

const STATES = {
  active: { label: "Active", color: "fern" },
  trial: { label: "Trial", color: "blue" },
  ending: { label: "Ending", color: "orange" },
  no_plan: { label: "No plan", color: "gray" },
} as const;

type Filter = { readonly label: string; readonly fits: (row: AccountRow) => boolean };

const FILTERS: Readonly<Record<string, Filter>> = {
  idle: { label: "With unused licences", fits: (row) => (row.idle ?? 0) > 0 },
  overdue: { label: "Overdue", fits: (row) => (row.overdue ?? 0) > 0 },
  trial: { label: "On trial", fits: (row) => row.state === "trial" },
  ending: { label: "Ending", fits: (row) => row.state === "ending" },
  no_plan: { label: "Without a plan", fits: (row) => row.state === "no_plan" },
  master: { label: "Masters", fits: (row) => row.kind === "master" },
};

export default function Accounts() {
  const { operator } = useConsole();
  const accounts = useAccounts();
  return (
    <Answer query={accounts} what="accounts">
      {(rows) => <AccountTable rows={rows} isOperator={operator !== null} />}
    </Answer>
  );
}

function AccountTable({
  rows,
  isOperator,
}: {
  readonly rows: readonly AccountRow[];
  readonly isOperator: boolean;
}) {
  const [filters, change] = useFilters(["q", "show", "sort", "master"]);
  const [typed, setTyped] = useState(filters.q);
  const search = useDebouncedCallback((q: string) => change({ q }), 80);
  const sorting = readSorting(filters.sort);
  const columns = useMemo(() => columnsOf(isOperator), [isOperator]);
  const shown = useMemo(() => {
    const filter = FILTERS[filters.show];
    const fits = (row: AccountRow) =>
      (filter === undefined || filter.fits(row)) &&
      (filters.master === "" || row.master_id === filters.master);
    const kept = rows.filter(fits);
    return sortRows(searchRows(kept, textOf, filters.q), columns, sorting);
  }, [rows, columns, filters.show, filters.q, filters.master, sorting]);
  return (
    <Page
      title="Accounts"
      about={
        shown.length === rows.length
          ? `${count(rows.length)} accounts`
          : `${count(shown.length)} of ${count(rows.length)} accounts`
      }
      actions={
        <Button
          variant="default"
          disabled={shown.length === 0}
          onClick={() =>
            save("accounts.csv", new Blob([toCsv(shown, columns)], { type: "text/csv" }))
          }
        >
          Export CSV
        </Button>
      }
    >
      <Group gap="sm">
        <TextInput
          aria-label="Search accounts"
          placeholder="Name, email, plan or id"
          leftSection={<Icon name="search" size={16} />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value);
          }}
          style={{ flex: "1 1 220px" }}
        />
        <TenantFilter value={filters.master} onChange={(master) => change({ master })} />
        <Select
          aria-label="Show"
          placeholder="All accounts"
          clearable
          value={filters.show === "" ? null : filters.show}
          onChange={(value) => change({ show: value ?? "" })}
          data={Object.entries(FILTERS)
            .filter(([name]) => isOperator || name === "no_plan")
            .map(([value, { label }]) => ({ value, label }))}
          style={{ flex: "0 1 220px" }}
        />
      </Group>
      <DataGrid
        label="Accounts"
        rows={shown}
        columns={columns}
        keyOf={(row) => row.id}
        hrefOf={(row) => `/accounts/${encodeURIComponent(row.id)}`}
        sorting={sorting}
        onSort={({ by, descending }) => change({ sort: `${descending ? "-" : ""}${by}` })}
        empty={
          rows.length === 0 ? (
            <Nothing title="There are no accounts yet">
              Sub accounts come by POST /v2/accounts; the command line does it with paymaster
              account-create.
            </Nothing>
          ) : (
            <NothingFound />
          )
        }
      />
    </Page>
  );
}

function readSorting(text: string): Sorting {
  if (text === "") return { by: "account_name", descending: false };
  const descending = text.startsWith("-");
  return { by: descending ? text.slice(1) : text, descending };
}

function textOf(row: AccountRow): string {
  const plan = row.plan_base === null ? "" : planName(row.plan_base);
  return `${row.account_name} ${row.owner_email} ${plan} ${row.id}`;
}

function columnsOf(isOperator: boolean): readonly ShownColumn<AccountRow>[] {
  const all: readonly (ShownColumn<AccountRow> & { readonly operator?: boolean })[] = [
    {
      name: "account_name",
      label: "Account",
      width: "minmax(160px, 2fr)",
      value: (row) => row.account_name,
      narrow: "title",
    },
    {
      name: "state",
      label: "State",
      width: "80px",
      value: (row) => STATES[row.state].label,
      show: (row) => (
        <Badge variant="light" color={STATES[row.state].color} tt="none">
          {STATES[row.state].label}
        </Badge>
      ),
    },
    {
      name: "plan_base",
      label: "Plan",
      width: "minmax(140px, 1.5fr)",
      value: (row) => (row.plan_base === null ? null : planName(row.plan_base)),
      show: (row) => (row.plan_base === null ? "No plan" : planName(row.plan_base)),
      narrow: "below",
    },
    {
      name: "hosts",
      label: "Licences",
      width: "minmax(140px, 1fr)",
      isNumber: !isOperator,
      value: (row) => row.hosts,
      show: (row) =>
        row.hosts_used === null ? (
          count(row.hosts)
        ) : row.hosts === 0 ? (
          "–"
        ) : (
          <UsageBar used={row.hosts_used} bought={row.hosts} />
        ),
    },
    {
      name: "monthly",
      label: "Per month",
      width: "96px",
      isNumber: true,
      operator: true,
      value: (row) => row.monthly,
      show: (row) => amount(row.monthly, row.currency),
      narrow: "side",
    },
    {
      name: "idle",
      label: "Unused",
      width: "84px",
      isNumber: true,
      operator: true,
      value: (row) => row.idle,
      show: (row) => amount(row.idle, row.currency),
    },
    {
      name: "next_renewal",
      label: isOperator ? "Renews" : "Period ends",
      width: "96px",
      value: (row) => row.next_renewal,
      show: (row) => date(row.next_renewal),
      narrow: "below",
    },
    {
      name: "overdue",
      label: "Overdue",
      width: "96px",
      isNumber: true,
      operator: true,
      value: (row) => row.overdue,
      show: (row) => amount(row.overdue, row.currency),
    },
  ];
  return all.filter(({ operator }) => isOperator || operator !== true);
}

function amount(value: number | null, currency: string): string {
  return value === null || value === 0 ? "–" : money(value, currency);
}
