/** Where programs of one user on one machine keep what must outlive them, counted quotas among it. */
import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { memoryQuotaStore, type QuotaStore } from "../planner/store.js";
import { fileQuotaStore } from "./file-quota-store.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** `PAYMASTER_STATE_DIR`, else the place that the system has for such files. */
export function stateFolder(environment: Environment): string {
  const { PAYMASTER_STATE_DIR, XDG_STATE_HOME, LOCALAPPDATA } = environment;
  if (isSet(PAYMASTER_STATE_DIR)) return PAYMASTER_STATE_DIR;
  if (isSet(XDG_STATE_HOME)) return join(XDG_STATE_HOME, "paymaster");
  if (process.platform === "win32" && isSet(LOCALAPPDATA)) return join(LOCALAPPDATA, "paymaster");
  return join(homedir(), ".local", "state", "paymaster");
}

/** Who calls, as far as a program knows. */
export interface QuotaCaller {
  readonly accountId?: string | undefined;
  /** Token, API key, or `user:password`; only a digest of it is used. */
  readonly credential?: string | undefined;
}

/**
 * The file of one service and account, in which all programs of this user count together: quotas are
 * those of the account that calls. Where the account is not known its credential stands for it.
 */
export function quotaFile(folder: string, serviceUrl: string, caller: QuotaCaller): string {
  const { accountId, credential } = caller;
  const account = isSet(accountId) ? accountId : (credential ?? "").replace(/^bearer /i, "");
  // The same address in other words is the same service.
  const service = new URL(serviceUrl).href.replace(/\/+$/, "");
  return join(folder, "quotas", `${serviceFileName(service, `${service}\n${account}`)}.jsonl`);
}

/** The host, for people who look, and a digest of all that tells it from others. */
export function serviceFileName(serviceUrl: string, whole: string): string {
  const { host } = new URL(serviceUrl);
  const digest = createHash("sha256").update(whole).digest("hex").slice(0, 12);
  return `${host.replaceAll(/[^A-Za-z0-9.-]/g, "_")}-${digest}`;
}

/** Counts that other programs of this user share; where there is no place to keep them, this one's alone. */
export function sharedQuotaStore(path: string, log: (line: string) => void): QuotaStore {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    accessSync(dirname(path), constants.W_OK);
    return fileQuotaStore({
      path,
      onCorrupt: (kept) => log(`counted quotas begin anew; what was counted is in ${kept}.corrupt`),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log(`quotas are counted for this process only: ${reason}`);
    return memoryQuotaStore();
  }
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
