/** GET /accounts/{accountId}: one sub account, or the caller itself. */
import { runningBase } from "@paymaster/engine";
import { readTarget } from "../billing/plan-write.js";
import { optionsBody } from "./account-options.js";
import { accountType, instant } from "./accounts.js";
import type { ReadFactory } from "./factory.js";

export const account: ReadFactory<"accounts" | "profile"> =
  ({ accounts, profile }) =>
  async (call) => {
    const { record, items } = await readTarget(call, accounts);
    const base = runningBase(items);
    return {
      status: 200,
      body: {
        id: record.accountId,
        owner_id: record.ownerId,
        owner_email: record.ownerEmail,
        options: optionsBody(record),
        created_at: record.createdAt.toISOString(),
        vanity_url: "",
        ...(profile === "2026"
          ? {
              account_name: record.accountName,
              account_number: record.accountNumber,
              account_type: accountType({
                baseType: base?.planType ?? null,
                isTrial: base?.isTrial ?? null,
                bulkLicenses: record.bulkLicenses,
              }),
              seats: base?.hosts ?? 0,
              reseller: record.reseller,
              ...(base === null
                ? {}
                : {
                    subscription_start_time: instant(base.startDate),
                    subscription_end_time: instant(base.periodEnd),
                  }),
            }
          : {}),
      },
    };
  };
