/** GET /accounts/{accountId}/plans: the plans that an account holds, and those that expired. */
import { operationFault, readTarget } from "../billing/plan-write.js";
import type { ReadFactory } from "./factory.js";
import { plansBody } from "./plan-bodies.js";

export const accountPlans: ReadFactory<"accounts" | "profile"> =
  ({ accounts, profile }) =>
  async (call) => {
    const { record, items } = await readTarget(call, accounts);
    if (record.kind === "sub" && record.payMode === "sub") {
      throw operationFault(call, "selfPayMode");
    }
    return { status: 200, body: plansBody(items, profile) };
  };
