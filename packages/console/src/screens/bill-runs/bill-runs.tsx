/** Bill runs: what one would do, doing it, and the earlier ones. */
import { Badge, Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { useConsole, useRefresh } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import { useClock } from "../../shell/clock-badge.js";
import { DataGrid, type ShownColumn } from "../../ui/data-grid.js";
import { count, date, money } from "../../ui/format.js";
import { sortRows } from "../../ui/grid.js";
import { Answer, FaultNotice, NeedsOperator, Nothing } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { Section } from "../../ui/section.js";
import { type BillRun, MODES } from "./data.js";

const SHOWN = 200;

export default function BillRuns() {
  const { operator } = useConsole();
  if (operator === null) {
    return (
      <Page title="Bill runs">
        <NeedsOperator>Bill runs are made for all accounts together.</NeedsOperator>
      </Page>
    );
  }
  return (
    <Page title="Bill runs" about="Everything that is due up to a day, invoiced in one go">
      <Section title="A new run">
        <NewRun operator={operator} />
      </Section>
      <EarlierRuns operator={operator} />
    </Page>
  );
}

const ABOUT = {
  preview: "Counts and adds up what is due, and changes nothing.",
  draft: "Makes drafts, which can be looked at and posted one by one.",
  post: "Posts invoices. Nothing is charged twice, however often it is run.",
} as const;

function NewRun({ operator }: { readonly operator: Operator }) {
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  const clock = useClock();
  const [mode, setMode] = useState<BillRun["mode"]>("preview");
  const [chosen, setChosen] = useState<string | null>(null);
  const targetDate = chosen ?? clock.data?.now.slice(0, 10) ?? "";
  const starting = useMutation({
    mutationFn: () =>
      operator.send<BillRun>(
        "POST",
        "/bill-runs",
        { target_date: targetDate, mode },
        { prefer: "respond-async" },
      ),
    onSuccess: async (run) => {
      await refresh();
      navigate(`/bill-runs/${run.id}`);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        starting.mutate();
      }}
    >
      <Stack>
        <Group align="flex-end">
          <TextInput
            type="date"
            label="Due up to"
            required
            value={targetDate}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label="What the run does"
            value={mode}
            onChange={(value) => setMode(value as BillRun["mode"])}
            data={(["preview", "draft", "post"] as const).map((value) => ({
              value,
              label: MODES[value],
            }))}
          />
          <Button type="submit" loading={starting.isPending} disabled={targetDate === ""}>
            {mode === "post" ? "Post invoices" : `Run ${MODES[mode].toLowerCase()}`}
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          {ABOUT[mode]}
        </Text>
        {starting.error !== null && <FaultNotice error={starting.error} />}
      </Stack>
    </form>
  );
}

function EarlierRuns({ operator }: { readonly operator: Operator }) {
  const [sorting, setSorting] = useState({ by: "", descending: false });
  const runs = useQuery({
    queryKey: ["bill-runs"],
    queryFn: ({ signal }) =>
      operator.get<{ bill_runs: readonly BillRun[] }>("/bill-runs", { limit: SHOWN }, signal),
  });
  return (
    <Answer query={runs} what="bill runs">
      {({ bill_runs }) => (
        <DataGrid
          label="Bill runs"
          rows={sorting.by === "" ? bill_runs : sortRows(bill_runs, COLUMNS, sorting)}
          columns={COLUMNS}
          keyOf={(run) => run.id}
          hrefOf={(run) => `/bill-runs/${run.id}`}
          sorting={sorting}
          onSort={setSorting}
          empty={
            <Nothing title="There was no bill run yet">
              As days pass, the service makes them by itself.
            </Nothing>
          }
        />
      )}
    </Answer>
  );
}

export function RunState({ run }: { readonly run: BillRun }) {
  const [label, color] =
    run.canceled_at !== null
      ? ["Ended early", "orange"]
      : run.status === "running"
        ? ["Running", "blue"]
        : run.accounts_failed > 0
          ? ["With set-aside", "red"]
          : ["Done", "fern"];
  return (
    <Badge variant="light" color={color} tt="none">
      {label}
    </Badge>
  );
}

const COLUMNS: readonly ShownColumn<BillRun>[] = [
  {
    name: "target_date",
    label: "Due up to",
    width: "minmax(120px, 1fr)",
    value: (run) => run.target_date,
    show: (run) => date(run.target_date),
    narrow: "title",
  },
  {
    name: "mode",
    label: "Mode",
    width: "minmax(90px, 1fr)",
    value: (run) => MODES[run.mode],
    narrow: "below",
  },
  {
    name: "status",
    label: "State",
    width: "minmax(120px, 1fr)",
    value: (run) => run.status,
    show: (run) => <RunState run={run} />,
    narrow: "below",
  },
  {
    name: "accounts_total",
    label: "Accounts",
    width: "90px",
    isNumber: true,
    value: (run) => run.accounts_total,
    show: (run) => count(run.accounts_total),
  },
  {
    name: "invoices",
    label: "Invoices",
    width: "90px",
    isNumber: true,
    value: (run) => run.invoices,
    show: (run) => count(run.invoices),
  },
  {
    name: "total",
    label: "Total",
    width: "130px",
    isNumber: true,
    value: (run) => run.total,
    show: (run) => money(run.total, run.currency),
    narrow: "side",
  },
];
