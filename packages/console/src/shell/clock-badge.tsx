/** The service's day, which on a test clock is not today. */
import { Badge, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { useConsole } from "../api/console.js";
import { pages } from "../node/pages.js";
import { date } from "../ui/format.js";

export interface ClockState {
  readonly now: string;
  readonly kind: "system" | "test";
  readonly ticking: boolean;
}

export function useClock() {
  const { operator } = useConsole();
  return useQuery({
    queryKey: ["clock"],
    queryFn: () => operator?.get<ClockState>("/clock") ?? Promise.resolve(null),
    enabled: operator !== null,
  });
}

export function ClockBadge() {
  const { data } = useClock();
  if (data === null || data === undefined) return null;
  const isTest = data.kind === "test";
  return (
    <Badge
      component={Link}
      href={pages.clock}
      variant={isTest ? "light" : "default"}
      color="yellow"
      size="lg"
      radius="sm"
      tt="none"
      style={{ cursor: "pointer" }}
    >
      {date(data.now)}
      {isTest && (
        <Text span inherit visibleFrom="xs">
          {" · test clock"}
        </Text>
      )}
    </Badge>
  );
}
