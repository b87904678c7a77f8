/** A plan of an account, as the screens show it. What the wire does not tell is null. */
export interface PlanRow {
  readonly key: string;
  readonly family: string;
  readonly role: "base" | "addon";
  readonly planType: string;
  readonly status: "active" | "ending" | "expired" | "unknown";
  readonly isTrial: boolean;
  /** null: the family has no licences. */
  readonly hosts: number | null;
  readonly hostsUsed: number | null;
  readonly unitPrice: number | null;
  readonly periodAmount: number | null;
  readonly startDate: string | null;
  /** First day of the next period. */
  readonly periodEnd: string | null;
  readonly pending: { readonly planType: string; readonly hosts: number } | null;
  readonly cancellation: {
    readonly on: string;
    readonly reason: number | null;
    readonly comment: string | null;
  } | null;
}
