/**
 * VAT categories. An invoice line says only at which rate it was taxed; what no tax means follows from
 * who was exempt:
 * - a rate above zero: S, standard rated;
 * - no tax, and the account or its payer was exempt on the day: E, exempt, with the issuer's reason;
 * - no tax since there is no rate for the address: O, not subject to VAT. Nothing is claimed about the
 *   law of a country that the operator has no rate for. The standard then forbids VAT identifiers
 *   (BR-O-02) and any other category beside it (BR-O-11), so in an invoice that also has taxed lines
 *   (charges of a cancelled invoice, billed again after the rate changed) untaxed ones are E.
 *
 * The standard knows value added tax and nothing else. The tax of an account in the United States is a
 * sales tax: stating it as VAT would be wrong, so there is no e-invoice of it.
 *
 * The tax of a rate is the sum of its lines' taxes, each rounded by itself, as posted. BR-CO-17 would
 * have the product of the sum and the rate, rounded once. The XML must not state another tax than the
 * ledger and the PDF, so the posted one is kept; the published artefacts check the rule with a tolerance
 * of one unit of the currency, and an invoice beyond it is refused.
 */
import { type ChargeLine, multiplyDivide } from "@paymaster/engine";
import type { EInvoiceProblem, TaxBreakdown, TaxCategory } from "./invoice.js";

export interface TaxTreatment {
  readonly category: TaxCategory;
  /** null: no rate is stated. */
  readonly taxRatePpm: number | null;
}

export const NOT_SUBJECT_TO_VAT = "Not subject to VAT";
/** What the posted tax of a rate may differ from the product: less than one unit of the currency. */
const TAX_TOLERANCE_MINOR = 100;

export function treatmentsOf(lines: readonly ChargeLine[], isExempt: boolean): TaxTreatment[] {
  const hasTaxed = lines.some((line) => line.taxRatePpm > 0);
  const untaxed: TaxTreatment =
    isExempt || hasTaxed ? { category: "E", taxRatePpm: 0 } : { category: "O", taxRatePpm: null };
  return lines.map(({ taxRatePpm }) => {
    return taxRatePpm > 0 ? { category: "S", taxRatePpm } : untaxed;
  });
}

/** One entry for each rate, the lowest first, as posted. */
export function breakDown(
  lines: readonly ChargeLine[],
  treatments: readonly TaxTreatment[],
  exemptionReason: string,
): TaxBreakdown[] {
  const byRate = new Map<string, TaxBreakdown>();
  lines.forEach((line, index) => {
    const treatment = treatments[index];
    if (treatment === undefined) throw new Error("a line has no tax category");
    const key = `${treatment.category} ${treatment.taxRatePpm}`;
    const sum = byRate.get(key);
    byRate.set(key, {
      ...treatment,
      netMinor: (sum?.netMinor ?? 0) + line.amountMinor,
      taxMinor: (sum?.taxMinor ?? 0) + line.taxMinor,
      exemptionReason: reasonOf(treatment.category, exemptionReason),
    });
  });
  return [...byRate.values()].sort((a, b) => (a.taxRatePpm ?? 0) - (b.taxRatePpm ?? 0));
}

/** Whether the tax is one that the standard has no place for; `country` is where the account is taxed. */
export function checkKind(
  treatments: readonly TaxTreatment[],
  country: string | undefined,
): EInvoiceProblem[] {
  const isTaxed = treatments.some(({ category }) => category === "S");
  if (!isTaxed || country !== "US") return [];
  const message =
    "Sales tax of the United States is no value added tax, and EN 16931 knows no other.";
  return [{ field: "invoice.tax", message }];
}

/** Rates whose posted tax is further from the product than the standard's artefacts accept. */
export function checkRounding(taxes: readonly TaxBreakdown[]): EInvoiceProblem[] {
  return taxes.flatMap(({ netMinor, taxMinor, taxRatePpm }) => {
    const product = multiplyDivide(netMinor, taxRatePpm ?? 0, 1_000_000);
    if (Math.abs(taxMinor - product) < TAX_TOLERANCE_MINOR) return [];
    const message = "Rounded line by line, the tax is too far from the rate of the sum (BR-CO-17).";
    return [{ field: "invoice.tax", message }];
  });
}

function reasonOf(category: TaxCategory, exemptionReason: string): string | null {
  if (category === "S") return null;
  return category === "E" ? exemptionReason : NOT_SUBJECT_TO_VAT;
}
