/** How a client finds out which generation a service speaks. */
import { expect, it } from "vitest";
import { buildOpenApi, profileOfDocument, WIRE_PROFILES } from "../src/index.js";

it.each(WIRE_PROFILES)("the OpenAPI document of %s says so", (profile) => {
  expect(profileOfDocument(buildOpenApi(profile))).toBe(profile);
});

it.each([undefined, null, "text", [], {}, { info: { version: "2.0.0" } }, { info: null }])(
  "%j says nothing",
  (document) => expect(profileOfDocument(document)).toBeUndefined(),
);
