/** Regression: a change of plans after an operator posted a draft ahead of its time answered 500. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { CONTACT, startTestServer, type TestServer } from "./support/server.js";

let paymaster: TestServer;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-01-31" });
});
afterAll(() => paymaster.stop());

it("refuses to add hosts to a period that has not begun, and says from when it can be done", async () => {
  const id = await paymaster.subAccount();
  await paymaster.wire("POST", `/accounts/${id}/plans`, {
    body: { contact: CONTACT, plan_base: { type: "monthly", hosts: 2 } },
  });
  await paymaster.admin("POST", "/bill-runs", {
    target_date: "2026-04-30",
    mode: "draft",
    account_ids: [id],
  });
  const listed = await paymaster.wire<{ invoices: { id: string; status: string }[] }>(
    "GET",
    `/accounts/${id}/billing/invoices`,
  );
  const draft = listed.body.invoices.find(({ status }) => status === "Draft");
  const posted = await paymaster.admin("POST", `/invoices/${draft?.id}/post`);
  expect([posted.status, posted.body.status]).toEqual([200, "Posted"]);

  const more = { body: { type: "monthly", hosts: 5 } };
  const refused = await paymaster.wire<{ errors: { message: string }[] }>(
    "PUT",
    `/accounts/${id}/plans/base`,
    more,
  );
  expect(refused.status).toBe(400);
  expect(refused.body.errors[0]?.message).toContain("possible from 2026-04-30 on");

  await paymaster.admin("POST", "/clock/advance", { to: "2026-04-30" });
  expect((await paymaster.wire("PUT", `/accounts/${id}/plans/base`, more)).status).toBe(204);
  expect((await paymaster.admin("GET", "/invariants")).body).toMatchObject({ ok: true });
});
