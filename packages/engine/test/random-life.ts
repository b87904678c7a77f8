/** Random lives of an account: commands, usage and idle days, replayable from a fast-check seed. */
import { findPlan } from "@paymaster/contract";
import fc from "fast-check";
import { addDays } from "../src/civil-date.js";
import type { Command } from "../src/command.js";
import { decide } from "../src/decide.js";
import { decideDue } from "../src/due.js";
import { reportUsage } from "../src/report-usage.js";
import type { AccountState, ChargeLine, Decision } from "../src/state.js";
import {
  addon,
  BOOKS,
  cancelAddon,
  cancelBase,
  changeAddon,
  changeBase,
  deepFreeze,
  freeAccount,
  plan,
  subscribe,
} from "./world.js";

export const START = "2024-01-15";

/** Base plans with hosts that they can have. */
const BASES = [
  ["monthly", 1, 9],
  ["yearly", 1, 9],
  ["business_monthly", 10, 20],
  ["business_yearly", 10, 20],
  ["zm_one_ent_std_quarterly", 1, 30],
] as const;
const ADDONS = [
  "webinar500_monthly",
  "webinar1000_yearly",
  "large500_monthly",
  "cmr_monthly_commitment_40",
  "cmr_1TB_quarterly",
  "cmr_100GB_yearly",
  "roomconnector_monthly",
];

const addonType = fc.constantFrom(...ADDONS);
const addonHosts = fc.integer({ min: 1, max: 9 });
const base = fc
  .constantFrom(...BASES)
  .chain(([type, min, max]) => fc.tuple(fc.constant(type), fc.integer({ min, max })));
/** Now and then a number that the plan cannot have. */
const anyBase = fc.oneof(
  { weight: 6, arbitrary: base },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("monthly", "edu20"), fc.nat({ max: 12 })) },
);

const subscribing = fc.oneof(
  anyBase.map(([type, n]) => subscribe(type, n)),
  fc.tuple(base, addonType).map(([[type, n], extra]) => subscribe(type, n, [plan(extra, 1)])),
);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: subscribing },
  { weight: 1, arbitrary: addonHosts.map((n) => subscribe("trial", n)) },
  { weight: 6, arbitrary: fc.tuple(addonType, addonHosts).map(([t, n]) => addon(plan(t, n))) },
  { weight: 6, arbitrary: addonType.map((type) => addon(plan(type, 1))) },
  { weight: 10, arbitrary: anyBase.map(([type, n]) => changeBase(type, n)) },
  { weight: 8, arbitrary: fc.tuple(addonType, addonHosts).map(([t, n]) => changeAddon(t, n)) },
  { weight: 3, arbitrary: addonType.map(cancelAddon) },
  { weight: 1, arbitrary: fc.constant(cancelBase) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(true, true, false)
      .map((autoRenew): Command => ({ kind: "setOptions", autoRenew })),
  },
);

export type Step =
  | { readonly days: number; readonly command: Command }
  | { readonly days: number; readonly recordingGb: number };

/** Days to wait, then a command or a usage report. */
export const step: fc.Arbitrary<Step> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 20 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 150 }) },
    ),
    fc.oneof(
      { weight: 6, arbitrary: command.map((one) => ({ command: one })) },
      {
        weight: 1,
        arbitrary: fc.double({ min: 0, max: 130, noNaN: true }).map((recordingGb) => ({
          recordingGb,
        })),
      },
    ),
  )
  .map(([days, action]) => ({ days, ...action }));

/** Lives of some years: most begin with a purchase. */
export const steps: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    subscribing.map((first): Step => ({ days: 0, command: first })),
    fc.array(step, { minLength: 5, maxLength: 50, size: "max" }),
  )
  .map(([first, rest]) => [first, ...rest]);

export interface Life {
  readonly state: AccountState;
  readonly today: string;
  readonly lines: readonly ChargeLine[];
  readonly decisions: readonly Decision[];
  readonly refused: number;
}

/** Lives through the steps; `observe` sees every decision and the state that it was made upon. */
export function live(
  steps: readonly Step[],
  observe: (before: AccountState, decision: Decision, today: string) => void = () => undefined,
): Life {
  let state = deepFreeze(freeAccount({ taxRatePpm: 190_000 }));
  let today = START;
  let refused = 0;
  const lines: ChargeLine[] = [];
  const decisions: Decision[] = [];
  const take = (decision: Decision) => {
    observe(state, decision, today);
    decisions.push(decision);
    lines.push(...decision.lines);
    state = deepFreeze(decision.state);
  };
  for (const one of steps) {
    today = addDays(today, one.days);
    take(decideDue(state, today, BOOKS));
    if ("command" in one) {
      const outcome = decide(state, one.command, today, BOOKS);
      if (outcome.ok) take(outcome);
      else refused += 1;
    } else {
      take(reportUsage(state, { recordingGb: one.recordingGb }, today, BOOKS));
    }
  }
  return { state, today, lines, decisions, refused };
}

/** Types that the random lives use, which must exist for them to mean anything. */
export function unknownTypes(): string[] {
  return [...BASES.map(([type]) => type), ...ADDONS].filter((type) => findPlan(type) === undefined);
}
