/** Random requests of every operation, derived from its schemas: fitting, nearly fitting, and garbage. */
import { operationList, plans, type WireProfile } from "@paymaster/contract";
import fc, { type Arbitrary } from "fast-check";
import { CONTACT } from "../support/server.js";

export interface FuzzRequest {
  readonly method: string;
  /** Path and query from the origin on, with accounts named by their place. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Names accounts by their place, too. */
  readonly body: string | null;
}

/** An operation as requests are made of it. */
export interface FuzzOperation {
  readonly method: string;
  /** From the origin on, e.g. `/v2/accounts/{accountId}`. */
  readonly path: string;
  readonly query: object | null;
  readonly body: object | null;
  /** How often it is asked for, beside the others. */
  readonly weight: number;
}

/** What requests choose from. */
export interface Targets {
  /** Places of the world, each of which holds an account of some state, or an id of none. */
  readonly places: number;
  /** By the name of a parameter of paths: ids that it may have. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
}

export function operationsOf(profile: WireProfile): FuzzOperation[] {
  return operationList.map(({ method, path, query, body }) => ({
    method,
    path: `/v2${path}`,
    query,
    body: body[profile],
    weight: weightOf(method),
  }));
}

/** Changes lead somewhere; what ends a plan leaves less to do afterwards. */
export function weightOf(method: string): number {
  return method === "GET" || method === "DELETE" ? 1 : 4;
}

const placeName = (place: number) => `{{account:${place}}}`;

/** A path or body with the accounts that are at their places now. */
export function onAccounts(text: string, accounts: readonly string[], encode = String): string {
  return text.replace(/\{\{account:(\d+)\}\}/g, (_name, place: string) =>
    encode(accounts[Number(place) % accounts.length] ?? ""),
  );
}

interface Node {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly patternProperties?: Readonly<Record<string, Node>>;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
}

type Json = unknown;

/** Types that lead somewhere, some of every kind, and the whole catalogue. */
const TYPES: Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...[
        "monthly",
        "yearly",
        "business_monthly",
        "edu20",
        "trial",
        "vsdk_payongo",
        "zroom_monthly",
      ],
      ...["webinar500_monthly", "webinar1000_monthly", "webinar100_monthly", "large500_monthly"],
      ...["cmr_monthly_commitment_40", "cmr_100GB_yearly", "tollfree_payongo", "plan_phone"],
      ...[
        "tollfree_monthly_commitment_100",
        "phone_monthly_prepay_usage",
        "phone_type",
        "plan_zcc",
      ],
      ...["phone_calling_usca_monthly_metered", "zm_contact_center_elite_monthly", "plan_znode"],
      ...["zoomevents500_monthly", "monthly25", "ai_expert_assist_monthly", "zobp_usca_monthly"],
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom(...plans.map(({ type }) => type)) },
  { weight: 1, arbitrary: fc.string({ maxLength: 70 }) },
);
const HOSTS = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 20, 49, 50, 250, 9_999, 10_000, 2 ** 31, 1e300) },
);
const TEXT = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    " ",
    "<b>",
    "Zoë 😀",
    "\u0000",
    "\ud83d",
    "'; --",
    "{accountId}",
    "a".repeat(300),
  ),
);

/** By the name of a member: what a sensible client would send. */
const BY_NAME: Readonly<Record<string, Arbitrary<Json>>> = {
  plan_recording: fc.oneof(fc.constant("cmr_monthly_commitment_40"), TYPES),
  hosts: HOSTS,
  increasing_hosts: HOSTS,
  active_hosts: HOSTS,
  country: fc.constantFrom("US", "CA", "DE", "XX", ""),
  state: fc.constantFrom("WA", "ON", "Bavaria", ""),
  password: fc.constantFrom("Long-enough-9", "Long-aaaaaa-9", "short"),
  pay_mode: fc.constantFrom("master", "sub"),
  paid_period_start_date: fc.constantFrom("2026-03-01", "2026-02-30"),
  service_effective_date: fc.constantFrom("2026-03-01", "soon"),
  page_size: fc.constantFrom("1", "30", "300", "0", "x"),
  page_number: fc.constantFrom("1", "2", "1000000", "-1"),
  from: fc.constantFrom("2026-01-01", "2025-06-01", "2020-01-01", "x"),
  to: fc.constantFrom("2026-06-01", "2026-12-31", "9999-12-31", "x"),
  // Of the operator's API.
  account_id: fc.nat({ max: 200 }).map(placeName),
  target_date: fc.constantFrom(
    "2026-01-31",
    "2026-03-31",
    "2026-02-30",
    "2027-01-01",
    "1900-01-01",
  ),
  amount: fc.constantFrom(1, 10, 14.99, 0, -1, 0.001, 1e9, 1e300),
  currency: fc.constantFrom("USD", "EUR", "usd"),
  reference: fc.oneof(fc.uuid(), fc.constantFrom("again", "once more", "x".repeat(300))),
  scopes: fc.constantFrom(["billing:master"], ["account:master", "billing:master"], ["none"], []),
  days: fc.constantFrom(0, 1, 3, -1),
  hours: fc.constantFrom(0, 1, 30, -1),
  minutes: fc.constantFrom(0, 1, 90),
  seconds: fc.constantFrom(0, 1, 3_600),
};
const PRESENT: Readonly<Record<string, number>> = {
  contact: 0.8,
  hosts: 0.95,
  type: 0.98,
  action: 0.95,
};
const EMAILS = fc.oneof(
  { weight: 4, arbitrary: fc.uuid().map((id) => `${id}@quay.example`) },
  { weight: 1, arbitrary: fc.constantFrom("ines@quay.example", "a@mailinator.com", "nobody") },
);

const present = (chance: number): Arbitrary<boolean> =>
  fc.integer({ min: 1, max: 100 }).map((number) => number <= chance * 100);

/** Types that are held in the family that stands at this path of the body, and others. */
function typesAt(path: readonly string[]): Arbitrary<string> {
  const family = path.slice(0, -1).join(".");
  const own = plans.filter(({ families }) => families.includes(family)).map(({ type }) => type);
  if (own.length === 0 || family === "plan_base") return TYPES;
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: TYPES },
  );
}

function fitting(node: Node, path: readonly string[]): Arbitrary<Json> {
  const name = path.at(-1) ?? "";
  if (name === "type") return typesAt(path);
  if (name === "email") return EMAILS;
  if (node.const !== undefined) return fc.constant(node.const);
  if (name === "contact") return fc.oneof(fc.constant(CONTACT), objectOf(node, path));
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  const named = node.type === "object" ? undefined : BY_NAME[name];
  if (named !== undefined) return named;
  if (name === "account_ids") return fc.array(fitting({}, ["account_id"]), { maxLength: 3 });
  const [entry] = Object.values(node.patternProperties ?? {});
  if (entry !== undefined) return fc.dictionary(TYPES, fitting(entry, path), { maxKeys: 3 });
  if (node.anyOf !== undefined) return fc.oneof(...node.anyOf.map((one) => fitting(one, path)));
  switch (node.type) {
    case "object":
      return objectOf(node, path);
    case "array":
      return fc.array(fitting(node.items ?? {}, path), { minLength: 1, maxLength: 2 });
    case "integer":
      return fc.integer({ min: -1, max: 40 });
    case "boolean":
      return fc.boolean();
    case "string":
      return fc.oneof(
        { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
        TEXT,
      );
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

/** What is required nearly always; of many optional members a few. */
function objectOf(
  { properties = {}, required = [] }: Node,
  path: readonly string[],
): Arbitrary<Json> {
  const names = Object.keys(properties);
  const few = Math.min(0.5, 1 / names.length);
  const members = names.map((name) => {
    const chance = PRESENT[name] ?? (required.includes(name) ? 0.98 : few);
    return fc.tuple(present(chance), fitting(properties[name] ?? {}, [...path, name]));
  });
  return fc
    .tuple(...members)
    .map((drawn) =>
      Object.fromEntries(drawn.flatMap(([is, value], at) => (is ? [[names[at], value]] : []))),
    );
}

const GARBAGE: Arbitrary<Json> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  TEXT,
  fc.constantFrom(null, true, [], {}, [[[[]]]], 1.5, -0, 2 ** 53, 1e308, "1", { __proto__: null }),
);

/** A fitting body with one member, at any depth, replaced, dropped or added. */
function nearly(value: Json, [way, at, garbage]: readonly [string, number, Json]): Json {
  if (typeof value !== "object" || value === null) return garbage;
  if (Array.isArray(value)) {
    return value.length === 0 ? [garbage] : value.map((one) => nearly(one, [way, at, garbage]));
  }
  const names = Object.keys(value);
  const name = names[at % Math.max(1, names.length)] ?? "colour";
  const members = { ...value } as Record<string, Json>;
  const inner = members[name];
  if (way === "deeper" && typeof inner === "object") {
    members[name] = nearly(inner, ["replace", at >> 3, garbage]);
  } else if (way === "drop") delete members[name];
  else if (way === "add") members.colour = garbage;
  else members[name] = garbage;
  return members;
}

function bodyOf(schema: object): Arbitrary<string> {
  const fine = fitting(schema as Node, []);
  const change = fc.tuple(
    fc.constantFrom("replace", "drop", "add", "deeper"),
    fc.nat({ max: 1_000 }),
    GARBAGE,
  );
  return fc.oneof(
    { weight: 12, arbitrary: fine.map((value) => JSON.stringify(value)) },
    {
      weight: 5,
      arbitrary: fc.tuple(fine, change).map(([value, how]) => JSON.stringify(nearly(value, how))),
    },
    { weight: 1, arbitrary: GARBAGE.map((value) => JSON.stringify(value) ?? "") },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  );
}

function queryOf(schema: object | null): Arbitrary<string> {
  const { properties = {} } = (schema ?? {}) as Node;
  const parameters = Object.entries(properties).map(([name, node]) =>
    fc.tuple(
      present(0.3),
      fitting(node, [name]).map(
        (value) => `${name}=${encodeURIComponent(wellFormed(String(value)))}`,
      ),
    ),
  );
  return fc
    .tuple(...parameters)
    .map((drawn) => drawn.flatMap(([is, text]) => (is ? [text] : [])).join("&"));
}

const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, "");

const HEADERS: Arbitrary<Readonly<Record<string, string>>> = fc
  .tuple(
    fc.constantFrom(...Array<string>(8).fill(""), "preview", "preview; x=1"),
    fc.oneof(
      { weight: 12, arbitrary: fc.constant("") },
      { weight: 2, arbitrary: fc.uuid() },
      { weight: 1, arbitrary: fc.constantFrom("key-1", "key-2", "a".repeat(300)) },
    ),
    fc.constantFrom(
      ...Array<string>(8).fill("application/json"),
      "text/plain",
      "multipart/form-data",
    ),
  )
  .map(([prefer, key, type]) => ({
    "content-type": type,
    ...(prefer === "" ? {} : { prefer }),
    ...(key === "" ? {} : { "idempotency-key": key }),
  }));

const anything = fc
  .string({ unit: "binary", maxLength: 30 })
  .map((text) => encodeURIComponent(wellFormed(text)));

/** Ids of the world, and now and then anything. */
function idOf(name: string, { places, ids }: Targets): Arbitrary<string> {
  const known =
    name === "accountId"
      ? fc.nat({ max: places - 1 }).map(placeName)
      : fc.constantFrom(...(ids[name] ?? ["nothing"])).map(encodeURIComponent);
  return fc.oneof({ weight: 25, arbitrary: known }, { weight: 1, arbitrary: anything });
}

function pathOf(path: string, targets: Targets): Arbitrary<string> {
  const parts = path.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name === undefined ? fc.constant(part) : idOf(name, targets);
  });
  return fc.tuple(...parts).map((drawn) => drawn.join(""));
}

export function arbitraryRequest(
  operations: readonly FuzzOperation[],
  targets: Targets,
): Arbitrary<FuzzRequest> {
  const requests = operations.map(({ method, path, query, body, weight }) => ({
    weight,
    arbitrary: fc
      .record({
        path: pathOf(path, targets),
        query: queryOf(query),
        headers: HEADERS,
        body: body === null ? fc.constant(null) : bodyOf(body),
      })
      .map((drawn) => ({
        method,
        path: `${drawn.path}${drawn.query === "" ? "" : `?${drawn.query}`}`,
        headers: drawn.body === null ? {} : drawn.headers,
        body: drawn.body,
      })),
  }));
  return fc.oneof(...requests);
}
