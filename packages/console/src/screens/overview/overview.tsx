/** The service at a glance: what it brings, what is used of it, what comes next, what is owed. */
import { Anchor, Progress, SimpleGrid, Skeleton, Stack, Table, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Link } from "wouter";
import { useConsole } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import { count, date, money, percent } from "../../ui/format.js";
import { Answer, Nothing } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { planName } from "../../ui/plan-name.js";
import { Section } from "../../ui/section.js";
import { Stat } from "../../ui/stat.js";
import { TenantFilter } from "../../ui/tenant-filter.js";
import { UsageBar } from "../../ui/usage-bar.js";
import { useFilters } from "../../ui/use-filters.js";
import type { Course, Overview as Figures, PlanShare } from "./data.js";
import { OwnOverview } from "./own-overview.js";

const CourseChart = lazy(() => import("./course-chart.js"));

export default function Overview() {
  const { operator } = useConsole();
  return operator === null ? <OwnOverview /> : <OperatorOverview operator={operator} />;
}

function OperatorOverview({ operator }: { readonly operator: Operator }) {
  const [filters, change] = useFilters(["master"]);
  const tenant = { master_id: filters.master };
  const overview = useQuery({
    queryKey: ["overview", filters.master],
    queryFn: ({ signal }) => operator.get<Figures>("/overview", tenant, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Answer query={overview} what="the overview">
      {(figures) => (
        <Page
          title="Overview"
          about={`As of ${date(figures.as_of)}`}
          actions={
            <TenantFilter value={filters.master} onChange={(master) => change({ master })} />
          }
        >
          <Stats figures={figures} />
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Section title="Recurring revenue, by month">
              <RevenueCourse operator={operator} masterId={filters.master} />
            </Section>
            <Section title="What brings it">
              <Shares plans={figures.plans} of={figures.monthly} currency={figures.currency} />
            </Section>
            <Section
              title="Licences that nobody uses"
              actions={<More href="/accounts?show=idle&sort=-idle">All of them</More>}
            >
              <IdleAccounts figures={figures} />
            </Section>
            <Section
              title="Next renewals"
              actions={<More href="/accounts?sort=next_renewal">All of them</More>}
            >
              <Renewals figures={figures} />
            </Section>
          </SimpleGrid>
        </Page>
      )}
    </Answer>
  );
}

function More({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <Anchor component={Link} href={href} size="sm">
      {children}
    </Anchor>
  );
}

function Stats({ figures }: { readonly figures: Figures }) {
  const { accounts, currency } = figures;
  const all = accounts.masters + accounts.subs + accounts.regulars;
  const others = figures.other_currencies;
  return (
    <SimpleGrid cols={{ base: 2, md: 3, lg: 5 }} spacing={{ base: "xs", sm: "md" }}>
      <Stat
        name="Recurring, a month"
        value={money(figures.monthly, currency)}
        about={
          others.length === 0
            ? `${count(accounts.with_plan)} with a plan`
            : `Only ${currency}; there is ${others.join(", ")} as well`
        }
      />
      <Stat
        name="Accounts"
        href="/accounts"
        value={count(all)}
        about={`${count(accounts.on_trial)} on trial, ${count(accounts.ending)} ending`}
      />
      <Stat
        name="Licences in use"
        value={`${percent(figures.hosts_used, figures.hosts)} %`}
        about={<UsageBar used={figures.hosts_used} bought={figures.hosts} />}
      />
      <Stat
        name="Unused, a month"
        href="/accounts?show=idle&sort=-idle"
        value={money(figures.idle, currency)}
        about={`${count(figures.hosts - figures.hosts_used)} licences`}
      />
      <Stat
        name="Overdue"
        href="/invoices?show=overdue"
        value={money(figures.overdue, currency)}
        {...(figures.overdue > 0 ? { color: "var(--console-alarm)" } : {})}
        about={`of ${money(figures.open, currency)} open`}
      />
    </SimpleGrid>
  );
}

const CHART_HEIGHT = 290;

function RevenueCourse({
  operator,
  masterId,
}: {
  readonly operator: Operator;
  readonly masterId: string;
}) {
  const course = useQuery({
    queryKey: ["overview", masterId, "course"],
    queryFn: ({ signal }) =>
      operator.get<Course>("/overview/course", { months: 14, master_id: masterId }, signal),
  });
  const placeholder = <Skeleton h={CHART_HEIGHT} animate={false} />;
  if (course.isPending) return placeholder;
  return (
    <Answer query={course} what="the course">
      {(data) => (
        <Suspense fallback={placeholder}>
          <CourseChart course={data} />
        </Suspense>
      )}
    </Answer>
  );
}

function Shares({
  plans,
  of,
  currency,
}: {
  readonly plans: readonly PlanShare[];
  readonly of: number;
  readonly currency: string;
}) {
  if (plans.length === 0) {
    return <Nothing title="No plan brings anything yet">Subscribe an account to one.</Nothing>;
  }
  const most = plans[0]?.monthly ?? 0;
  return (
    <Stack gap={10}>
      {plans.map((plan) => (
        <div key={plan.plan_type}>
          <div className="share">
            <Text size="sm" truncate>
              {planName(plan.plan_type)}
            </Text>
            <Text size="sm" className="number">
              {money(plan.monthly, currency)} · {percent(plan.monthly, of)} %
            </Text>
          </div>
          <Progress value={percent(plan.monthly, most)} size="sm" aria-hidden />
        </div>
      ))}
    </Stack>
  );
}

function AccountLink({ id, name }: { readonly id: string; readonly name: string }) {
  return (
    <Anchor component={Link} href={`/accounts/${encodeURIComponent(id)}`} size="sm">
      {name}
    </Anchor>
  );
}

function IdleAccounts({ figures }: { readonly figures: Figures }) {
  if (figures.idle_accounts.length === 0) return <Nothing title="Every licence is in use" />;
  return (
    <Table.ScrollContainer minWidth={360}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Account</Table.Th>
            <Table.Th>Licences</Table.Th>
            <Table.Th className="number">Per month</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {figures.idle_accounts.map((one) => (
            <Table.Tr key={one.account_id}>
              <Table.Td>
                <AccountLink id={one.account_id} name={one.account_name} />
              </Table.Td>
              <Table.Td>
                <UsageBar used={one.hosts_used} bought={one.hosts} />
              </Table.Td>
              <Table.Td className="number">{money(one.idle, figures.currency)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Renewals({ figures }: { readonly figures: Figures }) {
  if (figures.renewals.length === 0) return <Nothing title="Nothing renews" />;
  return (
    <Table.ScrollContainer minWidth={400}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Day</Table.Th>
            <Table.Th>Account</Table.Th>
            <Table.Th>Plan</Table.Th>
            <Table.Th className="number">Amount</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {figures.renewals.map((one) => (
            <Table.Tr key={`${one.account_id} ${one.plan_type}`}>
              <Table.Td className="nowrap">{date(one.date)}</Table.Td>
              <Table.Td>
                <AccountLink id={one.account_id} name={one.account_name} />
              </Table.Td>
              <Table.Td>
                {planName(one.plan_type)}
                {one.hosts > 1 && ` × ${count(one.hosts)}`}
                {one.changes && (
                  <Text span size="sm" c="dimmed">
                    {" "}
                    (changes)
                  </Text>
                )}
              </Table.Td>
              <Table.Td className="number">{money(one.amount, one.currency)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
