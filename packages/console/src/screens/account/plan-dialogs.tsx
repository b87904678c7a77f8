/** The forms of the four changes: subscribe, add, change, cancel. */

import { NumberInput, Select, Text, Textarea, TextInput } from "@mantine/core";
import {
  cancellationReasons,
  findFamily,
  findPlan,
  mayBeBase,
  type Plan,
} from "@paymaster/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Answer } from "../../ui/notice.js";
import { planName } from "../../ui/plan-name.js";
import { addonFamilyOf, type Contact, type PlanChange } from "./change.js";
import { ChangePlan } from "./change-plan.js";
import { ContactFields, contactOf } from "./contact-fields.js";
import type { Account } from "./data.js";
import { PlanPicker } from "./plan-picker.js";
import type { PlanRow } from "./plan-row.js";

interface DialogProps {
  readonly account: Account;
  readonly onClose: () => void;
  readonly onDone: (message: string) => void;
}

export function SubscribeDialog(props: DialogProps) {
  const { account } = props;
  const contact = useQuery({
    queryKey: ["contact", account.id],
    queryFn: ({ signal }) => account.wire.accountBilling({ accountId: account.wireId }, { signal }),
  });
  return (
    <Answer query={contact} what="the contact">
      {(known) => <SubscribeForm {...props} known={contactOf(known)} />}
    </Answer>
  );
}

function SubscribeForm({ known, ...props }: DialogProps & { readonly known: Contact }) {
  const [type, setType] = useState<string | null>(null);
  const [hosts, setHosts] = useState(1);
  const [contact, setContact] = useState(known);
  const plan = planOf(type);
  return (
    <ChangePlan
      {...props}
      title={`Subscribe ${props.account.name}`}
      confirm="Subscribe"
      change={plan === null ? null : { kind: "subscribe", plan, hosts, contact }}
    >
      <PlanPicker
        label="Base plan"
        fits={mayBeBase}
        value={type}
        onChange={(chosen) => {
          setType(chosen);
          setHosts(planOf(chosen)?.hosts?.min ?? 1);
        }}
      />
      <Hosts plan={plan} hosts={hosts} onChange={setHosts} />
      <Text fw={600}>Billing contact</Text>
      <ContactFields contact={contact} onChange={setContact} />
    </ChangePlan>
  );
}

export function AddDialog(props: DialogProps) {
  const [type, setType] = useState<string | null>(null);
  const [hosts, setHosts] = useState(1);
  const [calloutCountries, setCalloutCountries] = useState("");
  const plan = planOf(type);
  const shape = plan === null ? "hosts" : findFamily(addonFamilyOf(plan)).shape;
  return (
    <ChangePlan
      {...props}
      title={`Add to ${props.account.name}`}
      confirm="Add"
      change={plan === null ? null : { kind: "add", plan, hosts, calloutCountries }}
    >
      <PlanPicker
        label="Add-on"
        fits={(one) => one.families.some((name) => name !== "plan_base")}
        value={type}
        onChange={(chosen) => {
          setType(chosen);
          setHosts(planOf(chosen)?.hosts?.min ?? 1);
          setCalloutCountries("");
        }}
      />
      {shape === "hosts" && <Hosts plan={plan} hosts={hosts} onChange={setHosts} />}
      {(shape === "audio" || shape === "callout") && (
        <TextInput
          label="Call-out countries"
          description="Two-letter ids with commas between them, e.g. US,DE"
          value={calloutCountries}
          onChange={(event) => setCalloutCountries(event.currentTarget.value)}
        />
      )}
    </ChangePlan>
  );
}

export function ChangeDialog({ row, ...props }: DialogProps & { readonly row: PlanRow }) {
  const [type, setType] = useState<string | null>(row.planType);
  const [hosts, setHosts] = useState(row.hosts ?? 1);
  const plan = planOf(type);
  return (
    <ChangePlan
      {...props}
      title={`Change ${planName(row.planType)}`}
      confirm="Change"
      change={plan === null ? null : { kind: "change", row, plan, hosts }}
    >
      {row.role === "base" && (
        <PlanPicker label="Plan" fits={mayBeBase} value={type} onChange={setType} />
      )}
      <Hosts plan={plan} hosts={hosts} onChange={setHosts} />
    </ChangePlan>
  );
}

export function CancelDialog({ row, ...props }: DialogProps & { readonly row: PlanRow }) {
  const [reason, setReason] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const change: PlanChange = {
    kind: "cancel",
    row,
    reason: reason === null ? null : Number(reason),
    comment: comment.trim(),
  };
  return (
    <ChangePlan
      {...props}
      title={`Cancel ${planName(row.planType)}`}
      confirm="Cancel the plan"
      change={change}
    >
      <Text size="sm">
        It runs to the end of the paid period, without refund, and is not renewed.
      </Text>
      <Select
        label="Reason"
        placeholder="Not told"
        clearable
        value={reason}
        onChange={setReason}
        data={cancellationReasons.map(({ id, meaning }) => ({ value: String(id), label: meaning }))}
        data-autofocus
      />
      <Textarea
        label="Comment"
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
        autosize
        minRows={2}
      />
    </ChangePlan>
  );
}

function planOf(type: string | null): Plan | null {
  return type === null ? null : (findPlan(type) ?? null);
}

function Hosts({
  plan,
  hosts,
  onChange,
}: {
  readonly plan: Plan | null;
  readonly hosts: number;
  readonly onChange: (hosts: number) => void;
}) {
  return (
    <NumberInput
      label="Licences"
      required
      allowDecimal={false}
      allowNegative={false}
      min={1}
      value={hosts}
      onChange={(value) => onChange(Number(value))}
      {...(plan?.hosts ? { max: plan.hosts.max } : {})}
    />
  );
}
