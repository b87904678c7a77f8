/** API keys: which there are, a new one, revoking one. A key is shown once, when it is made. */
import { Badge, Button, Group, Switch, Table, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useConsole } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import { AccountPicker } from "../../ui/account-picker.js";
import { instant } from "../../ui/format.js";
import { Answer, NeedsOperator, Nothing } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { useFilters } from "../../ui/use-filters.js";
import { NewKey, Revoke } from "./key-dialogs.js";
import { everyScope } from "./scopes.js";

export interface ApiKey {
  readonly id: string;
  readonly account_id: string;
  readonly account_name: string;
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly revoked_at: string | null;
}

const PAGE = 100;

export default function Keys() {
  const { operator } = useConsole();
  if (operator === null) {
    return (
      <Page title="Keys">
        <NeedsOperator>API keys are made and revoked by the operator.</NeedsOperator>
      </Page>
    );
  }
  return <KeysPage operator={operator} />;
}

function KeysPage({ operator }: { readonly operator: Operator }) {
  const [filters, change] = useFilters(["account", "revoked"]);
  const [open, setOpen] = useState<"new" | ApiKey | null>(null);
  const keys = useInfiniteQuery({
    queryKey: ["keys", filters],
    queryFn: ({ pageParam, signal }) =>
      operator.get<{ api_keys: readonly ApiKey[]; next: string | null }>(
        "/api-keys",
        {
          account_id: filters.account,
          revoked: filters.revoked === "" ? false : null,
          limit: PAGE,
          after: pageParam,
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  return (
    <Page
      title="Keys"
      about="Bearer tokens for the API, each with just its scopes"
      actions={<Button onClick={() => setOpen("new")}>New key</Button>}
    >
      <Group align="flex-end">
        <AccountPicker
          label="Account"
          value={filters.account === "" ? null : filters.account}
          onChange={(account) => change({ account: account ?? "" })}
        />
        <Switch
          label="Revoked ones, too"
          checked={filters.revoked !== ""}
          onChange={(event) => change({ revoked: event.currentTarget.checked ? "shown" : "" })}
          mb={8}
        />
      </Group>
      <Answer query={keys} what="keys">
        {({ pages }) => (
          <KeyTable keys={pages.flatMap((page) => page.api_keys)} onRevoke={setOpen} />
        )}
      </Answer>
      {keys.hasNextPage && (
        <Button variant="default" onClick={() => void keys.fetchNextPage()}>
          Earlier keys
        </Button>
      )}
      {open === "new" && <NewKey operator={operator} onClose={() => setOpen(null)} />}
      {open !== null && open !== "new" && (
        <Revoke operator={operator} apiKey={open} onClose={() => setOpen(null)} />
      )}
    </Page>
  );
}

function KeyTable({
  keys,
  onRevoke,
}: {
  readonly keys: readonly ApiKey[];
  readonly onRevoke: (key: ApiKey) => void;
}) {
  if (keys.length === 0) {
    return (
      <Nothing title="There is no key">Make one for an account that is to call the API.</Nothing>
    );
  }
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Account</Table.Th>
            <Table.Th>Scopes</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th aria-label="Changes" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.id}>
              <Table.Td>
                <Text fw={550} size="sm">
                  {key.account_name}
                </Text>
                <Text size="xs" c="dimmed">
                  {key.id}
                </Text>
              </Table.Td>
              <Table.Td>
                <Scopes scopes={key.scopes} />
              </Table.Td>
              <Table.Td className="nowrap">{instant(key.created_at)}</Table.Td>
              <Table.Td className="number">
                {key.revoked_at === null ? (
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    color="red"
                    aria-label={`Revoke ${key.id}`}
                    onClick={() => onRevoke(key)}
                  >
                    Revoke
                  </Button>
                ) : (
                  <Badge variant="light" color="gray" tt="none">
                    Revoked
                  </Badge>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const SCOPES_SHOWN = 3;

function Scopes({ scopes }: { readonly scopes: readonly string[] }) {
  if (scopes.length >= everyScope.length) return "every scope";
  const rest = scopes.length - SCOPES_SHOWN;
  return (
    <Group gap={4}>
      {scopes.slice(0, SCOPES_SHOWN).map((scope) => (
        <Badge key={scope} variant="default" tt="none" fw={500}>
          {scope}
        </Badge>
      ))}
      {rest > 0 && <Text size="sm">and {rest} more</Text>}
    </Group>
  );
}
