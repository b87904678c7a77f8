/** Carries out a call of a tool: checks its arguments, asks the client, shapes the result. */

import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import {
  type PaymasterClient,
  type PdfDownload,
  type Preview,
  PreviewUnsupportedError,
} from "@paymaster/client";
import { CONFIRMATION_LIFETIME_MS, type Confirmations, canonicalJson } from "./confirmation.js";
import { explainError } from "./explain-error.js";
import { CONFIRMATION_ARGUMENT } from "./tool-schema.js";
import type { Tool } from "./tools.js";
import type { Validators } from "./validators.js";
import { describePreview, type WriteResult } from "./write-result.js";

export interface ToolServices {
  readonly client: PaymasterClient;
  readonly confirmations: Confirmations<Preview>;
  readonly validators: Validators;
  readonly credentialOrigin: string;
  readonly now: () => number;
}

type Arguments = Readonly<Record<string, unknown>>;

/** The largest PDF that is handed to an assistant: it travels in one message, as text. */
const MAX_EMBEDDED_BYTES = 10 * 1024 * 1024;

/** Never throws: what goes wrong is a result that says what to do next. */
export async function callTool(
  tool: Tool,
  given: Arguments,
  services: ToolServices,
  signal: AbortSignal,
): Promise<CallToolResult> {
  const problem = services.validators.input(tool, given);
  if (problem !== undefined) return failure(`These arguments do not fit the tool: ${problem}`);
  try {
    if (tool.operation.effect !== "read") return await performWrite(tool, given, services, signal);
    const { data } = await services.client.request(tool.name, given, { signal });
    if (tool.operation.response.contentType !== undefined) {
      return await embedFile(data as PdfDownload, given);
    }
    return answer(tool, data, services);
  } catch (error) {
    const { credentialOrigin } = services;
    return failure(explainError(error, { operation: tool.operation, credentialOrigin }));
  }
}

function failure(text: string): CallToolResult {
  return { isError: true, content: [{ type: "text", text }] };
}

/** Structured content must fit the tool's output schema, or a client refuses the whole result. */
function answer(tool: Tool, data: unknown, services: ToolServices): CallToolResult {
  const text = JSON.stringify(data, null, 2);
  const problem = services.validators.output(tool, data);
  if (problem !== undefined) {
    return failure(`The service answered in an undocumented shape (${problem}):\n${text}`);
  }
  return {
    content: [{ type: "text", text }],
    structuredContent: data as Record<string, unknown>,
  };
}

async function embedFile(file: PdfDownload, given: Arguments): Promise<CallToolResult> {
  if ((file.contentLength ?? 0) > MAX_EMBEDDED_BYTES) {
    await file.stream.cancel();
    return failure(
      `The file has ${file.contentLength} bytes; ${MAX_EMBEDDED_BYTES} are the limit.`,
    );
  }
  const bytes = await file.bytes();
  if (bytes.byteLength > MAX_EMBEDDED_BYTES) {
    return failure(`The file has ${bytes.byteLength} bytes; ${MAX_EMBEDDED_BYTES} are the limit.`);
  }
  const described = {
    filename: file.filename,
    content_type: "application/pdf",
    size_bytes: bytes.byteLength,
  };
  return {
    content: [
      { type: "text", text: `${file.filename}, ${bytes.byteLength} bytes` },
      {
        type: "resource",
        resource: {
          uri: `paymaster://invoices/${encodeURIComponent(String(given.invoiceId))}.pdf`,
          mimeType: described.content_type,
          blob: Buffer.from(bytes).toString("base64"),
        },
      },
    ],
    structuredContent: described,
  };
}

async function performWrite(
  tool: Tool,
  given: Arguments,
  services: ToolServices,
  signal: AbortSignal,
): Promise<CallToolResult> {
  const { [CONFIRMATION_ARGUMENT]: confirmation, ...input } = given;
  const change = canonicalJson(input);
  if (typeof confirmation !== "string") return firstStep(tool, input, change, services, signal);
  const redeemed = services.confirmations.redeem(confirmation, tool.name, change);
  if (!redeemed.ok) {
    return failure(
      `${REFUSED_CONFIRMATION[redeemed.reason]} Nothing was changed. Call again without confirmation for a new one.`,
    );
  }
  const preview = await previewOf(tool, input, services, signal);
  if (canonicalJson(preview) !== canonicalJson(redeemed.pending.preview)) {
    return firstStep(tool, input, change, services, signal, CHANGED_MEANWHILE);
  }
  const options = { signal, idempotencyKey: confirmation };
  const { data } = await services.client.request(tool.name, input, options);
  const result: WriteResult = { status: "done", result: data ?? null };
  return {
    content: [
      { type: "text", text: `Done.${data === undefined ? "" : ` ${JSON.stringify(data)}`}` },
    ],
    structuredContent: { ...result },
  };
}

const REFUSED_CONFIRMATION = {
  unknown: "This confirmation was used already, or was not given by this server.",
  expired: `This confirmation is older than ${CONFIRMATION_LIFETIME_MS / 60_000} minutes.`,
  other_change: "This confirmation belongs to another change: tool and arguments must be the same.",
} as const;

const CHANGED_MEANWHILE =
  "What this change does or costs has changed since it was shown; it was not carried out.\n";

async function firstStep(
  tool: Tool,
  input: Arguments,
  change: string,
  services: ToolServices,
  signal: AbortSignal,
  prefix = "",
): Promise<CallToolResult> {
  const preview = await previewOf(tool, input, services, signal);
  const confirmation = services.confirmations.issue(tool.name, change, preview);
  const expiresAt = new Date(services.now() + CONFIRMATION_LIFETIME_MS).toISOString();
  const result: WriteResult = {
    status: "confirmation_required",
    preview,
    confirmation,
    expires_at: expiresAt,
  };
  const text = `${prefix}${describePreview(tool.name, preview)}
Show this to the person who decides. After their yes, call ${tool.name} again with the same arguments and confirmation "${confirmation}" before ${expiresAt}.`;
  return { content: [{ type: "text", text }], structuredContent: { ...result } };
}

async function previewOf(
  tool: Tool,
  input: Arguments,
  services: ToolServices,
  signal: AbortSignal,
): Promise<Preview | null> {
  try {
    const { data } = await services.client.request(tool.name, input, { signal, preview: true });
    return data as Preview;
  } catch (error) {
    if (error instanceof PreviewUnsupportedError) return null;
    throw error;
  }
}
