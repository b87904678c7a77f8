/** One master or regular account and what belongs to it; where there is only one there is nothing to choose. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useConsole } from "../api/console.js";

interface Tenant {
  readonly id: string;
  readonly account_name: string;
}

/** More are found by typing. */
const SHOWN = 50;

export function TenantFilter({
  value,
  onChange,
}: {
  /** Id; empty: all of them. */
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const { operator } = useConsole();
  const tenants = useQuery({
    queryKey: ["tenants"],
    queryFn: async ({ signal }): Promise<readonly Tenant[]> => {
      if (operator === null) return [];
      const read = (kind: string) =>
        operator.get<{ accounts: readonly Tenant[] }>("/accounts", { kind, limit: 10_000 }, signal);
      const [masters, regulars] = await Promise.all([read("master"), read("regular")]);
      return [...masters.accounts, ...regulars.accounts];
    },
  });
  if ((tenants.data?.length ?? 0) < 2 && value === "") return null;
  return (
    <Select
      aria-label="Master account"
      placeholder="All masters"
      searchable
      clearable
      limit={SHOWN}
      value={value === "" ? null : value}
      onChange={(id) => onChange(id ?? "")}
      data={(tenants.data ?? []).map(({ id, account_name }) => ({
        value: id,
        label: account_name,
      }))}
    />
  );
}
