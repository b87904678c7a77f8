import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commonErrors } from "../src/errors/common.js";
import { tokenErrors } from "../src/errors/token.js";
import type { WireError } from "../src/operation.js";
import { operationList } from "../src/operations/index.js";

/** HTTP status in 2021 and 2026, code, message (null: not on record), 2026 wording if it differs. */
type Row = readonly [number, number, number, string | null, string?];

const fixture: {
  readonly errors: Readonly<Record<string, readonly Row[]>>;
  readonly token: readonly (readonly [number, string, string])[];
} = JSON.parse(readFileSync(new URL("fixtures/documented-errors.json", import.meta.url), "utf8"));

const tables: Readonly<Record<string, Readonly<Record<string, WireError>>>> = {
  common: commonErrors,
  ...Object.fromEntries(operationList.map(({ tool, errors }) => [tool, errors])),
};

/** Not among the facts: what is known about it stands beside it in the contract. */
const BEYOND_THE_FACTS = new Set(["noRoute"]);

function asRow(error: WireError): Row {
  const { status, code, message, message2026 } = error;
  const row = [status["2021"], status["2026"], code, message] as const;
  return message2026 === undefined ? row : [...row, message2026];
}

/** The part of a row that says which error it is. */
function keyOf([, , code, message]: Row): string {
  return `${code} ${message ?? ""}`;
}

const wordless = new Set(
  Object.values(fixture.errors)
    .flat()
    .flatMap(([, , code, message]) => (message === null ? [code] : [])),
);

/** An error as the fixture would have it: those whose wording is not on record have none there. */
function comparable(error: WireError): Row {
  const row = asRow(error);
  return wordless.has(error.code) ? [row[0], row[1], row[2], null] : row;
}

function isDocumented(name: string, error: WireError): boolean {
  if (error.source.includes("own") || BEYOND_THE_FACTS.has(name)) return false;
  return error.documentedIn === undefined || error.documentedIn.length > 0;
}

describe("errors of the public documents", () => {
  it("are stated for the common part and every operation", () => {
    expect(Object.keys(fixture.errors).sort()).toEqual(Object.keys(tables).sort());
  });

  it.each(Object.keys(tables))("%s: the contract has them, and no others", (tool) => {
    const stated = (fixture.errors[tool] ?? []).map((row) => JSON.stringify(row));
    const found = Object.entries(tables[tool] ?? {})
      .filter(([name, error]) => isDocumented(name, error))
      .map(([, error]) => JSON.stringify(comparable(error)));
    expect(found.sort()).toEqual(stated.sort());
  });

  it("are answered elsewhere only as inferred, in words that some operation documents", () => {
    const documented = new Set(Object.values(fixture.errors).flat().map(keyOf));
    const borrowed = Object.entries(tables).flatMap(([tool, errors]) =>
      Object.entries(errors)
        .filter(([, error]) => error.documentedIn?.length === 0)
        .map(([name, error]) => ({ where: `${tool}.${name}`, error })),
    );
    expect(borrowed.length).toBeGreaterThan(0);
    for (const { where, error } of borrowed) {
      expect(documented.has(keyOf(asRow(error))), where).toBe(true);
      expect(error.confidence, where).toBe("inferred");
    }
  });

  it("of the token endpoint are all there, and no others", () => {
    const found = Object.values(tokenErrors).map(({ status, reason, error }) =>
      JSON.stringify([status, reason, error]),
    );
    expect(found.sort()).toEqual(fixture.token.map((row) => JSON.stringify(row)).sort());
  });
});

describe("errors of the contract", () => {
  const all = Object.entries(tables).flatMap(([tool, errors]) =>
    Object.entries(errors).map(([name, error]) => ({ where: `${tool}.${name}`, error })),
  );

  it("travel under the statuses of their generation", () => {
    for (const { where, error } of all) {
      const { "2021": in2021, "2026": in2026 } = error.status;
      if (in2021 === 200 || in2021 === 300) expect(error.code, where).toBe(in2021);
      if (where === "account_options_update.payModeHasPlan") expect(in2026).toBe(200);
      else expect(in2026, where).toBeGreaterThanOrEqual(400);
    }
  });

  it("can be told apart within an operation", () => {
    for (const [tool, errors] of Object.entries(tables)) {
      const keys = Object.values(errors).map((error) => keyOf(asRow(error)));
      const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
      // Both transfer codes say that only free accounts may be transferred; their codes differ.
      expect(repeated, tool).toEqual([]);
    }
  });

  it("say why they cannot be met, where that is so", () => {
    const reasons = all.flatMap(({ error }) => error.unreachable ?? []);
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });
});
