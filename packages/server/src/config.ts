/** Settings from the command line and the environment, checked before anything starts. */
import { parseArgs } from "node:util";
import { WIRE_PROFILES, type WireProfile } from "@paymaster/contract";
import {
  type Address,
  ConfigError,
  oneOf,
  present,
  readAddress,
  readDatabaseUrl,
  readMinutes,
  readOrigins,
  readPort,
  readProxies,
  readPublicUrl,
  readTestClock,
  readTls,
  type TlsFiles,
} from "./config-values.js";

export { ConfigError };

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
  /** Certificate and key; null: plain HTTP. */
  readonly tls: TlsFiles | null;
  /** Origin under which clients reach the server; null: the address that it listens on. */
  readonly publicUrl: string | null;
  /** Proxies that are believed about who called them, as addresses and networks; nobody by default. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may call the API from a browser; none by default. */
  readonly corsOrigins: readonly string[];
  /** Where metrics are told without a key; null: only at `/metrics`, with the operator's key. */
  readonly metricsAddress: Address | null;
  /** How often the invariants are checked; null: only when they are asked for. */
  readonly checkBooksMinutes: number | null;
  /** Text for people, or one JSON object a line for programs. */
  readonly logFormat: LogFormat;
  /** Which requests get a line in the log; errors: those answered with 500 or more (503: together). */
  readonly requestLog: RequestLog;
}

export type LogFormat = "text" | "json";
export type RequestLog = "all" | "errors" | "off";

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
  --tls-cert FILE      certificate chain, PEM: serve HTTPS   (PAYMASTER_TLS_CERT)
  --tls-key FILE       its private key, PEM                  (PAYMASTER_TLS_KEY)
  --public-url URL     how clients reach this server         (PAYMASTER_PUBLIC_URL, default its address)
  --trusted-proxies LIST  addresses or networks (CIDR) of proxies whose X-Forwarded-For is believed
                                                             (PAYMASTER_TRUSTED_PROXIES, default none)
  --cors-origins LIST  web origins that may call the API     (PAYMASTER_CORS_ORIGINS, default none)
  --metrics ADDRESS    host:port for metrics without a key   (PAYMASTER_METRICS, default none)
  --check-books N|off  minutes between checks of the books   (PAYMASTER_CHECK_BOOKS, default 60)
  --log-format F       text or json                          (PAYMASTER_LOG_FORMAT, default text)
  --request-log WHICH  all, errors or off                    (PAYMASTER_REQUEST_LOG, default errors)
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
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  "public-url": { type: "string" },
  "trusted-proxies": { type: "string" },
  "cors-origins": { type: "string" },
  metrics: { type: "string" },
  "check-books": { type: "string" },
  "log-format": { type: "string" },
  "request-log": { type: "string" },
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
    rateLimits: isOn("--rate-limits", values["rate-limits"] ?? present(env.PAYMASTER_RATE_LIMITS)),
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
    tls: readTls(
      values["tls-cert"] ?? present(env.PAYMASTER_TLS_CERT),
      values["tls-key"] ?? present(env.PAYMASTER_TLS_KEY),
    ),
    publicUrl: readPublicUrl(values["public-url"] ?? present(env.PAYMASTER_PUBLIC_URL)),
    trustedProxies: readProxies(
      values["trusted-proxies"] ?? present(env.PAYMASTER_TRUSTED_PROXIES),
    ),
    corsOrigins: readOrigins(values["cors-origins"] ?? present(env.PAYMASTER_CORS_ORIGINS)),
    metricsAddress: readAddress("--metrics", values.metrics ?? present(env.PAYMASTER_METRICS)),
    checkBooksMinutes: readMinutes(
      "--check-books",
      values["check-books"] ?? present(env.PAYMASTER_CHECK_BOOKS) ?? "60",
    ),
    logFormat: oneOf(
      "--log-format",
      values["log-format"] ?? present(env.PAYMASTER_LOG_FORMAT) ?? "text",
      ["text", "json"],
    ),
    requestLog: oneOf(
      "--request-log",
      values["request-log"] ?? present(env.PAYMASTER_REQUEST_LOG) ?? "errors",
      ["all", "errors", "off"],
    ),
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

function isOn(name: string, text = "on"): boolean {
  return oneOf(name, text, ["on", "off"]) === "on";
}
