/** One bill run: its progress, what came of it, and the accounts that were set aside. */
import {
  Alert,
  Anchor,
  Button,
  Group,
  Progress,
  SimpleGrid,
  Stack,
  Table,
  Text,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, useParams } from "wouter";
import { useConsole, useRefresh } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import { pages } from "../../node/pages.js";
import { count, date, money, percent } from "../../ui/format.js";
import { Answer, FaultNotice, NeedsOperator, Nothing } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { Section } from "../../ui/section.js";
import { Stat } from "../../ui/stat.js";
import { useAccounts } from "../accounts/data.js";
import { RunState } from "./bill-runs.js";
import { type BillRun, type BillRunAccount, MODES, useBillRun } from "./data.js";

const SHOWN = 200;

export default function BillRunScreen() {
  const { id = "" } = useParams<{ id: string }>();
  const { operator } = useConsole();
  if (operator === null) return <NeedsOperator>Bill runs are the operator’s.</NeedsOperator>;
  return <BillRunPage operator={operator} id={id} />;
}

function BillRunPage({ operator, id }: { readonly operator: Operator; readonly id: string }) {
  const run = useBillRun(operator, id);
  useRefreshWhenOver(run.data?.status);
  return (
    <Answer query={run} what="the bill run">
      {(data) => (
        <Page
          title={`${MODES[data.mode]} up to ${date(data.target_date)}`}
          about={<RunState run={data} />}
        >
          <Anchor component={Link} href={pages.billRuns} size="sm">
            All bill runs
          </Anchor>
          {data.status === "running" && <Running operator={operator} run={data} />}
          <SimpleGrid cols={{ base: 2, md: 4 }}>
            <Stat name="Accounts" value={count(data.accounts_total)} />
            <Stat name="Invoices" value={count(data.invoices)} />
            <Stat name="Total" value={money(data.total, data.currency)} />
            <Stat
              name="Set aside"
              value={count(data.accounts_failed)}
              {...(data.accounts_failed > 0 ? { color: "var(--console-alarm)" } : {})}
            />
          </SimpleGrid>
          {data.accounts_failed > 0 && (
            <Section title="Set aside">
              <Alert color="yellow" variant="light" mb="sm">
                These accounts could not be billed. Mend the reason; the next run tries them again.
              </Alert>
              <RunAccounts operator={operator} run={data} state="failed" />
            </Section>
          )}
          <Section title="Accounts">
            <RunAccounts operator={operator} run={data} state="done" />
          </Section>
        </Page>
      )}
    </Answer>
  );
}

/** What other screens show is another after the run. */
function useRefreshWhenOver(status: BillRun["status"] | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (status === undefined || status === "running") return;
    void client.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] !== "session" && queryKey[0] !== "bill-run",
    });
  }, [client, status]);
}

function Running({ operator, run }: { readonly operator: Operator; readonly run: BillRun }) {
  const refresh = useRefresh();
  const ending = useMutation({
    mutationFn: () => operator.send("POST", `/bill-runs/${run.id}/cancel`),
    onSettled: refresh,
  });
  const { done, total, rate, seconds_left } = run.progress;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" role="status">
          {count(done)} of {count(total)} accounts
          {rate !== null && `, ${count(Math.round(rate))} a second`}
          {seconds_left !== null && `, ${seconds_left} s left`}
        </Text>
        <Button
          size="xs"
          variant="default"
          loading={ending.isPending}
          onClick={() => ending.mutate()}
        >
          End early
        </Button>
      </Group>
      <Progress value={percent(done, total)} animated aria-label="Progress of the bill run" />
      {ending.error !== null && <FaultNotice error={ending.error} />}
    </Stack>
  );
}

function RunAccounts({
  operator,
  run,
  state,
}: {
  readonly operator: Operator;
  readonly run: BillRun;
  readonly state: BillRunAccount["state"];
}) {
  const names = useAccounts();
  const accounts = useQuery({
    queryKey: ["bill-run-accounts", run.id, state, run.progress.done],
    queryFn: ({ signal }) =>
      operator.get<{ accounts: readonly BillRunAccount[]; next: string | null }>(
        `/bill-runs/${run.id}/accounts`,
        { state, limit: SHOWN },
        signal,
      ),
  });
  const nameOf = (id: string) => names.data?.find((one) => one.id === id)?.account_name ?? id;
  return (
    <Answer query={accounts} what="accounts">
      {({ accounts: rows, next }) =>
        rows.length === 0 ? (
          <Nothing title="Nothing was due" />
        ) : (
          <Table.ScrollContainer minWidth={420}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Account</Table.Th>
                  <Table.Th>{state === "failed" ? "Reason" : "Invoice"}</Table.Th>
                  <Table.Th className="number">Total</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.account_id}>
                    <Table.Td>
                      <Anchor
                        component={Link}
                        size="sm"
                        href={`/accounts/${encodeURIComponent(row.account_id)}`}
                      >
                        {nameOf(row.account_id)}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>
                      {row.reason ??
                        (row.invoice_id === null ? (
                          "–"
                        ) : (
                          <Anchor component={Link} size="sm" href={`/invoices/${row.invoice_id}`}>
                            Show
                          </Anchor>
                        ))}
                    </Table.Td>
                    <Table.Td className="number">
                      {row.total_amount === null ? "–" : money(row.total_amount, run.currency)}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            {next !== null && (
              <Text size="sm" c="dimmed" mt="xs">
                The first {count(SHOWN)}; the operator’s API lists all of them.
              </Text>
            )}
          </Table.ScrollContainer>
        )
      }
    </Answer>
  );
}
