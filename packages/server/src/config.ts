/** Settings from the command line and the environment, checked before anything starts. */
import { parseArgs } from "node:util";
import { WIRE_PROFILES, type WireProfile } from "@paymaster/contract";
import { isCivilDate } from "@paymaster/engine";
import { TEST_CLOCK_RANGE } from "./clock.js";
import { parseDatabaseUrl } from "./database/url.js";

export type World = "demo" | "empty";

export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** What a first start creates; null: not said, which means the demo world. */
  readonly world: World | null;
  readonly testClock: string | null;
  readonly rateLimits: boolean;
  /** File that replaces special rules of the quotas; null: the documented ones. */
  readonly specialLimits: string | null;
  readonly profile: WireProfile;
  /** A PostgreSQL server; null: a private one in the data directory. */
  readonly databaseUrl: string | null;
  /** Files that replace the shipped price book and the (empty) tax table. */
  readonly priceBook: string | null;
  readonly taxTable: string | null;
  /** File that says who issues the invoices; null: a stand-in. */
  readonly issuer: string | null;
}

/** A setting that makes no sense; the message names it and says what was expected. */
export class ConfigError extends Error {}

export const SERVE_HELP = `Usage: paymaster serve [options]

Serves the account Billing API on PostgreSQL, with its operator's API and OAuth.

  --port N             port to listen on, 0 for a free one   (PORT, default 8080)
  --host ADDRESS       address to listen on                  (default 127.0.0.1)
  --data-dir DIR       where data and credentials live       (PAYMASTER_DATA_DIR, default ./.paymaster)
  --demo | --empty     what a first start creates            (default --demo)
  --test-clock DATE    run on a clock that you move          (PAYMASTER_TEST_CLOCK, YYYY-MM-DD)
  --rate-limits on|off enforce the documented quotas         (PAYMASTER_RATE_LIMITS, default on)
  --special-limits FILE  special rules of your own        (PAYMASTER_SPECIAL_LIMITS)
  --profile 2021|2026  generation of the wire                (PAYMASTER_PROFILE, default 2021)
  --price-book FILE    your prices instead of the shipped    (PAYMASTER_PRICE_BOOK)
  --tax-table FILE     tax rates by country and state        (PAYMASTER_TAX_TABLE)
  --issuer FILE        who issues the invoices               (PAYMASTER_ISSUER)
  --help               this text

DATABASE_URL names a PostgreSQL server (15 or newer); without it a private one is started. With several
hosts (postgresql://user@a:5432,b:5432/name) the one that takes writes is used. Behind PgBouncer in
transaction mode add ?prepared_statements=off.`;

const OPTIONS = {
  port: { type: "string" },
  host: { type: "string" },
  "data-dir": { type: "string" },
  demo: { type: "boolean" },
  empty: { type: "boolean" },
  "test-clock": { type: "string" },
  "rate-limits": { type: "string" },
  "special-limits": { type: "string" },
  profile: { type: "string" },
  "price-book": { type: "string" },
  "tax-table": { type: "string" },
  issuer: { type: "string" },
  help: { type: "boolean" },
} as const;

/** Throws a ConfigError; returns "help" when help was asked for. */
export function readConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ServerConfig | "help" {
  const values = parse(args);
  if (values.help === true) return "help";
  if (values.demo === true && values.empty === true) {
    throw new ConfigError("--demo and --empty exclude each other.");
  }
  return {
    port: readPort(values.port ?? present(env.PORT) ?? "8080"),
    host: values.host ?? "127.0.0.1",
    dataDir: values["data-dir"] ?? present(env.PAYMASTER_DATA_DIR) ?? "./.paymaster",
    world: values.empty === true ? "empty" : values.demo === true ? "demo" : null,
    testClock: readTestClock(values["test-clock"] ?? present(env.PAYMASTER_TEST_CLOCK)),
    rateLimits:
      oneOf("--rate-limits", values["rate-limits"] ?? present(env.PAYMASTER_RATE_LIMITS) ?? "on", [
        "on",
        "off",
      ]) === "on",
    specialLimits: values["special-limits"] ?? present(env.PAYMASTER_SPECIAL_LIMITS) ?? null,
    profile: oneOf(
      "--profile",
      values.profile ?? present(env.PAYMASTER_PROFILE) ?? "2021",
      WIRE_PROFILES,
    ),
    databaseUrl: readDatabaseUrl(present(env.DATABASE_URL)),
    priceBook: values["price-book"] ?? present(env.PAYMASTER_PRICE_BOOK) ?? null,
    taxTable: values["tax-table"] ?? present(env.PAYMASTER_TAX_TABLE) ?? null,
    issuer: values.issuer ?? present(env.PAYMASTER_ISSUER) ?? null,
  };
}

function parse(args: readonly string[]) {
  const { values } = (() => {
    try {
      return parseArgs({ args: [...args], options: OPTIONS, strict: true });
    } catch (error) {
      throw new ConfigError(error instanceof Error ? error.message : String(error));
    }
  })();
  const empty = Object.entries(values).find(([, value]) => value === "");
  if (empty !== undefined) throw new ConfigError(`--${empty[0]} must not be empty.`);
  return values;
}

/** An empty environment variable counts as absent. */
function present(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new ConfigError(`--port must be 0 to 65535, not "${text}".`);
  return port;
}

/** The value is not repeated: it may hold a password. */
function readDatabaseUrl(text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = parseDatabaseUrl(text);
  if ("problem" in url) throw new ConfigError(url.problem);
  return text;
}

function readTestClock(text: string | undefined): string | null {
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

function oneOf<const T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === text);
  if (found === undefined) {
    throw new ConfigError(`${name} must be ${allowed.join(" or ")}, not "${text}".`);
  }
  return found;
}
