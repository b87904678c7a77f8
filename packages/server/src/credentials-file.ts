/** `<data-dir>/credentials.json`: how to reach this server and with which secrets; mode 0600. */
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Credentials {
  readonly base_url: string;
  readonly token_url: string;
  readonly admin_url: string;
  readonly account_id: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly api_key: string;
  readonly admin_key: string;
}

/** The part that was made once; the addresses follow the port in use. */
export type Secrets = Omit<Credentials, "base_url" | "token_url" | "admin_url">;

const SECRET_NAMES = [
  "account_id",
  "client_id",
  "client_secret",
  "api_key",
  "admin_key",
] as const satisfies readonly (keyof Secrets)[];

export function credentialsPath(dataDir: string): string {
  return join(dataDir, "credentials.json");
}

/** The secrets of an earlier start; null when the file is missing or lacks one. */
export async function readSecrets(dataDir: string): Promise<Secrets | null> {
  let text: string;
  try {
    text = await readFile(credentialsPath(dataDir), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null) return null;
  const entries = SECRET_NAMES.map((name) => [name, parsed[name]] as const);
  if (entries.some(([, value]) => typeof value !== "string" || value === "")) return null;
  return Object.fromEntries(entries) as unknown as Secrets;
}

/** Written beside and renamed, so that a reader never sees half a file. */
export async function writeCredentials(
  dataDir: string,
  origin: string,
  secrets: Secrets,
): Promise<void> {
  const credentials: Credentials = {
    base_url: `${origin}/v2`,
    token_url: `${origin}/oauth/token`,
    admin_url: `${origin}/admin/v1`,
    ...secrets,
  };
  const path = credentialsPath(dataDir);
  const draft = `${path}.new`;
  await writeFile(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, path);
}
