import Type, { type TSchema } from "typebox";
import { describe, expect, it } from "vitest";
import { type Operation, WIRE_PROFILES, type WireProfile } from "../src/operation.js";
import { operationList } from "../src/operations/index.js";
import { previewBody, previewExample } from "../src/schemas/preview.js";
import { problems } from "./schemas.js";

const cases = operationList.flatMap((operation) =>
  WIRE_PROFILES.map((profile) => ({ tool: operation.tool, profile, operation })),
);

const envelope = Type.Object(
  { code: Type.Integer(), message: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
);

function examplesOf(operation: Operation, profile: WireProfile) {
  return operation.examples.responses.filter((one) => (one.profile ?? profile) === profile);
}

/** Whether a message is one of the operation's, placeholders filled in any way. */
function isMessageOf(operation: Operation, code: number, message: string): boolean {
  return Object.values(operation.errors).some((error) => {
    const wordings = [error.message, error.message2026 ?? error.message];
    return error.code === code && wordings.some((wording) => fits(wording, message));
  });
}

function fits(template: string, message: string): boolean {
  const fixed = template
    .split(/\{\w+\}/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${fixed.join(".+")}$`).test(message);
}

describe.each(cases)("$tool in $profile: examples", ({ operation, profile }) => {
  it("of the request fit its schema, and are there where a body is", () => {
    const schema = operation.body[profile];
    expect(operation.examples.request !== undefined).toBe(schema !== null);
    if (schema !== null) expect(problems(schema, operation.examples.request)).toEqual([]);
  });

  it("of success fit the response's schema", () => {
    const schema = operation.response.body[profile];
    const isError = (body: unknown) => problems(envelope, body).length === 0;
    const successes = examplesOf(operation, profile).filter(
      ({ status, body }) => status === operation.response.status[profile] && !isError(body),
    );
    if (schema === null) {
      expect(successes.map(({ body }) => body).filter((body) => body !== null)).toEqual([]);
      return;
    }
    const fitting = successes.filter(({ body }) => body !== null);
    expect(fitting.length).toBeGreaterThan(0);
    for (const { body } of fitting) expect(problems(schema, body)).toEqual([]);
  });

  it("of errors are errors that the operation has", () => {
    const others = examplesOf(operation, profile).filter(
      ({ body }) => problems(envelope, body).length === 0,
    );
    for (const { name, body } of others) {
      const { code, message } = body as { code: number; message: string };
      expect(isMessageOf(operation, code, message), name).toBe(true);
    }
  });
});

/** Every schema below one, with the path to it. */
function* walk(schema: TSchema, path: string): Generator<readonly [string, TSchema]> {
  yield [path, schema];
  const parts = schema as {
    properties?: Record<string, TSchema>;
    items?: TSchema;
    anyOf?: TSchema[];
    oneOf?: TSchema[];
    allOf?: TSchema[];
  };
  for (const [name, member] of Object.entries(parts.properties ?? {})) {
    yield* walk(member, `${path}.${name}`);
  }
  if (parts.items !== undefined) yield* walk(parts.items, `${path}[]`);
  for (const part of [...(parts.anyOf ?? []), ...(parts.oneOf ?? []), ...(parts.allOf ?? [])]) {
    yield* walk(part, path);
  }
}

describe("request bodies", () => {
  const bodies = operationList.flatMap(({ tool, body }) =>
    WIRE_PROFILES.flatMap((profile) => {
      const schema = body[profile];
      return schema === null ? [] : [...walk(schema, `${tool} ${profile}`)];
    }),
  );
  const ofType = (type: string) =>
    bodies.filter(([, schema]) => (schema as { type?: unknown }).type === type);

  it("name every member that they allow", () => {
    expect(ofType("object").length).toBeGreaterThan(0);
    for (const [path, schema] of ofType("object")) {
      expect(schema, path).toHaveProperty("additionalProperties", false);
    }
  });

  it("bound every text", () => {
    for (const [path, schema] of ofType("string")) {
      const { maxLength, format, enum: values } = schema as Record<string, unknown>;
      expect(maxLength !== undefined || format === "date" || values !== undefined, path).toBe(true);
    }
  });

  it("bound every list", () => {
    expect(ofType("array").length).toBeGreaterThan(0);
    for (const [path, schema] of ofType("array")) expect(schema, path).toHaveProperty("maxItems");
  });
});

describe("operations", () => {
  it("describe the parameters of their paths, and no others", () => {
    for (const { tool, path, params } of operationList) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const { properties = {} } = params as { properties?: object };
      expect(Object.keys(properties), tool).toEqual(named);
    }
  });

  it("have a name, a path with its method and a granular scope of their own", () => {
    for (const keyOf of [
      ({ tool }: Operation) => tool,
      ({ id }: Operation) => id,
      ({ id2026 }: Operation) => id2026,
      ({ method, path }: Operation) => `${method} ${path}`,
      ({ scopes }: Operation) => scopes.granular.join(" "),
    ]) {
      expect(new Set(operationList.map(keyOf)).size).toBe(operationList.length);
    }
  });

  it("that only read are GET, and the others are not", () => {
    for (const { tool, method, effect } of operationList) {
      expect(effect === "read", tool).toBe(method === "GET");
    }
  });

  it("accept `me` only where they read", () => {
    for (const { tool, acceptsMe, effect } of operationList) {
      if (acceptsMe) expect(effect, tool).toBe("read");
    }
  });
});

it("a preview's example is one", () => {
  expect(problems(previewBody, previewExample)).toEqual([]);
});
