/** What a change would do: the lines of the invoice that it posts, the amount now, the next invoice. */

import { Alert, Group, List, Stack, Table, Text } from "@mantine/core";
import type { Preview } from "@paymaster/client";
import { count, date, money } from "../../ui/format.js";

export function PreviewPanel({ preview }: { readonly preview: Preview }) {
  const { currency, lines, next_invoice, credit_applied } = preview;
  const toPay = preview.total_amount - credit_applied;
  return (
    <Stack gap="sm" aria-live="polite">
      <Text size="sm">
        Takes effect on <b>{date(preview.effective_date)}</b>.
      </Text>
      {lines.length > 0 && (
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Charge</Table.Th>
              <Table.Th className="number">Amount</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map((line) => (
              <Table.Tr key={`${line.plan_type} ${line.reason} ${line.start_date}`}>
                <Table.Td>
                  <Text size="sm" fw={550}>
                    {line.charge_name} × {count(line.quantity)}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {line.explanation}
                  </Text>
                </Table.Td>
                <Table.Td className="number" style={{ verticalAlign: "top" }}>
                  {money(line.total_amount, currency)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {preview.tax_amount !== 0 && <Sum name="Tax" amount={money(preview.tax_amount, currency)} />}
      <Sum name="Invoiced now" amount={money(preview.total_amount, currency)} isStrong />
      {credit_applied !== 0 && (
        <>
          <Sum name="Settled with credit" amount={money(-credit_applied, currency)} />
          <Sum name="To pay" amount={money(toPay, currency)} />
        </>
      )}
      {next_invoice !== null && (
        <Sum
          name={`Next invoice, ${date(next_invoice.date)}`}
          amount={money(next_invoice.total_amount, currency)}
        />
      )}
      {preview.warnings.length > 0 && (
        <Alert color="yellow" variant="light" title="Mind this">
          <List size="sm">
            {preview.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}

function Sum({
  name,
  amount,
  isStrong = false,
}: {
  readonly name: string;
  readonly amount: string;
  readonly isStrong?: boolean;
}) {
  const weight = isStrong ? { fw: 650 } : {};
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm" {...weight}>
        {name}
      </Text>
      <Text size="sm" className="number" {...weight} {...(isStrong ? { "data-sum": "now" } : {})}>
        {amount}
      </Text>
    </Group>
  );
}
