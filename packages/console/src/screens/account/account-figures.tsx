/** What an account brings, uses and owes, for the operator. */
import { SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Operator } from "../../api/operator.js";
import { money } from "../../ui/format.js";
import { FaultNotice } from "../../ui/notice.js";
import { Stat } from "../../ui/stat.js";
import { UsageBar } from "../../ui/usage-bar.js";
import type { AccountRow } from "../accounts/data.js";
import type { Account } from "./data.js";

export function AccountFigures({
  operator,
  account,
}: {
  readonly operator: Operator;
  readonly account: Account;
}) {
  const figures = useQuery({
    queryKey: ["account-figures", account.id],
    queryFn: async ({ signal }) => {
      const query = { id: account.id };
      const { accounts } = await operator.get<{ accounts: readonly AccountRow[] }>(
        "/accounts",
        query,
        signal,
      );
      return accounts[0] ?? null;
    },
  });
  if (figures.error !== null) return <FaultNotice error={figures.error} />;
  const { data } = figures;
  if (data === undefined || data === null) return null;
  const { currency, monthly, idle, open, overdue, hosts_used } = data;
  const paysItself = account.kind !== "sub" || account.details?.pay_mode === "sub";
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing={{ base: "xs", sm: "md" }}>
      <Stat name="Plans, a month" value={money(monthly ?? 0, currency)} />
      <Stat
        name="Licences in use"
        value={data.hosts === 0 ? "–" : <UsageBar used={hosts_used ?? 0} bought={data.hosts} />}
      />
      <Stat name="Unused, a month" value={money(idle ?? 0, currency)} />
      {paysItself ? (
        <Stat
          name="Owes"
          value={money(open ?? 0, currency)}
          {...((overdue ?? 0) > 0
            ? { color: "var(--console-alarm)", about: `${money(overdue ?? 0, currency)} overdue` }
            : {})}
        />
      ) : (
        <Stat name="Owes" value="–" about="Its master pays for it" />
      )}
    </SimpleGrid>
  );
}
