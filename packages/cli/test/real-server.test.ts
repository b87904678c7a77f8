/** The command line against the real server: an order, its invoice, and what is refused. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PaymasterServer, startPaymaster } from "../../client/test/support/paymaster.js";
import { emptyFolder, paymaster } from "./support/run.js";

let server: PaymasterServer;

beforeAll(async () => {
  server = await startPaymaster();
});

afterAll(() => server?.stop());

/** In a folder as `paymaster serve` leaves it, apart from the data directory's place. */
function run(args: readonly string[], cwd: string, input = "") {
  return paymaster(args, { cwd, input, env: { PAYMASTER_CREDENTIALS: server.credentialsFile } });
}

it("an order from creation to the PDF", async () => {
  const cwd = emptyFolder();
  const owner = ["--first_name", "Ada", "--last_name", "Byron", "--email", "ada@example.com"];
  const create = ["accounts", "create", ...owner, "--password", "kT7-vQ2-mW9-xR4", "--json"];
  const account = JSON.parse((await run(create, cwd)).stdout) as { id: string };

  const contact = {
    first_name: "Ada",
    last_name: "Byron",
    email: "ada@example.com",
    address: "1 Main Street",
    city: "Denver",
    state: "CO",
    zip: "80014",
    country: "US",
    phone_number: "+13035550100",
  };
  writeFileSync(join(cwd, "order.json"), JSON.stringify({ contact }));
  const plan = ["--plan_base.type", "business_yearly", "--plan_base.hosts", "10"];
  const order = ["plans", "create", account.id, "--data", "order.json", ...plan];
  const preview = await run([...order, "--preview"], cwd);
  expect(preview.code, preview.stderr).toBe(0);
  expect(preview.stdout).toMatch(/^total_amount +1999$/m);
  expect((await run(["plans", "usage", account.id], cwd)).code).toBe(4);
  expect((await run(order, cwd)).code).toBe(0);

  const usage = await run(["plans", "usage", account.id], cwd);
  expect(usage.stdout).toMatch(/plan_base\n {2}type +business_yearly\n {2}hosts +10\n/);
  const list = await run(["billing", "invoices", account.id, "--json"], cwd);
  const { invoices } = JSON.parse(list.stdout) as { invoices: { id: string }[] };
  const invoiceId = invoices[0]?.id ?? "";
  expect((await run(["billing", "invoices", account.id, invoiceId], cwd)).stdout).toContain("1999");
  const file = await run(["billing", "invoices", "download", invoiceId, "-o", "i.pdf"], cwd);
  expect(file.code, file.stderr).toBe(0);
  expect(readFileSync(join(cwd, "i.pdf")).subarray(0, 5).toString()).toBe("%PDF-");

  const again = await run(["billing", "invoices", account.id], cwd);
  expect(again.code).toBe(5);
  expect(again.stderr).toContain("It reopens at 2021-06-01T00:");
  const refused = await run(["plans", "me", "--timeout", "20", "--json"], cwd);
  expect(refused.code, refused.stderr).toBe(0);
  const invalid = ["plans", "base", "update", account.id, "--data", "-"];
  const fields = await run(invalid, cwd, '{"type":"business_yearly","hosts":"2"}');
  expect(fields.code).toBe(4);
  expect(fields.stderr).toMatch(/hosts: /);
});

it("the books of a running server, rule by rule", async () => {
  const cwd = emptyFolder();
  const people = await run(["invariants"], cwd);
  expect(people.code, people.stderr).toBe(0);
  expect(people.stdout).toMatch(/^ok {5}books_balance: .*\n/);
  expect(people.stdout).toMatch(/All \d+ rules hold\.\n$/);
  const programs = await run(["invariants", "--json"], cwd);
  expect(JSON.parse(programs.stdout)).toMatchObject({ ok: true });
  expect((await run(["invariants", "--what"], cwd)).code).toBe(2);
});
