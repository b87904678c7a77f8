/** What is generated from the contract is committed, valid, and carries what the seeds carry. */
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import {
  buildAssumptions,
  buildOpenApi,
  buildPostmanCollection,
  buildSupportTable,
  operationList,
  sampleLanguages,
  WIRE_PROFILES,
} from "../src/index.js";

const read = (name: string) =>
  readFileSync(new URL(`../../../docs/reference/${name}`, import.meta.url), "utf8");

describe("docs/reference", () => {
  it.each(WIRE_PROFILES)("has the OpenAPI document of %s as it is generated", (profile) => {
    expect(JSON.parse(read(`openapi-${profile}.json`))).toEqual(
      JSON.parse(JSON.stringify(buildOpenApi(profile))),
    );
  });
  it("has the Postman collection and the tables as they are generated", () => {
    expect(JSON.parse(read("postman.json"))).toEqual(
      JSON.parse(JSON.stringify(buildPostmanCollection("2021"))),
    );
    expect(read("support.md")).toBe(buildSupportTable());
    expect(read("assumptions.md")).toBe(buildAssumptions());
  });
});

describe("the OpenAPI document", () => {
  it.each(WIRE_PROFILES)("of %s is valid OpenAPI 3.1", async (profile) => {
    const document = JSON.parse(JSON.stringify(buildOpenApi(profile)));
    const result = await new Validator().validate(document);
    expect(result).toMatchObject({ valid: true });
  });

  it("is valid with addresses relative to itself, as the server gives it", async () => {
    const document = JSON.parse(JSON.stringify(buildOpenApi("2021", "")));
    expect(document.servers).toEqual([{ url: "/v2" }]);
    expect(await new Validator().validate(document)).toMatchObject({ valid: true });
  });

  it("has a sample in every language, and notes, for every operation", () => {
    const { paths } = buildOpenApi("2021") as unknown as {
      paths: Record<string, Record<string, { "x-codeSamples": unknown[]; description: string }>>;
    };
    for (const { method, path } of operationList) {
      const operation = paths[path]?.[method.toLowerCase()];
      expect(operation?.["x-codeSamples"]).toHaveLength(Object.keys(sampleLanguages).length);
      for (const part of ["**Scopes**", "**Rate limit**", "**Known from**"]) {
        expect(operation?.description).toContain(part);
      }
    }
  });

  it("has every operation once, with a unique id", () => {
    for (const profile of WIRE_PROFILES) {
      const ids = Object.values(buildOpenApi(profile).paths).flatMap((path) =>
        Object.values(path).flatMap((operation) =>
          typeof operation === "object" && operation !== null && "operationId" in operation
            ? [operation.operationId]
            : [],
        ),
      );
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(operationList.length + 1);
    }
  });
});

interface Item {
  name: string;
  request: {
    method: string;
    auth: { type: string };
    url: { raw: string; path: string[]; variable: { key: string }[] };
  };
  response: { code: number; status: string; body: string }[];
}

describe("the Postman collection", () => {
  const items = buildPostmanCollection("2021").item as Item[];

  it("has an item for every operation", () => {
    for (const { title } of operationList) {
      expect(items.some((item) => item.name === title)).toBe(true);
    }
  });

  it("has in Get plan usage what seed 000's item has", () => {
    const seed = readFileSync(
      new URL("fixtures/000-get-plan-usage-sample.txt", import.meta.url),
      "utf8",
    );
    const start = seed.indexOf('{\n"name": "Get plan usage"');
    const theirs = JSON.parse(seed.slice(start)) as Item;
    const ours = items.find((item) => item.name === theirs.name);
    if (ours === undefined) throw new Error("no item named Get plan usage");
    expect(ours.request.method).toBe(theirs.request.method);
    expect(ours.request.auth.type).toBe("bearer");
    expect(ours.request.url.raw).toBe(theirs.request.url.raw);
    expect(ours.request.url.path).toEqual(theirs.request.url.path);
    expect(ours.request.url.variable.map(({ key }) => key)).toEqual(
      theirs.request.url.variable.map(({ key }) => key),
    );
    expect(ours.response.map(({ code, status }) => [code, status])).toEqual(
      theirs.response.map(({ code, status }) => [code, status]),
    );
    expect(JSON.parse(ours.response[0]?.body ?? "")).toEqual(
      JSON.parse(theirs.response[0]?.body ?? ""),
    );
  });
});
