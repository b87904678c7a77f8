/** What the compiler knows of the methods; `tsc` reads this file in `compiler.test.ts`. */
import { operations } from "@paymaster/contract";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type Answer,
  bearerToken,
  createClient,
  type PdfDownload,
  type Preview,
} from "../src/index.js";

const client = createClient({
  baseUrl: "http://127.0.0.1:1/v2",
  authentication: bearerToken("t"),
  timeoutMs: 50,
  retry: { maxAttempts: 1 },
});

/** Never called: only its types matter. */
export async function typesOfCalls(): Promise<void> {
  const usage = await client.getPlanUsage({ accountId: "me" });
  expectTypeOf(usage.plan_base).toExtend<{ type?: string; hosts?: number } | undefined>();
  // @ts-expect-error: no such member
  usage.plan_bases;

  // @ts-expect-error: accountId is required
  await client.getPlanUsage({});
  // @ts-expect-error: accountId is text
  await client.getPlanUsage({ accountId: 7 });
  // @ts-expect-error: a read has nothing to preview
  await client.getPlanUsage({ accountId: "me" }, { preview: true });
  // @ts-expect-error: a misspelt option
  await client.getPlanUsage({ accountId: "me" }, { timeoutMS: 5 });

  const list = await client.accountBillingInvoices({ accountId: "me", from: "2021-01-01" });
  expectTypeOf(list.currency).toEqualTypeOf<string>();

  const pdf = await client.downloadInvoicePDF({ invoiceId: "i" });
  expectTypeOf(pdf).toEqualTypeOf<PdfDownload>();

  const body = { type: "large500_monthly", hosts: 2 };
  const changed = await client.accountPlanAddonUpdate({ accountId: "a", body });
  expectTypeOf(changed).toEqualTypeOf<undefined>();
  // @ts-expect-error: hosts is a number
  await client.accountPlanAddonUpdate({ accountId: "a", body: { type: "x", hosts: "2" } });
  // @ts-expect-error: the body is required
  await client.accountPlanAddonUpdate({ accountId: "a" });

  const preview = await client.accountPlanAddonUpdate({ accountId: "a", body }, { preview: true });
  expectTypeOf(preview).toEqualTypeOf<Preview>();
  const perhaps = Math.random() > 0.5;
  const either = await client.accountPlanAddonUpdate(
    { accountId: "a", body },
    { preview: perhaps },
  );
  expectTypeOf(either).toEqualTypeOf<Preview | undefined>();

  const answer = await client.call("download_invoice_p_d_f", { invoiceId: "i" });
  expectTypeOf(answer).toEqualTypeOf<Answer<PdfDownload>>();
  // @ts-expect-error: no such tool
  await client.call("no_such_tool", {});

  // Nothing is required here, so nothing need be given.
  await client.accounts();
}

describe("methods", () => {
  it("are there for each operation of the contract, by the operationId of 2021", () => {
    for (const operation of Object.values(operations)) {
      expect(client[operation.id], operation.tool).toBeTypeOf("function");
    }
    const ids = Object.values(operations).map(({ id }) => id);
    expect(Object.keys(client).sort()).toEqual([...ids, "baseUrl", "call", "request"].sort());
  });
});
