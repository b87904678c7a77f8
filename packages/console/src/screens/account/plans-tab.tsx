/** The plans of an account, and changing them. */

import { Alert, Button, Group, Stack } from "@mantine/core";
import { operations } from "@paymaster/contract";
import { useState } from "react";
import { useConsole } from "../../api/console.js";
import { Answer } from "../../ui/notice.js";
import { AccountFigures } from "./account-figures.js";
import { type Account, usePlans } from "./data.js";
import { AddDialog, CancelDialog, ChangeDialog, SubscribeDialog } from "./plan-dialogs.js";
import type { PlanRow } from "./plan-row.js";
import { PlanTable } from "./plan-table.js";

type Open =
  | { readonly dialog: "subscribe" | "add" }
  | { readonly dialog: "change" | "cancel"; readonly row: PlanRow };

export function PlansTab({
  account,
  onDone,
}: {
  readonly account: Account;
  readonly onDone: (message: string) => void;
}) {
  const { operator } = useConsole();
  const plans = usePlans(account);
  const [open, setOpen] = useState<Open | null>(null);
  // The wire changes the plans of sub accounts only.
  const mayChange = account.kind === "sub" || operations.account_plan_create.acceptsMe;
  const dialog = {
    account,
    onClose: () => setOpen(null),
    onDone: (message: string) => {
      setOpen(null);
      onDone(message);
    },
  };
  return (
    <Answer query={plans} what="plans">
      {(rows) => {
        const hasBase = rows.some(({ role, status }) => role === "base" && status !== "expired");
        return (
          <Stack>
            {operator !== null && <AccountFigures operator={operator} account={account} />}
            {mayChange ? (
              <Group>
                {hasBase ? (
                  <Button onClick={() => setOpen({ dialog: "add" })}>Add an add-on</Button>
                ) : (
                  <Button onClick={() => setOpen({ dialog: "subscribe" })}>Subscribe</Button>
                )}
              </Group>
            ) : (
              <Alert color="gray" variant="light">
                The API changes the plans of sub accounts only; these are the account’s own.
              </Alert>
            )}
            <PlanTable
              plans={rows}
              currency={account.currency}
              {...(mayChange
                ? {
                    onChange: (row) => setOpen({ dialog: "change", row }),
                    onCancel: (row) => setOpen({ dialog: "cancel", row }),
                  }
                : {})}
            />
            {open?.dialog === "subscribe" && <SubscribeDialog {...dialog} />}
            {open?.dialog === "add" && <AddDialog {...dialog} />}
            {open?.dialog === "change" && <ChangeDialog {...dialog} row={open.row} />}
            {open?.dialog === "cancel" && <CancelDialog {...dialog} row={open.row} />}
          </Stack>
        );
      }}
    </Answer>
  );
}
