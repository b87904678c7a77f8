/** What went wrong, where, and what to do; what is being fetched; what is not there yet. */
import { Alert, Button, Center, Group, List, Loader, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { toFault } from "../api/fault.js";

export function FaultNotice({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}) {
  const fault = toFault(error);
  return (
    <Alert color="red" variant="light" title={fault.message} role="alert">
      <Stack gap="xs" align="flex-start">
        {fault.problems.length > 0 && (
          <List size="sm">
            {fault.problems.map(({ field, message }) => (
              <List.Item key={`${field} ${message}`}>
                {field === "" ? message : `${field}: ${message}`}
              </List.Item>
            ))}
          </List>
        )}
        {fault.advice !== null && <Text size="sm">{fault.advice}</Text>}
        {fault.code !== 0 && (
          <Text size="xs" c="dimmed">
            HTTP {fault.status}, code {fault.code}
          </Text>
        )}
        {onRetry !== undefined && (
          <Button size="xs" variant="light" color="red" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

export function Waiting({ what }: { readonly what: string }) {
  return (
    <Center p="xl">
      <Group gap="sm" role="status">
        <Loader size="sm" />
        <Text c="dimmed">Loading {what}…</Text>
      </Group>
    </Center>
  );
}

/** Nothing to show, and how that changes. */
export function Nothing({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <Stack align="center" gap={4} py="xl" px="md" ta="center">
      <Text fw={600}>{title}</Text>
      {children !== undefined && (
        <Text c="dimmed" size="sm" maw={480}>
          {children}
        </Text>
      )}
    </Stack>
  );
}

/** The operator's part of a screen, in an account's session. */
export function NeedsOperator({ children }: { readonly children: ReactNode }) {
  return (
    <Alert color="gray" variant="light" title="This needs the operator">
      {children} Sign in with the operator’s key to see it.
    </Alert>
  );
}

/** A query's answer, or what stands in for it. */
export function Answer<T>({
  query,
  what,
  children,
}: {
  readonly query: {
    readonly data: T | undefined;
    readonly error: unknown;
    refetch(): unknown;
  };
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <FaultNotice error={query.error} onRetry={() => void query.refetch()} />;
  return <Waiting what={what} />;
}
