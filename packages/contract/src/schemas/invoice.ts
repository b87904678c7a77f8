/** Members that an invoice has in the list and in the detail. Amounts are in major units. */
import Type from "typebox";

export const date = (description: string) =>
  Type.String({ description: `${description} yyyy-mm-dd.`, format: "date" });
export const amount = (description: string) =>
  Type.Number({ description: `${description} In major units, at most two decimals.` });

export const currency = Type.String({
  description: "Currency of all amounts of the answer, e.g. USD.",
  minLength: 3,
  maxLength: 3,
});

export const invoiceMembers = {
  balance: amount("What is left to pay after payments, adjustments and refunds."),
  due_date: date("Day by which the invoice is to be paid."),
  id: Type.String({ description: "Id of the invoice, 32 hexadecimal digits." }),
  invoice_date: date("Day of the invoice."),
  invoice_number: Type.String({ description: "Number of a posted invoice; empty for a draft." }),
  /** Only `Draft` is documented; the others are those of the billing back end (assumed). */
  status: Type.String({
    description: "`Draft`, `Posted` or `Canceled`.",
    default: "Draft",
  }),
  target_date: date("All charges due on or before this day are on the invoice."),
  tax_amount: amount("Tax of the invoice."),
  total_amount: amount("Total of the invoice, tax included."),
};
