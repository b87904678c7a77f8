/** Plans with their use, price and next date, and what can be done with each. */

import { Badge, Button, Group, Table, Text } from "@mantine/core";
import { cancellationReasons, findPlan, INTERVAL_MONTHS } from "@paymaster/contract";
import { count, date, money } from "../../ui/format.js";
import { Nothing } from "../../ui/notice.js";
import { planName } from "../../ui/plan-name.js";
import { UsageBar } from "../../ui/usage-bar.js";
import type { PlanRow } from "./plan-row.js";

const STATUS = {
  active: { label: "Active", color: "fern" },
  ending: { label: "Ending", color: "orange" },
  expired: { label: "Expired", color: "gray" },
  unknown: { label: "Held", color: "gray" },
} as const;

export function PlanTable({
  plans,
  currency,
  onChange,
  onCancel,
}: {
  readonly plans: readonly PlanRow[];
  readonly currency: string;
  readonly onChange?: (plan: PlanRow) => void;
  readonly onCancel?: (plan: PlanRow) => void;
}) {
  if (plans.length === 0) {
    return <Nothing title="There is no plan yet">Subscribe to a base plan to begin.</Nothing>;
  }
  const hasPrices = plans.some(({ periodAmount }) => periodAmount !== null);
  const hasActions = onChange !== undefined || onCancel !== undefined;
  return (
    <Table verticalSpacing="sm" className="stacked">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Plan</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Licences</Table.Th>
          {hasPrices && <Table.Th className="number">Price</Table.Th>}
          <Table.Th>Next period</Table.Th>
          {hasActions && <Table.Th aria-label="Changes" />}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {plans.map((plan) => (
          <Table.Tr key={plan.key}>
            <Table.Td>
              <Text fw={550}>{planName(plan.planType)}</Text>
              <Text size="sm" c="dimmed">
                {plan.role === "base" ? "Base plan" : "Add-on"} · {plan.planType}
              </Text>
            </Table.Td>
            <Table.Td>
              <State plan={plan} />
            </Table.Td>
            <Table.Td data-label="Licences">
              <Licences plan={plan} />
            </Table.Td>
            {hasPrices && (
              <Table.Td className="number" data-label="Price">
                <Price plan={plan} currency={currency} />
              </Table.Td>
            )}
            <Table.Td data-label="Next period">
              <Next plan={plan} />
            </Table.Td>
            {hasActions && (
              <Table.Td>
                {plan.status === "active" && (
                  <Group gap={6} wrap="nowrap" justify="flex-end">
                    {onChange !== undefined && plan.hosts !== null && (
                      <Button
                        size="compact-sm"
                        variant="default"
                        onClick={() => onChange(plan)}
                        aria-label={`Change ${planName(plan.planType)}`}
                      >
                        Change
                      </Button>
                    )}
                    {onCancel !== undefined && (
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        color="red"
                        onClick={() => onCancel(plan)}
                        aria-label={`Cancel ${planName(plan.planType)}`}
                      >
                        Cancel
                      </Button>
                    )}
                  </Group>
                )}
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function State({ plan }: { readonly plan: PlanRow }) {
  const { label, color } =
    plan.isTrial && plan.status === "active"
      ? { label: "Trial", color: "blue" }
      : STATUS[plan.status];
  return (
    <Badge variant="light" color={color} tt="none">
      {label}
    </Badge>
  );
}

function Licences({ plan }: { readonly plan: PlanRow }) {
  if (plan.hosts === null) return "–";
  if (plan.hostsUsed === null) return count(plan.hosts);
  return <UsageBar used={plan.hostsUsed} bought={plan.hosts} />;
}

const PERIODS: Readonly<Record<number, string>> = {
  0: "by use",
  1: "a month",
  3: "a quarter",
  12: "a year",
  24: "two years",
  36: "three years",
};

function Price({ plan, currency }: { readonly plan: PlanRow; readonly currency: string }) {
  if (plan.periodAmount === null || plan.unitPrice === null) return "–";
  const interval = findPlan(plan.planType)?.interval ?? "monthly";
  return (
    <>
      {money(plan.periodAmount, currency)}
      <Text size="sm" c="dimmed">
        {PERIODS[INTERVAL_MONTHS[interval]]}
        {plan.hosts !== null && plan.hosts > 1 && `, ${money(plan.unitPrice, currency)} each`}
      </Text>
    </>
  );
}

/** When it goes on or ends, and why. */
function Next({ plan }: { readonly plan: PlanRow }) {
  const { cancellation, pending } = plan;
  const reason = cancellationReasons.find(({ id }) => id === cancellation?.reason)?.meaning;
  return (
    <>
      {plan.status === "ending" ? `ends ${date(plan.periodEnd)}` : date(plan.periodEnd)}
      {pending !== null && (
        <Text size="sm" c="dimmed">
          then {planName(pending.planType)}
          {plan.hosts !== null && `, ${count(pending.hosts)} licences`}
        </Text>
      )}
      {cancellation !== null && (
        <Text size="sm" c="dimmed">
          cancelled {date(cancellation.on)}
          {reason !== undefined && `: ${reason}`}
          {cancellation.comment !== null && ` (“${cancellation.comment}”)`}
        </Text>
      )}
    </>
  );
}
