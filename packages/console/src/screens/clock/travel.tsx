/** Moving the test clock, watching it go, and what happened on the way. */
import {
  Anchor,
  Button,
  Group,
  List,
  Progress,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { useRefresh } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import { count, date, money, percent } from "../../ui/format.js";
import { FaultNotice, Nothing } from "../../ui/notice.js";
import { Section } from "../../ui/section.js";
import type { BillRun } from "../bill-runs/data.js";
import { type Journey, runsSince, travel } from "./advance.js";
import type { Due } from "./clock.js";

interface Arrival {
  readonly journey: Journey;
  readonly runs: readonly BillRun[];
}

export function Travel({ operator, clock }: { readonly operator: Operator; readonly clock: Due }) {
  const refresh = useRefresh();
  const today = clock.now.slice(0, 10);
  const [target, setTarget] = useState("");
  const [journey, setJourney] = useState<Journey | null>(null);
  const stopping = useRef(new AbortController());
  const moving = useMutation({
    mutationFn: async (to: string): Promise<Arrival> => {
      stopping.current = new AbortController();
      setJourney({ from: today, to, at: today, invoices: 0 });
      const arrived = await travel(operator, today, to, stopping.current.signal, setJourney);
      return { journey: arrived, runs: await runsSince(operator, clock.now) };
    },
    onSettled: async () => {
      setJourney(null);
      await refresh();
    },
  });
  const ticking = useMutation({
    mutationFn: (on: boolean) => operator.send("PUT", "/clock", { ticking: on }),
    onSettled: refresh,
  });
  const next = clock.days.find((one) => one.date > today)?.date;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Section title="Move it">
        <Stack>
          <Group>
            <Button
              disabled={next === undefined || moving.isPending}
              onClick={() => next !== undefined && moving.mutate(next)}
            >
              {next === undefined ? "Nothing is due" : `To the next event, ${date(next)}`}
            </Button>
            <Button
              variant="default"
              disabled={moving.isPending}
              onClick={() => moving.mutate(addDays(today, 1))}
            >
              One day
            </Button>
          </Group>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              moving.mutate(target);
            }}
          >
            <Group align="flex-end">
              <TextInput
                type="date"
                label="To a day"
                required
                min={addDays(today, 1)}
                value={target}
                onChange={(event) => setTarget(event.currentTarget.value)}
              />
              <Button
                type="submit"
                variant="default"
                disabled={target <= today || moving.isPending}
              >
                Advance
              </Button>
            </Group>
          </form>
          <Switch
            label="Ticks on in real time"
            checked={clock.ticking}
            disabled={ticking.isPending}
            onChange={(event) => ticking.mutate(event.currentTarget.checked)}
          />
          {ticking.error !== null && <FaultNotice error={ticking.error} />}
          <Text size="sm" c="dimmed">
            Everything that falls due on the way happens on its own day, in order. The clock never
            goes back.
          </Text>
        </Stack>
      </Section>
      <Section title="What happened">
        {journey !== null && <OnTheWay journey={journey} onStop={() => stopping.current.abort()} />}
        {moving.error !== null && <FaultNotice error={moving.error} />}
        {journey === null && moving.data === undefined && moving.error === null && (
          <Nothing title="It has not been moved yet">
            Renewals, trials that end, and bill runs are listed here.
          </Nothing>
        )}
        {journey === null && moving.data !== undefined && <Arrived arrival={moving.data} />}
      </Section>
    </SimpleGrid>
  );
}

function OnTheWay({ journey, onStop }: { readonly journey: Journey; readonly onStop: () => void }) {
  const days = (to: string) => Date.parse(to) - Date.parse(journey.from);
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" role="status">
          {date(journey.at)}, {count(journey.invoices)} invoices so far
        </Text>
        <Button size="xs" variant="default" onClick={onStop}>
          Stop here
        </Button>
      </Group>
      <Progress
        value={percent(days(journey.at), days(journey.to))}
        animated
        aria-label="Progress of the clock"
      />
    </Stack>
  );
}

function Arrived({ arrival }: { readonly arrival: Arrival }) {
  const { journey, runs } = arrival;
  return (
    <Stack gap="sm">
      <Text role="status">
        From {date(journey.from)} to {date(journey.at)}: {count(journey.invoices)} invoices were
        posted.
      </Text>
      {runs.length > 0 && (
        <List size="sm" mah={260} style={{ overflow: "auto" }}>
          {runs.map((run) => (
            <List.Item key={run.id}>
              <Anchor component={Link} size="sm" underline="always" href={`/bill-runs/${run.id}`}>
                {date(run.target_date)}
              </Anchor>
              : {count(run.accounts_total)} accounts, {count(run.invoices)} invoices,{" "}
              {money(run.total, run.currency)}
              {run.accounts_failed > 0 && `, ${count(run.accounts_failed)} set aside`}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
