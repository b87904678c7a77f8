/** Where this server keeps what must outlive it: the audit file, the day's spending, counted quotas. */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "./credentials.js";

/** `PAYMASTER_STATE_DIR`, else the place that the system has for such files. */
export function stateFolder(environment: Environment): string {
  const { PAYMASTER_STATE_DIR, XDG_STATE_HOME, LOCALAPPDATA } = environment;
  if (isSet(PAYMASTER_STATE_DIR)) return PAYMASTER_STATE_DIR;
  if (isSet(XDG_STATE_HOME)) return join(XDG_STATE_HOME, "paymaster");
  if (process.platform === "win32" && isSet(LOCALAPPDATA)) return join(LOCALAPPDATA, "paymaster");
  return join(homedir(), ".local", "state", "paymaster");
}

export function defaultAuditFile(folder: string): string {
  return join(folder, "mcp-audit.jsonl");
}

/** One folder for each service: assistants that spend at the same one share its limits per day. */
export function spendingFolder(folder: string, serviceUrl: string): string {
  return join(folder, "spending", nameOf(serviceUrl, serviceUrl));
}

/** One file for each service and credential: quotas are counted by the account that calls. */
export function quotaFile(folder: string, serviceUrl: string, credential: string): string {
  return join(folder, "quotas", `${nameOf(serviceUrl, `${serviceUrl}\n${credential}`)}.jsonl`);
}

/** The host, for people who look, and a digest of all that tells it from others. */
function nameOf(serviceUrl: string, whole: string): string {
  const { host } = new URL(serviceUrl);
  const digest = createHash("sha256").update(whole).digest("hex").slice(0, 12);
  return `${host.replaceAll(/[^A-Za-z0-9.-]/g, "_")}-${digest}`;
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
