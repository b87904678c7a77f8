/** Billing information, invoices, usage and the accounts themselves. */
import type { OperationScenarios, Scenario } from "./scenario.js";
import { NO_INVOICE, NOBODY, newOwner, type Stage } from "./stage.js";

type Body = Readonly<Record<string, unknown>>;
type Params = Readonly<Record<string, string>>;
type Make = (stage: Stage) => Promise<string>;

/** The request on an account made for it. */
function asked(
  method: string,
  path: string,
  make: Make,
  body?: Body,
  params: Params = {},
): Scenario {
  return async (stage) => {
    const id = await make(stage);
    const answer = await stage.call(method, `/accounts/${id}${path}`, body);
    return { answer, params: { subAccountId: id, ...params } };
  };
}

const nobody: Make = async () => NOBODY;
const free: Make = (stage) => stage.free();
const paid: Make = (stage) => stage.paid();
const selfPaying: Make = (stage) => stage.selfPaying();

const PHONE = { phone_number: "+1 206 555 0178" };

export const accountBilling: OperationScenarios["account_billing"] = {
  accountNotFound: asked("GET", "/billing", nobody),
  selfPayMode: asked("GET", "/billing", selfPaying),
};

export const accountBillingUpdate: OperationScenarios["account_billing_update"] = {
  accountNotFound: asked("PATCH", "/billing", nobody, PHONE),
  selfPayMode: asked("PATCH", "/billing", selfPaying, PHONE),
  subscribePlanFirst: asked("PATCH", "/billing", free, PHONE),
  invalidCountry: asked("PATCH", "/billing", paid, { country: "XX" }, { country: "XX" }),
  invalidState: asked("PATCH", "/billing", paid, { state: "Washington" }, { state: "Washington" }),
  specialCharacters: asked("PATCH", "/billing", paid, { city: "<b>Seattle" }, { field: "city" }),
};

export const accountBillingInvoices: OperationScenarios["account_billing_invoices"] = {
  accountNotFound: asked("GET", "/billing/invoices", nobody),
  paidAccountOnly: asked("GET", "/billing/invoices", free),
};

export const getAccountBillingInvoice: OperationScenarios["get_account_billing_invoice"] = {
  accountNotFound: asked("GET", `/billing/invoices/${NO_INVOICE}`, nobody),
  invoiceNotFound: asked("GET", `/billing/invoices/${NO_INVOICE}`, paid, undefined, {
    invoiceId: NO_INVOICE,
  }),
};

export const downloadInvoicePdf: OperationScenarios["download_invoice_p_d_f"] = {
  invoiceNotFound: async (stage) => ({
    answer: await stage.call("GET", `/api/download/billing/invoices/${NO_INVOICE}`),
    params: { invoiceId: NO_INVOICE },
  }),
};

export const accountPlans: OperationScenarios["account_plans"] = {
  accountNotFound: asked("GET", "/plans", nobody),
  selfPayMode: asked("GET", "/plans", selfPaying),
};

export const getPlanUsage: OperationScenarios["get_plan_usage"] = {
  accountNotFound: asked("GET", "/plans/usage", nobody),
  paidAccountOnly: asked("GET", "/plans/usage", (stage) => stage.trial()),
};

function creating(more: Body, params: Params = {}): Scenario {
  return async (stage) => ({
    answer: await stage.call("POST", "/accounts", newOwner(more)),
    params,
  });
}

export const accountCreate: OperationScenarios["account_create"] = {
  mayNotAddSubAccounts: async (stage) => {
    const { id, token } = await stage.master();
    await stage.operate("PATCH", `/accounts/${id}`, { may_add_sub_accounts: false });
    return { answer: await stage.call("POST", "/accounts", newOwner(), { token }) };
  },
  invalidName: creating(
    { account_name: "Cheap hosts at www.quay.example" },
    { name: "Cheap hosts at www.quay.example" },
  ),
  specialCharacters: creating({ last_name: "Marlow<script>" }, { field: "last_name" }),
  transferTokenInvalid: creating({ transfer_code: "5f2e" }),
  emailDomainBlocked: creating({ email: "ines@mailinator.com" }),
  passwordRepeated: creating({ password: "Long-aaaaaa-9" }),
  passwordConsecutive: creating({ password: "Long-123-enough" }),
  emailUsed: async (stage) => {
    const owner = newOwner();
    await stage.done("POST", "/accounts", owner);
    const email = owner.email.toUpperCase();
    return {
      answer: await stage.call("POST", "/accounts", { ...owner, email }),
      params: { email },
    };
  },
};

export const account: OperationScenarios["account"] = {
  accountNotFound: asked("GET", "", nobody),
};

export const accountDisassociate: OperationScenarios["account_disassociate"] = {
  accountNotFound: asked("DELETE", "", nobody),
  paidAccount: asked("DELETE", "", paid),
};

export const accountOptionsUpdate: OperationScenarios["account_options_update"] = {
  accountNotFound: asked("PATCH", "/options", nobody, { pay_mode: "sub" }),
  payModeHasPlan: asked("PATCH", "/options", paid, { pay_mode: "sub" }),
  collectionMethod: async (stage) => {
    const id = await stage.paid();
    await stage.done("PATCH", `/accounts/${id}/plans/base/status`, { action: "cancel" });
    // The plan is over at the end of its month; the purchase stays.
    await stage.operate("POST", "/clock/advance", { days: 32 });
    return { answer: await stage.call("PATCH", `/accounts/${id}/options`, { pay_mode: "sub" }) };
  },
};
