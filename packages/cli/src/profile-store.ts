/** Profiles: a credentials file for each master, by name, and which one is in use. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  type CredentialMembers,
  readCredentialsFile,
  writeCredentialsFile,
} from "./credentials-file.js";
import { UsageError } from "./exit-codes.js";

type Environment = Readonly<Record<string, string | undefined>>;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** `PAYMASTER_CONFIG_DIR`, else the place that the system has for settings. */
export function configFolder(environment: Environment): string {
  const { PAYMASTER_CONFIG_DIR, XDG_CONFIG_HOME, APPDATA } = environment;
  if (PAYMASTER_CONFIG_DIR) return PAYMASTER_CONFIG_DIR;
  if (XDG_CONFIG_HOME) return join(XDG_CONFIG_HOME, "paymaster");
  if (process.platform === "win32" && APPDATA) return join(APPDATA, "paymaster");
  return join(homedir(), ".config", "paymaster");
}

export class ProfileStore {
  readonly #folder: string;

  constructor(environment: Environment) {
    this.#folder = configFolder(environment);
  }

  /** @throws UsageError for a name that no profile can have */
  fileOf(name: string): string {
    if (NAME.test(name)) return join(this.#folder, "profiles", `${name}.json`);
    throw new UsageError(
      `${JSON.stringify(name)} cannot be a profile's name: letters, digits, dots, hyphens and underscores, at most 64`,
    );
  }

  /** In the order of their names. */
  names(): readonly string[] {
    try {
      return readdirSync(join(this.#folder, "profiles"))
        .filter((file) => file.endsWith(".json"))
        .map((file) => file.slice(0, -".json".length))
        .filter((name) => NAME.test(name))
        .sort();
    } catch {
      return [];
    }
  }

  has(name: string): boolean {
    return existsSync(this.fileOf(name));
  }

  /** @throws UsageError that tells the names there are */
  read(name: string): CredentialMembers {
    const members = readCredentialsFile(this.fileOf(name));
    if (members !== undefined) return members;
    const names = this.names();
    const known =
      names.length === 0 ? "there are none yet: paymaster profiles add NAME" : names.join(", ");
    throw new UsageError(`no profile is called ${name} (${known})`);
  }

  write(name: string, members: CredentialMembers): void {
    writeCredentialsFile(this.fileOf(name), members);
  }

  remove(name: string): void {
    this.read(name);
    rmSync(this.fileOf(name));
    if (this.inUse() === name) this.use(undefined);
  }

  /** The profile of commands that name none. */
  inUse(): string | undefined {
    try {
      const name = readFileSync(this.#inUseFile, "utf8").trim();
      return name === "" ? undefined : name;
    } catch {
      return undefined;
    }
  }

  /** @param name undefined: none */
  use(name: string | undefined): void {
    if (name === undefined) {
      rmSync(this.#inUseFile, { force: true });
      return;
    }
    this.read(name);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.#inUseFile, `${name}\n`);
  }

  get #inUseFile(): string {
    return join(this.#folder, "profile-in-use");
  }
}
