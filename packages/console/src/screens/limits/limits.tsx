/** Quotas: what each label and each special rule allows, and what of it is used. */

import { Alert, Group, Progress, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { operations, type ToolName } from "@paymaster/contract";
import { useQuery } from "@tanstack/react-query";
import { useConsole } from "../../api/console.js";
import { AccountPicker } from "../../ui/account-picker.js";
import { count, instant, percent } from "../../ui/format.js";
import { Answer, NeedsOperator } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { Section } from "../../ui/section.js";
import { useFilters } from "../../ui/use-filters.js";
import { useAccounts } from "../accounts/data.js";
import { documentedLimits, duration, type Limits } from "./data.js";

export default function LimitsScreen() {
  const { operator, session, info } = useConsole();
  if (operator === null && session.account !== null) {
    return (
      <Page title="Limits" about="What your account may call">
        <NeedsOperator>The wire tells what is left only with each answer.</NeedsOperator>
        <LimitTables limits={documentedLimits(session.account.tier, info.profile)} nameOf={plain} />
      </Page>
    );
  }
  return <OperatorLimits />;
}

const plain = (value: string) => value;
const REFRESH_MS = 5_000;

function OperatorLimits() {
  const { operator } = useConsole();
  const accounts = useAccounts();
  const [filters, change] = useFilters(["account"]);
  const first = accounts.data?.find(({ kind }) => kind !== "sub")?.id ?? null;
  const id = filters.account === "" ? first : filters.account;
  const limits = useQuery({
    queryKey: ["limits", id],
    queryFn: ({ signal }) =>
      operator?.get<Limits>("/limits", { account_id: id }, signal) ?? Promise.reject(),
    enabled: id !== null && operator !== null,
    refetchInterval: REFRESH_MS,
  });
  const nameOf = (value: string) =>
    accounts.data?.find((one) => one.id === value)?.account_name ?? value;
  return (
    <Page
      title="Limits"
      about="What an account may call, and what of it is left"
      actions={
        <AccountPicker
          label="Account that calls"
          required
          value={id}
          onChange={(account) => change({ account: account ?? "" })}
        />
      }
    >
      <Answer query={limits} what="limits">
        {(data) => (
          <Stack>
            {!data.enforced && (
              <Alert color="gray" variant="light" title="Nothing is counted here">
                The service was started with <code>--rate-limits off</code>.
              </Alert>
            )}
            <Pools limits={data} />
            <LimitTables limits={data} nameOf={nameOf} />
          </Stack>
        )}
      </Answer>
    </Page>
  );
}

function Pools({ limits }: { readonly limits: Limits }) {
  if (limits.pools.length === 0) return null;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {limits.pools.map((pool) => (
        <Section key={pool.pool} title={`Calls of the day: ${poolLabels(limits, pool.pool)}`}>
          <Meter used={pool.used} limit={pool.limit} />
          <Text size="sm" c="dimmed" mt={4}>
            {count(pool.left)} left until {instant(pool.resets_at)}
          </Text>
        </Section>
      ))}
    </SimpleGrid>
  );
}

function poolLabels({ labels }: Limits, pool: string): string {
  const sharing = labels.filter((one) => one.daily_pool === pool).map(({ label }) => label);
  return sharing.join(" and ");
}

function Meter({ used, limit }: { readonly used: number; readonly limit: number }) {
  const share = percent(used, limit);
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress
        value={share}
        color={share >= 90 ? "red" : share >= 60 ? "yellow" : "fern"}
        style={{ flex: 1 }}
        miw={60}
        aria-label={`${count(used)} of ${count(limit)} calls used`}
      />
      <Text size="sm" className="number">
        {count(used)} / {count(limit)}
      </Text>
    </Group>
  );
}

function LimitTables({
  limits,
  nameOf,
}: {
  readonly limits: Limits;
  readonly nameOf: (value: string) => string;
}) {
  return (
    <>
      <Section title={`Labels, tier ${limits.tier}`}>
        <Table.ScrollContainer minWidth={340}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Label</Table.Th>
                <Table.Th className="number">Calls</Table.Th>
                <Table.Th>Operations</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {limits.labels.map((label) => (
                <Table.Tr key={label.label}>
                  <Table.Td className="nowrap">{label.label}</Table.Td>
                  <Table.Td className="number">
                    {count(label.count)} a {duration(label.window_seconds)}
                  </Table.Td>
                  <Table.Td>{label.operations.map(titleOf).join(", ")}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Section>
      <Section title="Special rules">
        <Table.ScrollContainer minWidth={480}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Operation</Table.Th>
                <Table.Th>Rule</Table.Th>
                <Table.Th>Used now</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {limits.special.map((rule) => (
                <Table.Tr key={`${rule.operation} ${rule.window} ${rule.window_seconds}`}>
                  <Table.Td>{titleOf(rule.operation)}</Table.Td>
                  <Table.Td>
                    {count(rule.limit)} {rule.window === "day" ? "a" : "in"}{" "}
                    {duration(rule.window_seconds)} for each {rule.scope}
                  </Table.Td>
                  <Table.Td>
                    <Counted rule={rule} nameOf={nameOf} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Section>
    </>
  );
}

function Counted({
  rule,
  nameOf,
}: {
  readonly rule: Limits["special"][number];
  readonly nameOf: (value: string) => string;
}) {
  if (rule.counted.length === 0) return "–";
  return (
    <Stack gap={4}>
      {rule.counted.map((one) => (
        <div key={one.value}>
          <Text size="sm" truncate>
            {nameOf(one.value)}
          </Text>
          <Meter used={one.used} limit={rule.limit} />
          <Text size="xs" c="dimmed">
            until {instant(one.resets_at)}
          </Text>
        </div>
      ))}
    </Stack>
  );
}

function titleOf(tool: string): string {
  return tool in operations ? operations[tool as ToolName].title : tool;
}
