/** A preview as it goes out: amounts in major units, end dates inclusive. */
import type { PreviewBody } from "@paymaster/contract";
import { addDays, type CivilDate, explain, minorToMajor, type Preview } from "@paymaster/engine";

export function toPreviewBody(preview: Preview, currency: string): PreviewBody {
  return {
    preview: true,
    effective_date: preview.effectiveDate,
    currency,
    lines: preview.lines.map((line) => ({
      plan_type: line.planType,
      charge_name: line.chargeName,
      quantity: line.quantity,
      unit_price: minorToMajor(line.unitPriceMinor),
      start_date: line.startDate,
      end_date: addDays(line.endDate, -1),
      total_amount: minorToMajor(line.amountMinor),
      tax_amount: minorToMajor(line.taxMinor),
      reason: line.reason,
      explanation: explain(line.derivation),
    })),
    tax_amount: minorToMajor(preview.taxMinor),
    total_amount: minorToMajor(preview.totalMinor),
    credit_applied: minorToMajor(preview.creditAppliedMinor),
    next_invoice:
      preview.nextInvoice === null
        ? null
        : {
            date: preview.nextInvoice.date,
            total_amount: minorToMajor(preview.nextInvoice.totalMinor),
          },
    warnings: [...preview.warnings],
  };
}

/** The preview of a change that costs nothing and has no plan in it. */
export function emptyPreview(today: CivilDate, currency: string): PreviewBody {
  return {
    preview: true,
    effective_date: today,
    currency,
    lines: [],
    tax_amount: 0,
    total_amount: 0,
    credit_applied: 0,
    next_invoice: null,
    warnings: [],
  };
}
