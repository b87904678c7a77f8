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
    });
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
    for (const name of [...names, "profile", "price-book", "tax-table", "issuer"]) {
      expect(SERVE_HELP).toContain(`--${name}`);
      expect(() => read([`--${name}`])).not.toThrow("Unknown option");
    }
  });
});
