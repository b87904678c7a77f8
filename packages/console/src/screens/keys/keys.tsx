/** API keys: which there are, a new one, revoking one. A key is shown once, when it is made. */
import {
  Alert,
  Badge,
  Button,
  Code,
  CopyButton,
  Group,
  Modal,
  MultiSelect,
  Stack,
  Switch,
  Table,
  Text,
} from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useConsole, useRefresh } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import { AccountPicker } from "../../ui/account-picker.js";
import { instant } from "../../ui/format.js";
import { Answer, FaultNotice, NeedsOperator, Nothing } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { useFilters } from "../../ui/use-filters.js";
import { everyScope, scopeTitles } from "./scopes.js";

interface ApiKey {
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

function NewKey({
  operator,
  onClose,
}: {
  readonly operator: Operator;
  readonly onClose: () => void;
}) {
  const refresh = useRefresh();
  const [account, setAccount] = useState<string | null>(null);
  const [scopes, setScopes] = useState<string[]>([]);
  const making = useMutation({
    mutationFn: () =>
      operator.send<{ id: string; api_key: string }>("POST", "/api-keys", {
        account_id: account,
        scopes,
      }),
    onSuccess: refresh,
  });
  return (
    <Modal opened onClose={onClose} title="New key" size="lg" closeOnClickOutside={false}>
      {making.data === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            making.mutate();
          }}
        >
          <Stack>
            <AccountPicker label="Account" required value={account} onChange={setAccount} />
            <MultiSelect
              label="Scopes"
              required
              searchable
              clearable
              value={scopes}
              onChange={setScopes}
              data={scopeTitles}
              maxDropdownHeight={260}
            />
            <Group>
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => setScopes([...everyScope])}
              >
                Every scope
              </Button>
            </Group>
            {making.error !== null && <FaultNotice error={making.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Close
              </Button>
              <Button
                type="submit"
                loading={making.isPending}
                disabled={account === null || scopes.length === 0}
              >
                Make the key
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Made apiKey={making.data.api_key} onClose={onClose} />
      )}
    </Modal>
  );
}

function Made({ apiKey, onClose }: { readonly apiKey: string; readonly onClose: () => void }) {
  return (
    <Stack>
      <Alert color="yellow" variant="light" title="This is the only time the key is shown">
        It is stored as a hash. Keep it where secrets are kept.
      </Alert>
      <Code block data-key>
        {apiKey}
      </Code>
      <Group justify="flex-end">
        <CopyButton value={apiKey}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>I have it</Button>
      </Group>
    </Stack>
  );
}

function Revoke({
  operator,
  apiKey,
  onClose,
}: {
  readonly operator: Operator;
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
}) {
  const refresh = useRefresh();
  const revoking = useMutation({
    mutationFn: () => operator.send("DELETE", `/api-keys/${encodeURIComponent(apiKey.id)}`),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Revoke a key of ${apiKey.account_name}`}>
      <Stack>
        <Text size="sm">
          Whatever calls with it is refused from now on, in other server processes after at most
          five seconds. That cannot be undone.
        </Text>
        {revoking.error !== null && <FaultNotice error={revoking.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep it
          </Button>
          <Button color="red" loading={revoking.isPending} onClick={() => revoking.mutate()}>
            Revoke
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
