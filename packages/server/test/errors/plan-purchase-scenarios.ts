/** POST plans and POST addons. */
import { type Answer, CONTACT } from "../support/server.js";
import type { OperationScenarios, Scenario } from "./scenario.js";
import { BUSINESS, NOBODY, newPlans, type PlanWish, PRO, type Stage } from "./stage.js";

type Body = Readonly<Record<string, unknown>>;
type Params = Readonly<Record<string, string | number>>;

/** A free account asks for a base plan and more. */
function subscribing(base: PlanWish, more: Body = {}, params: Params = {}): Scenario {
  return async (stage) => {
    const id = await stage.free();
    const body = { contact: CONTACT, plan_base: base, ...more };
    const answer = await stage.call("POST", `/accounts/${id}/plans`, body);
    return { answer, params: { subAccountId: id, ...params } };
  };
}

const withContact = (change: Body, params: Params = {}) =>
  subscribing(PRO, { contact: { ...CONTACT, ...change } }, params);

function subscribe(stage: Stage, id: string, base = PRO, token?: string): Promise<Answer<Body>> {
  const options = token === undefined ? {} : { token };
  return stage.call("POST", `/accounts/${id}/plans`, newPlans(base), options);
}

export const accountPlanCreate: OperationScenarios["account_plan_create"] = {
  accountNotFound: async (stage) => ({
    answer: await subscribe(stage, NOBODY),
    params: { subAccountId: NOBODY },
  }),
  selfPayMode: async (stage) => ({ answer: await subscribe(stage, await stage.selfPaying()) }),
  bulkLicenses: async (stage) => {
    const { id, token } = await stage.bulk();
    return { answer: await subscribe(stage, id, PRO, token) };
  },
  mayNotAddSubAccounts: async (stage) => {
    const { id: masterId, token } = await stage.master();
    const id = await stage.free({}, { token });
    await stage.operate("PATCH", `/accounts/${masterId}`, { may_add_sub_accounts: false });
    return { answer: await subscribe(stage, id, PRO, token) };
  },
  notFreePlan: async (stage) => ({ answer: await subscribe(stage, await stage.paid()) }),
  trialAlreadyUsed: async (stage) => ({
    answer: await subscribe(stage, await stage.trial(), { type: "trial", hosts: 1 }),
  }),
  cannotBuyPlan: subscribing(PRO, { plan_webinar: [{ type: "large500_monthly", hosts: 1 }] }),
  invalidBasePlan: subscribing({ type: "webinar500_monthly", hosts: 1 }),
  invalidRecordingPlan: subscribing(
    PRO,
    { plan_recording: "cmr_monthly_commitment_41" },
    { plan_recording: "cmr_monthly_commitment_41" },
  ),
  invalidAudioPlan: subscribing(
    PRO,
    { plan_audio: { type: "tollfree_nothing", tollfree_countries: "US" } },
    { planCode: "tollfree_nothing" },
  ),
  audioOptionMissing: subscribing(PRO, {
    plan_audio: { type: "tollfree_monthly_commitment_100", ddi_numbers: 1 },
  }),
  invalidZoomEventPlan: subscribing(
    PRO,
    { plan_zoom_events: [{ type: "zoomevents7_monthly", hosts: 1 }] },
    { planCode: "zoomevents7_monthly" },
  ),
  noPurchasePermission: subscribing(PRO, {
    plan_audio: { type: "tollfree_payongo", tollfree_countries: "US" },
  }),
  pro25NotAllowed: subscribing({ type: "monthly25", hosts: 2 }),
  pro50NotAllowed: subscribing({ type: "yearly50", hosts: 2 }),
  invalidContractTerm: subscribing(PRO, { subscription_options: { contract_term: 13 } }),
  buyHostsTooFew: subscribing({ type: "business_monthly", hosts: 9 }, {}, { minBuyHost: 10 }),
  buyHostsTooMany: subscribing({ type: "monthly", hosts: 10 }, {}, { maxBuyHost: 9 }),
  buyHostsOverMaximum: subscribing({ type: "monthly", hosts: 10_000 }),
  invalidHostNumber: subscribing({ type: "monthly", hosts: 0 }),
  invalidContactMember: withContact({ zip: "  " }, { member: "zip" }),
  invalidCountry: withContact({ country: "XX" }, { country: "XX" }),
  invalidState: withContact({ state: "ZZ" }, { state: "ZZ" }),
  planBundleField: subscribing(PRO, {
    plan_bundle: [{ type: "ACT-ENT-LMT_500-WBN_500-T_1-monthly", hosts: 1 }],
  }),
};

/** An account with a base plan asks for an add-on. */
function adding(addon: Body, params: Params = {}, base = PRO): Scenario {
  return async (stage) => {
    const id = await stage.paid(base);
    return { answer: await add(stage, id, addon), params: { subAccountId: id, ...params } };
  };
}

const WEBINAR = { type: "webinar500_monthly", hosts: 1 };

function add(stage: Stage, id: string, addon: Body = WEBINAR, token?: string) {
  const options = token === undefined ? {} : { token };
  return stage.call("POST", `/accounts/${id}/plans/addons`, addon, options);
}

export const accountPlanAddonCreate: OperationScenarios["account_plan_addon_create"] = {
  accountNotFound: async (stage) => ({
    answer: await add(stage, NOBODY),
    params: { subAccountId: NOBODY },
  }),
  selfPayMode: async (stage) => ({ answer: await add(stage, await stage.selfPaying()) }),
  bulkLicenses: async (stage) => {
    const { id, token } = await stage.bulk();
    return { answer: await add(stage, id, WEBINAR, token) };
  },
  freePlan: async (stage) => ({ answer: await add(stage, await stage.free()) }),
  zoomRoomsBase: adding(
    { type: "zroom_monthly", hosts: 1 },
    {},
    { type: "zroom_yearly", hosts: 1 },
  ),
  alreadyHasAddon: async (stage) => {
    const id = await stage.paid(PRO, [WEBINAR]);
    return { answer: await add(stage, id), params: { planCode: WEBINAR.type } };
  },
  invalidAddonType: adding(
    { type: "webinar7_monthly", hosts: 1 },
    { newPlanCode: "webinar7_monthly" },
  ),
  audioOptionMissing: adding({ type: "tollfree_monthly_commitment_100" }),
  audioPayAsYouGo: adding({ type: "tollfree_payongo", callout_countries: "DE" }),
  cannotBuyPlan: adding({ type: "phone_calling_usca_monthly_metered", hosts: 1 }),
  buyHostsTooFew: adding({ type: "zo_edu_ent_hied_stu_monthly", hosts: 249 }, { minBuyHost: 250 }),
  buyHostsTooMany: adding({ type: "webinar500_monthly", hosts: 11 }, { maxBuyHost: 10 }, BUSINESS),
  buyHostsOverMaximum: adding({ type: "webinar500_monthly", hosts: 10_000 }),
  invalidHostNumber: adding({ type: "webinar500_monthly", hosts: -1 }),
};
