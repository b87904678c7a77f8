/** The overview of an account's own session: what the wire tells of it. */
import { SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useConsole } from "../../api/console.js";
import { count } from "../../ui/format.js";
import { Answer, NeedsOperator } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { Section } from "../../ui/section.js";
import { Stat } from "../../ui/stat.js";
import { PlanTable } from "../account/plan-table.js";
import { readWirePlans } from "../account/plans-of-wire.js";

export function OwnOverview() {
  const { session, wireFor } = useConsole();
  const isMaster = session.account?.kind === "master";
  const plans = useQuery({
    queryKey: ["plans", "me"],
    queryFn: async ({ signal }) => readWirePlans(await wireFor(""), "me", signal),
  });
  const subs = useQuery({
    queryKey: ["accounts", "number"],
    queryFn: async ({ signal }) => {
      const wire = await wireFor("");
      return (await wire.accounts({ page_size: "1" }, { signal })).total_records;
    },
    enabled: isMaster,
  });
  return (
    <Page title="Overview" about={session.account?.account_name}>
      {isMaster && (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          <Stat
            name="Sub accounts"
            href="/accounts"
            value={subs.data === undefined ? "…" : count(subs.data)}
          />
        </SimpleGrid>
      )}
      <Section title="Your own plans">
        <Answer query={plans} what="plans">
          {(rows) => <PlanTable plans={rows} currency="USD" />}
        </Answer>
      </Section>
      <NeedsOperator>
        The wire has no figures of all accounts together: revenue and its course, unused licences,
        renewals and what is overdue.
      </NeedsOperator>
    </Page>
  );
}
