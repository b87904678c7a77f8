/** Making a key, which is shown this once, and revoking one. */
import {
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  Modal,
  MultiSelect,
  Stack,
  Text,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useRefresh } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import { AccountPicker } from "../../ui/account-picker.js";
import { FaultNotice } from "../../ui/notice.js";
import type { ApiKey } from "./keys.js";
import { everyScope, scopeTitles } from "./scopes.js";

export function NewKey({
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

export function Revoke({
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
