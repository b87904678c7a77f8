/**
 * Renewals of the pure engine on one core: accounts with three monthly items, decided month after month.
 * The peer is the same loop with nothing but JSON copies of the state, the cheapest thing that touches as
 * much data. Usage: node bench/engine.mjs [accounts] [months]
 */
import { operations, shippedPriceBook } from "../packages/contract/dist/index.js";
import { addMonths, decide, decideDue } from "../packages/engine/dist/index.js";
import { report } from "./support/report.mjs";
import { median, timed } from "./support/timing.mjs";

const accounts = Number(process.argv[2] ?? 2_000);
const months = Number(process.argv[3] ?? 24);
const START = "2026-01-31";
const books = { profile: "2021", prices: shippedPriceBook };
const rounds = [];
for (let round = 0; round < 5; round += 1) {
  let states = Array.from({ length: accounts }, start);
  let invoices = 0;
  const seconds = await timed(() => {
    for (let month = 1; month <= months; month += 1) {
      const today = addMonths(START, month);
      states = states.map((state) => {
        const decision = decideDue(state, today, books);
        if (decision.lines.length > 0) invoices += 1;
        return decision.state;
      });
    }
  });
  const copySeconds = await timed(() => {
    for (let month = 1; month <= months; month += 1)
      states = states.map((state) => structuredClone(state));
  });
  rounds.push({ rate: (invoices * 3) / seconds, ratio: copySeconds / seconds });
}
report("engine, one core", {
  "item renewals/s": median(rounds.map((one) => one.rate)),
  "accounts/s": median(rounds.map((one) => one.rate)) / 3,
  "times as fast as structuredClone of the state": median(rounds.map((one) => one.ratio)),
});

function start() {
  const plan = (family, role, planType, hosts) => ({ family, role, planType, hosts, options: {} });
  const decision = decide(
    {
      account: {
        kind: "sub",
        payMode: "master",
        autoRenew: true,
        vip: false,
        bulkLicenses: false,
        mayAddSubAccounts: true,
        everPaid: false,
        trialUsedOn: null,
        currency: "USD",
        taxRatePpm: 190_000,
        nextItemNumber: 1,
      },
      items: [],
      usage: { hosts: {}, recordingGb: 0, recordingPeakGb: 0, usageChargesMinor: {} },
      usageChargedThrough: null,
    },
    {
      kind: "subscribe",
      base: plan("plan_base", "base", "monthly", 5),
      addons: [
        plan("plan_webinar", "addon", "webinar500_monthly", 1),
        plan("plan_recording", "addon", "cmr_monthly_commitment_40", null),
      ],
      contact: operations.account_plan_create.examples.request.contact,
      hasBundle: false,
      contractTermMonths: null,
    },
    START,
    books,
  );
  if (!decision.ok) throw new Error(decision.error);
  return decision.state;
}
