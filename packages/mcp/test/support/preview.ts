import type { Preview } from "@paymaster/client";

/** A change that costs 100 USD, as a Paymaster shows it. */
export const preview: Preview = {
  preview: true,
  effective_date: "2021-06-01",
  currency: "USD",
  lines: [
    {
      plan_type: "large500_monthly",
      charge_name: "Large Meeting 500 Monthly",
      quantity: 2,
      unit_price: 50,
      start_date: "2021-06-01",
      end_date: "2021-06-30",
      total_amount: 100,
      tax_amount: 0,
      reason: "subscribe",
      explanation: "30 of 30 days",
    },
  ],
  tax_amount: 0,
  total_amount: 100,
  credit_applied: 0,
  next_invoice: { date: "2021-07-01", total_amount: 100 },
  warnings: ["The base plan ends on 2021-06-30."],
};
