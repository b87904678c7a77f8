/** Usage as it is reported from outside: licences in use, cloud storage, charges for use. */
import { assert } from "./assert.js";
import type { Books } from "./books.js";
import { Draft } from "./draft.js";
import { decideDue } from "./due.js";
import { assertMinor, sum } from "./money.js";
import { factsOf } from "./plan-facts.js";
import type { AccountState, AccountUsage, CivilDate, Decision, Minor } from "./state.js";

/** What is absent stays as it was. */
export interface UsageReport {
  /** Licences in use by plan type; types that are named replace what was known of them. */
  readonly hosts?: Readonly<Record<string, number>>;
  /** Cloud storage in use now, in GB. */
  readonly recordingGb?: number;
  /** Further charges for use, in minor units by plan type; they add to those since the last monthly date. */
  readonly usageChargesMinor?: Readonly<Record<string, Minor>>;
}

/**
 * Takes a report into the account's usage; the highest storage of the month is kept. Months that ended
 * before `today` are closed first with what was known of them, so their lines may be part of the decision.
 * All plan types must be in the catalogue.
 */
export function reportUsage(
  state: AccountState,
  report: UsageReport,
  today: CivilDate,
  books: Books,
): Decision {
  const due = decideDue(state, today, books);
  const draft = new Draft(due.state, books);
  const before = draft.usage;
  draft.usage = {
    hosts: { ...before.hosts, ...checkedHosts(report.hosts ?? {}) },
    ...storageAfter(before, report.recordingGb),
    usageChargesMinor: chargesAfter(before, report.usageChargesMinor ?? {}),
  };
  draft.noteAccount("usage_reported", before, draft.usage);
  const decision = draft.finish(today);
  return {
    ...decision,
    changedItems: due.changedItems,
    lines: due.lines,
    audit: [...due.audit, ...decision.audit],
  };
}

function checkedHosts(hosts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  for (const [planType, count] of Object.entries(hosts)) {
    assert(factsOf(planType).type === planType, `plan type ${planType}`);
    assert(Number.isSafeInteger(count) && count >= 0, `${count} licences in use`);
  }
  return hosts;
}

function storageAfter(
  before: AccountUsage,
  recordingGb: number = before.recordingGb,
): Pick<AccountUsage, "recordingGb" | "recordingPeakGb"> {
  assert(Number.isFinite(recordingGb) && recordingGb >= 0, `storage ${recordingGb}`);
  return { recordingGb, recordingPeakGb: Math.max(before.recordingPeakGb, recordingGb) };
}

function chargesAfter(
  before: AccountUsage,
  added: Readonly<Record<string, Minor>>,
): Readonly<Record<string, Minor>> {
  const after: Record<string, Minor> = { ...before.usageChargesMinor };
  for (const [planType, amount] of Object.entries(added)) {
    assert(factsOf(planType).type === planType, `plan type ${planType}`);
    assertMinor(amount, "charge for use");
    assert(amount >= 0, `charge for use ${amount}`);
    after[planType] = sum([after[planType] ?? 0, amount]);
  }
  return after;
}
