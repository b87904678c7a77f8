/** What a download tells while it runs and at its end. Instants are ISO, on the service's clock. */

export interface FileProblem {
  readonly invoice_id: string;
  readonly invoice_number: string;
  readonly account_name: string;
  readonly problem: string;
}

export interface DownloadSummary {
  readonly outcome: "done" | "partial" | "stopped";
  /** Files fetched in this run, and those of an earlier one that were found. */
  readonly fetched: number;
  readonly bytes: number;
  /** Files that were there before. */
  readonly kept: number;
  /** Files that are not the invoice they should be. */
  readonly set_aside: number;
  /** Wanted and not fetched. */
  readonly left: number;
  /** When the quota reopens that they wait for. */
  readonly goes_on_at?: string;
  readonly problems: readonly FileProblem[];
}

export type DownloadEvent =
  | { readonly event: "schedule"; readonly wanted: number; readonly kept: number }
  | {
      readonly event: "file";
      readonly done: number;
      readonly wanted: number;
      readonly file: string;
      readonly bytes: number;
      readonly sha256: string;
    }
  | ({ readonly event: "problem" } & FileProblem)
  | ({ readonly event: "end" } & DownloadSummary);

export interface DownloadSchedule {
  readonly wanted: number;
  readonly kept: number;
  readonly set_aside: number;
  /** Files by UTC day. */
  readonly days: readonly { readonly date: string; readonly calls: number }[];
  readonly finishes_at: string;
}
