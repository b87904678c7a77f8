/** The billing contact, and changing it. */
import { Button, Group, Stack } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useRefresh } from "../../api/console.js";
import { toFault } from "../../api/fault.js";
import { Answer, FaultNotice } from "../../ui/notice.js";
import type { Contact } from "./change.js";
import { ContactFields, contactOf } from "./contact-fields.js";
import type { Account } from "./data.js";

export function ContactTab({
  account,
  onDone,
}: {
  readonly account: Account;
  readonly onDone: (message: string) => void;
}) {
  const contact = useQuery({
    queryKey: ["contact", account.id],
    queryFn: ({ signal }) => account.wire.accountBilling({ accountId: account.wireId }, { signal }),
  });
  return (
    <Answer query={contact} what="the contact">
      {(known) => (
        <ContactForm
          key={JSON.stringify(known)}
          account={account}
          known={contactOf(known)}
          onDone={onDone}
        />
      )}
    </Answer>
  );
}

function ContactForm({
  account,
  known,
  onDone,
}: {
  readonly account: Account;
  readonly known: Contact;
  readonly onDone: (message: string) => void;
}) {
  const refresh = useRefresh();
  const [contact, setContact] = useState(known);
  const changed = Object.fromEntries(
    Object.entries(contact).filter(
      ([name, value]) => value !== (known[name as keyof Contact] ?? ""),
    ),
  );
  const saving = useMutation({
    mutationFn: () =>
      account.wire.accountBillingUpdate(
        { accountId: account.id, body: changed },
        { idempotencyKey: crypto.randomUUID() },
      ),
    onSuccess: async () => {
      await refresh();
      onDone("The contact is saved.");
    },
  });
  const problems =
    saving.error === null
      ? {}
      : Object.fromEntries(
          toFault(saving.error).problems.map(({ field, message }) => [field, message]),
        );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <Stack maw={720}>
        <ContactFields contact={contact} onChange={setContact} problems={problems} />
        {saving.error !== null && <FaultNotice error={saving.error} />}
        <Group>
          <Button
            type="submit"
            disabled={Object.keys(changed).length === 0}
            loading={saving.isPending}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
