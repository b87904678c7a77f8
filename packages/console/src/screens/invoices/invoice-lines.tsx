/** The lines of an invoice, each with why its amount is what it is. */
import { Table, Text } from "@mantine/core";
import { count, date, money } from "../../ui/format.js";

export interface InvoiceLine {
  readonly line: number;
  readonly charge_number: string;
  readonly charge_name: string;
  readonly quantity: number;
  readonly start_date: string;
  readonly end_date: string;
  readonly amount: number;
  readonly tax_amount: number;
  /** null: the wire does not tell. */
  readonly explanation: string | null;
}

export function InvoiceLines({
  lines,
  currency,
  tax,
  total,
  balance,
}: {
  readonly lines: readonly InvoiceLine[];
  readonly currency: string;
  readonly tax: number;
  readonly total: number;
  readonly balance: number;
}) {
  return (
    <Table.ScrollContainer minWidth={300}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Charge</Table.Th>
            <Table.Th className="number">Amount</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.line}>
              <Table.Td>
                <Text size="sm" fw={550}>
                  {line.charge_name} × {count(line.quantity)}
                </Text>
                <Text size="sm" c="dimmed">
                  {date(line.start_date)} to {date(line.end_date)} ·{" "}
                  <span className="nowrap">{line.charge_number}</span>
                </Text>
                {line.explanation !== null && (
                  <Text size="sm" mt={4}>
                    {line.explanation}
                  </Text>
                )}
              </Table.Td>
              <Table.Td className="number top">{money(line.amount, currency)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Sum name="Tax" amount={money(tax, currency)} />
          <Sum name="Total" amount={money(total, currency)} />
          <Sum name="Balance" amount={money(balance, currency)} />
        </Table.Tfoot>
      </Table>
    </Table.ScrollContainer>
  );
}

function Sum({ name, amount }: { readonly name: string; readonly amount: string }) {
  return (
    <Table.Tr>
      <Table.Th className="number">{name}</Table.Th>
      <Table.Th className="number" data-sum={name.toLowerCase()}>
        {amount}
      </Table.Th>
    </Table.Tr>
  );
}
