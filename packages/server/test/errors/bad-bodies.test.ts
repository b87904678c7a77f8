/** Bodies that are no JSON, no object, too large, too deep, of the wrong types, or forms: refused, never half done. */
import { gzipSync } from "node:zlib";
import { type Operation, operationList, WIRE_PROFILES } from "@paymaster/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTACT } from "../support/server.js";
import { exchange, FINE_BODIES, type RawAnswer } from "./raw.js";
import { flawsOf } from "./schema-flaws.js";
import { newOwner, newPlans, PRO, Stage } from "./stage.js";

const JSON_TYPE = { "content-type": "application/json" };
const KILOBYTE = 1_024;

/** Bodies that are no JSON object, whatever operation they are sent to. */
const NO_OBJECTS: Readonly<Record<string, string | Buffer>> = {
  null: "null",
  true: "true",
  "a number": "7",
  "a string": '"monthly"',
  "an array": "[]",
  "an array with an object": '[{"type": "monthly"}]',
  "half an object": '{"type": "monthly"',
  "two objects": '{"type": "monthly"} {"type": "monthly"}',
  "single quotes": "{'type': 'monthly'}",
  "a comma too many": '{"type": "monthly",}',
  "a comment": '{"type": "monthly" /* Pro */}',
  NaN: '{"type": "monthly", "hosts": NaN}',
  Infinity: '{"type": "monthly", "hosts": Infinity}',
  "a hexadecimal number": '{"type": "monthly", "hosts": 0x10}',
  "a raw control character": '{"type": "mon\u0001thly"}',
  "a prototype": '{"__proto__": {"type": "monthly"}}',
  "a prototype, further down": '{"contact": {"__proto__": {"zip": "98101"}}}',
  "a constructor's prototype": '{"constructor": {"prototype": {"type": "monthly"}}}',
  "arrays in arrays": "[".repeat(50_000),
  "bytes that are no UTF-8": Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  gzip: gzipSync('{"type": "monthly"}'),
  "a form": "type=monthly&hosts=3",
  XML: "<plan><type>monthly</type></plan>",
};

/** JSON objects that no operation can take. */
const NO_FITS: Readonly<Record<string, string>> = {
  "a member that nobody knows": '{"colour": "red"}',
  "a member called constructor": '{"constructor": 1}',
  "an empty name": '{"": 1}',
  "objects in objects": `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
  "a name with a NUL": '{"ty\\u0000pe": "monthly"}',
};

describe.each(WIRE_PROFILES)("in the %s generation", (profile) => {
  let stage: Stage;
  let id: string;
  beforeAll(async () => {
    stage = await Stage.start(profile);
    id = await stage.paid(PRO, [{ type: "webinar500_monthly", hosts: 1 }]);
  });
  afterAll(async () => {
    // Only what a test meant to do was logged, and nothing of it was a failure.
    expect(stage.paymaster.logged.filter(({ level }) => level === "error")).toEqual([]);
    await stage.stop();
  });

  const withBody = operationList.filter(({ body }) => body[profile] !== null);

  function ask(operation: Operation, body: string | Buffer, headers = {}): Promise<RawAnswer> {
    return exchange(stage, {
      method: operation.method,
      path: `/v2${operation.path.replace("{accountId}", id)}`,
      headers: { ...JSON_TYPE, ...headers },
      body,
    });
  }

  /** Everything of the account that a write could have changed. */
  async function snapshot(): Promise<unknown> {
    const read = async (path: string) => (await stage.call("GET", `/accounts/${id}${path}`)).body;
    const { total_records } = (await stage.call<{ total_records: number }>("GET", "/accounts"))
      .body;
    const paths = ["", "/billing", "/plans", "/plans/usage", "/billing/invoices"];
    return [total_records, await Promise.all(paths.map(read))];
  }

  describe.each(withBody)("$tool", (operation) => {
    it("refuses what is no JSON object, and changes nothing", async () => {
      const before = await snapshot();
      for (const [what, body] of Object.entries(NO_OBJECTS)) {
        const answer = await ask(operation, body);
        expect([what, answer.status, answer.body]).toEqual([
          what,
          400,
          { code: 300, message: "Request Body should be a valid JSON object." },
        ]);
      }
      expect(await snapshot()).toEqual(before);
    });

    it("refuses objects that it has no use for, and changes nothing", async () => {
      const before = await snapshot();
      for (const [what, body] of Object.entries(NO_FITS)) {
        const answer = await ask(operation, body);
        expect([what, answer.status, answer.body]).toMatchObject([
          what,
          400,
          { code: 300, message: "Validation Failed." },
        ]);
      }
      expect(await snapshot()).toEqual(before);
    });

    it("names the member that is wrong, and changes nothing", async () => {
      const fine = FINE_BODIES[operation.tool] ?? newOwner();
      const before = await snapshot();
      const flaws = flawsOf(operation.body[profile], fine);
      expect(flaws.length).toBeGreaterThan(2);
      for (const { field, body, what } of flaws) {
        const answer = await ask(operation, body);
        const { code, errors } = answer.body as { code: number; errors?: { field: string }[] };
        expect([field, what, answer.status, code]).toEqual([field, what, 400, 300]);
        expect([what, errors?.map((error) => error.field)]).toEqual([
          what,
          expect.arrayContaining([field]),
        ]);
      }
      expect(await snapshot()).toEqual(before);
    });

    it("refuses an empty body where it needs one", async () => {
      for (const body of ["", "  \n"]) {
        const answer = await ask(operation, body);
        const { code, message } = answer.body as { code: number; message: string };
        const expected =
          operation.bodyRequired === false
            ? "Plan type is required."
            : "Request Body should be a valid JSON object.";
        expect([code, message]).toEqual([300, expected]);
      }
    });

    it("refuses a body of more than 256 KB, however it is sent", async () => {
      const large = `{"a": "${"a".repeat(257 * KILOBYTE)}"}`;
      const chunked = { "transfer-encoding": "chunked", "content-length": [] };
      for (const headers of [{}, chunked]) {
        const answer = await ask(operation, large, headers);
        expect([answer.status, answer.body]).toEqual([
          413,
          { code: 300, message: "The request body is too large." },
        ]);
      }
    });
  });

  it("takes JSON by whatever name, and with a byte order mark", async () => {
    const path = `/v2/accounts/${id}/billing`;
    const body = JSON.stringify({ phone_number: "+1 206 555 0101" });
    const types = ["application/json; charset=utf-8", "text/plain", "application/vnd.api+json"];
    for (const type of types) {
      const headers = { "content-type": type };
      const answer = await exchange(stage, { method: "PATCH", path, headers, body });
      expect([type, answer.status]).toEqual([type, 204]);
    }
    expect((await exchange(stage, { method: "PATCH", path, body })).status).toBe(204);
    const marked = { method: "PATCH", path, headers: JSON_TYPE, body: `\uFEFF${body}` };
    expect((await exchange(stage, marked)).status).toBe(204);
  });

  it("refuses a content type that is none", async () => {
    for (const type of ["json", "application/", ";", "application/json, text/plain"]) {
      const answer = await exchange(stage, {
        method: "PATCH",
        path: `/v2/accounts/${id}/billing`,
        headers: { "content-type": type },
        body: "{}",
      });
      expect([type, answer.status < 500]).toEqual([type, true]);
    }
  });

  it("takes the last of two members of the same name, as JSON.parse does", async () => {
    const body = '{"city": "Tacoma", "city": "Yakima"}';
    const path = `/v2/accounts/${id}/billing`;
    expect(
      (await exchange(stage, { method: "PATCH", path, headers: JSON_TYPE, body })).status,
    ).toBe(204);
    expect((await stage.call("GET", `/accounts/${id}/billing`)).body).toMatchObject({
      city: "Yakima",
    });
  });

  it("gives back any text that it took, letter by letter", async () => {
    const texts = ["Zoë 😀 𝕏 ‮", "a\\b\"c'd", "{accountId}", "'; drop table accounts; --", "\u2028"];
    for (const text of texts) {
      await stage.done("PATCH", `/accounts/${id}/billing`, { city: text });
      const { body } = await stage.call("GET", `/accounts/${id}/billing`);
      expect(body).toMatchObject({ city: text });
    }
  });

  it("buys more plans at once than anybody needs, or refuses them, and never fails", async () => {
    const plans = (type: string) => Array.from({ length: 50 }, () => ({ type, hosts: 1 }));
    const sub = await stage.free();
    const answer = await stage.call("POST", `/accounts/${sub}/plans`, {
      ...newPlans(),
      plan_webinar: plans("webinar500_monthly"),
      plan_large_meeting: plans("large500_monthly"),
      plan_phone: {
        plan_base: { type: "phone_monthly_prepay_usage" },
        plan_calling: plans("phone_calling_usca_monthly_metered"),
        plan_number: plans("phone_number_monthly"),
      },
    });
    expect((answer.body as { code: number }).code).toBe(300);
    expect((await stage.call("GET", `/accounts/${sub}/plans`)).body).toEqual({});
  });

  describe("forms", () => {
    const BOUNDARY = "----paymaster";
    const part = (name: string, text: string, more = "") =>
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`;
    const end = `--${BOUNDARY}--\r\n`;
    const multipart = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
    const post = (path: string, body: string, headers = multipart) =>
      exchange(stage, { method: "POST", path: `/v2${path}`, headers, body });

    it("say the same as JSON", async () => {
      const sub = await stage.free();
      const contact = Object.entries(CONTACT).map(([name, text]) => part(`contact.${name}`, text));
      const form = [
        ...contact,
        part("plan_base[type]", "monthly"),
        part("plan_base[hosts]", "3"),
        part("plan_webinar[0][type]", "webinar500_monthly"),
        part("plan_webinar[0][hosts]", "1"),
      ];
      const answer = await post(`/accounts/${sub}/plans`, form.join("") + end);
      expect([answer.status, answer.body]).toEqual([
        201,
        {
          plan_base: { type: "monthly", hosts: 3 },
          plan_webinar: [{ type: "webinar500_monthly", hosts: 1 }],
        },
      ]);
    });

    const owner = (name: string, text: string) => part(name, text) + end;
    const BROKEN: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>?]>> = {
      "without an end": [part("first_name", "Ines")],
      "without a boundary": [
        owner("first_name", "Ines"),
        { "content-type": "multipart/form-data" },
      ],
      "with another boundary": [owner("first_name", "Ines").replaceAll(BOUNDARY, "----other")],
      "that is nothing": [""],
      "that is JSON": ['{"first_name": "Ines"}'],
      "with a file": [part("first_name", "Ines", '; filename="a.txt"') + end],
      "with a field of an unknown name": [owner("colour", "red")],
      "with a prototype": [owner("__proto__.first_name", "Ines")],
      "with a constructor": [owner("constructor.prototype.first_name", "Ines")],
      "with an index for nobody": [owner("options.room_connector_list[999]", "a")],
      "with an index at the top": [owner("[0]", "a")],
      "with a path through a text": [part("first_name", "Ines") + owner("first_name.x", "a")],
      "with a path of many steps": [owner("a.b.c.d.e.f.g", "a")],
      "with a nameless field": [owner("", "a")],
      "with too long a field": [owner("account_name", "a".repeat(20_000))],
      "with too long a name": [owner("a".repeat(500), "a")],
      "with too many fields": [
        Array.from({ length: 150 }, (_, index) => part(`f${index}`, "a")).join("") + end,
      ],
      "with a NUL": [owner("account_name", "a\0b")],
      "with bytes that are no text": [owner("account_name", "\uD800")],
      "of the wrong types": [owner("options.share_rc", "perhaps")],
    };
    it.each(Object.entries(BROKEN))("%s are refused", async (_what, [body, headers]) => {
      const total = async () =>
        (await stage.call<{ total_records: number }>("GET", "/accounts")).body.total_records;
      const before = await total();
      const answer = await post("/accounts", body, { ...multipart, ...headers });
      expect([answer.status, (answer.body as { code: number }).code]).toEqual([400, 300]);
      expect(answer.text).not.toMatch(/node_modules|\bat .*\.[jt]s:\d/);
      expect(await total()).toBe(before);
    });
  });

  it("leaves books that hold", async () => {
    expect(await stage.operate("GET", "/invariants")).toMatchObject({ ok: true });
  });
});
