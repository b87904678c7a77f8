import { readFileSync } from "node:fs";
import type { JsonSchemaType } from "@modelcontextprotocol/sdk/validation";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";
import { type Operation, operations } from "@paymaster/contract";
import { describe, expect, it } from "vitest";
import { json, startPeer } from "../../client/test/support/peer.js";
import { type McpConfig, parseConfig } from "../src/config.js";
import { connect, textOf } from "./support/connect.js";

const seed = parseConfig(
  readFileSync(new URL("fixtures/seed-001.json", import.meta.url), "utf8"),
  "seed",
);

function seedFor(baseUrl: string): McpConfig {
  return { ...seed, server: { url: baseUrl } };
}

const reading = Object.entries<Operation>(operations)
  .filter(([, { effect, group }]) => effect === "read" && group === "billing")
  .map(([name]) => name);

describe("the list of tools", () => {
  it("has seed 001's reading tools, and says that writing ones are withheld", async () => {
    const { assistant, log } = await connect(seed);
    const { tools } = await assistant.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(
      seed.operations.map(({ name }) => name).filter((n) => reading.includes(n)),
    );
    expect(names).toContain("download_invoice_p_d_f");
    expect(log.join()).toContain("--allow-writes");
  });

  it("has all thirteen names of seed 001 when writing is allowed, complete in protocol terms", async () => {
    const { assistant } = await connect(seed, { allowWrites: true });
    const { tools } = await assistant.listTools();
    expect(tools.map(({ name }) => name)).toEqual(seed.operations.map(({ name }) => name));
    const ajv = new AjvJsonSchemaValidator();
    for (const tool of tools) {
      expect(tool.title, tool.name).toMatch(/\w/);
      expect(tool.outputSchema?.type, tool.name).toBe("object");
      expect(tool.annotations?.readOnlyHint).toBe(reading.includes(tool.name));
      expect(tool.annotations?.openWorldHint).toBe(true);
      ajv.getValidator(tool.inputSchema as JsonSchemaType);
      ajv.getValidator(tool.outputSchema as JsonSchemaType);
    }
    const cancel = tools.find(({ name }) => name === "account_plan_base_delete");
    expect(cancel?.annotations).toMatchObject({ destructiveHint: true, readOnlyHint: false });
    expect(cancel?.description).toContain("confirmation");
  });

  it("takes descriptions from the configuration, and skips what it does not know", async () => {
    const { assistant, log } = await connect({
      ...seed,
      operations: [
        { name: "get_plan_usage", description: "Ours." },
        { name: "delete_everything" },
        { name: "account_plans" },
      ],
    });
    const { tools } = await assistant.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["get_plan_usage", "account_plans"]);
    expect(tools[0]?.description).toBe("Ours.");
    expect(tools[1]?.description).toMatch(/\w/);
    expect(log.join()).toContain('operations[1].name: no operation is called "delete_everything"');
  });

  it("gives each tool the path's parameters and, for writing ones, a body", async () => {
    const { assistant } = await connect(seed, { allowWrites: true });
    const { tools } = await assistant.listTools();
    const schemaOf = (wanted: string) => tools.find(({ name }) => name === wanted)?.inputSchema;
    expect(schemaOf("get_account_billing_invoice")?.required).toEqual(["accountId", "invoiceId"]);
    expect(Object.keys(schemaOf("account_billing_invoices")?.properties ?? {})).toEqual([
      "accountId",
      "from",
      "to",
    ]);
    const write = schemaOf("account_plan_base_update");
    expect(write?.required).toEqual(["accountId", "body"]);
    expect(Object.keys(write?.properties ?? {})).toEqual(["accountId", "body", "confirmation"]);
  });
});

describe("a reading tool", () => {
  const usage = {
    plan_base: { type: "monthly", hosts: 2, usage: 1 },
    // The published schema has a list here, its example one plan.
    plan_zoom_rooms: [{ type: "zroom_monthly", hosts: 1, usage: 0 }],
    plan_new_in_2031: [{ type: "x" }],
  };

  it("answers with the API's JSON, as text and structured, unknown members included", async () => {
    const peer = await startPeer((_, response) => json(response, 200, usage));
    const { assistant } = await connect(seedFor(peer.baseUrl));
    // Listing first makes the SDK's client check the structured content against the schema.
    await assistant.listTools();
    const name = "get_plan_usage";
    const result = await assistant.callTool({ name, arguments: { accountId: "me" } });
    expect(result.isError).toBeFalsy();
    expect(result.structuredContent).toEqual(usage);
    expect(JSON.parse(textOf(result))).toEqual(usage);
    expect(peer.requests[0]?.url).toBe("/v2/accounts/me/plans/usage");
    expect(peer.requests[0]?.headers.authorization).toBe("Bearer key");
  });

  it("hands a PDF over as a resource", async () => {
    const pdf = Buffer.from("%PDF-1.7 not a long one");
    const peer = await startPeer((_, response) => {
      const headers = {
        "content-type": "application/pdf",
        "content-disposition": 'attachment; filename="i-1.pdf"',
      };
      response.writeHead(200, headers).end(pdf);
    });
    const { assistant } = await connect(seedFor(peer.baseUrl));
    await assistant.listTools();
    const name = "download_invoice_p_d_f";
    const result = await assistant.callTool({ name, arguments: { invoiceId: "i-1" } });
    expect(result.content).toEqual([
      { type: "text", text: `i-1.pdf, ${pdf.length} bytes` },
      {
        type: "resource",
        resource: {
          uri: "paymaster://invoices/i-1.pdf",
          mimeType: "application/pdf",
          blob: pdf.toString("base64"),
        },
      },
    ]);
    expect(result.structuredContent).toEqual({
      filename: "i-1.pdf",
      content_type: "application/pdf",
      size_bytes: pdf.length,
    });
  });

  it.each([
    [{}, /accountId/],
    [{ accountId: 7 }, /accountId must be string/],
    [{ accountId: "me", account: "x" }, /additional properties/],
  ])("refuses the arguments %j and sends nothing", async (given, expected) => {
    const peer = await startPeer((_, response) => json(response, 200, usage));
    const { assistant } = await connect(seedFor(peer.baseUrl));
    const result = await assistant.callTool({ name: "get_plan_usage", arguments: given });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(expected);
    expect(peer.requests).toHaveLength(0);
  });

  it("is not there under another name", async () => {
    const { assistant } = await connect(seed);
    await expect(assistant.callTool({ name: "account_plan_create" })).rejects.toThrow(/no tool/);
  });
});

describe("errors tell what to do next", () => {
  async function failing(status: number, body: unknown, headers: Record<string, string> = {}) {
    const peer = await startPeer((_, response) => json(response, status, body, headers));
    const { assistant } = await connect(seedFor(peer.baseUrl), { credentialOrigin: "FILE" });
    await assistant.listTools();
    const name = "get_plan_usage";
    const result = await assistant.callTool({ name, arguments: { accountId: "a" } });
    expect(result.isError).toBe(true);
    return textOf(result);
  }

  it("which scope to ask for", async () => {
    const message =
      "Invalid access token, does not contain scopes:[billing:read:plan_usage:master].";
    const text = await failing(400, { code: 4711, message });
    expect(text).toContain("grant it one of these: billing:read:plan_usage:master");
    expect(text).toContain("billing:master");
    expect(text).toContain("FILE");
  });

  it("when the quota reopens", async () => {
    const text = await failing(
      429,
      { code: 429, message: "You have reached the maximum daily rate limit for this API." },
      {
        date: "Tue, 01 Jun 2021 20:40:00 GMT",
        "retry-after": "2021-06-02T00:00:00Z",
        "x-ratelimit-type": "Daily-limit",
        "x-ratelimit-category": "Heavy",
      },
    );
    expect(text).toContain("Heavy, Daily-limit");
    expect(text).toContain("reopens at 2021-06-02T00:00:00Z, 3 h 20 min from now");
  });

  it("where a refused credential comes from", async () => {
    const text = await failing(401, { code: 124, message: "Invalid access token." });
    expect(text).toContain("The credential comes from FILE");
  });

  it("what the service said, word for word, with its fields", async () => {
    const text = await failing(300, {
      code: 300,
      message: "Validation Failed.",
      errors: [{ field: "from", message: "Invalid field." }],
    });
    expect(text).toContain("(code 300): Validation Failed.");
    expect(text).toContain("- from: Invalid field.");
  });

  it("that nothing was changed when no answer came", async () => {
    expect(await failing(502, "gateway")).toContain("Nothing was changed");
  });

  it("that an answer has an undocumented shape, and shows it", async () => {
    const text = await failing(200, { plan_base: "monthly" });
    expect(text).toContain("undocumented shape");
    expect(text).toContain('"plan_base": "monthly"');
  });
});

describe("cancellation", () => {
  it("reaches the service", async () => {
    let closed: () => void = () => {};
    const disconnected = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const abort = new AbortController();
    const peer = await startPeer((_, response) => {
      response.once("close", closed);
      abort.abort();
    });
    const { assistant } = await connect(seedFor(peer.baseUrl));
    const request = { name: "get_plan_usage", arguments: { accountId: "me" } };
    const call = assistant.callTool(request, undefined, { signal: abort.signal });
    await expect(call).rejects.toThrow();
    await disconnected;
    expect(peer.requests).toHaveLength(1);
  });
});
