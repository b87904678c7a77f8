import { bundleRequestErrors } from "../errors/bundle.js";
import { badRequest, underMultipleChoices, underOk } from "../errors/define.js";
import {
  buyHostsOverMaximum,
  buyHostsTooFew,
  buyHostsTooMany,
  invalidHostNumber,
} from "../errors/hosts.js";
import {
  accountNotFound,
  bulkLicenses,
  mayNotAddSubAccounts,
  userNotFound,
} from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountPath } from "../schemas/path-params.js";
import { plansCreatedBody } from "../schemas/plan-answer.js";
import { plansRequestBody } from "../schemas/plan-request.js";

const BOTH = { source: ["OAD", "D26"] } as const;
const TRIAL_WITHOUT_DATES = {
  unreachable: "No published request has a member for a trial's dates; a trial lasts 30 days.",
} as const;

const trialErrors = {
  trialAlreadyUsed: badRequest(2100, "Cannot enable free trial again for sub account.", BOTH),
  invalidTrialEnd: underMultipleChoices("Invalid free trial end date time.", TRIAL_WITHOUT_DATES),
  invalidTrialPeriod: underMultipleChoices(
    "Invalid free trial start/end time.",
    TRIAL_WITHOUT_DATES,
  ),
  trialTooLong: underMultipleChoices("Too long trial duration.", TRIAL_WITHOUT_DATES),
} as const;

/** None of these four ends with a full stop, unlike those of PATCH billing. */
const contactErrors = {
  invalidContactMember: badRequest(2100, "Invalid parameter: {member}", BOTH),
  invalidCountry: badRequest(2100, "Invalid country parameter: {country}", BOTH),
  invalidState: badRequest(2100, "Invalid state parameter: {state}", BOTH),
  planBundleField: badRequest(2100, "Invalid field: plan_bundle", BOTH),
} as const;

const NO_ACTIVE_HOSTS = {
  unreachable: "How active hosts are counted is not published; the member is accepted and echoed.",
} as const;

const hostErrors = {
  buyHostsTooFew,
  buyHostsTooMany,
  buyHostsOverMaximum,
  invalidHostNumber,
  activeHostsBelowBuyHosts: underMultipleChoices(
    "Active hosts must be equal or larger than buy hosts.",
    NO_ACTIVE_HOSTS,
  ),
  activeHostsTooFew: underMultipleChoices(
    "Buy hosts/active hosts must be equal or larger than {MinActiveHost}.",
    NO_ACTIVE_HOSTS,
  ),
} as const;

const NO_OUTSIDE_BILLING = {
  ...BOTH,
  unreachable: "Plans are kept by Paymaster itself; no other system can fail to take them.",
} as const;

const planErrors = {
  cannotBuyPlan: underMultipleChoices("Account can’t buy this plan."),
  /** The placeholder really is the account's id in both documents. */
  invalidBasePlan: badRequest(2100, "Invalid Base Plan: {subAccountId}", BOTH),
  invalidRecordingPlan: badRequest(2100, "Invalid Cloud Recording Plan: {plan_recording}", BOTH),
  invalidAudioPlan: badRequest(2100, "Invalid Audio Conferencing Plan: {planCode}", BOTH),
  audioOptionMissing: badRequest(
    2100,
    "At least one option from among the Toll-free, Premium and Call-out must be provided.",
    BOTH,
  ),
  invalidZoomEventPlan: badRequest(2100, "Invalid Zoom Event plan: {planCode}", {
    source: ["D26"],
    documentedIn: ["2026"],
    // 2021 has no member for it in the request.
    reachableIn: ["2026"],
  }),
  noPurchasePermission: badRequest(
    2100,
    "Account doesn’t have the permission to purchase this plan.",
    BOTH,
  ),
  pro25NotAllowed: underOk("Can’t subscribe 25-participants pro plan for this sub-account.", BOTH),
  pro50NotAllowed: underOk("Can’t subscribe 50-participants pro plan for this sub-account.", BOTH),
  specialPricing: underOk(
    "In order to take advantage of your account’s special pricing, please add Pro host licenses instead and they will be assigned to your Zoom Rooms automatically.",
    { ...BOTH, unreachable: "No account has special pricing here." },
  ),
  oneActiveSubscription: underOk(
    "One zuora account only can have one active billing subscription.",
    {
      ...BOTH,
      message2026: "One account only can have one active billing subscription.",
      unreachable: "An account that has a base plan is refused as not free before.",
    },
  ),
  invalidContractTerm: badRequest(
    10200,
    "Your request cannot be processed due to an invalid contract term.",
    { source: ["D26"], documentedIn: ["2026"], reachableIn: ["2026"] },
  ),
  cannotProcessAccount: badRequest(2100, "Cannot process account.", NO_OUTSIDE_BILLING),
  failedToAddPlans: badRequest(2100, "Failed to add zuora plans", NO_OUTSIDE_BILLING),
} as const;

/** POST /accounts/{accountId}/plans. Facts: section 1.6. */
export const accountPlanCreate = defineOperation({
  id: "accountPlanCreate",
  id2026: "SubscribeAccountToAPlan",
  tool: "account_plan_create",
  method: "POST",
  path: "/accounts/{accountId}/plans",
  group: "billing",
  title: "Subscribe plans",
  description:
    "Subscribes a free sub account to a base plan, with or without additional plans, from today. The master pays.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:write:subscribe_plan:master"],
  },
  label: { "2021": null, "2026": "Heavy" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "write",
  idempotent: false,
  params: accountPath,
  query: null,
  body: plansRequestBody,
  bodyRequired: true,
  response: {
    status: { "2021": 201, "2026": 201 },
    description: "The plans as they were asked for, without the contact.",
    body: plansCreatedBody,
  },
  errors: {
    accountNotFound,
    userNotFound,
    selfPayMode: badRequest(2100, "Cannot add plan for a sub account which is paid by self.", BOTH),
    bulkLicenses,
    mayNotAddSubAccounts,
    notFreePlan: badRequest(2100, "Cannot add plan for Sub account which is not free plan.", BOTH),
    ...trialErrors,
    ...planErrors,
    ...hostErrors,
    ...contactErrors,
    ...bundleRequestErrors,
  },
  examples: {
    request: {
      contact: {
        first_name: "Ada",
        last_name: "Byron",
        email: "billing@example.com",
        phone_number: "+1 555 010 0200",
        address: "55 Almaden Boulevard",
        apt: "600",
        city: "San Jose",
        state: "CA",
        zip: "95113",
        country: "US",
      },
      plan_base: { type: "business_monthly", hosts: 12 },
      plan_webinar: [{ type: "webinar500_monthly", hosts: 2 }],
      plan_recording: "cmr_monthly_commitment_40",
    },
    responses: [
      {
        name: "Subscribed",
        status: 201,
        body: {
          plan_base: { type: "business_monthly", hosts: 12 },
          plan_webinar: [{ type: "webinar500_monthly", hosts: 2 }],
          plan_recording: "cmr_monthly_commitment_40",
        },
      },
      {
        name: "The sub account has a plan already",
        status: 400,
        body: { code: 2100, message: "Cannot add plan for Sub account which is not free plan." },
      },
    ],
  },
});
