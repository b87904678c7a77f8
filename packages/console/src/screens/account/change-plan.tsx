/**
 * One change in two steps: what is wanted, and what it would do. Only the second step can make it, and
 * what was previewed is what is made: editing leads back to the first step.
 */

import { Button, Group, Modal, Stack } from "@mantine/core";
import type { Preview } from "@paymaster/client";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useRefresh } from "../../api/console.js";
import { money } from "../../ui/format.js";
import { FaultNotice } from "../../ui/notice.js";
import { makeChange, type PlanChange, previewChange } from "./change.js";
import type { Account } from "./data.js";
import { PreviewPanel } from "./preview-panel.js";

export function ChangePlan({
  account,
  title,
  change,
  confirm,
  children,
  onClose,
  onDone,
}: {
  readonly account: Account;
  readonly title: string;
  /** null: the form is not complete. */
  readonly change: PlanChange | null;
  /** What the last button says, e.g. `Subscribe`. */
  readonly confirm: string;
  readonly children: ReactNode;
  readonly onClose: () => void;
  readonly onDone: (message: string) => void;
}) {
  const refresh = useRefresh();
  const [previewed, setPreviewed] = useState<Previewed | null>(null);
  const { wire, id } = account;
  const asking = useMutation({
    mutationFn: (wanted: PlanChange) => previewChange(wire, id, wanted),
    onSuccess: (preview, wanted) =>
      setPreviewed({ change: wanted, preview, key: crypto.randomUUID() }),
  });
  const making = useMutation({
    mutationFn: (shown: Previewed) => makeChange(wire, id, shown.change, shown.key),
    onSuccess: async (_, { preview }) => {
      await refresh();
      const { total_amount, currency } = preview;
      const invoiced = total_amount === 0 ? "" : ` ${money(total_amount, currency)} was invoiced.`;
      onDone(`${confirm}: done.${invoiced}`);
    },
  });
  const backToForm = () => {
    setPreviewed(null);
    making.reset();
  };
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeOnClickOutside={false}>
      {previewed === null ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (change !== null) asking.mutate(change);
          }}
        >
          <Stack>
            {children}
            {asking.error !== null && <FaultNotice error={asking.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Close
              </Button>
              <Button type="submit" disabled={change === null} loading={asking.isPending}>
                Preview
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Stack>
          <PreviewPanel preview={previewed.preview} />
          {making.error !== null && <FaultNotice error={making.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={backToForm} disabled={making.isPending}>
              Back
            </Button>
            <Button
              data-autofocus
              loading={making.isPending}
              color={previewed.change.kind === "cancel" ? "red" : "fern"}
              onClick={() => making.mutate(previewed)}
            >
              {confirm}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

interface Previewed {
  readonly change: PlanChange;
  readonly preview: Preview;
  /** Made once for each preview: pressing twice, or again after a lost answer, makes it once. */
  readonly key: string;
}
