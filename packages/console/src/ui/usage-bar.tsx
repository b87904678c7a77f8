/** Licences used of those that were bought, as a bar with its numbers. */
import { Group, Progress, Text } from "@mantine/core";
import { count, percent } from "./format.js";

export function UsageBar({
  used,
  bought,
  what = "licences",
}: {
  readonly used: number;
  readonly bought: number;
  readonly what?: string;
}) {
  const share = percent(used, bought);
  return (
    <Group gap="xs" wrap="nowrap" miw={120}>
      <Progress
        value={Math.min(100, share)}
        color={share >= 90 ? "fern" : share >= 50 ? "blue" : "yellow"}
        style={{ flex: 1, minWidth: 48 }}
        aria-label={`${count(used)} of ${count(bought)} ${what} in use`}
      />
      <Text size="sm" className="number" component="span">
        {count(used)} / {count(bought)}
      </Text>
    </Group>
  );
}
