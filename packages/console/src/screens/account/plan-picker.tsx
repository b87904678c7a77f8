/** A plan of the catalogue, found by name or code. */

import { Select, Text } from "@mantine/core";
import { findPlan, type Plan, plans } from "@paymaster/contract";

/** The catalogue has hundreds; more are found by typing. */
const SHOWN = 60;

export function PlanPicker({
  label,
  fits,
  value,
  onChange,
}: {
  readonly label: string;
  readonly fits: (plan: Plan) => boolean;
  readonly value: string | null;
  readonly onChange: (type: string | null) => void;
}) {
  const data = plans
    .filter((plan) => fits(plan) && (!plan.deprecated || plan.type === value))
    .map((plan) => ({ value: plan.type, label: `${plan.name} (${plan.type})` }));
  const plan = value === null ? undefined : findPlan(value);
  return (
    <div>
      <Select
        label={label}
        placeholder="Search by name or code"
        required
        searchable
        limit={SHOWN}
        data={data}
        value={value}
        onChange={onChange}
        nothingFoundMessage="No plan of the catalogue fits"
        data-autofocus
      />
      {plan?.hosts && (
        <Text size="sm" c="dimmed" mt={4}>
          {plan.hosts.min} to {plan.hosts.max} licences
          {plan.listPriceUsd !== null &&
            `; list price $${plan.listPriceUsd} (${plan.priceStatus === "published" ? "published" : "assumed"})`}
        </Text>
      )}
    </div>
  );
}
