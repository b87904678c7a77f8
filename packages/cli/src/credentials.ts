/** Where the command line finds the service and its credential: never in an argument. */
import { readFileSync } from "node:fs";
import { type Authentication, bearerToken, serverToServer } from "@paymaster/client";
import type { QuotaCaller } from "@paymaster/client/node";
import {
  type CredentialMember,
  parseCredentials,
  readCredentialsFile,
} from "./credentials-file.js";
import { UsageError } from "./exit-codes.js";
import { ProfileStore } from "./profile-store.js";

export type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_CREDENTIALS_FILE = "./.paymaster/credentials.json";

/** A part of a credential, and where it came from: a variable, or a member of a file. */
interface Part {
  readonly value: string;
  readonly origin: string;
}
type Parts = Readonly<Partial<Record<CredentialMember, Part>>>;

export interface Source {
  /** For messages: `profile acme`, a file's name, `the environment`. */
  readonly name: string;
  readonly parts: Parts;
}

export interface Connection {
  readonly baseUrl: string;
  readonly authentication: Authentication;
  /** Who calls: whose quotas are used. */
  readonly caller: QuotaCaller;
  /** For messages: where the credential came from. */
  readonly source: string;
  /** For messages: where each part came from. */
  readonly origins: {
    readonly address: string;
    /** client_id and client_secret; undefined with a token. */
    readonly client: string | undefined;
    readonly account: string | undefined;
    /** The token or API key; undefined with a client. */
    readonly token: string | undefined;
  };
}

export interface Choice {
  /** `--as`. */
  readonly profile?: string | undefined;
  /** `--credentials`. */
  readonly file?: string | undefined;
}

/**
 * The first of: `--as` or `--credentials`; PAYMASTER_TOKEN; PAYMASTER_CLIENT_ID and its neighbours;
 * PAYMASTER_CREDENTIALS; PAYMASTER_AS; the profile in use; the file that `paymaster serve` writes.
 * PAYMASTER_BASE_URL overrides a file's address.
 * @throws UsageError that says what is missing and where
 */
export function findConnection(environment: Environment, choice: Choice = {}): Connection {
  return connectionOf(findSource(environment, choice));
}

/**
 * The operator's API and key, from a credentials file or profile alone: the key is above all tenants and
 * has no business in an environment.
 */
export function findOperator(
  environment: Environment,
  choice: Choice = {},
): { adminUrl: string; adminKey: string } {
  const source = fileSource(environment, choice);
  return { adminUrl: need(source, "admin_url").value, adminKey: need(source, "admin_key").value };
}

export function findSource(environment: Environment, choice: Choice): Source {
  const isChosen = choice.profile !== undefined || choice.file !== undefined;
  const fromEnvironment = isChosen ? undefined : environmentSource(environment);
  if (fromEnvironment !== undefined) return fromEnvironment;
  const source = fileSource(environment, choice);
  const address = isChosen ? undefined : variable(environment, "PAYMASTER_BASE_URL");
  if (address === undefined) return source;
  return { ...source, parts: { ...source.parts, base_url: address } };
}

const VARIABLES = {
  PAYMASTER_BASE_URL: "base_url",
  PAYMASTER_TOKEN: "api_key",
  PAYMASTER_TOKEN_URL: "token_url",
  PAYMASTER_ACCOUNT_ID: "account_id",
  PAYMASTER_CLIENT_ID: "client_id",
  PAYMASTER_CLIENT_SECRET: "client_secret",
} as const satisfies Readonly<Record<string, CredentialMember>>;
type Variable = keyof typeof VARIABLES;

function variable(environment: Environment, name: Variable): Part | undefined {
  const value = environment[name];
  return value === undefined || value === "" ? undefined : { value, origin: name };
}

/** undefined: the environment holds no credential. */
function environmentSource(environment: Environment): Source | undefined {
  const parts: Partial<Record<CredentialMember, Part>> = {};
  for (const name of Object.keys(VARIABLES) as Variable[]) {
    const part = variable(environment, name);
    if (part !== undefined) parts[VARIABLES[name]] = part;
  }
  const { api_key, client_id, client_secret } = parts;
  if (api_key === undefined && client_id === undefined && client_secret === undefined) {
    return undefined;
  }
  // A token wins: it is the more special one.
  if (api_key !== undefined) {
    const needed: Variable[] = ["PAYMASTER_BASE_URL"];
    assertSet(parts, needed, "PAYMASTER_TOKEN");
    return { name: "the environment", parts: { base_url: parts.base_url, api_key } as Parts };
  }
  const given = client_id === undefined ? "PAYMASTER_CLIENT_SECRET" : "PAYMASTER_CLIENT_ID";
  assertSet(
    parts,
    [
      "PAYMASTER_BASE_URL",
      "PAYMASTER_ACCOUNT_ID",
      "PAYMASTER_CLIENT_ID",
      "PAYMASTER_CLIENT_SECRET",
    ],
    given,
  );
  return { name: "the environment", parts };
}

function assertSet(parts: Parts, names: readonly Variable[], given: Variable): void {
  const missing = names.filter((name) => parts[VARIABLES[name]] === undefined);
  if (missing.length === 0) return;
  const verb = missing.length === 1 ? "is" : "are";
  throw new UsageError(`${given} is set, but ${missing.join(" and ")} ${verb} not`);
}

function fileSource(environment: Environment, choice: Choice): Source {
  if (choice.profile !== undefined && choice.file !== undefined) {
    throw new UsageError("--as and --credentials exclude each other");
  }
  const profiles = new ProfileStore(environment);
  const ofProfile = (name: string) =>
    sourceOf(`profile ${name}`, profiles.fileOf(name), profiles.read(name));
  if (choice.profile !== undefined) return ofProfile(choice.profile);
  const file = choice.file ?? environment.PAYMASTER_CREDENTIALS;
  if (file === "-") {
    const members = parseCredentials(readFileSync(0, "utf8"), "standard input");
    return sourceOf("standard input", "standard input", members);
  }
  if (file !== undefined && file !== "") {
    const members = readCredentialsFile(file);
    if (members === undefined) throw new UsageError(`there is no credentials file ${file}`);
    return sourceOf(file, file, members);
  }
  const profile = environment.PAYMASTER_AS || profiles.inUse();
  if (profile !== undefined && profile !== "") return ofProfile(profile);
  const members = readCredentialsFile(DEFAULT_CREDENTIALS_FILE);
  if (members !== undefined) {
    return sourceOf(DEFAULT_CREDENTIALS_FILE, DEFAULT_CREDENTIALS_FILE, members);
  }
  throw new UsageError(
    `no credentials: there is no profile in use and no ${DEFAULT_CREDENTIALS_FILE}. Set PAYMASTER_TOKEN and PAYMASTER_BASE_URL, set PAYMASTER_CREDENTIALS to the file that \`paymaster serve\` writes, or do: paymaster profiles add NAME`,
  );
}

export function sourceOf(
  name: string,
  file: string,
  members: Readonly<Partial<Record<CredentialMember, string>>>,
): Source {
  const parts = Object.entries(members).map(([member, value]): [string, Part] => [
    member,
    { value, origin: `${member} in ${file}` },
  ]);
  return { name, parts: Object.fromEntries(parts) };
}

/** @throws UsageError when the part is missing, empty, or cannot be what it should */
function need(source: Source, member: CredentialMember): Part {
  const part = source.parts[member];
  if (part === undefined || part.value === "") {
    throw new UsageError(`${source.name}: ${member} is missing or empty`);
  }
  // A line's end or a blank from copying: the service would only say that the credential is wrong.
  if (part.value.trim() !== part.value) {
    throw new UsageError(`${part.origin} begins or ends with white space`);
  }
  if (/[^\x21-\x7e]/.test(part.value)) {
    throw new UsageError(`${part.origin} holds a character that no credential has`);
  }
  return part;
}

/** @throws UsageError */
export function connectionOf(source: Source): Connection {
  const base = need(source, "base_url");
  const address = httpAddress(base);
  const hasClient =
    source.parts.client_id !== undefined || source.parts.client_secret !== undefined;
  if (!hasClient) {
    if (source.parts.api_key === undefined) {
      throw new UsageError(
        `${source.name}: expected client_id, client_secret and account_id, or api_key`,
      );
    }
    const token = need(source, "api_key");
    return {
      baseUrl: base.value,
      authentication: bearerToken(token.value),
      caller: { accountId: source.parts.account_id?.value, credential: token.value },
      source: source.name,
      origins: {
        address: base.origin,
        client: undefined,
        account: undefined,
        token: token.origin,
      },
    };
  }
  const [account, id, secret] = [
    need(source, "account_id"),
    need(source, "client_id"),
    need(source, "client_secret"),
  ];
  const tokenUrl = source.parts.token_url ?? {
    value: new URL("/oauth/token", address).href,
    origin: `the address ${base.origin}`,
  };
  httpAddress(tokenUrl);
  return {
    baseUrl: base.value,
    authentication: serverToServer({
      tokenUrl: tokenUrl.value,
      accountId: account.value,
      clientId: id.value,
      clientSecret: secret.value,
    }),
    caller: { accountId: account.value },
    source: source.name,
    origins: {
      address: base.origin,
      client: `${id.origin}, ${secret.origin}`,
      account: account.origin,
      token: undefined,
    },
  };
}

function httpAddress({ value, origin }: Part): URL {
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return new URL(value);
  throw new UsageError(
    `${origin}: expected an address like https://api.zoom.us/v2, got ${JSON.stringify(value)}`,
  );
}
