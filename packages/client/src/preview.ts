/** What `Prefer: preview` answers: the write's effect and price, without the write. */

/** A line of the invoice that the write would post now. Amounts are in major units. */
export interface PreviewLine {
  readonly plan_type: string;
  readonly charge_name: string;
  readonly quantity: number;
  readonly unit_price: number;
  /** yyyy-mm-dd. */
  readonly start_date: string;
  /** yyyy-mm-dd, the last day that is charged. */
  readonly end_date: string;
  /** Without tax. */
  readonly total_amount: number;
  readonly tax_amount: number;
  /** Why there is such a line, e.g. a new plan or added hosts. */
  readonly reason: string;
  /** How the amount comes about, for people. */
  readonly explanation: string;
}

export interface Preview {
  readonly preview: true;
  /** yyyy-mm-dd: when the change takes effect. */
  readonly effective_date: string;
  readonly currency: string;
  /** Empty when nothing is invoiced now. */
  readonly lines: readonly PreviewLine[];
  readonly tax_amount: number;
  /** Tax included. */
  readonly total_amount: number;
  /** What credit pays of it. */
  readonly credit_applied: number;
  readonly next_invoice: { readonly date: string; readonly total_amount: number } | null;
  readonly warnings: readonly string[];
}
