/** Who changed what, the newest first. */
import { Badge, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useConsole } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import { instant, words } from "../../ui/format.js";
import { Answer, NeedsOperator, Nothing } from "../../ui/notice.js";

interface AuditEntry {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly event: string;
  readonly before: unknown;
  readonly after: unknown;
}

interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly next: number | null;
}

const PAGE = 50;

export function ActivityTab({ accountId }: { readonly accountId: string }) {
  const { operator } = useConsole();
  if (operator === null) {
    return <NeedsOperator>The wire does not tell who changed what.</NeedsOperator>;
  }
  return <Activity operator={operator} accountId={accountId} />;
}

function Activity({
  operator,
  accountId,
}: {
  readonly operator: Operator;
  readonly accountId: string;
}) {
  const activity = useInfiniteQuery({
    queryKey: ["activity", accountId],
    queryFn: ({ pageParam, signal }) =>
      operator.get<AuditPage>(
        "/audit",
        { account_id: accountId, order: "newest", limit: PAGE, after: pageParam },
        signal,
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });
  return (
    <Answer query={activity} what="the activity">
      {({ pages }) => {
        const entries = pages.flatMap((page) => page.entries);
        if (entries.length === 0) return <Nothing title="Nothing has happened here yet" />;
        return (
          <Stack gap="sm">
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
            {activity.hasNextPage && (
              <Button
                variant="default"
                loading={activity.isFetchingNextPage}
                onClick={() => void activity.fetchNextPage()}
              >
                Earlier
              </Button>
            )}
          </Stack>
        );
      }}
    </Answer>
  );
}

function Entry({ entry }: { readonly entry: AuditEntry }) {
  return (
    <div className="entry">
      <Group gap="xs">
        <Text fw={600} size="sm">
          {words(entry.event)}
        </Text>
        <Badge variant="default" tt="none">
          {actorName(entry.actor)}
        </Badge>
        <Text size="sm" c="dimmed">
          {instant(entry.at)}
        </Text>
      </Group>
      <Changes before={entry.before} after={entry.after} />
    </div>
  );
}

/** `client:<id>`, `key:<id>`, `bill-run:<id>`, `operator`, `demo`. */
function actorName(actor: string): string {
  const [kind = actor, id] = actor.split(":");
  const names: Readonly<Record<string, string>> = {
    client: "client",
    key: "API key",
    "bill-run": "bill run",
  };
  return id === undefined ? kind : `${names[kind] ?? kind} ${id.slice(0, 8)}`;
}

function Changes({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const was = membersOf(before);
  const is = membersOf(after);
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => !INNER.has(name),
  );
  if (names.length === 0) return null;
  return (
    <ul className="changes">
      {names.map((name) => (
        <li key={name}>
          <Text size="sm" span c="dimmed">
            {words(name)}:{" "}
          </Text>
          {was[name] !== undefined && (
            <>
              <Code>{textOf(was[name])}</Code>
              {is[name] !== undefined && " → "}
            </>
          )}
          {is[name] !== undefined && <Code>{textOf(is[name])}</Code>}
        </li>
      ))}
    </ul>
  );
}

/** What only the engine's next computation needs. */
const INNER = new Set(["number", "anchor", "anchorDay", "hostBlocks"]);

/** Without what is not there: an item that starts has many members that say nothing yet. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) return { value };
  const entries = Object.entries(value).filter(([, member]) => !isEmpty(member));
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
