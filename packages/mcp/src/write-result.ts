/** What a writing tool answers: first the change and a confirmation, then that it was made. */
import type { Preview } from "@paymaster/client";
import { previewBody } from "@paymaster/contract";
import { type ObjectSchema, plain } from "./tool-schema.js";

export type WriteResult =
  | {
      readonly status: "confirmation_required";
      /** null: this service offers no previews. */
      readonly preview: Preview | null;
      readonly confirmation: string;
      /** ISO instant. */
      readonly expires_at: string;
    }
  | { readonly status: "done"; readonly result: unknown };

export const writeOutputSchema: ObjectSchema = {
  type: "object",
  properties: {
    status: { type: "string", enum: ["confirmation_required", "done"] },
    preview: {
      anyOf: [{ type: "null" }, plain(previewBody)],
      description: "What the change would do and cost.",
    },
    confirmation: { type: "string", description: "Argument `confirmation` of the second call." },
    expires_at: { type: "string", description: "Until when the confirmation is valid." },
    result: {
      anyOf: [{ type: "null" }, { type: "object" }],
      description: "The service's answer, when the change was made; null: it said no more.",
    },
  },
  required: ["status"],
};

/** The preview as a person would want to be asked. */
export function describePreview(tool: string, preview: Preview | null): string {
  if (preview === null) {
    return `${tool} would be carried out as given. This service offers no preview: what it costs is not known here.`;
  }
  const { currency } = preview;
  const lines = preview.lines.map(
    (line) =>
      `- ${line.charge_name}: ${line.quantity} x ${amount(line.unit_price, currency)}, ${line.start_date} to ${line.end_date}: ${amount(line.total_amount, currency)} (${line.explanation})`,
  );
  const invoiced = lines.length === 0 ? ["Nothing is invoiced now."] : lines;
  return [
    `Nothing has been changed yet. ${tool} would take effect on ${preview.effective_date}:`,
    ...invoiced,
    `Tax: ${amount(preview.tax_amount, currency)}. To pay now: ${amount(preview.total_amount, currency)}.`,
    ...preview.warnings.map((warning) => `Note: ${warning}`),
  ].join("\n");
}

function amount(value: number, currency: string): string {
  return `${value.toFixed(2)} ${currency}`;
}
