/**
 * Posted invoices for the tests: lines with derivations that the engine would make, sums and taxes by the
 * engine's own assembly, parties as the bill run stores them. `arbitrarySource` draws them at random.
 */
import {
  addDays,
  addMonths,
  amountOf,
  assembleInvoice,
  type ChargeLine,
  type Contact,
  type Derivation,
  daysBetween,
  taxOn,
} from "@paymaster/engine";
import fc from "fast-check";
import type { EInvoiceSource } from "../../../src/e-invoice/assemble.js";
import { DEFAULT_ISSUER, type Issuer } from "../../../src/e-invoice/issuer.js";
import type { Parties } from "../../../src/store/invoices.js";

export const ISSUER: Issuer = {
  name: "Nordlicht Kommunikation GmbH",
  addressLines: ["Hafenstraße 12", "Hinterhaus"],
  city: "Hamburg",
  zip: "20457",
  state: null,
  country: "DE",
  email: "rechnung@nordlicht.example",
  vatId: "DE123456789",
  taxNumber: "22/815/08150",
  registrationId: "HRB 123456",
  id: null,
  taxExemptionReason: "Exempt under Article 132 of Directive 2006/112/EC",
};

export const MASTER: Parties["account"] = {
  id: "EAZ8Nmq1SmSKTy0wM1jmPA",
  name: "Meridian Partners",
  contact: contact({ country: "FR", city: "Lyon", zip: "69002", state: "" }),
};

export const SUB: Parties["account"] = {
  id: "mZ3xqRr0SvyVJ0wBqg8f2A",
  name: "Alder & Finch <Architects>",
  contact: contact({ country: "DE", city: "Köln", zip: "50667", state: "NRW" }),
};

export function contact(overrides: Partial<Contact> = {}): Contact {
  return {
    first_name: "Nora",
    last_name: "Alder",
    email: "nora@alder.example",
    phone_number: "+49 221 555 0134",
    address: "Domstraße 1",
    apt: "4",
    city: "Köln",
    state: "",
    zip: "50667",
    country: "DE",
    ...overrides,
  };
}

export interface LineSpec {
  readonly rule?: Derivation["rule"];
  readonly quantity?: number;
  readonly unitPriceMinor?: number;
  readonly unit?: Derivation["unit"];
  readonly periodStart?: string;
  readonly months?: number;
  /** Days of the period that are charged; default: all. */
  readonly fromDay?: number;
  readonly toDay?: number;
  readonly taxRatePpm?: number;
  readonly chargeName?: string;
  readonly hostBlocks?: readonly number[];
}

/** A line as the engine makes it: its amount and tax follow from the derivation. */
export function chargeLine(spec: LineSpec = {}, itemNumber = 1): ChargeLine {
  const { rule = "full_period", quantity = 12, unitPriceMinor = 1_499, unit = "host" } = spec;
  const { periodStart = "2026-03-01", months = 1, taxRatePpm = 0 } = spec;
  const periodEnd = addMonths(periodStart, months);
  const periodDays = daysBetween(periodStart, periodEnd);
  const fromDay = spec.fromDay ?? 0;
  const toDay = spec.toDay ?? periodDays;
  const derivation: Derivation = {
    rule,
    cause: rule === "unused_credit" ? "change" : "renewal",
    planType: "business_yearly",
    unitPriceMinor,
    quantity,
    currency: "EUR",
    unit,
    periodStart,
    periodEnd,
    periodDays,
    fullAmountMinor: unitPriceMinor * quantity,
    fromDay,
    toDay,
    rounding: "half away from zero",
    ...(spec.hostBlocks === undefined ? {} : { hostBlocks: spec.hostBlocks }),
    ...(unit === "GB" ? { inputs: { used_gb: 20.5, free_gb: 3, plan_gb: 1 } } : {}),
  };
  const amountMinor = amountOf(derivation);
  return {
    itemNumber,
    family: "plan_base",
    planType: derivation.planType,
    chargeName: spec.chargeName ?? "Standard Biz Annual",
    chargeType: unit === "GB" ? "Usage" : "Recurring",
    reason: "recurring",
    quantity,
    unitPriceMinor,
    startDate: addDays(periodStart, fromDay),
    endDate: addDays(periodStart, toDay),
    amountMinor,
    taxMinor: taxOn(amountMinor, taxRatePpm),
    taxRatePpm,
    derivation,
  };
}

/** A posted invoice of these lines. */
export function source(
  lines: readonly ChargeLine[],
  overrides: Partial<EInvoiceSource> = {},
): EInvoiceSource {
  const assembled = assembleInvoice({
    lines,
    invoiceDate: "2026-03-31",
    targetDate: "2026-03-31",
    paymentTermDays: 30,
  });
  return {
    issuer: ISSUER,
    parties: { account: SUB, payer: MASTER, taxExempt: false },
    lines,
    invoice: {
      masterId: MASTER.id,
      id: "8ad0855192b3dc860192b93fc9f00476",
      accountId: SUB.id,
      payerId: MASTER.id,
      number: 42,
      invoiceNumber: "INV-00000042",
      status: "Posted",
      currency: assembled.currency,
      invoiceDate: assembled.invoiceDate,
      targetDate: assembled.targetDate,
      dueDate: assembled.dueDate,
      netMinor: assembled.netMinor,
      taxMinor: assembled.taxMinor,
      totalMinor: assembled.totalMinor,
      balanceMinor: Math.max(0, assembled.totalMinor),
      billRunId: null,
      parties: null,
    },
    ...overrides,
  };
}

const RATES = [50_000, 75_000, 88_750, 190_000, 210_000, 255_000];

/** Names as people have them, and some that nobody should. */
const arbitraryName = fc.oneof(
  fc.constantFrom(
    "Łódź & Söhne <KG>",
    "Müller\tÉlan\nS.à r.l.",
    'O\'Neill "Quotes" ]]> Ltd',
    "株式会社サンプル",
    "broken \ud83d pair \uffff",
    "شركة الاتصالات",
    "Null\u0000Bell\u0007 & Co &amp; <br/>",
    "Rocket 🚀 Ltd",
  ),
  fc.string({ unit: "binary", minLength: 1, maxLength: 60 }).map((text) => `x${text}`),
);

/** Derivations of every rule, whole and in part, positive and negative. */
export const arbitraryLine = (taxRatePpm: number): fc.Arbitrary<ChargeLine> =>
  fc
    .record({
      rule: fc.constantFrom<Derivation["rule"]>(
        "full_period",
        "part_period",
        "added_hosts",
        "unused_credit",
        "usage_storage",
      ),
      quantity: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9_999 })),
      unitPriceMinor: fc.oneof(
        fc.constantFrom(1_499, 19_990, 33_333, 0, 1),
        fc.integer({ min: 0, max: 500_000 }),
      ),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 28 }),
      months: fc.constantFrom(1, 3, 12, 24, 36),
      share: fc.tuple(fc.nat({ max: 999 }), fc.nat({ max: 999 })),
      itemNumber: fc.integer({ min: 1, max: 40 }),
      chargeName: arbitraryName,
    })
    .map(
      ({ rule, quantity, unitPriceMinor, month, day, months, share, itemNumber, chargeName }) => {
        const pad = (value: number) => String(value).padStart(2, "0");
        const periodStart = `2026-${pad(month)}-${pad(day)}`;
        const days = daysBetween(periodStart, addMonths(periodStart, months));
        const isWhole = rule === "full_period";
        const fromDay = isWhole ? 0 : Math.floor((share[0] * (days - 1)) / 1_000);
        const toDay = isWhole
          ? days
          : fromDay + 1 + Math.floor((share[1] * (days - fromDay)) / 1_000);
        const unit = rule === "usage_storage" ? ("GB" as const) : ("host" as const);
        const spec: LineSpec = {
          rule,
          quantity,
          unitPriceMinor,
          unit,
          periodStart,
          months,
          fromDay,
          toDay: Math.min(toDay, days),
          taxRatePpm,
          chargeName,
        };
        const first = Math.max(1, Math.floor(quantity / 3));
        const hostBlocks =
          rule === "unused_credit" && first < quantity
            ? { hostBlocks: [first, quantity - first] }
            : {};
        return chargeLine({ ...spec, ...hostBlocks }, itemNumber);
      },
    );

/**
 * Posted invoices that can be stated as e-invoices: taxed, exempt and not subject to tax, of several
 * rates, with credits and negative totals, paid by the account or for it.
 */
export const arbitrarySource: fc.Arbitrary<EInvoiceSource> = fc
  .record({
    rates: fc.oneof(
      fc.constant([0]),
      fc.constantFrom(...RATES).map((rate) => [rate]),
      fc.constantFrom(...RATES).map((rate) => [rate, 0]),
      fc.uniqueArray(fc.constantFrom(...RATES), { minLength: 2, maxLength: 3 }),
    ),
    name: arbitraryName,
    street: arbitraryName,
    isOwnPayer: fc.boolean(),
    taxExempt: fc.boolean(),
    isStandIn: fc.boolean(),
    hasSubContact: fc.boolean(),
  })
  .chain(({ rates, ...drawn }) =>
    fc
      .array(
        fc.constantFrom(...rates).chain((rate) => arbitraryLine(rate)),
        { minLength: 1, maxLength: 12 },
      )
      .map((lines) => ({ lines, ...drawn })),
  )
  .map(({ lines, name, street, isOwnPayer, taxExempt, isStandIn, hasSubContact }) => {
    const payer = { ...MASTER, contact: contact({ country: "FR", address: street }) };
    const sub = { ...SUB, name, contact: hasSubContact || isOwnPayer ? SUB.contact : null };
    const account = isOwnPayer ? { ...payer, name } : sub;
    const isUntaxed = lines.every((line) => line.taxRatePpm === 0) && !taxExempt;
    return source(lines, {
      parties: { account, payer: isOwnPayer ? account : payer, taxExempt },
      ...(isUntaxed && isStandIn ? { issuer: DEFAULT_ISSUER } : {}),
    });
  });
