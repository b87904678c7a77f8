import type { PreviewBody } from "@paymaster/contract";

/** What `Prefer: preview` answers: the write's effect and price, without the write. */
export type Preview = PreviewBody;

/** A line of the invoice that the write would post now. Amounts are in major units. */
export type PreviewLine = Preview["lines"][number];
