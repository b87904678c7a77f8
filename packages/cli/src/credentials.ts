/** Where the command line finds the service and its credential: never in an argument. */
import { readFileSync } from "node:fs";
import { type Authentication, bearerToken, serverToServer } from "@paymaster/client";
import { UsageError } from "./exit-codes.js";

export interface Connection {
  readonly baseUrl: string;
  readonly authentication: Authentication;
  /** For messages: which variable or file. */
  readonly origin: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_CREDENTIALS_FILE = "./.paymaster/credentials.json";

/**
 * PAYMASTER_TOKEN with PAYMASTER_BASE_URL, else the file that PAYMASTER_CREDENTIALS names, else the
 * one that `paymaster serve` writes. PAYMASTER_BASE_URL overrides the file's address.
 * @throws UsageError that says what is missing and where
 */
export function findConnection(environment: Environment): Connection {
  const token = environment.PAYMASTER_TOKEN;
  const baseUrl = environment.PAYMASTER_BASE_URL;
  if (token !== undefined && token !== "") {
    if (baseUrl === undefined || baseUrl === "") {
      throw new UsageError("PAYMASTER_TOKEN is set, but PAYMASTER_BASE_URL is not");
    }
    return { baseUrl, authentication: bearerToken(token), origin: "PAYMASTER_TOKEN" };
  }
  const file = environment.PAYMASTER_CREDENTIALS ?? DEFAULT_CREDENTIALS_FILE;
  const credentials = readCredentials(file);
  return {
    baseUrl: baseUrl ?? credentials.text("base_url"),
    authentication: credentials.has("client_id")
      ? serverToServer({
          tokenUrl: credentials.text("token_url"),
          accountId: credentials.text("account_id"),
          clientId: credentials.text("client_id"),
          clientSecret: credentials.text("client_secret"),
        })
      : bearerToken(credentials.text("api_key")),
    origin: file,
  };
}

/**
 * The operator's API and key, from the credentials file alone: the key is above all tenants and has no
 * business in an environment.
 * @throws UsageError that says what is missing and where
 */
export function findOperator(environment: Environment): { adminUrl: string; adminKey: string } {
  const credentials = readCredentials(
    environment.PAYMASTER_CREDENTIALS ?? DEFAULT_CREDENTIALS_FILE,
  );
  return { adminUrl: credentials.text("admin_url"), adminKey: credentials.text("admin_key") };
}

function readCredentials(file: string) {
  let members: Record<string, unknown>;
  try {
    members = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch (error) {
    const isMissing = (error as { code?: unknown }).code === "ENOENT";
    const hint = isMissing
      ? "there is no such file. Set PAYMASTER_TOKEN and PAYMASTER_BASE_URL, or PAYMASTER_CREDENTIALS to the file that `paymaster serve` writes"
      : "it cannot be read as JSON";
    throw new UsageError(`no credentials in ${file}: ${hint}`);
  }
  return {
    has: (name: string) => typeof members[name] === "string",
    text(name: string): string {
      const value = members[name];
      if (typeof value === "string" && value !== "") return value;
      throw new UsageError(`${file}: ${name} is missing or not text`);
    },
  };
}
