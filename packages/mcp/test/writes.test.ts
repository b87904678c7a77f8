import type { Preview } from "@paymaster/client";
import { describe, expect, it } from "vitest";
import {
  documentWithPreview,
  json,
  type SeenRequest,
  startPeer,
} from "../../client/test/support/peer.js";
import { CONFIRMATION_LIFETIME_MS } from "../src/confirmation.js";
import { connect, textOf } from "./support/connect.js";

const preview: Preview = {
  preview: true,
  effective_date: "2021-06-01",
  currency: "USD",
  lines: [
    {
      plan_type: "large500_monthly",
      charge_name: "Large Meeting 500 Monthly",
      quantity: 2,
      unit_price: 50,
      start_date: "2021-06-01",
      end_date: "2021-06-30",
      total_amount: 100,
      tax_amount: 0,
      reason: "subscribe",
      explanation: "30 of 30 days",
    },
  ],
  tax_amount: 0,
  total_amount: 100,
  credit_applied: 0,
  next_invoice: { date: "2021-07-01", total_amount: 100 },
  warnings: ["The base plan ends on 2021-06-30."],
};

const name = "account_plan_addon_create";
const given = { accountId: "a", body: { type: "large500_monthly", hosts: 2 } };

const document = documentWithPreview("post", "/accounts/{accountId}/plans/addons");

/** A Paymaster, as far as a purchase goes; `service: "other"` is one without previews. */
async function setUp(service: "paymaster" | "other" = "paymaster") {
  const state = { preview, writes: [] as SeenRequest[], clockMs: 1_000_000 };
  const peer = await startPeer((request, response) => {
    if (request.url === "/openapi.json")
      json(response, service === "paymaster" ? 200 : 404, document);
    else if (request.headers.prefer === "preview") json(response, 200, state.preview);
    else {
      state.writes.push(request);
      json(response, 201, undefined);
    }
  });
  const { assistant } = await connect(
    {
      server: { url: peer.baseUrl },
      authentication: [],
      operations: [{ name }, { name: "account_plan_addon_update" }],
    },
    { allowWrites: true, now: () => state.clockMs },
  );
  await assistant.listTools();
  const call = (args: Record<string, unknown>, tool = name) =>
    assistant.callTool({ name: tool, arguments: args });
  return { call, state };
}

function confirmationOf(result: unknown): string {
  const { structuredContent } = result as { structuredContent: { confirmation: string } };
  expect(structuredContent.confirmation).toMatch(/\S/);
  return structuredContent.confirmation;
}

describe("a writing tool", () => {
  it("shows the change and its price first, and changes nothing", async () => {
    const { call, state } = await setUp();
    const result = await call(given);
    expect(result.isError).toBeFalsy();
    expect(result.structuredContent).toMatchObject({ status: "confirmation_required", preview });
    const text = textOf(result);
    expect(text).toContain("Large Meeting 500 Monthly: 2 x 50.00 USD");
    expect(text).toContain("To pay now: 100.00 USD");
    expect(text).toContain("The base plan ends on 2021-06-30.");
    expect(text).toContain(confirmationOf(result));
    expect(state.writes).toHaveLength(0);
  });

  it("carries the change out once, with the confirmation as its idempotency key", async () => {
    const { call, state } = await setUp();
    const confirmation = confirmationOf(await call(given));
    const done = await call({ ...given, confirmation });
    expect(done.structuredContent).toEqual({ status: "done", result: null });
    expect(state.writes).toHaveLength(1);
    expect(state.writes[0]?.headers["idempotency-key"]).toBe(confirmation);
    expect(JSON.parse(state.writes[0]?.body ?? "")).toEqual(given.body);
    const again = await call({ ...given, confirmation });
    expect(again.isError).toBe(true);
    expect(textOf(again)).toContain("used already");
    expect(state.writes).toHaveLength(1);
  });

  it("does not take a confirmation for another change, another tool, or after its time", async () => {
    const { call, state } = await setUp();
    const first = confirmationOf(await call(given));
    const more = { ...given, body: { ...given.body, hosts: 200 }, confirmation: first };
    expect(textOf(await call(more))).toContain("belongs to another change");

    const second = confirmationOf(await call(given));
    const other = await call({ ...given, confirmation: second }, "account_plan_addon_update");
    expect(other.isError).toBe(true);

    const third = confirmationOf(await call(given));
    state.clockMs += CONFIRMATION_LIFETIME_MS;
    expect(textOf(await call({ ...given, confirmation: third }))).toContain("older than 5 minutes");

    expect(textOf(await call({ ...given, confirmation: "made-up" }))).toContain("not given by");
    expect(state.writes).toHaveLength(0);
  });

  it("asks again when the price has changed meanwhile", async () => {
    const { call, state } = await setUp();
    const confirmation = confirmationOf(await call(given));
    state.preview = { ...preview, total_amount: 120 };
    const result = await call({ ...given, confirmation });
    expect(textOf(result)).toContain("has changed since it was shown");
    expect(textOf(result)).toContain("120.00 USD");
    expect(state.writes).toHaveLength(0);
    await call({ ...given, confirmation: confirmationOf(result) });
    expect(state.writes).toHaveLength(1);
  });

  it("says that the price is unknown where the service has no previews", async () => {
    const { call, state } = await setUp("other");
    const result = await call(given);
    expect(textOf(result)).toContain("offers no preview");
    expect(result.structuredContent).toMatchObject({ preview: null });
    expect(state.writes).toHaveLength(0);
    await call({ ...given, confirmation: confirmationOf(result) });
    expect(state.writes).toHaveLength(1);
  });
});

describe("a write whose answer is lost", () => {
  it("is reported as unknown, with how to find out", async () => {
    const peer = await startPeer((request, response) => {
      if (request.url === "/openapi.json") json(response, 404, {});
      else response.destroy();
    });
    const { assistant } = await connect(
      { server: { url: peer.baseUrl }, authentication: [], operations: [{ name }] },
      { allowWrites: true },
    );
    const first = await assistant.callTool({ name, arguments: given });
    const confirmation = confirmationOf(first);
    const result = await assistant.callTool({ name, arguments: { ...given, confirmation } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain("Whether the change was carried out is unknown");
    expect(peer.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });
});
