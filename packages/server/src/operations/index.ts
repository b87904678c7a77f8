/** The handler of every operation, by its tool name: a missing one does not compile. */
import type { ToolName } from "@paymaster/contract";
import type { ReadHandler, Services } from "../http/call.js";
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
import { downloadInvoicePdf } from "./download-invoice-pdf.js";
import type { Handler, WriteFactory } from "./factory.js";
import { getAccountBillingInvoice } from "./get-account-billing-invoice.js";
import { getPlanUsage } from "./get-plan-usage.js";

const reading = (factory: (services: Services) => ReadHandler) => (services: Services) => ({
  read: factory(services),
});
const writing = (factory: WriteFactory) => (services: Services) => ({ write: factory(services) });

export const handlers: Readonly<Record<ToolName, (services: Services) => Handler>> = {
  account_billing: reading(accountBilling),
  account_billing_update: writing(accountBillingUpdate),
  account_billing_invoices: reading(accountBillingInvoices),
  get_account_billing_invoice: reading(getAccountBillingInvoice),
  account_plans: reading(accountPlans),
  account_plan_create: writing(accountPlanCreate),
  account_plan_addon_create: writing(accountPlanAddonCreate),
  account_plan_addon_update: writing(accountPlanAddonUpdate),
  account_plan_addon_cancel: writing(accountPlanAddonCancel),
  account_plan_base_update: writing(accountPlanBaseUpdate),
  account_plan_base_delete: writing(accountPlanBaseDelete),
  get_plan_usage: reading(getPlanUsage),
  download_invoice_p_d_f: reading(downloadInvoicePdf),
  accounts: reading(accounts),
  account_create: writing(accountCreate),
  account: reading(account),
  account_disassociate: writing(accountDisassociate),
  account_options_update: writing(accountOptionsUpdate),
};
