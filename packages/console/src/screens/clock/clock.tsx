/** The test clock: where it stands, what comes, and moving it. */
import { Alert, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useConsole } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import type { ClockState } from "../../shell/clock-badge.js";
import { count, date, instant } from "../../ui/format.js";
import { Answer, NeedsOperator, Nothing } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { Section } from "../../ui/section.js";
import { Travel } from "./travel.js";

export interface Due extends ClockState {
  readonly month_end: string | null;
  readonly days: readonly {
    readonly date: string;
    readonly accounts: number;
    readonly names: readonly string[];
  }[];
}

export default function ClockScreen() {
  const { operator } = useConsole();
  if (operator === null) {
    return (
      <Page title="Clock">
        <NeedsOperator>Only the operator reads and moves the clock.</NeedsOperator>
      </Page>
    );
  }
  return <ClockPage operator={operator} />;
}

function ClockPage({ operator }: { readonly operator: Operator }) {
  const due = useQuery({
    queryKey: ["clock", "due"],
    queryFn: ({ signal }) => operator.get<Due>("/clock/due", { limit: 8 }, signal),
  });
  return (
    <Answer query={due} what="the clock">
      {(clock) => (
        <Page title="Clock" about={instant(clock.now)}>
          {clock.kind === "system" ? (
            <Alert color="gray" variant="light" title="The service runs on the system clock">
              It cannot be moved or stopped. Start with <code>--test-clock 2026-01-31</code> for one
              that can.
            </Alert>
          ) : (
            <Travel operator={operator} clock={clock} />
          )}
          <Section title="What comes next">
            <Coming clock={clock} />
          </Section>
        </Page>
      )}
    </Answer>
  );
}

function Coming({ clock }: { readonly clock: Due }) {
  if (clock.days.length === 0) return <Nothing title="Nothing falls due" />;
  return (
    <Table.ScrollContainer minWidth={360}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Day</Table.Th>
            <Table.Th className="number">Accounts</Table.Th>
            <Table.Th>Among them</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {clock.days.map((one) => (
            <Table.Tr key={one.date}>
              <Table.Td className="nowrap">{date(one.date)}</Table.Td>
              <Table.Td className="number">{count(one.accounts)}</Table.Td>
              <Table.Td>{one.names.join(", ")}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {clock.month_end !== null && (
        <Text size="sm" c="dimmed" mt="xs">
          Revenue of the month is recognised on {date(clock.month_end)}.
        </Text>
      )}
    </Table.ScrollContainer>
  );
}
