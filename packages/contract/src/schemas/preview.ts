/** The answer to `Prefer: preview`: what a change would do, told before it is done. Own, not the vendor's. */
import Type, { type Static } from "typebox";

const previewLine = Type.Object({
  plan_type: Type.String(),
  charge_name: Type.String(),
  quantity: Type.Integer(),
  unit_price: Type.Number(),
  start_date: Type.String({ format: "date" }),
  end_date: Type.String({ format: "date", description: "Last day of service." }),
  total_amount: Type.Number({ description: "Without tax; negative for credits." }),
  tax_amount: Type.Number(),
  reason: Type.String(),
  explanation: Type.String({ description: "Why the amount is what it is, as a sentence." }),
});

export const previewBody = Type.Object({
  preview: Type.Literal(true),
  effective_date: Type.String({ format: "date" }),
  currency: Type.String(),
  lines: Type.Array(previewLine, {
    description: "Lines of the invoice that the write would post now.",
  }),
  tax_amount: Type.Number(),
  total_amount: Type.Number(),
  credit_applied: Type.Number({ description: "What of the total existing credit would settle." }),
  next_invoice: Type.Union([
    Type.Null(),
    Type.Object({ date: Type.String({ format: "date" }), total_amount: Type.Number() }),
  ]),
  warnings: Type.Array(Type.String()),
});

export type PreviewBody = Static<typeof previewBody>;

/** What two hosts more in the middle of a month would cost. */
export const previewExample: PreviewBody = {
  preview: true,
  effective_date: "2026-02-15",
  currency: "USD",
  lines: [
    {
      plan_type: "monthly",
      charge_name: "Standard Pro Monthly",
      quantity: 2,
      unit_price: 14.99,
      start_date: "2026-02-15",
      end_date: "2026-02-27",
      total_amount: 13.92,
      tax_amount: 0,
      reason: "added_hosts:4-5",
      explanation:
        "2 hosts added, from 15 February to 27 February 2026, 13 of 28 days of 2 x 14.99 USD: 13.92 USD.",
    },
  ],
  tax_amount: 0,
  total_amount: 13.92,
  credit_applied: 0,
  next_invoice: { date: "2026-02-28", total_amount: 74.95 },
  warnings: [],
};
