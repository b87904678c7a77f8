/** Values of settings, read from their text. */
import { isIP } from "node:net";
import { isCivilDate } from "@paymaster/engine";
import { TEST_CLOCK_RANGE } from "./clock.js";
import { parseDatabaseUrl } from "./database/url.js";

/** A setting that makes no sense; the message names it and says what was expected. */
export class ConfigError extends Error {}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** An empty environment variable counts as absent. */
export function present(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

export function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new ConfigError(`--port must be 0 to 65535, not "${text}".`);
  return port;
}

/** The value is not repeated: it may hold a password. */
export function readDatabaseUrl(text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = parseDatabaseUrl(text);
  if ("problem" in url) throw new ConfigError(url.problem);
  return text;
}

export function readTestClock(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!isCivilDate(text)) {
    throw new ConfigError(`--test-clock must be a date like 2026-01-31, not "${text}".`);
  }
  const { first, last } = TEST_CLOCK_RANGE;
  if (text < first || text > last) {
    throw new ConfigError(`--test-clock must be a date from ${first} to ${last}.`);
  }
  return text;
}

export function oneOf<const T extends string>(
  name: string,
  text: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((value) => value === text);
  if (found === undefined) {
    throw new ConfigError(`${name} must be ${allowed.join(" or ")}, not "${text}".`);
  }
  return found;
}

export function readTls(
  certFile: string | undefined,
  keyFile: string | undefined,
): TlsFiles | null {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile === undefined || keyFile === undefined) {
    throw new ConfigError("--tls-cert and --tls-key belong together: give both or none.");
  }
  return { certFile, keyFile };
}

/** An origin: the paths below it are the server's own. */
export function readPublicUrl(text: string | undefined): string | null {
  if (text === undefined) return null;
  const origin = originOf(text.replace(/\/$/, ""));
  if (origin === null) {
    throw new ConfigError(`--public-url must be like https://billing.example.com, not "${text}".`);
  }
  return origin;
}

/** Of a setting with several values, commas between. */
const MAX_LISTED = 100;

function listOf(text: string | undefined): string[] {
  const written = (text ?? "").split(",").map((value) => value.trim());
  return written.filter((value) => value !== "");
}

export function readOrigins(text: string | undefined): readonly string[] {
  const origins = listOf(text);
  const wrong = origins.find((origin) => originOf(origin) === null);
  if (wrong !== undefined) {
    throw new ConfigError(
      `--cors-origins must be origins like https://console.example.com, with commas between, not "${wrong}".`,
    );
  }
  if (origins.length > MAX_LISTED) {
    throw new ConfigError(`--cors-origins may name at most ${MAX_LISTED} origins.`);
  }
  return origins;
}

/** Addresses, or networks as address/bits; one of no bits would be everybody. */
export function readProxies(text: string | undefined): readonly string[] {
  const proxies = listOf(text);
  const wrong = proxies.find((proxy) => !isNetwork(proxy));
  if (wrong !== undefined) {
    throw new ConfigError(
      `--trusted-proxies must be addresses or networks like 10.0.0.7,192.168.0.0/24, not "${wrong}".`,
    );
  }
  if (proxies.length > MAX_LISTED) {
    throw new ConfigError(`--trusted-proxies may name at most ${MAX_LISTED} addresses.`);
  }
  return proxies;
}

function isNetwork(text: string): boolean {
  const match = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text);
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(match?.[1] ?? "")] ?? 0;
  const bits = Number(match?.[2] ?? most);
  return bits >= 1 && bits <= most;
}

/** As a browser writes it: scheme, name and port, nothing more. */
function originOf(text: string): string | null {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return null;
  const { origin } = new URL(text);
  return origin === text.toLowerCase() ? origin : null;
}

/** `host:port`, or a port on loopback. */
export function readAddress(name: string, text: string | undefined): Address | null {
  if (text === undefined) return null;
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:\s]+):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new ConfigError(`${name} must be like 127.0.0.1:9464, not "${text}".`);
  }
  return { host: (match[1] ?? "127.0.0.1").replace(/^\[|\]$/g, ""), port };
}

const MAX_MINUTES = 7 * 24 * 60;

export function readMinutes(name: string, text: string): number | null {
  if (text === "off") return null;
  const minutes = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > MAX_MINUTES) {
    throw new ConfigError(`${name} must be 1 to ${MAX_MINUTES} minutes or off, not "${text}".`);
  }
  return minutes;
}
