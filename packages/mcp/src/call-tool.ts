/** Carries out a call of a tool: checks its arguments, asks the client, shapes the result. */
import type { PdfDownload } from "@paymaster/client";
import { explainError, isCancelled } from "./explain-error.js";
import type { ToolServices } from "./tool-outcome.js";
import { type Arguments, failed, type ToolCall, type ToolOutcome } from "./tool-outcome.js";
import type { Tool } from "./tools.js";
import { writeWithTool } from "./write-tool.js";

/** The largest PDF that is handed to an assistant: it travels in one message, as text. */
const MAX_EMBEDDED_BYTES = 10 * 1024 * 1024;

/** Never throws: what goes wrong is a result that says what to do next. */
export async function callTool(call: ToolCall, services: ToolServices): Promise<ToolOutcome> {
  const { tool, signal } = call;
  const problem = services.validators.input(tool, call.arguments);
  if (problem !== undefined) {
    return failed("refused", `These arguments do not fit the tool: ${problem}`);
  }
  try {
    if (tool.operation.effect !== "read") return await writeWithTool(call, services);
    const { data } = await services.client.request(tool.name, call.arguments, { signal });
    if (tool.operation.response.contentType !== undefined) {
      return await embedFile(data as PdfDownload, call.arguments);
    }
    return answer(tool, data, services);
  } catch (error) {
    const { credentialOrigin } = services;
    const text = explainError(error, { operation: tool.operation, credentialOrigin });
    return failed(isCancelled(error) ? "cancelled" : "error", text);
  }
}

/** Structured content must fit the tool's output schema, or a client refuses the whole result. */
function answer(tool: Tool, data: unknown, services: ToolServices): ToolOutcome {
  const text = JSON.stringify(data, null, 2);
  const problem = services.validators.output(tool, data);
  if (problem !== undefined) {
    return failed("error", `The service answered in an undocumented shape (${problem}):\n${text}`);
  }
  const structuredContent = data as Record<string, unknown>;
  return { outcome: "ok", result: { content: [{ type: "text", text }], structuredContent } };
}

async function embedFile(file: PdfDownload, given: Arguments): Promise<ToolOutcome> {
  if ((file.contentLength ?? 0) > MAX_EMBEDDED_BYTES) {
    await file.stream.cancel();
    return tooLarge(file.contentLength);
  }
  const bytes = await file.bytes();
  if (bytes.byteLength > MAX_EMBEDDED_BYTES) return tooLarge(bytes.byteLength);
  const described = {
    filename: file.filename,
    content_type: "application/pdf",
    size_bytes: bytes.byteLength,
  };
  return {
    outcome: "ok",
    result: {
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
    },
  };
}

function tooLarge(bytes: number | undefined): ToolOutcome {
  return failed("error", `The file has ${bytes} bytes; ${MAX_EMBEDDED_BYTES} are the limit.`);
}
