/** One invoice as people know it: who, when, what for and why, what is left to pay; the PDF beside it. */
import { Alert, Anchor, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams, useSearch } from "wouter";
import { useConsole } from "../../api/console.js";
import type { Wire } from "../../api/wire.js";
import { pages } from "../../node/pages.js";
import { date } from "../../ui/format.js";
import { Answer, NeedsOperator } from "../../ui/notice.js";
import { Page } from "../../ui/page.js";
import { Section } from "../../ui/section.js";
import { type InvoiceRow, nameOf } from "./data.js";
import { InvoiceActions } from "./invoice-actions.js";
import { InvoiceBadge } from "./invoice-grid.js";
import { type InvoiceLine, InvoiceLines } from "./invoice-lines.js";
import { PdfView } from "./pdf-view.js";

type Invoice = Omit<InvoiceRow, "account_name" | "days_overdue"> & {
  readonly lines: readonly InvoiceLine[];
};

export default function InvoiceScreen() {
  const { id = "" } = useParams<{ id: string }>();
  const accountId = new URLSearchParams(useSearch()).get("account");
  const invoice = useInvoice(id, accountId);
  return (
    <Answer query={invoice} what="the invoice">
      {(data) => <InvoicePage invoice={data} accountId={accountId ?? data.account_id} />}
    </Answer>
  );
}

function useInvoice(id: string, accountId: string | null) {
  const { operator, wireFor } = useConsole();
  return useQuery({
    queryKey: ["invoice", id],
    queryFn: async ({ signal }): Promise<Invoice> => {
      if (operator === null) return readFromWire(await wireFor(""), accountId ?? "me", id, signal);
      const path = `/invoices/${encodeURIComponent(id)}`;
      const [invoice, { lines }] = await Promise.all([
        operator.get<Omit<Invoice, "lines">>(path, {}, signal),
        operator.get<{ lines: readonly InvoiceLine[] }>(`${path}/lines`, {}, signal),
      ]);
      return { ...invoice, lines };
    },
    // The wire answers for an invoice once in half an hour.
    ...(operator === null ? { staleTime: Number.POSITIVE_INFINITY } : {}),
  });
}

async function readFromWire(
  wire: Wire,
  accountId: string,
  invoiceId: string,
  signal: AbortSignal,
): Promise<Invoice> {
  const answer = await wire.getAccountBillingInvoice({ accountId, invoiceId }, { signal });
  return {
    id: answer.id,
    master_id: "",
    account_id: accountId,
    payer_id: "",
    invoice_number: answer.invoice_number,
    status: answer.status as Invoice["status"],
    currency: answer.currency,
    invoice_date: answer.invoice_date,
    due_date: answer.due_date,
    tax_amount: answer.tax_amount,
    total_amount: answer.total_amount,
    balance: answer.balance,
    lines: answer.invoice_items.map((item, index) => ({
      line: index + 1,
      charge_number: item.charge_number,
      charge_name: item.charge_name,
      quantity: item.quantity,
      start_date: item.start_date,
      end_date: item.end_date,
      amount: item.total_amount,
      tax_amount: item.tax_amount,
      explanation: null,
    })),
  };
}

function InvoicePage({
  invoice,
  accountId,
}: {
  readonly invoice: Invoice;
  readonly accountId: string;
}) {
  const { operator } = useConsole();
  const [message, setMessage] = useState<string | null>(null);
  const name = nameOf(invoice);
  return (
    <Page
      title={name}
      about={`${date(invoice.invoice_date)}, due ${date(invoice.due_date)}`}
      actions={
        operator !== null && (
          <InvoiceActions operator={operator} invoice={invoice} onDone={setMessage} />
        )
      }
    >
      <Group gap="sm">
        <Anchor component={Link} href={pages.invoices} size="sm">
          All invoices
        </Anchor>
        <Anchor component={Link} href={`/accounts/${encodeURIComponent(accountId)}`} size="sm">
          The account
        </Anchor>
        <InvoiceBadge invoice={invoice} />
      </Group>
      {message !== null && <Alert color="fern" variant="light" title={message} role="status" />}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Stack miw={0}>
          <Section title="Charges">
            <InvoiceLines
              lines={invoice.lines}
              currency={invoice.currency}
              tax={invoice.tax_amount}
              total={invoice.total_amount}
              balance={invoice.balance}
            />
          </Section>
          {operator === null && (
            <NeedsOperator>The wire does not tell why each amount is what it is.</NeedsOperator>
          )}
        </Stack>
        <Section title="PDF">
          {invoice.status === "Draft" ? (
            <Text size="sm" c="dimmed">
              A draft has no PDF: it gets its number, and becomes a document, when it is posted.
            </Text>
          ) : (
            <PdfView
              masterId={invoice.master_id}
              invoiceId={invoice.id}
              name={name}
              version={`${invoice.status} ${invoice.balance}`}
            />
          )}
        </Section>
      </SimpleGrid>
    </Page>
  );
}
