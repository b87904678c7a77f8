/** Arguments that no schema foresees: every call is answered, and nothing leaves without a yes. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  documentWithPreview,
  json,
  type SeenRequest,
  startPeer,
} from "../../client/test/support/peer.js";
import { parseConfig } from "../src/config.js";
import { connect, textOf } from "./support/connect.js";
import { preview } from "./support/preview.js";

const seed = parseConfig(
  readFileSync(new URL("fixtures/seed-001.json", import.meta.url), "utf8"),
  "seed",
);
const RUNS = { numRuns: 150, seed: 6 };

let requests: readonly SeenRequest[];
let assistant: Awaited<ReturnType<typeof connect>>["assistant"];

beforeEach(async () => {
  const peer = await startPeer((request, response) => {
    const path = "/accounts/{accountId}/plans/addons";
    if (request.url === "/openapi.json") json(response, 200, documentWithPreview("post", path));
    else if (request.headers.prefer === "preview") json(response, 200, preview);
    else json(response, 200, {});
  });
  ({ requests } = peer);
  const config = { ...seed, server: { url: peer.baseUrl } };
  ({ assistant } = await connect(config, { allowWrites: true }));
});

const name = fc.constantFrom(...seed.operations.map((operation) => operation.name));
const text = fc.oneof(
  fc.string({ maxLength: 40, unit: "binary" }),
  fc.constantFrom("me", ".", "..", "../x", "a/b", "a%2Fb", "?x=1", "#", "\u0000", "\ud800", ""),
);
const known = fc.constantFrom("accountId", "invoiceId", "from", "to", "body", "confirmation");
const anything = fc.oneof(
  text,
  fc.anything({ maxDepth: 3, withNullPrototype: false, withBigInt: false }),
);
/** Most of these fit their tool, so that the steps behind the schemas are reached as well. */
const fitting = fc.record(
  {
    accountId: text,
    body: fc.record({ type: fc.constantFrom("large500_monthly", "monthly"), hosts: fc.integer() }),
    confirmation: text,
  },
  { requiredKeys: ["accountId", "body"] },
);
const given = fc.oneof(
  fitting,
  fc.dictionary(fc.oneof(known, fc.string({ maxLength: 10 })), anything, { maxKeys: 6 }),
  fc.record({ accountId: text, invoiceId: text, body: anything }, { requiredKeys: [] }),
);
/** What can travel in a message at all. */
const asJson = (value: unknown) =>
  JSON.parse(JSON.stringify(value ?? {})) as Record<string, unknown>;

describe("a fuzz of tool arguments", () => {
  it("every call is answered with a result, and no change is made without a confirmation", async () => {
    await fc.assert(
      fc.asyncProperty(name, given, async (tool, args) => {
        const before = requests.length;
        const result = await assistant.callTool({ name: tool, arguments: asJson(args) });
        expect(textOf(result)).not.toContain("This server failed");
        expect(Array.isArray(result.content)).toBe(true);
        for (const { method, headers, url } of requests.slice(before)) {
          expect(method === "GET" || headers.prefer === "preview", `${method} ${url}`).toBe(true);
          expect(url).toMatch(/^\/(v2\/(accounts|api)\/[^?#]|openapi\.json$)/);
        }
      }),
      RUNS,
    );
  });

  it("a confirmation that was not given carries nothing out", async () => {
    const args = { accountId: "a", body: { type: "large500_monthly", hosts: 1 } };
    const { structuredContent } = await assistant.callTool({
      name: "account_plan_addon_create",
      arguments: args,
    });
    const { confirmation } = structuredContent as { confirmation: string };
    const almost = fc.oneof(
      text,
      fc.constantFrom(
        confirmation.toUpperCase(),
        ` ${confirmation}`,
        confirmation.slice(1),
        `${confirmation}\u0000`,
        "__proto__",
        "constructor",
      ),
    );
    await fc.assert(
      fc.asyncProperty(almost, async (guess) => {
        const before = requests.length;
        await assistant.callTool({
          name: "account_plan_addon_create",
          arguments: { ...args, confirmation: guess },
        });
        expect(requests.slice(before)).toEqual([]);
      }),
      RUNS,
    );
  });

  it("any address of a resource and any argument of a prompt is answered or refused", async () => {
    const uri = fc.oneof(
      text.map((rest) => `paymaster://${rest}`),
      text.map((rest) => `paymaster://accounts/${rest}`),
      text.map((rest) => `paymaster://fleet?page=${rest}`),
      text,
    );
    await fc.assert(
      fc.asyncProperty(uri, text, async (address, argument) => {
        const before = requests.length;
        await assistant.readResource({ uri: address }).catch(hasCode);
        await assistant
          .getPrompt({ name: "what_renews_next", arguments: { accountId: argument } })
          .catch(hasCode);
        for (const { method, url } of requests.slice(before)) {
          expect(method).toBe("GET");
          expect(url).toMatch(/^\/v2\/accounts(\?page_size=\d+|\/[^/?]+\/(plans|billing))/);
        }
      }),
      RUNS,
    );
  });
});

/** An error of the protocol, not a crash of the connection. */
function hasCode(error: unknown): void {
  expect((error as { code?: unknown }).code).toEqual(expect.any(Number));
  expect((error as { code?: unknown }).code).not.toBe(-32_000);
}
