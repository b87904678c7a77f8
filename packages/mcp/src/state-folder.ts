/** Where this server keeps what must outlive it: the audit file and the day's spending. */
import { join } from "node:path";
import { serviceFileName } from "@paymaster/client/node";

export function defaultAuditFile(folder: string): string {
  return join(folder, "mcp-audit.jsonl");
}

/** One folder for each service: assistants that spend at the same one share its limits per day. */
export function spendingFolder(folder: string, serviceUrl: string): string {
  return join(folder, "spending", serviceFileName(serviceUrl, serviceUrl));
}
