import { useQuery } from "@tanstack/react-query";
import type { Operator } from "../../api/operator.js";

export interface BillRun {
  readonly id: string;
  readonly target_date: string;
  readonly mode: "post" | "draft" | "preview";
  readonly status: "running" | "done" | "failed";
  readonly accounts_total: number;
  readonly accounts_done: number;
  readonly accounts_failed: number;
  readonly invoices: number;
  readonly total: number;
  readonly currency: string;
  readonly run_date: string;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly canceled_at: string | null;
  readonly progress: {
    readonly done: number;
    readonly total: number;
    readonly rate: number | null;
    readonly seconds_left: number | null;
  };
}

export interface BillRunAccount {
  readonly account_id: string;
  readonly state: "waiting" | "done" | "failed";
  readonly reason: string | null;
  readonly invoice_id: string | null;
  readonly total_amount: number | null;
}

export const MODES = { post: "Post", draft: "Drafts", preview: "Preview" } as const;

/** How often a running one is looked at. */
const LOOK_MS = 500;

export function useBillRun(operator: Operator, id: string) {
  return useQuery({
    queryKey: ["bill-run", id],
    queryFn: ({ signal }) =>
      operator.get<BillRun>(`/bill-runs/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: ({ state }) => (state.data?.status === "running" ? LOOK_MS : false),
  });
}
