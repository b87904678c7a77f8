/** What can be asked of an account, as plain data; `decide` answers with a decision or a refusal. */
import type { Contact } from "./contact.js";
import type { ItemOptions, PayMode } from "./state.js";

/** One plan asked for, with the family and role in which it would be held. */
export interface PlanRequest {
  readonly family: string;
  readonly role: "base" | "addon";
  readonly planType: string;
  /** null: not given, because the family has none or leaves it open. */
  readonly hosts: number | null;
  readonly options: ItemOptions;
}

/** POST plans: a base plan and any add-ons, today. */
export interface SubscribeCommand {
  readonly kind: "subscribe";
  readonly base: PlanRequest;
  readonly addons: readonly PlanRequest[];
  /** Billing contact of the request; null: none was sent. */
  readonly contact: Contact | null;
  /** The operator gives an account its first plan; a contact may follow later, in any generation. */
  readonly byOperator?: boolean;
  /** The request asks for a bundle, which carrier partners alone can buy. */
  readonly hasBundle?: boolean;
  /** 2026: months of the contract; null or absent: not given. */
  readonly contractTermMonths?: number | null;
}

/** POST plans/addons: one add-on, or the parts of one (phone base, calling plans, numbers). */
export interface AddonCommand {
  readonly kind: "addon";
  readonly addons: readonly PlanRequest[];
}

/** PUT plans/addons: the type and hosts that the add-on is to have. */
export interface ChangeAddonCommand {
  readonly kind: "changeAddon";
  readonly planType: string;
  readonly hosts: number;
}

/** PATCH plans/addons/status. */
export interface CancelAddonCommand {
  readonly kind: "cancelAddon";
  /** Plan type, or `plan_phone` or `phone_type` for everything of the phone plan; null: not given. */
  readonly planType: string | null;
  readonly reason: number | null;
  readonly comment: string | null;
}

/** PUT plans/base: the type and hosts that the base plan is to have. */
export interface ChangeBaseCommand {
  readonly kind: "changeBase";
  readonly planType: string;
  /** null: as many as before. */
  readonly hosts: number | null;
  /** 2026: hosts to add to the present number, when `hosts` is null. */
  readonly increasingHosts?: number | null;
}

/** PATCH plans/base/status. */
export interface CancelBaseCommand {
  readonly kind: "cancelBase";
  readonly reason: number | null;
  readonly comment: string | null;
}

/** PATCH options, its billing part; what is absent stays. */
export interface SetOptionsCommand {
  readonly kind: "setOptions";
  readonly payMode?: PayMode;
  readonly autoRenew?: boolean;
}

/** PATCH billing: members of the contact that change. The caller keeps the contact itself. */
export interface UpdateContactCommand {
  readonly kind: "updateContact";
  readonly contact: Contact;
  /** The contact on file; empty when there is none. */
  readonly current: Contact;
}

export type Command =
  | SubscribeCommand
  | AddonCommand
  | ChangeAddonCommand
  | CancelAddonCommand
  | ChangeBaseCommand
  | CancelBaseCommand
  | SetOptionsCommand
  | UpdateContactCommand;
