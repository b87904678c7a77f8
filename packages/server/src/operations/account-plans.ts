/** GET /accounts/{accountId}/plans: the plans that an account holds, and those that expired. */
import { loadTarget, operationFault } from "../billing/plan-write.js";
import type { ReadFactory } from "./factory.js";
import { plansBody } from "./plan-bodies.js";

export const accountPlans: ReadFactory<"pool" | "profile"> =
  ({ pool, profile }) =>
  async (call) => {
    const { record, items } = await loadTarget(call, pool, false);
    if (record.kind === "sub" && record.payMode === "sub") {
      throw operationFault(call, "selfPayMode");
    }
    return { status: 200, body: plansBody(items, profile) };
  };
