import type { ServerResponse } from "node:http";
import type { Preview } from "@paymaster/client";
import { describe, expect, it } from "vitest";
import {
  documentWithPreview,
  json,
  type SeenRequest,
  startPeer,
} from "../../client/test/support/peer.js";
import type { AuditEntry } from "../src/audit.js";
import { CONFIRMATION_LIFETIME_MS } from "../src/confirmation.js";
import { parseLimit, type SpendingLimits } from "../src/spending.js";
import { createSpendingFiles } from "../src/spending-files.js";
import { connect, emptyFolder, textOf } from "./support/connect.js";
import { preview } from "./support/preview.js";

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

  it("offers nothing to confirm when the preview lacks its price", async () => {
    const { call, state } = await setUp();
    const { total_amount, ...rest } = preview;
    state.preview = rest as Preview;
    const result = await call(given);
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain("total_amount");
    state.preview = { ...preview, total_amount };
    expect((await call(given)).isError).toBeFalsy();
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

const DAY = "2021-06-01";
const DATE = { date: "Tue, 01 Jun 2021 10:00:00 GMT" };

/** A Paymaster that shows its date, and a server with limits that are kept in a folder. */
async function setUpLimited(
  limits: Partial<Record<keyof SpendingLimits, string>>,
  options: { readonly folder?: string; readonly recordable?: boolean } = {},
) {
  const folder = options.folder ?? emptyFolder();
  const state = {
    preview,
    writes: [] as SeenRequest[],
    answer: (response: ServerResponse) => json(response, 201, undefined, DATE),
  };
  const peer = await startPeer((request, response) => {
    if (request.url === "/openapi.json") json(response, 200, document);
    else if (request.headers.prefer === "preview") json(response, 200, state.preview, DATE);
    else {
      state.writes.push(request);
      state.answer(response);
    }
  });
  const records: AuditEntry[] = [];
  const { assistant } = await connect(
    { server: { url: peer.baseUrl }, authentication: [], operations: [{ name }] },
    {
      allowWrites: true,
      audit: {
        record(entry) {
          records.push(entry);
          return options.recordable !== false;
        },
      },
      spending: {
        limits: {
          perCall: limits.perCall === undefined ? undefined : parseLimit(limits.perCall, "x"),
          perDay: limits.perDay === undefined ? undefined : parseLimit(limits.perDay, "x"),
        },
        store: createSpendingFiles(folder),
      },
    },
  );
  const call = (args: Record<string, unknown>) => assistant.callTool({ name, arguments: args });
  async function confirmed(accountId = "a") {
    const args = { ...given, accountId };
    const first = await call(args);
    if (first.isError === true) return first;
    return call({ ...args, confirmation: confirmationOf(first) });
  }
  const spent = () => createSpendingFiles(folder).spent(DAY, "USD");
  return { call, confirmed, state, spent, folder, records };
}

describe("spending limits", () => {
  it("for one change: refused at the first step, without a confirmation", async () => {
    const { call, state } = await setUpLimited({ perCall: "99.99" });
    const result = await call(given);
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain("costs 100.00 USD; the limit for one change is 99.99 USD");
    expect(result.structuredContent).toBeUndefined();
    expect(state.writes).toHaveLength(0);
    state.preview = { ...preview, total_amount: 99.99 };
    expect((await call(given)).isError).toBeFalsy();
  });

  it("for a day: counted when carried out, over restarts, and told with what is spent", async () => {
    const first = await setUpLimited({ perDay: "250" });
    expect((await first.confirmed("a")).structuredContent).toMatchObject({ status: "done" });
    expect((await first.confirmed("b")).structuredContent).toMatchObject({ status: "done" });
    expect(await first.spent()).toBe(20_000);
    const again = await setUpLimited({ perDay: "250" }, { folder: first.folder });
    const refused = await again.confirmed("c");
    expect(textOf(refused)).toContain("of 250.00 USD for 2021-06-01, 200.00 USD are spent");
    expect(again.state.writes).toHaveLength(0);
  });

  it("for a day: two confirmed at once do not both get through", async () => {
    const { call, state, spent } = await setUpLimited({ perDay: "150" });
    const confirmations = await Promise.all(
      ["a", "b"].map(async (accountId) => confirmationOf(await call({ ...given, accountId }))),
    );
    const results = await Promise.all(
      ["a", "b"].map((accountId, index) =>
        call({ ...given, accountId, confirmation: confirmations[index] }),
      ),
    );
    expect(results.filter(({ isError }) => isError === true)).toHaveLength(1);
    expect(state.writes).toHaveLength(1);
    expect(await spent()).toBe(10_000);
  });

  it("allow nothing in a currency that they do not name, and anything that costs nothing", async () => {
    const { confirmed, state } = await setUpLimited({ perCall: "500", perDay: "500" });
    state.preview = { ...preview, currency: "EUR" };
    expect(textOf(await confirmed())).toContain("the limit for one change is 0.00 EUR");
    for (const total_amount of [0, -20]) {
      state.preview = { ...preview, currency: "EUR", total_amount };
      expect((await confirmed()).structuredContent).toMatchObject({ status: "done" });
    }
  });

  it("give the amount back when the service refuses, and keep it when no answer came", async () => {
    const { confirmed, state, spent } = await setUpLimited({ perDay: "500" });
    state.answer = (response) => json(response, 400, { code: 2100, message: "No." }, DATE);
    expect((await confirmed()).isError).toBe(true);
    expect(await spent()).toBe(0);
    state.answer = (response) => response.destroy();
    expect((await confirmed()).isError).toBe(true);
    expect(await spent()).toBe(10_000);
    state.answer = (response) => json(response, 500, { code: 500, message: "Oops." }, DATE);
    expect(textOf(await confirmed())).toContain("Whether the change was carried out is unknown");
    expect(await spent()).toBe(20_000);
  });

  it("refuse every change where a service shows no price", async () => {
    const peer = await startPeer((request, response) => {
      expect(request.url).toBe("/openapi.json");
      json(response, 404, {});
    });
    const { assistant } = await connect(
      { server: { url: peer.baseUrl }, authentication: [], operations: [{ name }] },
      {
        allowWrites: true,
        spending: {
          limits: { perCall: parseLimit("1000000", "x"), perDay: undefined },
          store: undefined,
        },
      },
    );
    const result = await assistant.callTool({ name, arguments: given });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain("does not tell what the change costs");
  });
});

describe("a change whose answer was lost", () => {
  it("is repeated with the same confirmation, as the same request, and counted once", async () => {
    const { call, state, spent } = await setUpLimited({ perDay: "150" });
    const confirmation = confirmationOf(await call(given));
    state.answer = (response) => response.destroy();
    const lost = await call({ ...given, confirmation });
    expect(textOf(lost)).toContain("the same confirmation");
    state.answer = (response) => json(response, 201, undefined, DATE);
    // It was made before, so its preview would no longer be the same.
    state.preview = { ...preview, total_amount: 0 };
    const done = await call({ ...given, confirmation });
    expect(done.structuredContent).toEqual({ status: "done", result: null });
    // Besides these, the client has looked whether the change was made.
    const sent = state.writes.filter(({ method }) => method === "POST");
    const keys = sent.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toEqual([confirmation, confirmation]);
    expect(await spent()).toBe(10_000);
    expect((await call({ ...given, confirmation })).isError).toBe(true);
  });

  it("and was refused in the end gives its amount back", async () => {
    const { call, state, spent } = await setUpLimited({ perDay: "150" });
    const confirmation = confirmationOf(await call(given));
    state.answer = (response) => response.destroy();
    await call({ ...given, confirmation });
    state.answer = (response) => json(response, 400, { code: 2100, message: "No." }, DATE);
    expect((await call({ ...given, confirmation })).isError).toBe(true);
    expect(await spent()).toBe(0);
  });
});

describe("the audit of a change", () => {
  it("has a line before it is sent and one with its end, with its price", async () => {
    const { confirmed, records, state } = await setUpLimited({});
    state.answer = (response) => {
      expect(records.at(-1)?.outcome).toBe("started");
      json(response, 201, undefined, DATE);
    };
    await confirmed();
    expect(records.map(({ outcome }) => outcome)).toEqual([
      "confirmation_required",
      "started",
      "done",
    ]);
    expect(records[2]).toMatchObject({ amount: 100, currency: "USD", client: "test 1" });
    expect(records[2]?.requests?.map(({ status }) => status)).toEqual([200, 201]);
  });

  it("stops it when it cannot be written", async () => {
    const { confirmed, state, spent } = await setUpLimited(
      { perDay: "500" },
      { recordable: false },
    );
    const result = await confirmed();
    expect(textOf(result)).toContain("audit file cannot be written");
    expect(state.writes).toHaveLength(0);
    expect(await spent()).toBe(0);
  });
});
