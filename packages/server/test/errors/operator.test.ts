/** The operator's API under the same bad input: refused with 400, 404 or 409, never a failure, never half done. */
import { addMonths } from "@paymaster/engine";
import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AdminServices, registerAdmin } from "../../src/admin/index.js";
import { exchange, type RawAnswer } from "./raw.js";
import { NO_INVOICE, NOBODY, newPlans, Stage } from "./stage.js";

const TODAY = "2026-01-31";
const LONG = "a".repeat(300);
const { stringify } = JSON;

let stage: Stage;
let id: string;
let invoice: string;
beforeAll(async () => {
  stage = await Stage.start("2021", { testClock: TODAY });
  id = await stage.paid();
  const listed = await stage.call<{ invoices: { id: string }[] }>(
    "GET",
    `/accounts/${id}/billing/invoices`,
  );
  invoice = listed.body.invoices[0]?.id ?? "";
});
afterAll(async () => {
  expect(stage.paymaster.logged.filter(({ level }) => level === "error")).toEqual([]);
  await stage.stop();
});

function operate(
  method: string,
  path: string,
  body?: string,
  token: string | null = stage.paymaster.credentials.admin_key,
): Promise<RawAnswer> {
  return exchange(stage, {
    method,
    path: `/admin/v1${path.replaceAll("{id}", id).replaceAll("{invoice}", invoice)}`,
    token,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
}

/** Every route with a body that is fine. */
const ROUTES = (
  [
    ["POST", "/accounts", { kind: "regular", account_name: "Quay", plan_base: null }],
    ["GET", "/overview"],
    ["GET", "/overview/course"],
    ["GET", "/accounts"],
    ["GET", "/accounts/{id}/plans"],
    ["GET", "/api-keys"],
    ["GET", "/clock/due"],
    ["GET", "/limits?account_id={id}"],
    ["GET", "/invoices"],
    ["POST", `/bill-runs/${NOBODY}/cancel`],
    ["GET", "/accounts/{id}"],
    ["PATCH", "/accounts/{id}", { tier: "pro" }],
    ["PUT", "/accounts/{id}/usage", { hosts: { monthly: 1 } }],
    ["POST", "/accounts/{id}/payments", { amount: 1, currency: "USD", reference: "r1" }],
    ["POST", "/api-keys", { account_id: NOBODY, scopes: ["billing:master"] }],
    ["DELETE", `/api-keys/${NOBODY}`],
    ["GET", "/clock"],
    ["PUT", "/clock", { ticking: true }],
    ["POST", "/clock/advance", { seconds: 0 }],
    ["POST", "/bill-runs", { target_date: TODAY, mode: "preview" }],
    ["GET", "/bill-runs"],
    ["GET", `/bill-runs/${NOBODY}`],
    ["GET", `/bill-runs/${NOBODY}/accounts`],
    ["POST", "/invoices/{invoice}/post"],
    ["POST", "/invoices/{invoice}/cancel"],
    ["GET", "/invoices/{invoice}"],
    ["GET", "/invoices/{invoice}/lines"],
    ["GET", "/invoices/{invoice}/ubl"],
    ["GET", "/accounts/{id}/statement"],
    ["GET", "/accounts/{id}/statements"],
    ["GET", `/statements/${NOBODY}`],
    ["GET", "/accounts/{id}/invoices"],
    ["GET", "/accounts/{id}/payments"],
    ["GET", "/accounts/{id}/balance"],
    ["GET", "/overdue"],
    ["GET", "/trial-balance"],
    ["GET", "/invariants"],
    ["GET", "/audit"],
    ["GET", "/ledger?account_id={id}"],
  ] as [method: string, path: string, body?: object][]
).map(([method, path, body]) => ({ method, path, body }));
/** An opaque place in a list, forged. */
const cursor = (...parts: readonly string[]) => Buffer.from(stringify(parts)).toString("base64url");

const WRITES = ROUTES.filter(({ body }) => body !== undefined);

const textOf = (body: object | undefined) => (body === undefined ? undefined : stringify(body));

describe("the routes", () => {
  it("are all among those that are tried here", async () => {
    const found: string[] = [];
    const app = Fastify();
    app.addHook("onRoute", ({ method, url }) => {
      found.push(`${method} ${url}`);
    });
    registerAdmin(app, {} as AdminServices);
    await app.ready();
    const tried = ROUTES.map(({ method, path }) => {
      const plain = path
        .replace(/\?.*/, "")
        .replace(/\{\w+\}/, ":id")
        .replace(NOBODY, ":id");
      return `${method} /admin/v1${plain}`;
    });
    expect(tried.sort()).toEqual(found.filter((route) => !route.startsWith("HEAD")).sort());
  });
});

describe("the key", () => {
  it.each(ROUTES)("$method $path takes no other", async ({ method, path, body }) => {
    const { api_key } = stage.paymaster.credentials;
    for (const token of [null, "pma_none", api_key, "a\u00e4", "a".repeat(5_000)]) {
      const answer = await operate(method, path, textOf(body), token);
      expect([answer.status, answer.body]).toEqual([
        401,
        { code: 124, message: "Invalid access token." },
      ]);
    }
  });
});

describe("bodies", () => {
  const BAD = [
    "null",
    "[]",
    "7",
    '"a"',
    "{",
    '{"__proto__": {}}',
    '{"colour": "red"}',
    '{"a\\u0000": 1}',
  ];

  it.each(WRITES)("$method $path takes no other than it knows", async ({ method, path }) => {
    for (const body of ["", ...BAD]) {
      const answer = await operate(method, path, body);
      expect([body, answer.status, (answer.body as { code: number }).code]).toEqual([
        body,
        400,
        300,
      ]);
    }
  });

  it.each(WRITES)(
    "$method $path takes no member of another type",
    async ({ method, path, body }) => {
      for (const name of Object.keys(body ?? {})) {
        for (const wrong of [{ a: { a: {} } }, [[]], "a\0b", "\ud800", LONG, 1e99, -1, 0.001]) {
          const answer = await operate(method, path, stringify({ ...body, [name]: wrong }));
          expect([name, wrong, answer.status]).toEqual([name, wrong, 400]);
        }
        const infinite = stringify({ ...body, [name]: "@" }).replace('"@"', "1e400");
        expect([name, (await operate(method, path, infinite)).status]).toEqual([name, 400]);
      }
    },
  );
});

interface Case {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly field?: string;
}

const on =
  (method: string, path: string) =>
  (body: unknown, field?: string, status = 400): Case => ({
    method,
    path,
    body,
    status,
    ...(field === undefined ? {} : { field }),
  });

const newAccount = on("POST", "/accounts");
const patched = on("PATCH", "/accounts/{id}");
const used = on("PUT", "/accounts/{id}/usage");
const paid = on("POST", "/accounts/{id}/payments");
const key = on("POST", "/api-keys");
const advanced = on("POST", "/clock/advance");
const run = on("POST", "/bill-runs");
const named = (more: object) => ({ kind: "master", account_name: "Quay", ...more });
const amount = (more: object) => ({ amount: 1, currency: "USD", reference: "r", ...more });
const charge = (value: number) => ({ charges: { monthly: value } });

const CASES: readonly Case[] = [
  newAccount(named({ kind: "sub" }), "kind"),
  newAccount(named({ account_name: "" }), "account_name"),
  newAccount(named({ account_name: "a".repeat(65) }), "account_name"),
  newAccount(named({ email: "nobody" }), "email"),
  newAccount(named({ plan_base: { type: "nothing", hosts: 1 } }), "plan_base"),
  newAccount(named({ plan_base: { type: "monthly", hosts: 0 } }), "plan_base"),
  newAccount(named({ plan_base: { type: "monthly", hosts: 1e15 } }), "plan_base"),
  newAccount(named({ plan_base: { type: "webinar500_monthly", hosts: 1 } }), "plan_base"),
  newAccount(named({ plan_base: { type: "monthly", hosts: "1" } }), "plan_base.hosts"),
  newAccount(named({ contact: { country: "USA" } }), "contact.country"),
  patched({}, "body"),
  patched({ tier: "gold" }, "tier"),
  patched({ payment_term_days: -1 }, "payment_term_days"),
  patched({ payment_term_days: 366 }, "payment_term_days"),
  patched({ payment_term_days: 1.5 }, "payment_term_days"),
  patched({ vip: "true" }, "vip"),
  patched({ id: NOBODY }, "id"),
  patched({ vip: true, master_id: NOBODY }, "master_id"),
  used({ hosts: { nothing: 1 } }, "hosts"),
  used({ hosts: { constructor: 1 } }, "hosts"),
  used({ hosts: { monthly: -1 } }, "hosts.monthly"),
  used({ hosts: { monthly: 1.5 } }, "hosts.monthly"),
  used({ hosts: { monthly: 1e9 } }, "hosts.monthly"),
  used(
    { hosts: Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`p${at}`, 1])) },
    "hosts",
  ),
  used({ recording_gb: -1 }, "recording_gb"),
  used({ recording_gb: 1e12 }, "recording_gb"),
  used(charge(-1), "charges.monthly"),
  used(charge(0.001), "charges.monthly"),
  used(charge(1e12), "charges.monthly"),
  paid(amount({ amount: 0 }), "amount"),
  paid(amount({ amount: -5 }), "amount"),
  paid(amount({ amount: 0.005 }), "amount"),
  paid(amount({ amount: 1e10 }), "amount"),
  paid(amount({ amount: "1" }), "amount"),
  paid(amount({ currency: "EUR" }), "currency"),
  paid(amount({ currency: "usd" }), "currency"),
  paid(amount({ currency: "US" }), "currency"),
  paid(amount({ reference: "" }), "reference"),
  paid(amount({ reference: "a".repeat(256) }), "reference"),
  paid(amount({ invoice_ids: [] }), "invoice_ids"),
  paid(amount({ invoice_ids: [NO_INVOICE] }), "invoice_ids"),
  paid(amount({ invoice_ids: ["'; --"] }), "invoice_ids"),
  key({ account_id: NOBODY, scopes: [] }, "scopes"),
  key({ account_id: NOBODY, scopes: ["billing:master"] }, undefined, 404),
  key({ account_id: "", scopes: ["billing:master"] }, undefined, 404),
  advanced({}, "body"),
  advanced({ days: 1, hours: 1 }, "body"),
  advanced({ days: -1 }, "days"),
  advanced({ days: 0.5 }, "days"),
  advanced({ days: 18_301 }, "days"),
  advanced({ seconds: 1e15 }, "seconds"),
  advanced({ to: "tomorrow" }, "to"),
  advanced({ to: "2026-02-30" }, "to"),
  advanced({ to: "2026-02-01T25:00:00Z" }, "to"),
  advanced({ to: "2026-02-01T00:00:00" }, "to"),
  advanced({ to: "2026-01-30" }, "to"),
  advanced({ to: "0001-01-01" }, "to"),
  advanced({ to: "9999-12-31" }, "to"),
  advanced({ to: "2090-01-01" }, "to"),
  run({ target_date: TODAY, mode: "all" }, "mode"),
  run({ target_date: "31.01.2026", mode: "post" }, "target_date"),
  run({ target_date: "2026-02-31", mode: "post" }, "target_date"),
  run({ target_date: "2026-02-02", mode: "post" }, "target_date"),
  run({ target_date: addMonths(TODAY, 13), mode: "preview" }, "target_date"),
  run({ target_date: "9999-12-31", mode: "preview" }, "target_date"),
  run({ target_date: TODAY, mode: "post", account_ids: [] }, "account_ids"),
  run({ target_date: TODAY, mode: "post", account_ids: [NOBODY] }, "account_ids"),
  run({ target_date: TODAY, mode: "post", account_ids: Array(10_001).fill("a") }, "account_ids"),
];

describe("values", () => {
  it.each(CASES)("$method $path $body", async ({ method, path, body, status, field }) => {
    const answer = await operate(method, path, stringify(body));
    const { errors } = answer.body as { errors?: { field: string }[] };
    expect(answer.status).toBe(status);
    const fields = errors?.map((error) => error.field);
    if (field === undefined) expect(fields).toBeUndefined();
    else expect(fields).toContain(field);
  });

  it("a scope that nothing has is refused", async () => {
    const body = { account_id: id, scopes: ["billing:master", "root"] };
    const answer = await operate("POST", "/api-keys", stringify(body));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("no scope root")]);
  });
});

describe("ids", () => {
  const UNKNOWN = [
    NOBODY,
    "x",
    "..%2F",
    "a%00b",
    "%F0%9F%98%80",
    "a".repeat(2_000),
    "'",
    "me",
    "%20",
  ];
  const withId = [
    ...ROUTES.filter(({ path }) => path.includes("/accounts/{id}")),
    ...ROUTES.filter(({ path }) => path.includes("{invoice}")),
    ...ROUTES.filter(({ path }) => path.includes(NOBODY)),
  ];

  it.each(withId)(
    "$method $path: what is unknown does not exist",
    async ({ method, path, body }) => {
      for (const unknown of UNKNOWN) {
        const at = path
          .replace("{id}", unknown)
          .replace("{invoice}", unknown)
          .replace(NOBODY, unknown);
        const answer = await operate(method, at, textOf(body));
        expect([unknown, answer.status, (answer.body as { code: number }).code]).toEqual([
          unknown,
          404,
          2001,
        ]);
      }
    },
  );

  it.each([
    ["/audit?after=abc", 400],
    ["/audit?after=-1", 400],
    ["/audit?after=1e3", 400],
    ["/audit?after=99999999999999999999", 400],
    ["/audit?after=999999999999999", 200],
    ["/audit?after=", 400],
    ["/audit?order=newest", 200],
    ["/audit?order=random", 400],
    ["/accounts?kind=pigeon", 400],
    [`/accounts?after=${cursor("m", "x")}`, 400],
    [`/accounts?after=${cursor("m", "7")}`, 200],
    ["/accounts?limit=0", 400],
    ["/overview/course?months=37", 400],
    ["/overview/course?months=x", 400],
    ["/overview?master_id=nobody", 200],
    ["/clock/due?limit=101", 400],
    ["/limits", 400],
    ["/limits?account_id=nobody", 404],
    ["/invoices?status=Lost", 400],
    ["/invoices?from=2026-02-30", 400],
    ["/invoices?overdue=maybe", 400],
    [`/invoices?after=${cursor("a", "b")}`, 400],
    [`/invoices?after=${cursor("zzz")}&search=%25_%5C`, 200],
    [`/api-keys?after=${cursor("2026-99-31 99:00:00+99", "k")}`, 400],
    [`/api-keys?after=${cursor("2026-01-31 00:00:00+00", "k")}`, 200],
    ["/audit?account_id=%00", 400],
    ["/audit?account_id=a&account_id=b", 400],
    [`/audit?account_id=${NOBODY}`, 200],
    ["/ledger", 400],
    ["/ledger?account_id=", 400],
    [`/ledger?account_id=${NOBODY}`, 404],
    ["/ledger?account_id=%00", 400],
    ["/ledger?account_id={id}&after=%00", 400],
    ["/ledger?account_id={id}&after=zzz", 400],
    [
      `/ledger?account_id={id}&after=${cursor("2026-01-31", "2026-01-31 00:00:00+00", "a", "1")}`,
      200,
    ],
    [
      `/ledger?account_id={id}&after=${cursor("2026-01-31", "2026-01-31 00:00:00+00", "a", "x")}`,
      400,
    ],
    [
      `/ledger?account_id={id}&after=${cursor("2026-02-30", "2026-01-31 00:00:00+00", "a", "1")}`,
      400,
    ],
    [
      `/ledger?account_id={id}&after=${cursor("2026-01-31", "2026-99-31 99:00:00+99", "a", "1")}`,
      400,
    ],
    [
      `/ledger?account_id={id}&after=${cursor("2026-01-31", "2026-01-31 00:00:00+00", "\0", "1")}`,
      400,
    ],
    ["/ledger?account_id={id}&limit=0", 400],
    ["/trial-balance?as_of=yesterday", 400],
    ["/trial-balance?as_of=0001-01-01", 400],
    ["/trial-balance?as_of=9999-12-31", 400],
    ["/trial-balance?as_of=9998-12-31", 200],
    ["/trial-balance?as_of=1900-01-01", 200],
    ["/trial-balance?account_id={id}", 400],
    [`/trial-balance?account_id=${NOBODY}`, 404],
    ["/trial-balance?format=xml", 400],
    ["/trial-balance?format=csv", 200],
    ["/accounts/{id}/statement?from=2026-02-01&to=2026-01-01", 400],
    ["/accounts/{id}/statement?to=0001-01-01", 400],
    ["/accounts/{id}/statement?to=1900-01-01", 200],
    ["/accounts/{id}/statement?from=2026-01-01&to=9998-12-31", 200],
    ["/accounts/{id}/statement?from=2026-01-01&to=9999-12-31", 400],
    ["/accounts/{id}/statement?from=2026-01-01&format=csv", 200],
    [
      `/accounts/{id}/statement?after=${cursor("2026-01-01", "2026-01-31 00:00:00+00", "", "", "9".repeat(15))}`,
      400,
    ],
    [
      `/accounts/{id}/statement?after=${cursor("2026-01-01", "2026-01-31 00:00:00+00", "", "", "9".repeat(14))}`,
      200,
    ],
    [`/accounts/{id}/statements?after=${cursor("2026-01-31", "\0")}`, 400],
    [`/accounts/{id}/statements?after=${cursor("nobody", "a")}`, 200],
    [`/accounts/{id}/statements?after=${cursor("2026-01-31")}`, 400],
    [`/accounts/{id}/invoices?after=${cursor("x")}`, 400],
    [`/accounts/{id}/invoices?after=${cursor("999999999999999")}`, 200],
    ["/accounts/{id}/invoices?after=WzFd", 400],
    ["/accounts/{id}/invoices?status=Draft", 400],
    ["/accounts/{id}/invoices?open=1", 400],
    ["/accounts/{id}/invoices?overdue=", 200],
    ["/accounts/{id}/payments?limit=-1", 400],
    ["/accounts/{id}/payments?after=zzz", 400],
    [`/accounts/{id}/payments?after=${cursor("\0", "\0")}`, 400],
    [`/accounts/{id}/payments?after=${cursor("2026-01-31", "a")}`, 200],
    [`/overdue?after=${cursor("a", "b")}`, 200],
    [`/overdue?after=${cursor("\0", "b")}`, 400],
    ["/overdue?limit=1e3", 400],
    ["/bill-runs?limit=0", 400],
    ["/bill-runs?limit=ten", 400],
    ["/bill-runs?limit=10001", 400],
    ["/bill-runs?after=nobody", 200],
    ["/bill-runs?after=%00", 400],
  ])("GET %s: %i", async (path, status) => {
    expect((await operate("GET", path)).status).toBe(status);
  });
});

describe("the state", () => {
  it("a payment's reference is good for one payment", async () => {
    const pay = (value: number) =>
      operate(
        "POST",
        "/accounts/{id}/payments",
        stringify({ ...amount({}), amount: value, reference: "twice" }),
      );
    const [first, again] = [await pay(2), await pay(2)];
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect((await pay(3)).status).toBe(409);
  });

  it("sums of the largest payments stay amounts", async () => {
    for (const reference of ["large-1", "large-2", "large-3"]) {
      const body = stringify({ amount: 1e9, currency: "USD", reference });
      expect((await operate("POST", "/accounts/{id}/payments", body)).status).toBe(201);
    }
    expect((await operate("GET", "/ledger?account_id={id}")).status).toBe(200);
  });

  it("an invoice is posted once, and one that is paid is not cancelled", async () => {
    const before = await operate("GET", "/ledger?account_id={id}");
    const posted = await operate("POST", "/invoices/{invoice}/post");
    expect([posted.status, posted.body]).toMatchObject([200, { id: invoice, status: "Posted" }]);
    expect((await operate("POST", "/invoices/{invoice}/cancel")).status).toBe(409);
    expect((await operate("GET", "/ledger?account_id={id}")).body).toEqual(before.body);
  });

  it("a key is revoked once", async () => {
    const made = await operate(
      "POST",
      "/api-keys",
      stringify({ account_id: id, scopes: ["billing:master"] }),
    );
    const { id: keyId } = made.body as { id: string };
    expect((await operate("DELETE", `/api-keys/${keyId}`)).status).toBe(204);
    expect((await operate("DELETE", `/api-keys/${keyId}`)).status).toBe(404);
  });

  it("the largest usage is charged, and the books still hold", async () => {
    const sub = await stage.free();
    await stage.done("POST", `/accounts/${sub}/plans`, newPlans());
    const usage = { hosts: { monthly: 1e6 }, recording_gb: 1e9, charges: { monthly: 1e9 } };
    await stage.operate("PUT", `/accounts/${sub}/usage`, usage);
    await stage.operate("PUT", `/accounts/${sub}/usage`, usage);
    await stage.operate("POST", "/clock/advance", { days: 62 });
    expect((await stage.call("GET", `/accounts/${sub}/billing/invoices`)).status).toBe(200);
    expect(await stage.operate("GET", "/invariants")).toMatchObject({ ok: true });
  });

  it("a clock that cannot be moved says so", async () => {
    const system = await Stage.start("2021", { testClock: null });
    try {
      for (const [method, path, body] of [
        ["PUT", "/clock", { ticking: false }],
        ["POST", "/clock/advance", { days: 1 }],
      ] as const) {
        expect((await system.paymaster.admin(method, path, body)).status).toBe(409);
      }
    } finally {
      await system.stop();
    }
  });

  it("a test clock stops before the calendar does", async () => {
    const late = await Stage.start("2021", { testClock: "8999-12-01" });
    try {
      const sub = await late.paid({ type: "plan_pro_three_years", hosts: 1 });
      expect((await late.paymaster.admin("POST", "/clock/advance", { days: 30 })).status).toBe(200);
      expect((await late.paymaster.admin("POST", "/clock/advance", { days: 2 })).status).toBe(400);
      expect((await late.call("GET", `/accounts/${sub}/billing/invoices`)).status).toBe(200);
    } finally {
      await late.stop();
    }
  });
});
