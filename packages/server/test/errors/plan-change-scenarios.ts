/** PUT addons, PATCH addons/status, PUT base and PATCH base/status. */
import type { OperationScenarios, Scenario } from "./scenario.js";
import { BUSINESS, NOBODY, type PlanWish, PRO, type Stage } from "./stage.js";

type Body = Readonly<Record<string, unknown>>;
type Params = Readonly<Record<string, string | number>>;
type Make = (stage: Stage) => Promise<string | { id: string; token: string }>;

interface Request {
  readonly method: string;
  /** Below /accounts/{accountId}. */
  readonly path: string;
  readonly body: Body;
}

/** The request on an account made for it. */
function asked({ method, path, body }: Request, make: Make, params: Params = {}): Scenario {
  return async (stage) => {
    const made = await make(stage);
    const { id, ...options } = typeof made === "string" ? { id: made } : made;
    const answer = await stage.call(method, `/accounts/${id}${path}`, body, options);
    return { answer, params: { accountId: id, subAccountId: id, ...params } };
  };
}

const nobody: Make = async () => NOBODY;
const selfPaying: Make = (stage) => stage.selfPaying();
const bulk: Make = (stage) => stage.bulk();
const free: Make = (stage) => stage.free();
const vip: Make = (stage) => stage.vip();
const paid =
  (base?: PlanWish, addons?: readonly Body[], more?: Body): Make =>
  (stage) =>
    stage.paid(base, addons, more);

/** With licences in use. */
const busy =
  (make: Make, hosts: Readonly<Record<string, number>>): Make =>
  async (stage) => {
    const id = await make(stage);
    await stage.operate("PUT", `/accounts/${id}/usage`, { hosts });
    return id;
  };

const WEBINAR = { type: "webinar500_monthly", hosts: 2 };
const CONTACT_CENTER = { type: "zm_contact_center_elite_monthly", hosts: 1 };
const PHONE = {
  type: "plan_phone",
  plan_details: { plan_base: { type: "phone_monthly_prepay_usage" } },
};
const STUDENTS = { type: "zo_edu_ent_hied_stu_monthly", hosts: 250 };

const changeAddon = (type: string, hosts: number): Request => ({
  method: "PUT",
  path: "/plans/addons",
  body: { type, hosts },
});
const changeWebinar = (hosts: number) => changeAddon(WEBINAR.type, hosts);

export const accountPlanAddonUpdate: OperationScenarios["account_plan_addon_update"] = {
  accountNotFound: asked(changeWebinar(3), nobody),
  selfPayMode: asked(changeWebinar(3), selfPaying),
  bulkLicenses: asked(changeWebinar(3), bulk),
  vipOrTrial: asked(changeWebinar(3), vip),
  freePlan: asked(changeWebinar(3), free),
  noSubscription: asked(changeWebinar(3), paid(), { oldPlanCode: WEBINAR.type }),
  planTypesDoNotMatch: asked(changeAddon("webinar1000_monthly", 2), paid(PRO, [WEBINAR]), {
    oldPlanType: WEBINAR.type,
    newPlanType: "webinar1000_monthly",
  }),
  invalidAddonType: asked(changeAddon("webinar7_monthly", 1), paid(), {
    newPlanCode: "webinar7_monthly",
  }),
  cannotBuyProduct: asked(
    changeAddon("ai_expert_assist_concurrent_monthly", 1),
    paid(PRO, [CONTACT_CENTER, { type: "ai_expert_assist_monthly", hosts: 1 }]),
  ),
  audioPayAsYouGo: asked(
    changeAddon("tollfree_payongo", 1),
    paid(PRO, [{ type: "tollfree_monthly_commitment_100", tollfree_countries: "US" }]),
  ),
  changeFailed: asked(changeWebinar(1), busy(paid(PRO, [WEBINAR]), { [WEBINAR.type]: 2 })),
  webinar100NotSupported: asked(
    changeAddon("webinar100_monthly", 2),
    paid(PRO, [{ type: "webinar100_monthly", hosts: 1 }]),
    { planCode: "webinar100_monthly" },
  ),
  buyHostsTooFew: asked(changeAddon(STUDENTS.type, 249), paid(PRO, [PHONE, STUDENTS]), {
    minBuyHost: 250,
  }),
  buyHostsTooMany: asked(changeWebinar(11), paid(BUSINESS, [WEBINAR]), { maxBuyHost: 10 }),
  buyHostsOverMaximum: asked(changeWebinar(10_000), paid(PRO, [WEBINAR])),
  invalidHostNumber: asked(changeWebinar(0), paid(PRO, [WEBINAR])),
};

const cancelAddon = (type?: string): Request => ({
  method: "PATCH",
  path: "/plans/addons/status",
  body: { action: "cancel", reason: 6, comment: "Until spring.", ...(type ? { type } : {}) },
});

export const accountPlanAddonCancel: OperationScenarios["account_plan_addon_cancel"] = {
  accountNotFound: asked(cancelAddon(WEBINAR.type), nobody),
  selfPayMode: asked(cancelAddon(WEBINAR.type), selfPaying),
  bulkLicenses: asked(cancelAddon(WEBINAR.type), bulk),
  vipOrTrial: asked(cancelAddon(WEBINAR.type), (stage) => stage.trial()),
  freePlan: asked(cancelAddon(WEBINAR.type), free),
  planTypeRequired: asked(cancelAddon(), paid(PRO, [WEBINAR])),
  noPhoneSubscription: asked(cancelAddon("phone_type"), paid(PRO, [WEBINAR])),
  noSubscription: asked(cancelAddon("webinar1000_monthly"), paid(PRO, [WEBINAR]), {
    planCode: "webinar1000_monthly",
  }),
};

const changeBase = (type: string, hosts: number): Request => ({
  method: "PUT",
  path: "/plans/base",
  body: { type, hosts },
});

export const accountPlanBaseUpdate: OperationScenarios["account_plan_base_update"] = {
  accountNotFound: asked(changeBase("monthly", 3), nobody),
  selfPayMode: asked(changeBase("monthly", 3), selfPaying),
  bulkLicenses: asked(changeBase("monthly", 3), bulk),
  vipOrTrial: asked(changeBase("monthly", 3), (stage) => stage.trial()),
  noSubscription: asked(changeBase("monthly", 3), free),
  planTypesDoNotMatch: asked(changeBase("edu20", 20), paid(), {
    oldPlanType: "monthly",
    newPlanType: "edu20",
  }),
  insufficientBusinessHosts: asked(changeBase(BUSINESS.type, 9), paid(BUSINESS)),
  insufficientEducationHosts: asked(changeBase("edu20", 19), paid({ type: "edu20", hosts: 20 })),
  paidUsers: asked(changeBase("monthly", 1), busy(paid(), { monthly: 2 }), { 0: 2 }),
  buyHostsTooFew: asked(changeBase("monthly", 1), paid(PRO, [WEBINAR]), { minBuyHost: 2 }),
  buyHostsTooMany: asked(changeBase("monthly", 10), paid(), { maxBuyHost: 9 }),
  buyHostsOverMaximum: asked(changeBase("monthly", 10_000), paid()),
  invalidHostNumber: asked(changeBase("monthly", 0), paid()),
};

const cancelBase: Request = {
  method: "PATCH",
  path: "/plans/base/status",
  body: { action: "cancel", reason: 6 },
};

export const accountPlanBaseDelete: OperationScenarios["account_plan_base_delete"] = {
  accountNotFound: asked(cancelBase, nobody),
  selfPayMode: asked(cancelBase, selfPaying),
  bulkLicenses: asked(cancelBase, bulk),
  vipOrTrial: asked(cancelBase, vip),
  freePlan: asked(cancelBase, free),
  cancelAddonsFirst: asked(cancelBase, paid(PRO, [WEBINAR])),
};
