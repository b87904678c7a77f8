/** The two reports over a master's sub accounts: licences and what idle ones cost; what renews next. */
import {
  byDate,
  byIdleCost,
  idleCost,
  type LicenceLine,
  licencesIn,
  PRICE_CURRENCY,
  PRICE_NOTE,
  RENEWAL_NOTE,
  type RenewalLine,
  renewalsIn,
  sumByType,
} from "@paymaster/fleet/figures";
import { writeAddress } from "../addresses.js";
import type { Progress } from "../progress.js";
import {
  type LeftOut,
  type Place,
  REPORT_TURN,
  type Walk,
  type WalkLimits,
  walkFleet,
} from "./fleet.js";
import { notOffered, type Reader, type Reading } from "./reader.js";

export interface ReportOptions {
  readonly reader: Reader;
  readonly place: Place;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly limits?: WalkLimits | undefined;
}

interface Coverage {
  readonly read_at: string;
  readonly accounts_total: number;
  readonly accounts_read: number;
  readonly accounts_without_plan: number;
  readonly failed: Walk<unknown>["failed"];
  /** What is missing from this report and why. */
  readonly left_out?: LeftOut;
  /** Address of the report on the accounts that follow. */
  readonly next?: string;
}

export interface LicenceReport extends Coverage {
  readonly totals: {
    readonly hosts: number;
    readonly used: number;
    readonly idle: number;
    readonly idle_cost_per_month: number;
    readonly currency: string;
  };
  readonly by_plan_type: readonly LicenceLine[];
  /** Accounts with idle licences, the dearest first. */
  readonly accounts: readonly {
    readonly account_id: string;
    readonly account_name: string;
    readonly idle_cost_per_month: number;
    readonly licences: readonly LicenceLine[];
  }[];
  readonly note: string;
}

export interface RenewalReport extends Coverage {
  readonly currency: string;
  readonly renewals: readonly (RenewalLine & {
    readonly account_id: string;
    readonly account_name: string;
  })[];
  readonly note: string;
}

type Failure = Extract<Reading<unknown>, { ok: false }>;

export async function licenceReport(options: ReportOptions): Promise<LicenceReport | Failure> {
  const { reader, signal } = options;
  if (!reader.offers("get_plan_usage")) return notOffered("get_plan_usage");
  const walk = await walkFleet({
    ...options,
    readAccount: ({ id }) => reader.read("get_plan_usage", { accountId: id }, signal, REPORT_TURN),
  });
  if ("ok" in walk) return walk;
  const day = walk.read_at.slice(0, 10);
  const accounts = walk.read.map(({ account, data }) => {
    const licences = licencesIn(data, day).sort(byIdleCost);
    return { account, licences, cost: idleCost(licences) };
  });
  const all = accounts.flatMap(({ licences }) => licences);
  const sum = (of: (line: LicenceLine) => number) =>
    all.reduce((total, line) => total + of(line), 0);
  return {
    ...coverageOf(walk, "paymaster://fleet"),
    totals: {
      hosts: sum(({ hosts }) => hosts),
      used: sum(({ used }) => used),
      idle: sum(({ idle }) => idle),
      idle_cost_per_month: idleCost(all),
      currency: PRICE_CURRENCY,
    },
    by_plan_type: sumByType(all),
    accounts: accounts
      .filter(({ licences }) => licences.some(({ idle }) => idle > 0))
      .sort((a, b) => b.cost - a.cost)
      .map(({ account, licences, cost }) => ({
        account_id: account.id,
        account_name: account.account_name,
        idle_cost_per_month: cost,
        licences: licences.filter(({ idle }) => idle > 0),
      })),
    note: PRICE_NOTE,
  };
}

export async function renewalReport(options: ReportOptions): Promise<RenewalReport | Failure> {
  const { reader, signal } = options;
  if (!reader.offers("account_plans")) return notOffered("account_plans");
  const walk = await walkFleet({
    ...options,
    readAccount: ({ id }) => reader.read("account_plans", { accountId: id }, signal, REPORT_TURN),
  });
  if ("ok" in walk) return walk;
  return {
    ...coverageOf(walk, "paymaster://fleet/renewals"),
    currency: PRICE_CURRENCY,
    renewals: walk.read
      .flatMap(({ account: { id, account_name }, data }) =>
        renewalsIn(data).map((line) => ({ account_id: id, account_name, ...line })),
      )
      .sort(byDate),
    note: RENEWAL_NOTE,
  };
}

function coverageOf(walk: Walk<unknown>, address: string): Coverage {
  return {
    read_at: walk.read_at,
    accounts_total: walk.accounts_total,
    accounts_read: walk.read.length,
    accounts_without_plan: walk.without_plan,
    failed: walk.failed,
    ...(walk.left_out === undefined ? {} : { left_out: walk.left_out }),
    ...(walk.next === undefined ? {} : { next: writeAddress(address, walk.next) }),
  };
}
