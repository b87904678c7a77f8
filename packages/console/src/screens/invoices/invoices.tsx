/** All invoices, the newest first; filters live in the address. */
import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useConsole } from "../../api/console.js";
import type { Operator, Query } from "../../api/operator.js";
import { NothingFound } from "../../ui/data-grid.js";
import { count } from "../../ui/format.js";
import { Icon } from "../../ui/icon.js";
import { Answer, NeedsOperator } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { TenantFilter } from "../../ui/tenant-filter.js";
import { useFilters } from "../../ui/use-filters.js";
import type { InvoiceRow } from "./data.js";
import { InvoiceGrid } from "./invoice-grid.js";

const PAGE = 500;

const SHOWN: Readonly<Record<string, { readonly label: string; readonly query: Query }>> = {
  open: { label: "Open", query: { open: true } },
  overdue: { label: "Overdue", query: { overdue: true } },
  paid: { label: "Paid", query: { status: "Posted", open: false } },
  drafts: { label: "Drafts", query: { status: "Draft" } },
  canceled: { label: "Cancelled", query: { status: "Canceled" } },
};

export default function Invoices() {
  const { operator } = useConsole();
  if (operator === null) {
    return (
      <Page title="Invoices">
        <NeedsOperator>
          The wire lists invoices account by account: open an account and its invoices. All of them
          together are the operator’s.
        </NeedsOperator>
      </Page>
    );
  }
  return <AllInvoices operator={operator} />;
}

interface InvoicePage {
  readonly invoices: readonly InvoiceRow[];
  readonly next: string | null;
}

function AllInvoices({ operator }: { readonly operator: Operator }) {
  const [filters, change] = useFilters(["q", "show", "from", "to", "master"]);
  const [typed, setTyped] = useState(filters.q);
  const [sorting, setSorting] = useState({ by: "", descending: false });
  const search = useDebouncedCallback((q: string) => change({ q }), 200);
  const query: Query = {
    search: filters.q,
    master_id: filters.master,
    from: filters.from,
    to: filters.to,
    ...SHOWN[filters.show]?.query,
  };
  const invoices = useInfiniteQuery({
    queryKey: ["invoices", query],
    queryFn: ({ pageParam, signal }) =>
      operator.get<InvoicePage>("/invoices", { ...query, limit: PAGE, after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const rows = invoices.data?.pages.flatMap((page) => page.invoices) ?? [];
  return (
    <Page
      title="Invoices"
      about={`${count(rows.length)}${invoices.hasNextPage ? " newest" : ""} invoices`}
    >
      <Group gap="sm" align="flex-end">
        <TextInput
          aria-label="Search invoices"
          placeholder="Number or account"
          leftSection={<Icon name="search" size={16} />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value.trim());
          }}
          style={{ flex: "1 1 200px" }}
        />
        <TenantFilter value={filters.master} onChange={(master) => change({ master })} />
        <Select
          aria-label="Show"
          placeholder="All invoices"
          clearable
          value={filters.show === "" ? null : filters.show}
          onChange={(value) => change({ show: value ?? "" })}
          data={Object.entries(SHOWN).map(([value, { label }]) => ({ value, label }))}
          style={{ flex: "0 1 170px" }}
        />
        <TextInput
          type="date"
          aria-label="From"
          value={filters.from}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          aria-label="To"
          value={filters.to}
          onChange={(event) => change({ to: event.currentTarget.value })}
        />
      </Group>
      <Answer query={invoices} what="invoices">
        {() => (
          <Stack>
            <InvoiceGrid
              rows={rows}
              hrefOf={(row) => `/invoices/${row.id}`}
              sorting={sorting}
              onSort={setSorting}
              empty={
                <NothingFound>
                  Invoices come with paid plans and with bill runs; clear the filters to see all.
                </NothingFound>
              }
            />
            {invoices.hasNextPage && (
              <Button
                variant="default"
                loading={invoices.isFetchingNextPage}
                onClick={() => void invoices.fetchNextPage()}
              >
                Earlier invoices
              </Button>
            )}
          </Stack>
        )}
      </Answer>
    </Page>
  );
}
