/** The rules by which a call is made or left out: one example for each. */
import { describe, expect, it } from "vitest";
import type { StoredInvoice } from "../src/store/invoices.js";
import type { Reading } from "../src/store/readings.js";
import {
  type AccountState,
  DEFAULT_MAX_AGES,
  decide,
  isDetailDue,
  type Policy,
} from "../src/sync/due.js";
import { ACCOUNT_KINDS, type AccountKind } from "../src/sync/kinds.js";

const NOW = "2026-11-22T10:00:00.000Z";
const LONG_AGO = "2026-01-01T00:00:00.000Z";

const policy: Policy = {
  maxAges: DEFAULT_MAX_AGES,
  kinds: new Set(ACCOUNT_KINDS),
  details: "new",
  fullSince: undefined,
};

interface Given {
  readonly type?: string;
  readonly changedAt?: string;
  readonly plansChangedAt?: string;
  readonly hasOpenInvoice?: boolean;
  readonly nextInvoiceDate?: string;
  readonly readings?: Partial<Record<AccountKind, Partial<Reading>>>;
}

function hoursAgo(hours: number): string {
  return new Date(Date.parse(NOW) - hours * 3_600_000).toISOString();
}

/** What becomes of one kind: why it is left out, or `due`. */
function verdict(kind: AccountKind, given: Given, changed: Partial<Policy> = {}): string {
  const { type = "Business", readings = {} } = given;
  const state: AccountState = {
    account: {
      accountId: "a",
      name: "A",
      number: "1",
      type,
      ownerEmail: "",
      seats: 1,
      createdAt: "",
      subscriptionStart: "",
      subscriptionEnd: "",
      changedAt: given.changedAt ?? LONG_AGO,
      plansChangedAt: given.plansChangedAt ?? null,
    },
    readings: new Map(
      Object.entries(readings).map(([name, reading]): [AccountKind, Reading] => [
        name as AccountKind,
        {
          accountId: "a",
          kind: name as AccountKind,
          readAt: null,
          outcome: "read",
          problem: null,
          retryAt: null,
          ...reading,
        },
      ]),
    ),
    hasOpenInvoice: given.hasOpenInvoice ?? false,
    nextInvoiceDate: given.nextInvoiceDate,
  };
  const decision = decide(state, { ...policy, ...changed }, NOW).find((one) => one.kind === kind);
  return decision?.skip ?? "due";
}

describe("a kind is asked for", () => {
  it("when it was never read", () => {
    expect(verdict("usage", {})).toBe("due");
  });

  it("when the answer is older than it may be", () => {
    expect(verdict("usage", { readings: { usage: { readAt: hoursAgo(19) } } })).toBe("fresh");
    expect(verdict("usage", { readings: { usage: { readAt: hoursAgo(21) } } })).toBe("due");
    expect(verdict("contact", { readings: { contact: { readAt: hoursAgo(21) } } })).toBe("fresh");
    expect(verdict("contact", { readings: { contact: { readAt: hoursAgo(24 * 8) } } })).toBe("due");
  });

  it("when the list shows that the account has changed, but for its contact", () => {
    const readings = { plans: { readAt: hoursAgo(2) }, contact: { readAt: hoursAgo(2) } };
    expect(verdict("plans", { readings, changedAt: hoursAgo(1) })).toBe("due");
    expect(verdict("contact", { readings, changedAt: hoursAgo(1) })).toBe("fresh");
  });

  it("usage and invoices, when its plans have changed", () => {
    const readings = { usage: { readAt: hoursAgo(2) }, invoices: { readAt: hoursAgo(2) } };
    expect(verdict("usage", { readings, plansChangedAt: hoursAgo(1) })).toBe("due");
    expect(verdict("invoices", { readings, plansChangedAt: hoursAgo(1) })).toBe("due");
  });

  it("in a full sync, unless that sync has read it already", () => {
    const readings = { usage: { readAt: hoursAgo(1) } };
    expect(verdict("usage", { readings }, { fullSince: hoursAgo(0.5) })).toBe("due");
    expect(verdict("usage", { readings }, { fullSince: hoursAgo(2) })).toBe("fresh");
  });
});

describe("an account without a paid plan", () => {
  it("is asked for invoices only, as only the service knows whether it ever had one", () => {
    expect(verdict("plans", { type: "Free" })).toBe("free");
    expect(verdict("usage", { type: "Free" })).toBe("free");
    expect(verdict("invoices", { type: "Free" })).toBe("due");
    const readings = { invoices: { readAt: hoursAgo(30), outcome: "none" as const } };
    expect(verdict("invoices", { type: "Free", readings })).toBe("free");
  });

  it("that had one yesterday is asked once more, so that nothing old stays", () => {
    const readings = { usage: { readAt: hoursAgo(5) } };
    expect(verdict("usage", { type: "Free", readings, changedAt: hoursAgo(1) })).toBe("due");
  });

  it("on trial has plans and no usage", () => {
    expect(verdict("plans", { type: "Free Trial" })).toBe("due");
    expect(verdict("usage", { type: "Free Trial" })).toBe("free");
  });
});

describe("invoices", () => {
  const readings = { plans: { readAt: hoursAgo(30) }, invoices: { readAt: hoursAgo(30) } };

  it("are left out while none can have come", () => {
    const given = { readings, nextInvoiceDate: "2026-12-01" };
    expect(verdict("invoices", given)).toBe("quiet");
    expect(verdict("invoices", { ...given, nextInvoiceDate: "2026-11-22" })).toBe("due");
    expect(verdict("invoices", { readings })).toBe("due");
  });

  it("are asked for while one is open, since it may be paid any day", () => {
    const given = { readings, nextInvoiceDate: "2026-12-01", hasOpenInvoice: true };
    expect(verdict("invoices", given)).toBe("due");
  });

  it("are asked for each week all the same", () => {
    const old = { plans: { readAt: hoursAgo(24 * 8) }, invoices: { readAt: hoursAgo(24 * 8) } };
    expect(verdict("invoices", { readings: old, nextInvoiceDate: "2026-12-01" })).toBe("due");
  });

  it("of older years are read once", () => {
    expect(verdict("invoices_2", {})).toBe("due");
    const readings = { invoices_2: { readAt: LONG_AGO } };
    expect(verdict("invoices_2", { readings })).toBe("read_once");
  });
});

it("a quota that is closed is waited for, and what the service does not have is asked for weekly", () => {
  const closed = { usage: { readAt: hoursAgo(30), retryAt: hoursAgo(-1) } };
  expect(verdict("usage", { readings: closed })).toBe("quota");
  const none = { plans: { readAt: hoursAgo(30), outcome: "none" as const } };
  expect(verdict("plans", { readings: none })).toBe("none");
});

describe("an invoice's detail", () => {
  const invoice: StoredInvoice = {
    invoiceId: "i",
    accountId: "a",
    accountName: "A",
    number: "INV1",
    status: "Posted",
    invoiceDate: "2026-11-01",
    isOpen: 0,
    isNew: 0,
    seenAt: hoursAgo(30),
    detailReadAt: null,
    detailRetryAt: null,
  };
  const due = (changed: Partial<StoredInvoice>, details: Policy["details"] = "new") =>
    isDetailDue({ ...invoice, ...changed }, { ...policy, details }, NOW);

  it("is read of new invoices, of all if asked for, and never of drafts", () => {
    expect(due({})).toBe(false);
    expect(due({ isNew: 1 })).toBe(true);
    expect(due({ isNew: 1 }, "none")).toBe(false);
    expect(due({}, "all")).toBe(true);
    expect(due({ number: "" }, "all")).toBe(false);
    expect(due({ isNew: 1, detailReadAt: hoursAgo(1) }, "all")).toBe(false);
  });

  it("follows an open invoice that the list shows no longer", () => {
    const old = { invoiceDate: "2025-10-01", isOpen: 1 };
    expect(due(old)).toBe(true);
    expect(due({ ...old, isOpen: 0 })).toBe(false);
    expect(due({ ...old, detailReadAt: hoursAgo(1) })).toBe(false);
  });
});
