/** The operations by the name of their tool, and the types that follow from them. */
import type { Static, TSchema } from "typebox";
import type { Operation, WireProfile } from "../operation.js";
import { account } from "./account.js";
import { accountBilling } from "./account-billing.js";
import { accountBillingInvoices } from "./account-billing-invoices.js";
import { accountBillingUpdate } from "./account-billing-update.js";
import { accountCreate } from "./account-create.js";
import { accountDisassociate } from "./account-disassociate.js";
import { accountOptionsUpdate } from "./account-options-update.js";
import { accountPlanAddonCancel } from "./account-plan-addon-cancel.js";
import { accountPlanAddonCreate } from "./account-plan-addon-create.js";
import { accountPlanAddonUpdate } from "./account-plan-addon-update.js";
import { accountPlanBaseDelete } from "./account-plan-base-delete.js";
import { accountPlanBaseUpdate } from "./account-plan-base-update.js";
import { accountPlanCreate } from "./account-plan-create.js";
import { accountPlans } from "./account-plans.js";
import { accounts } from "./accounts.js";
import { downloadInvoicePDF } from "./download-invoice-pdf.js";
import { getAccountBillingInvoice } from "./get-account-billing-invoice.js";
import { getPlanUsage } from "./get-plan-usage.js";

/** In the order in which documents list them: billing as in S1, then accounts. */
export const operations = {
  [accountBilling.tool]: accountBilling,
  [accountBillingUpdate.tool]: accountBillingUpdate,
  [accountBillingInvoices.tool]: accountBillingInvoices,
  [getAccountBillingInvoice.tool]: getAccountBillingInvoice,
  [accountPlans.tool]: accountPlans,
  [accountPlanCreate.tool]: accountPlanCreate,
  [accountPlanAddonCreate.tool]: accountPlanAddonCreate,
  [accountPlanAddonUpdate.tool]: accountPlanAddonUpdate,
  [accountPlanAddonCancel.tool]: accountPlanAddonCancel,
  [accountPlanBaseUpdate.tool]: accountPlanBaseUpdate,
  [accountPlanBaseDelete.tool]: accountPlanBaseDelete,
  [getPlanUsage.tool]: getPlanUsage,
  [downloadInvoicePDF.tool]: downloadInvoicePDF,
  [accounts.tool]: accounts,
  [accountCreate.tool]: accountCreate,
  [account.tool]: account,
  [accountDisassociate.tool]: accountDisassociate,
  [accountOptionsUpdate.tool]: accountOptionsUpdate,
} as const satisfies Readonly<Record<string, Operation>>;

export const operationList: readonly Operation[] = Object.values(operations);

export type Operations = typeof operations;

/** Name of a tool, and so of an operation: `get_plan_usage`. */
export type ToolName = keyof Operations;

/** Names of the errors that an operation may answer with, besides the common ones. */
export type OperationErrorName<T extends ToolName> = keyof Operations[T]["errors"] & string;

/** What a schema describes; undefined where there is none. */
type ValueOf<S> = S extends TSchema ? Static<S> : undefined;

/** A member that one generation requires and the other does not have is optional; depth: one. */
type EitherObject<A, B> = {
  [K in RequiredKeys<A> & RequiredKeys<B>]: A[K] | B[K];
} & {
  [K in Exclude<keyof A | keyof B, RequiredKeys<A> & RequiredKeys<B>>]?:
    | (K extends keyof A ? A[K] : never)
    | (K extends keyof B ? B[K] : never);
};
type RequiredKeys<T> = {
  [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K;
}[keyof T];
type Flat<T> = { [K in keyof T]: T[K] };

/** One type for what two generations say: the same, or what both can be read or written as. */
type Either<A, B> = [A, B] extends [B, A]
  ? A
  : A extends readonly unknown[] | undefined
    ? A | B
    : B extends readonly unknown[] | undefined
      ? A | B
      : A extends object
        ? B extends object
          ? Flat<EitherObject<A, B>>
          : A | B
        : A | B;

type OfBoth<S extends Readonly<Record<WireProfile, unknown>>> = Either<
  ValueOf<S["2021"]>,
  ValueOf<S["2026"]>
>;

/** JSON body of a request, of both generations; undefined: none, or it may be left out. */
export type RequestBody<T extends ToolName> =
  | OfBoth<Operations[T]["body"]>
  | (Operations[T] extends { readonly bodyRequired: true } ? never : undefined);

/** JSON body of a success, of both generations; undefined: none. */
export type ResponseBody<T extends ToolName> = OfBoth<Operations[T]["response"]["body"]>;

/** Parameters in the path. */
export type PathParams<T extends ToolName> = ValueOf<Operations[T]["params"]>;

/** Query parameters; undefined: none. */
export type Query<T extends ToolName> = ValueOf<Operations[T]["query"]>;
