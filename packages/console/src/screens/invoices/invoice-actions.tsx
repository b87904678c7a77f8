/** What the operator does with an invoice: take a payment, cancel it, post a draft. */
import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useRefresh } from "../../api/console.js";
import type { Operator } from "../../api/operator.js";
import { money } from "../../ui/format.js";
import { FaultNotice } from "../../ui/notice.js";
import { type InvoiceRow, nameOf, stateOf } from "./data.js";

type Invoice = Pick<
  InvoiceRow,
  "id" | "payer_id" | "invoice_number" | "status" | "currency" | "total_amount" | "balance"
>;

interface ActionProps {
  readonly operator: Operator;
  readonly invoice: Invoice;
  readonly onDone: (message: string) => void;
}

export function InvoiceActions(props: ActionProps) {
  const { invoice } = props;
  const [open, setOpen] = useState<"pay" | "cancel" | "post" | null>(null);
  const state = stateOf(invoice);
  const close = () => setOpen(null);
  const done = (message: string) => {
    close();
    props.onDone(message);
  };
  const isUnpaid = invoice.balance === invoice.total_amount;
  return (
    <>
      {state === "open" && <Button onClick={() => setOpen("pay")}>Record a payment</Button>}
      {state === "draft" && <Button onClick={() => setOpen("post")}>Post the draft</Button>}
      {(state === "draft" || (invoice.status === "Posted" && isUnpaid)) && (
        <Button variant="default" onClick={() => setOpen("cancel")}>
          {state === "draft" ? "Withdraw" : "Cancel the invoice"}
        </Button>
      )}
      {open === "pay" && <PaymentDialog {...props} onDone={done} onClose={close} />}
      {open === "post" && (
        <ConfirmDialog
          {...props}
          onDone={done}
          onClose={close}
          action="post"
          title="Post the draft"
          text="It is decided anew for today and gets a number. That cannot be undone, only cancelled."
          said="The draft is posted."
        />
      )}
      {open === "cancel" && (
        <ConfirmDialog
          {...props}
          onDone={done}
          onClose={close}
          action="cancel"
          title={`Cancel ${nameOf(invoice)}`}
          text={
            state === "draft"
              ? "The draft is withdrawn; nothing was owed yet."
              : "Its balance becomes 0, its ledger is reversed, its number stays used, and its charges fall due again with the next bill run."
          }
          said={`${nameOf(invoice)} is cancelled.`}
        />
      )}
    </>
  );
}

function PaymentDialog({
  operator,
  invoice,
  onDone,
  onClose,
}: ActionProps & { readonly onClose: () => void }) {
  const refresh = useRefresh();
  const [amount, setAmount] = useState<number | string>(invoice.balance);
  const [reference, setReference] = useState("");
  const paying = useMutation({
    mutationFn: () =>
      operator.send<{ credit: number }>(
        "POST",
        `/accounts/${encodeURIComponent(invoice.payer_id)}/payments`,
        {
          amount: Number(amount),
          currency: invoice.currency,
          reference: reference.trim(),
          invoice_ids: [invoice.id],
        },
      ),
    onSuccess: async ({ credit }) => {
      await refresh();
      const rest =
        credit === 0 ? "" : ` ${money(credit, invoice.currency)} is left over as credit.`;
      onDone(`${money(Number(amount), invoice.currency)} is recorded.${rest}`);
    },
  });
  return (
    <Modal opened onClose={onClose} title={`A payment for ${nameOf(invoice)}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          paying.mutate();
        }}
      >
        <Stack>
          <NumberInput
            label={`Amount (${invoice.currency})`}
            required
            decimalScale={2}
            min={0.01}
            value={amount}
            onChange={setAmount}
            hideControls
          />
          <TextInput
            label="Reference"
            description="As on the bank statement. The same reference is recorded once."
            required
            maxLength={100}
            value={reference}
            onChange={(event) => setReference(event.currentTarget.value)}
            data-autofocus
          />
          {paying.error !== null && <FaultNotice error={paying.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button type="submit" loading={paying.isPending}>
              Record
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function ConfirmDialog({
  operator,
  invoice,
  onDone,
  onClose,
  action,
  title,
  text,
  said,
}: ActionProps & {
  readonly onClose: () => void;
  readonly action: "post" | "cancel";
  readonly title: string;
  readonly text: string;
  readonly said: string;
}) {
  const refresh = useRefresh();
  const acting = useMutation({
    mutationFn: () => operator.send("POST", `/invoices/${invoice.id}/${action}`),
    onSuccess: async () => {
      await refresh();
      onDone(said);
    },
  });
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack>
        <Text size="sm">{text}</Text>
        {acting.error !== null && <FaultNotice error={acting.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Leave it
          </Button>
          <Button
            color={action === "cancel" ? "red" : "fern"}
            loading={acting.isPending}
            onClick={() => acting.mutate()}
          >
            {title}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
