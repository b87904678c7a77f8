import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig, parseSecurity } from "../src/config.js";

const seed = readFileSync(new URL("fixtures/seed-001.json", import.meta.url), "utf8");

function problemsOf(value: unknown): readonly string[] {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  try {
    parseConfig(text, "billing.json");
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
  throw new Error("the configuration was accepted");
}

const entry = { type: "apiKey", schema_parameters: { in: "header" }, value: "k" };
const good = {
  server: { url: "http://127.0.0.1:8080/v2" },
  authentication: [entry],
  operations: [{ name: "get_plan_usage" }],
};

describe("the configuration", () => {
  it("of seed 001 is read unchanged", () => {
    const config = parseConfig(seed, "seed");
    expect(config.server.url).toBe("https://api.zoom.us/v2");
    expect(config.authentication).toEqual([
      { type: "apiKey", schema_parameters: { in: "header" }, value: "API_KEY" },
    ]);
    expect(config.operations).toHaveLength(13);
    expect(config.operations[0]?.description).toContain("<br>");
  });

  it("may hold every kind of authentication", () => {
    const authentication = [
      { type: "apiKey", schema_parameters: { in: "query", name: "access_token" }, value: "k" },
      { type: "apiKey", schema_parameters: { in: "cookie", name: "sid" }, value: "k" },
      { type: "http", schema_parameters: { scheme: "Bearer", bearerFormat: "JWT" }, value: "t" },
      { type: "http", schema_parameters: { scheme: "basic" }, value: "u:p" },
      { type: "oauth2", value: "t" },
      {
        type: "oauth2",
        schema_parameters: { token_url: "https://h/oauth/token", account_id: "a" },
        value: "id:secret",
      },
    ];
    const config = parseConfig(JSON.stringify({ ...good, authentication }), "x");
    expect(config.authentication).toHaveLength(6);
    expect(config.authentication[2]?.schema_parameters).toEqual({ scheme: "bearer" });
  });

  it.each([
    [{}, ["server: expected an object, got nothing", "authentication: expected an array"]],
    [[], ["expected an object, got an array"]],
    [{ ...good, server: { url: "ftp://h" } }, ["server.url: expected an http(s) address"]],
    [{ ...good, server: { url: "https://u:p@h/v2" } }, ["server.url: expected an http(s)"]],
    [{ ...good, sever: 1 }, ["sever: unknown member; expected one of server"]],
    [
      { ...good, authentication: [{ ...entry, type: "digest" }] },
      ['authentication[0].type: expected one of apiKey, http, oauth2, got "digest"'],
    ],
    [
      { ...good, authentication: [{ ...entry, schema_parameters: { in: "body" } }] },
      ['authentication[0].schema_parameters.in: expected one of header, query, cookie, got "body"'],
    ],
    [
      { ...good, authentication: [{ type: "http", value: "x" }] },
      ["authentication[0].schema_parameters.scheme: needed for type http"],
    ],
    [
      { ...good, authentication: [{ ...entry, value: "" }] },
      ["authentication[0].value: expected a non-empty string, got an empty string"],
    ],
    [
      { ...good, operations: [{ name: "a" }, { name: 7 }, { name: "a" }] },
      [
        "operations[1].name: expected a non-empty string, got a number",
        'operations[2].name: "a" appears twice',
      ],
    ],
    [{ ...good, operations: {} }, ["operations: expected an array, got an object"]],
  ])("%j is refused with the place of each problem", (value, expected) => {
    const problems = problemsOf(value);
    for (const [index, start] of expected.entries()) {
      expect(problems[index]?.startsWith(start), problems[index]).toBe(true);
    }
  });

  it("that is not JSON is refused with line and column, and without its text", () => {
    const text = '{\n  "authentication": [{"value": "secret-key" oops}]\n}';
    const [problem] = problemsOf(text);
    expect(problem).toContain("line 2, column 45");
    expect(problem).not.toContain("secret");
    expect(problemsOf("{")[0]).toContain("line 1, column 2");
  });

  it("that is longer than a megabyte is refused", () => {
    expect(problemsOf(" ".repeat(1024 * 1024 + 1))[0]).toContain("longer");
  });
});

describe("SECURITY", () => {
  it("is one authentication entry", () => {
    expect(parseSecurity(JSON.stringify(entry))).toEqual(entry);
    expect(() => parseSecurity('{"type":"apiKey"}')).toThrow(/SECURITY.*\n.*value/);
    expect(() => parseSecurity("[]")).toThrow(ConfigError);
  });
});
