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

/**
 * One file for each service and account: quotas are counted by the account that calls.
 * @param account its id; where that is not known, the credential (only a digest of it is used)
 */
export function quotaFile(folder: string, serviceUrl: string, account: string): string {
  return join(
    folder,
    "quotas",
    `${serviceFileName(serviceUrl, `${serviceUrl}\n${account}`)}.jsonl`,
  );
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
