/** Settings: where they come from, what they default to, and what is refused before anything starts. */
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig, SERVE_HELP, type ServerConfig } from "../src/config.js";

function read(args: readonly string[], env: Record<string, string> = {}): ServerConfig {
  const config = readConfig(args, env);
  if (config === "help") throw new Error("help was not asked for");
  return config;
}

describe("settings", () => {
  it("have the documented defaults", () => {
    expect(read([])).toEqual({
      port: 8080,
      host: "127.0.0.1",
      dataDir: "./.paymaster",
      world: null,
      testClock: null,
      rateLimits: true,
      specialLimits: null,
      profile: "2021",
      databaseUrl: null,
      priceBook: null,
      taxTable: null,
      issuer: null,
      tls: null,
      publicUrl: null,
      trustedProxies: [],
      corsOrigins: [],
      metricsAddress: null,
      checkBooksMinutes: 60,
      logFormat: "text",
      requestLog: "errors",
    });
  });

  it("say how the server is reached and watched", () => {
    const env = {
      PAYMASTER_TLS_CERT: "cert.pem",
      PAYMASTER_TLS_KEY: "key.pem",
      PAYMASTER_PUBLIC_URL: "https://billing.example.com/",
      PAYMASTER_TRUSTED_PROXIES: "10.0.0.7, 192.168.0.0/24,2001:db8::/32",
      PAYMASTER_CORS_ORIGINS: "https://a.example.com, http://localhost:5173",
      PAYMASTER_METRICS: "[::1]:9464",
      PAYMASTER_CHECK_BOOKS: "off",
      PAYMASTER_LOG_FORMAT: "json",
      PAYMASTER_REQUEST_LOG: "off",
    };
    expect(read([], env)).toMatchObject({
      tls: { certFile: "cert.pem", keyFile: "key.pem" },
      publicUrl: "https://billing.example.com",
      trustedProxies: ["10.0.0.7", "192.168.0.0/24", "2001:db8::/32"],
      corsOrigins: ["https://a.example.com", "http://localhost:5173"],
      metricsAddress: { host: "::1", port: 9464 },
      checkBooksMinutes: null,
      logFormat: "json",
      requestLog: "off",
    });
    expect(read(["--metrics", "9464"]).metricsAddress).toEqual({ host: "127.0.0.1", port: 9464 });
  });

  it("come from the command line before the environment, where empty means absent", () => {
    const env = {
      PORT: "9000",
      PAYMASTER_DATA_DIR: "/srv/x",
      PAYMASTER_TEST_CLOCK: "",
      PAYMASTER_PROFILE: "2026",
    };
    expect(read([], env)).toMatchObject({
      port: 9000,
      dataDir: "/srv/x",
      testClock: null,
      profile: "2026",
    });
    const args = ["--port", "0", "--data-dir", "y", "--profile", "2021"];
    expect(read(args, env)).toMatchObject({ port: 0, dataDir: "y", profile: "2021" });
  });

  it.each([
    "postgresql://u:p@db.example.com:5432/x",
    "postgres://u@%2Frun%2Fpostgresql/x",
    "postgresql:///x?host=/tmp",
  ])("take %s as DATABASE_URL", (url) =>
    expect(read([], { DATABASE_URL: url }).databaseUrl).toBe(url),
  );

  it.each([
    [["--bogus"], "Unknown option '--bogus'"],
    [["extra"], "Unexpected argument 'extra'"],
    [["--port", "99999"], '--port must be 0 to 65535, not "99999".'],
    [["--port"], "argument missing"],
    [["--host="], "--host must not be empty."],
    [["--data-dir="], "--data-dir must not be empty."],
    [["--demo", "--empty"], "--demo and --empty exclude each other."],
    [["--test-clock", "2026-02-30"], "--test-clock must be a date like 2026-01-31"],
    [["--test-clock", "0200-01-01"], "--test-clock must be a date from 1970-01-01 to 9000-01-01."],
    [["--profile", "2022"], '--profile must be 2021 or 2026, not "2022".'],
    [["--rate-limits", "maybe"], '--rate-limits must be on or off, not "maybe".'],
    [["--tls-cert", "cert.pem"], "--tls-cert and --tls-key belong together"],
    [["--public-url", "https://x.example.com/v2"], "--public-url must be like https://billing"],
    [
      ["--cors-origins", "*"],
      "--cors-origins must be origins like https://console.example.com, wi",
    ],
    [["--trusted-proxies", "10.0.0.7,true"], '192.168.0.0/24, not "true".'],
    [["--trusted-proxies", "0.0.0.0/0"], "--trusted-proxies must be addresses or networks like"],
    [["--trusted-proxies", "10.0.0.0/33"], 'not "10.0.0.0/33".'],
    [["--metrics", "localhost"], '--metrics must be like 127.0.0.1:9464, not "localhost".'],
    [["--check-books", "0"], "--check-books must be 1 to 10080 minutes or off, not"],
    [["--log-format", "xml"], '--log-format must be text or json, not "xml".'],
  ])("%j are refused in words", (args, message) => {
    expect(() => read(args)).toThrow(ConfigError);
    expect(() => read(args)).toThrow(message);
  });

  it.each(["x", "mysql://root:hunter2@db/x", "postgresql://root:hunter2@[db/x"])(
    "with the DATABASE_URL %s are refused without repeating it: it may hold a password",
    (url) => {
      expect(() => read([], { DATABASE_URL: url })).toThrow(
        /^DATABASE_URL must be like postgresql:\/\/user:password@host:5432\/name\.$/,
      );
    },
  );

  it("are all named in the help", () => {
    const names = ["port", "host", "data-dir", "demo", "empty", "test-clock", "rate-limits"];
    names.push("profile", "price-book", "tax-table", "issuer", "tls-cert", "tls-key", "public-url");
    names.push(
      "trusted-proxies",
      "cors-origins",
      "metrics",
      "check-books",
      "log-format",
      "request-log",
    );
    for (const name of names) {
      expect(SERVE_HELP).toContain(`--${name}`);
      expect(() => read([`--${name}`])).not.toThrow("Unknown option");
    }
  });
});
