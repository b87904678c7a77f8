/** One figure with its name, what it means, and where it leads. */
import { Paper, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";

export function Stat({
  name,
  value,
  about,
  href,
  color,
}: {
  readonly name: string;
  readonly value: ReactNode;
  readonly about?: ReactNode;
  readonly href?: string;
  readonly color?: string;
}) {
  return (
    <Paper
      withBorder
      p={{ base: "sm", sm: "md" }}
      pos="relative"
      className={href === undefined ? "" : "linked"}
    >
      <Text size="sm" c="dimmed">
        {href === undefined ? (
          name
        ) : (
          <Link href={href} className="grid-link">
            {name}
          </Link>
        )}
      </Text>
      <Text
        fz={{ base: 20, sm: 24 }}
        fw={650}
        lh={1.4}
        {...(color === undefined ? {} : { c: color })}
      >
        {value}
      </Text>
      {about !== undefined && (
        <Text size="sm" c="dimmed" component="div">
          {about}
        </Text>
      )}
    </Paper>
  );
}
