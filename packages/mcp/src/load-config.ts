/** Finds the configuration: --config, CONFIG_PATH, CONFIG, and SECURITY on top of each. */
import { readFileSync } from "node:fs";
import { type Operation, operations } from "@paymaster/contract";
import { ConfigError, type McpConfig, parseConfig, parseSecurity } from "./config.js";
import type { Environment } from "./credentials.js";

export interface LoadedConfig {
  readonly config: McpConfig;
  /** How messages name the place of the credential. */
  readonly credentialOrigin: string;
  /** Whose credential it is, where its origin says so. */
  readonly accountId?: string | undefined;
}

/**
 * @param file from the command line; it wins over the variables
 * @returns undefined when neither a file nor a variable names a configuration
 * @throws ConfigError
 */
export function loadConfig(
  file: string | undefined,
  environment: Environment,
): LoadedConfig | undefined {
  const found = findConfig(file, environment);
  if (found === undefined) return undefined;
  const config = parseConfig(found.text, found.origin);
  const security = environment.SECURITY;
  if (security === undefined || security === "") {
    return { config, credentialOrigin: `authentication[0] of ${found.origin}` };
  }
  return {
    config: { ...config, authentication: [parseSecurity(security)] },
    credentialOrigin: "the environment variable SECURITY",
  };
}

function findConfig(
  file: string | undefined,
  environment: Environment,
): { readonly text: string; readonly origin: string } | undefined {
  const path = file ?? nonEmpty(environment.CONFIG_PATH);
  if (path !== undefined) return { text: readText(path), origin: path };
  const text = nonEmpty(environment.CONFIG);
  return text === undefined ? undefined : { text, origin: "CONFIG" };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError(path, [error instanceof Error ? error.message : String(error)]);
  }
}

/** A configuration for a service at hand, with all billing tools of the contract. */
export function configForService(url: string, apiKey: string): McpConfig {
  const names = Object.entries<Operation>(operations).filter(
    ([, { group }]) => group === "billing",
  );
  return {
    server: { url },
    authentication: [{ type: "apiKey", schema_parameters: { in: "header" }, value: apiKey }],
    operations: names.map(([name]) => ({ name })),
  };
}
