/** From outside, everything that is not the caller's looks as if it did not exist: ids of accounts and invoices. */
import { type Operation, operationList, WIRE_PROFILES, type WireError } from "@paymaster/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange, FINE_BODIES, type RawAnswer } from "./raw.js";
import { messageOf } from "./scenario.js";
import { type Master, NO_INVOICE, NOBODY, newOwner, newPlans, PRO, Stage } from "./stage.js";

const ofAccounts = operationList.filter(({ path }) => path.includes("{accountId}"));
const ofInvoices = operationList.filter(({ path }) => path.includes("{invoiceId}"));

/** An id as it is written in the path, and as the message gives it back. */
interface Id {
  readonly written: string;
  readonly shown: string;
}
const plain = (id: string): Id => ({ written: id, shown: id });

const LONG = "a".repeat(2_000);
const MALFORMED: Readonly<Record<string, Id>> = {
  "no id of ours": plain(NOBODY),
  "one character": plain("x"),
  "two dots": plain(".."),
  "two dots, encoded": { written: "%2e%2e", shown: ".." },
  "a slash, encoded": { written: "a%2Fb", shown: "a/b" },
  "a path, encoded": { written: "..%2F..%2Fadmin%2Fv1", shown: "../../admin/v1" },
  "a space": { written: "%20", shown: " " },
  "letters of other scripts": {
    written: encodeURIComponent("アカウント😀"),
    shown: "アカウント😀",
  },
  "a NUL": { written: "a%00b", shown: "a\uFFFDb" },
  SQL: { written: encodeURIComponent("' or 1=1 --"), shown: "' or 1=1 --" },
  braces: { written: encodeURIComponent("{accountId}"), shown: "{accountId}" },
  "a name of an object's own": plain("__proto__"),
  "far too long": { written: LONG, shown: LONG.slice(0, 200) },
  "an id with a space behind": { written: `${NOBODY}%20`, shown: `${NOBODY} ` },
};

function ask(stage: Stage, operation: Operation, account: string, invoice: string, token: string) {
  const path = operation.path.replace("{accountId}", account).replace("{invoiceId}", invoice);
  const body = FINE_BODIES[operation.tool];
  return exchange(stage, {
    method: operation.method,
    path: `/v2${path}`,
    token,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
}

/** Names of an answer's headers: what differs between two calls in any case has the same name. */
const namesOf = ({ headers }: RawAnswer) => [...headers.keys()].sort();

describe.each(WIRE_PROFILES)("in the %s generation", (profile) => {
  let stage: Stage;
  let caller: Master;
  let own: { sub: string; sibling: string; invoice: string };
  let other: { master: Master; sub: string; invoice: string };

  async function paidSub(master: Master) {
    const { token } = master;
    const sub = await stage.free({}, { token });
    const bought = await stage.call("POST", `/accounts/${sub}/plans`, newPlans(PRO), { token });
    expect(bought.status).toBe(201);
    const listed = await stage.call<{ invoices: { id: string }[] }>(
      "GET",
      `/accounts/${sub}/billing/invoices`,
      undefined,
      { token },
    );
    return { sub, invoice: listed.body.invoices[0]?.id ?? "" };
  }

  beforeAll(async () => {
    stage = await Stage.start(profile);
    caller = await stage.master();
    own = { ...(await paidSub(caller)), sibling: await stage.free({}, { token: caller.token }) };
    const master = await stage.master();
    other = { master, ...(await paidSub(master)) };
  });
  afterAll(() => stage.stop());

  describe.each(ofAccounts)("$tool", (operation) => {
    const error = operation.errors.accountNotFound as WireError;
    const expectUnknown = async ({ written, shown }: Id) => {
      const answer = await ask(stage, operation, written, NO_INVOICE, caller.token);
      expect([answer.status, answer.body]).toEqual([
        error.status[profile],
        { code: error.code, message: messageOf(error, profile, { subAccountId: shown }) },
      ]);
      return namesOf(answer);
    };

    it.each(Object.entries(MALFORMED))("does not know %s", async (_what, id) => {
      await expectUnknown(id);
    });

    it("does not know another master, its sub accounts, or whoever left", async () => {
      const left = await stage.free({}, { token: caller.token });
      await stage.call("DELETE", `/accounts/${left}`, undefined, { token: caller.token });
      const unknown = await expectUnknown(plain(NOBODY));
      for (const id of [other.master.id, other.sub, left]) {
        expect(await expectUnknown(plain(id))).toEqual(unknown);
      }
      if (!operation.acceptsMe) await expectUnknown(plain("me"));
    });
  });

  describe.each(ofInvoices)("$tool", (operation) => {
    const error = operation.errors.invoiceNotFound as WireError;
    const expectUnknown = async ({ written, shown }: Id, account = own.sub) => {
      const answer = await ask(stage, operation, account, written, caller.token);
      expect([answer.status, answer.body]).toEqual([
        error.status[profile],
        { code: error.code, message: messageOf(error, profile, { invoiceId: shown }) },
      ]);
      return namesOf(answer);
    };

    it.each(Object.entries(MALFORMED))("does not know %s", async (_what, id) => {
      await expectUnknown(id);
    });

    it("does not know another master's invoice", async () => {
      const unknown = await expectUnknown(plain(NO_INVOICE));
      expect(await expectUnknown(plain(other.invoice))).toEqual(unknown);
    });

    it("knows an invoice only by the account that it is for", async () => {
      if (!operation.path.includes("{accountId}")) return;
      await expectUnknown(plain(own.invoice), own.sibling);
      expect((await ask(stage, operation, own.sub, own.invoice, caller.token)).status).toBe(200);
    });
  });

  it("a sub account reaches itself, and neither its master, nor its siblings, nor what they may do", async () => {
    const token = await stage.key(["billing:master", "account:master"], own.sub);
    const read = (id: string) => stage.call("GET", `/accounts/${id}`, undefined, { token });
    expect((await read("me")).body).toMatchObject({ id: own.sub });
    expect((await read(own.sub)).status).toBe(200);
    for (const id of [caller.id, own.sibling, other.sub]) expect((await read(id)).status).toBe(404);
    const allowed = [
      await stage.call("GET", "/accounts", undefined, { token }),
      await stage.call("POST", "/accounts", newOwner(), { token }),
    ];
    expect(allowed.map(({ status }) => status)).toEqual([403, 403]);
  });

  it("an Idempotency-Key of one master means nothing to another", async () => {
    const headers = { "idempotency-key": "the-same-for-both" };
    const made = await Promise.all(
      [caller, other.master].map(({ token }) =>
        stage.free({}, { token, headers: { ...headers, "x-tenant": token.slice(0, 8) } }),
      ),
    );
    expect(new Set(made).size).toBe(2);
  });

  it("lists of accounts show one's own, whatever the token of the page says", async () => {
    const list = (token: string, query = "") =>
      stage.call<{ next_page_token: string; accounts: { id: string }[] }>(
        "GET",
        `/accounts${query}`,
        undefined,
        { token },
      );
    await stage.free({}, { token: other.master.token });
    const page = await list(other.master.token, "?page_size=1");
    expect(page.body.next_page_token).not.toBe("");
    const stolen = await list(
      caller.token,
      `?page_size=1&next_page_token=${page.body.next_page_token}`,
    );
    expect([stolen.status, stolen.body]).toMatchObject([
      400,
      { code: 300, errors: [{ field: "next_page_token" }] },
    ]);
    const ids = (await list(caller.token)).body.accounts.map(({ id }) => id);
    expect(ids).not.toContain(other.sub);
    expect(ids).toContain(own.sub);
  });

  it("the operator cannot pay one tenant's invoice with another tenant's money", async () => {
    const pay = (invoice: string) =>
      stage.paymaster.admin("POST", `/accounts/${caller.id}/payments`, {
        amount: 1,
        currency: "USD",
        reference: `for ${invoice}`,
        invoice_ids: [invoice],
      });
    const [foreign, nobodys] = [await pay(other.invoice), await pay(NO_INVOICE)];
    expect([foreign.status, nobodys.status]).toEqual([400, 400]);
    expect(JSON.stringify(foreign.body).replace(other.invoice, NO_INVOICE)).toBe(
      JSON.stringify(nobodys.body),
    );
    expect((await pay(own.invoice)).status).toBe(201);
  });

  it("no filter of a list leads into another tenant", async () => {
    const { owner_email: email } = await stage.operate<{ owner_email: string }>(
      "GET",
      `/accounts/${other.sub}`,
    );
    for (const query of [`email=${email}`, `sub_reseller_id=${other.master.id}`]) {
      const answer = await stage.call<{ accounts?: { id: string }[] }>(
        "GET",
        `/accounts?${query}`,
        undefined,
        { token: caller.token },
      );
      expect((answer.body.accounts ?? []).map(({ id }) => id)).not.toContain(other.sub);
    }
  });
});
