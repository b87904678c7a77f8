/** The frame around every screen: where one can go, who is signed in, which day it is. */
import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Group,
  NavLink,
  ScrollArea,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { Link, useLocation } from "wouter";
import { useConsole } from "../api/console.js";
import { signOut } from "../api/session.js";
import { pages } from "../node/pages.js";
import { Icon, type IconName } from "../ui/icon.js";
import { ClockBadge } from "./clock-badge.js";
import { Logo } from "./logo.js";

interface Destination {
  readonly page: keyof typeof pages & IconName;
  readonly label: string;
  /** Needs the operator. */
  readonly operator?: boolean;
}

const DESTINATIONS: readonly Destination[] = [
  { page: "overview", label: "Overview" },
  { page: "accounts", label: "Accounts" },
  { page: "invoices", label: "Invoices" },
  { page: "billRuns", label: "Bill runs", operator: true },
  { page: "clock", label: "Clock", operator: true },
  { page: "limits", label: "Limits" },
  { page: "keys", label: "Keys", operator: true },
];

export function Shell({ children }: { readonly children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const [location] = useLocation();
  const { operator } = useConsole();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the page changes
  useEffect(close, [location]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? "Close the navigation" : "Open the navigation"}
            />
            <Logo size={28} />
            <Text fw={650} visibleFrom="xs">
              Paymaster
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ClockBadge />
            <ColorScheme />
            <SignOut />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Screens">
        <AppShell.Section grow component={ScrollArea}>
          {DESTINATIONS.filter((one) => operator !== null || one.operator !== true).map((one) => (
            <NavLink
              key={one.page}
              component={Link}
              href={pages[one.page]}
              label={one.label}
              leftSection={<Icon name={one.page} />}
              active={isAt(location, pages[one.page])}
              aria-current={isAt(location, pages[one.page]) ? "page" : undefined}
            />
          ))}
          {/* A page of the server's own, not of the console. */}
          <NavLink href="/reference" label="Reference" leftSection={<Icon name="reference" />} />
        </AppShell.Section>
        <AppShell.Section>
          <Who />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function isAt(location: string, page: string): boolean {
  return page === "/" ? location === "/" : location === page || location.startsWith(`${page}/`);
}

function Who() {
  const { session, info } = useConsole();
  return (
    <Group gap={6} p="xs" wrap="nowrap">
      <Text size="sm" c="dimmed" truncate>
        {session.kind === "operator" ? "Operator" : session.account.account_name}
      </Text>
      <Badge size="xs" variant="default">
        {info.profile}
      </Badge>
    </Group>
  );
}

function ColorScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  const label = `Show ${other} colours`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(other)}
      >
        <Icon name={other === "dark" ? "moon" : "sun"} />
      </ActionIcon>
    </Tooltip>
  );
}

function SignOut() {
  const { session } = useConsole();
  const client = useQueryClient();
  const leaving = useMutation({
    mutationFn: () => signOut(session.csrf_token),
    onSettled: () => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      return client.invalidateQueries({ queryKey: ["session"] });
    },
  });
  return (
    <Tooltip label="Sign out">
      <ActionIcon
        variant="default"
        size="lg"
        aria-label="Sign out"
        loading={leaving.isPending}
        onClick={() => leaving.mutate()}
      >
        <Icon name="out" />
      </ActionIcon>
    </Tooltip>
  );
}
