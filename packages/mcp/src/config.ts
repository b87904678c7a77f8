/**
 * The configuration of generated MCP servers, as seed 001 has it: `server.url`, `authentication` and
 * `operations`. It is read whole and refused whole; every problem is told with its place.
 */

import { findSyntaxError, lineAndColumn } from "./json-position.js";

/** Where a credential travels. */
export type CredentialLocation = "header" | "query" | "cookie";

export interface SchemaParameters {
  readonly in?: CredentialLocation;
  readonly name?: string;
  readonly scheme?: "basic" | "bearer";
  /** oauth2: with it, `value` is `client_id:client_secret` and tokens are obtained and renewed. */
  readonly token_url?: string;
  /** oauth2 with `token_url`: the account the token is for. */
  readonly account_id?: string;
}

export interface AuthenticationEntry {
  readonly type: "apiKey" | "http" | "oauth2";
  readonly schema_parameters: SchemaParameters;
  readonly value: string;
}

export interface ConfiguredOperation {
  /** Name of a tool of the contract. */
  readonly name: string;
  /** Replaces the contract's description. */
  readonly description?: string;
}

export interface McpConfig {
  readonly server: { readonly url: string };
  readonly authentication: readonly AuthenticationEntry[];
  readonly operations: readonly ConfiguredOperation[];
}

/** A configuration that cannot be used: the origin (a file, a variable) and each problem in it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly origin: string;
  readonly problems: readonly string[];

  constructor(origin: string, problems: readonly string[]) {
    super(`${origin} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.origin = origin;
    this.problems = problems;
  }
}

const MAX_TEXT_LENGTH = 1024 * 1024;
const MAX_ENTRIES = 200;
const MAX_PROBLEMS = 50;

/**
 * @param text the file's content, or that of the variable CONFIG
 * @param origin how messages name it
 * @throws ConfigError
 */
export function parseConfig(text: string, origin: string): McpConfig {
  const problems: string[] = [];
  const value = parseJsonText(text, origin);
  const config = readConfig(value, problems);
  if (problems.length > 0) throw new ConfigError(origin, problems.slice(0, MAX_PROBLEMS));
  return config;
}

/**
 * @param text the variable SECURITY: one authentication entry, which takes the place of all others
 * @throws ConfigError
 */
export function parseSecurity(text: string): AuthenticationEntry {
  const problems: string[] = [];
  const entry = readAuthentication(parseJsonText(text, "SECURITY"), "", problems);
  if (problems.length > 0) throw new ConfigError("SECURITY", problems);
  return entry;
}

/** @throws ConfigError with line and column of a syntax error */
function parseJsonText(text: string, origin: string): unknown {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new ConfigError(origin, [`longer than ${MAX_TEXT_LENGTH} characters`]);
  }
  const json = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(json);
  } catch {
    const { line, column } = lineAndColumn(json, findSyntaxError(json) ?? 0);
    throw new ConfigError(origin, [`not JSON: syntax error at line ${line}, column ${column}`]);
  }
}

type Members = Readonly<Record<string, unknown>>;

/** @returns {} and a problem, when the value is not an object or has members that are not known */
function readObject(
  value: unknown,
  place: string,
  known: readonly string[],
  problems: string[],
): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.push(`${at(place)}expected an object, got ${kindOf(value)}`);
    return {};
  }
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    problems.push(`${at(join(place, name))}unknown member; expected one of ${known.join(", ")}`);
  }
  return value as Members;
}

function readString(value: unknown, place: string, problems: string[]): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  const got = value === "" ? "an empty string" : kindOf(value);
  problems.push(`${at(place)}expected a non-empty string, got ${got}`);
  return "";
}

function readOneOf<const T extends string>(
  value: unknown,
  place: string,
  allowed: readonly T[],
  problems: string[],
): T | undefined {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const got = typeof value === "string" ? JSON.stringify(value) : kindOf(value);
  problems.push(`${at(place)}expected one of ${allowed.join(", ")}, got ${got}`);
  return undefined;
}

function readArray(value: unknown, place: string, problems: string[]): readonly unknown[] {
  if (!Array.isArray(value)) {
    problems.push(`${at(place)}expected an array, got ${kindOf(value)}`);
    return [];
  }
  if (value.length > MAX_ENTRIES) {
    problems.push(`${at(place)}more than ${MAX_ENTRIES} entries`);
    return [];
  }
  return value;
}

function readConfig(value: unknown, problems: string[]): McpConfig {
  const root = readObject(value, "", ["server", "authentication", "operations"], problems);
  const server = readObject(root.server, "server", ["url"], problems);
  const authentication = readArray(root.authentication, "authentication", problems).map(
    (entry, index) => readAuthentication(entry, `authentication[${index}]`, problems),
  );
  const operations = readArray(root.operations, "operations", problems).map((entry, index) =>
    readOperation(entry, `operations[${index}]`, problems),
  );
  refuseDuplicates(operations, problems);
  return {
    server: { url: readUrl(server.url, "server.url", problems) },
    authentication,
    operations,
  };
}

function readUrl(value: unknown, place: string, problems: string[]): string {
  const text = readString(value, place, problems);
  if (text !== "" && !/^https?:\/\/[^\s?#@]+$/i.test(text)) {
    problems.push(
      `${at(place)}expected an http(s) address without query, fragment, user name or password`,
    );
  }
  return text;
}

function readOperation(value: unknown, place: string, problems: string[]): ConfiguredOperation {
  const entry = readObject(value, place, ["name", "description"], problems);
  const name = readString(entry.name, `${place}.name`, problems);
  if (entry.description === undefined) return { name };
  return { name, description: readString(entry.description, `${place}.description`, problems) };
}

function refuseDuplicates(operations: readonly ConfiguredOperation[], problems: string[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of operations.entries()) {
    if (name !== "" && seen.has(name)) {
      problems.push(`${at(`operations[${index}].name`)}${JSON.stringify(name)} appears twice`);
    }
    seen.add(name);
  }
}

const ENTRY_MEMBERS = ["type", "schema_parameters", "value"] as const;
const PARAMETER_MEMBERS = ["in", "name", "scheme", "token_url", "account_id"] as const;
/** Members of an OpenAPI security scheme that say nothing a caller needs. */
const IGNORED_PARAMETERS = ["bearerFormat", "description", "flows"] as const;

function readAuthentication(
  value: unknown,
  place: string,
  problems: string[],
): AuthenticationEntry {
  const entry = readObject(value, place, ENTRY_MEMBERS, problems);
  const types = ["apiKey", "http", "oauth2"] as const;
  const type = readOneOf(entry.type, join(place, "type"), types, problems) ?? "apiKey";
  const parameters = readParameters(
    entry.schema_parameters ?? {},
    join(place, "schema_parameters"),
    problems,
  );
  const secret = readString(entry.value, join(place, "value"), problems);
  const schemePlace = join(place, "schema_parameters.scheme");
  if (type === "http" && parameters.scheme === undefined) {
    problems.push(`${at(schemePlace)}needed for type http: basic or bearer`);
  }
  if (parameters.token_url !== undefined && parameters.account_id === undefined) {
    problems.push(`${at(join(place, "schema_parameters.account_id"))}needed beside token_url`);
  }
  return { type, schema_parameters: parameters, value: secret };
}

function readParameters(value: unknown, place: string, problems: string[]): SchemaParameters {
  const known = [...PARAMETER_MEMBERS, ...IGNORED_PARAMETERS];
  const members = readObject(value, place, known, problems);
  const { name, token_url, account_id } = members;
  const locations = ["header", "query", "cookie"] as const;
  const where =
    members.in === undefined
      ? undefined
      : readOneOf(members.in, join(place, "in"), locations, problems);
  const scheme = readScheme(members.scheme, join(place, "scheme"), problems);
  const text = (given: unknown, member: string) => readString(given, join(place, member), problems);
  return {
    ...(where === undefined ? {} : { in: where }),
    ...(name === undefined ? {} : { name: text(name, "name") }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(token_url === undefined
      ? {}
      : { token_url: readUrl(token_url, join(place, "token_url"), problems) }),
    ...(account_id === undefined ? {} : { account_id: text(account_id, "account_id") }),
  };
}

/** Names of HTTP schemes do not depend on case (RFC 9110, 11.1). */
function readScheme(
  value: unknown,
  place: string,
  problems: string[],
): "basic" | "bearer" | undefined {
  if (value === undefined) return undefined;
  const lower = typeof value === "string" ? value.toLowerCase() : value;
  return readOneOf(lower, place, ["basic", "bearer"], problems);
}

function at(place: string): string {
  return place === "" ? "" : `${place}: `;
}

function join(place: string, member: string): string {
  return place === "" ? member : `${place}.${member}`;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
