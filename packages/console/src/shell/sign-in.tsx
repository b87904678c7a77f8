/** With the operator's key, or an account's client. */
import {
  Button,
  Center,
  Code,
  Group,
  Paper,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Credentials, signIn } from "../api/session.js";
import { FaultNotice } from "../ui/notice.js";
import { Logo } from "./logo.js";

export function SignIn() {
  const client = useQueryClient();
  const [kind, setKind] = useState<"operator" | "account">("operator");
  const entering = useMutation({
    mutationFn: signIn,
    onSuccess: (info) => {
      // What an earlier session saw is not for this one.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      client.setQueryData(["session"], info);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    entering.mutate(credentialsOf(kind, (name) => String(form.get(name) ?? "").trim()));
  };
  return (
    <Center mih="100dvh" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={440} shadow="sm">
        <form onSubmit={submit}>
          <Stack>
            <Group gap="sm">
              <Logo size={32} />
              <Title order={1} size="h3">
                Sign in to Paymaster
              </Title>
            </Group>
            <SegmentedControl
              fullWidth
              aria-label="Sign in as"
              value={kind}
              onChange={(value) => setKind(value === "account" ? "account" : "operator")}
              data={[
                { value: "operator", label: "Operator" },
                { value: "account", label: "Account" },
              ]}
            />
            {kind === "operator" ? (
              <PasswordInput
                key="operator"
                name="admin_key"
                label="Operator’s key"
                required
                autoComplete="off"
                data-autofocus
              />
            ) : (
              <Stack key="account" gap="sm">
                <TextInput name="client_id" label="Client ID" required autoComplete="off" />
                <PasswordInput
                  name="client_secret"
                  label="Client secret"
                  required
                  autoComplete="off"
                />
                <TextInput
                  name="account_id"
                  label="Account ID"
                  description="Optional: must then be the client’s"
                  autoComplete="off"
                />
              </Stack>
            )}
            {entering.error !== null && <FaultNotice error={entering.error} />}
            <Button type="submit" loading={entering.isPending}>
              Sign in
            </Button>
            <Text size="sm" c="dimmed">
              The first start wrote all of these into <Code>credentials.json</Code> in the data
              directory (by default <Code>.paymaster</Code>).
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

function credentialsOf(kind: "operator" | "account", value: (name: string) => string): Credentials {
  if (kind === "operator") return { admin_key: value("admin_key") };
  const account = value("account_id");
  return {
    client_id: value("client_id"),
    client_secret: value("client_secret"),
    ...(account === "" ? {} : { account_id: account }),
  };
}
