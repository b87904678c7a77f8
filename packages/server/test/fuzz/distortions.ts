/** What can be done to any request: its path, query, headers, credential, method and the bytes of its body. */
import fc, { type Arbitrary } from "fast-check";

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer | null;
  /** The server may end the connection before it has read everything. */
  readonly mayBreak?: boolean;
}

export type Distortion = (request: SentRequest) => SentRequest;

const inHeaders = (headers: SentRequest["headers"]): Distortion => {
  return (request) => ({ ...request, headers: { ...request.headers, ...headers } });
};
const inPath = (change: (path: string, query: string) => string): Distortion => {
  return (request) => {
    const [path = "", query = ""] = request.path.split("?");
    return { ...request, path: change(path, query === "" ? "" : `?${query}`) };
  };
};
const inText = (change: (text: string) => string | Buffer): Distortion => {
  return (request) => {
    const text = request.body === null ? "{}" : String(request.body);
    return { ...request, body: change(text) };
  };
};
const withQuery = (query: string) =>
  inPath((path, before) => `${path}${before}${before === "" ? "?" : "&"}${query}`);

const LONG = "a".repeat(12_000);
const deep = (depth: number, open: string, close: string) =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;

const PATHS: readonly Distortion[] = [
  inPath((path, query) => `${path}/${query}`),
  inPath((path, query) => `${path}//${query}`),
  inPath((path, query) => path.replace("/", "//") + query),
  inPath((path, query) => `${path}/..${query}`),
  inPath((path, query) => `${path}%2f..%2f..${query}`),
  inPath((path, query) => `${path}%00${query}`),
  inPath((path, query) => `${path}%${query}`),
  inPath((path, query) => `${path}%zz%c3%28${query}`),
  inPath((path, query) => path.toUpperCase() + query),
  inPath((path, query) => `${path};a=b${query}`),
  inPath((path, query) => `${path}/__proto__/constructor${query}`),
  inPath((path) => path.slice(0, 1 + (path.length >> 1))),
  inPath((path, query) => `${path}/${LONG}${query}`),
  inPath((path) => `${path}?${LONG}=${LONG}`),
  withQuery("__proto__=1&constructor=2&hasOwnProperty=3"),
  withQuery("a[b]=c&a[]=d&page_size=1&page_size=2&after=1&after=2"),
  withQuery("page_size=%00&from=%ed%a0%bd&to=%ff&limit=-1&limit=1e9"),
  withQuery("%=%&&==&#"),
];

const HEADERS: readonly Distortion[] = [
  inHeaders({ "idempotency-key": "" }),
  inHeaders({ "idempotency-key": "k\u00e9\u00ff" }),
  inHeaders({ "idempotency-key": ["a", "b"] }),
  inHeaders({ prefer: 'preview, wait=100; x="y,preview"' }),
  inHeaders({ prefer: ["return=minimal", "PREVIEW"] }),
  inHeaders({ accept: "text/csv" }),
  inHeaders({ accept: "application/xml;q=nothing, */*;q=2" }),
  inHeaders({ "x-http-method-override": "DELETE", "x-forwarded-for": "' or 1=1", host: "x" }),
  inHeaders({ "content-encoding": "gzip" }),
  inHeaders({ range: "bytes=0-,5-1", "if-none-match": "*", "if-match": '"x"' }),
  inHeaders({ cookie: "__proto__=1; admin=true", origin: "null", referer: "javascript:1" }),
  inHeaders({ "x-long": LONG }),
  inHeaders(Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`x-${at}`, "1"]))),
  inHeaders({ constructor: "2", hasownproperty: "3" }),
];

const CREDENTIALS: readonly Distortion[] = [
  inHeaders({ authorization: "" }),
  inHeaders({ authorization: "Bearer" }),
  inHeaders({ authorization: "Bearer  " }),
  inHeaders({ authorization: "Bearer null" }),
  inHeaders({ authorization: `Bearer ${LONG.slice(0, 5_000)}` }),
  inHeaders({ authorization: "Bearer \u00e9\u00ff" }),
  inHeaders({ authorization: "Basic OjpAOg==" }),
  inHeaders({ authorization: "Basic %%%" }),
  inHeaders({ authorization: `Basic ${Buffer.from("a\0b:c\ud83d").toString("base64")}` }),
  inHeaders({ authorization: "Digest x" }),
];

const METHODS: readonly Distortion[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
].map((method) => (request) => ({ ...request, method }));

const CONTENT_TYPES: readonly Distortion[] = [
  "",
  "application/json; charset=utf-16",
  "application/json; charset=nothing",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=",
  "multipart/form-data; boundary=x",
  "multipart/mixed; boundary=x",
  "application/xml",
  "text/html; charset=\u00e9",
  "application/__proto__",
  "a/b/c; d",
].map((type) => inHeaders({ "content-type": type }));

/** The members of a JSON body as fields of a form, e.g. `plan_base.type`. */
function asForm(text: string): string {
  const fields: string[] = [];
  const add = (value: unknown, name: string) => {
    if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        add(inner, name === "" ? key : `${name}.${key}`);
      }
    } else fields.push(part(name, String(value)));
  };
  try {
    add(JSON.parse(text), "");
  } catch {
    add(text, "garbage");
  }
  return `${fields.join("")}--x--\r\n`;
}
const part = (name: string, value: string, more = "") =>
  `--x\r\ncontent-disposition: form-data; name="${name.replaceAll('"', "")}"${more}\r\n\r\n${value}\r\n`;

const FORMS: readonly Distortion[] = [
  asForm,
  (text: string) => asForm(text).slice(0, -7),
  (text: string) => part("__proto__.admin", "true") + asForm(text),
  (text: string) => part("type", "monthly") + part("type", "yearly") + asForm(text),
  (text: string) => part("file", "x", '; filename="../../etc/passwd"') + asForm(text),
  (text: string) => part("a[0][b].c..d", "1") + part("", "2") + asForm(text),
  (text: string) => part("n", "1").repeat(150) + asForm(text),
  (text: string) => part("long", LONG + LONG) + asForm(text),
].map((form): Distortion => {
  const inType = inHeaders({ "content-type": "multipart/form-data; boundary=x" });
  return (request) => inType(inText(form)(request));
});

const NUMBER = /-?\b\d+(\.\d+)?\b(?=\s*[,}\]])/;
const BODIES: readonly Distortion[] = [
  ...["1e400", "-1e400", "9007199254740993", "123456789012345678901234567890", "1e-400", "-0"].map(
    (number) => inText((text) => text.replace(NUMBER, number)),
  ),
  inText((text) => text.replace("{", '{"__proto__":{"admin":true},')),
  inText((text) => text.replace("{", '{"constructor":{"prototype":{"hosts":1}},')),
  inText((text) => text.replace(/"(\w+)":/, '"$1":1,"$1":')),
  inText((text) => text.replace("{", '{"hosts":1,"hosts":-1,"type":"monthly","type":null,')),
  inText((text) => text.replace("{", `{"a":${deep(40, '{"a":', "}")},`)),
  inText(() => deep(20_000, "[", "]")),
  inText((text) => text.replace("{", `{"${LONG}":"${LONG}",`)),
  inText((text) => text.slice(0, text.length >> 1)),
  inText((text) => `\ufeff${text}`),
  inText((text) => `${text}${text}`),
  inText((text) => text.replaceAll('"', "'")),
  inText(() => "null"),
  inText(() => ""),
  inText(() => "\0"),
  inText((text) => Buffer.from([...Buffer.from(text), 0xff, 0xfe, 0xc3, 0x28])),
  inText((text) => Buffer.from(text, "utf16le")),
  (request) => ({ ...request, mayBreak: true, body: `{"a":"${"b".repeat(300_000)}"}` }),
];

const one = (weight: number, list: readonly Distortion[]) => ({
  weight,
  arbitrary: fc.constantFrom(...list),
});

/** None for most requests, one for many, two for some. */
export const distortions: Arbitrary<readonly Distortion[]> = fc
  .tuple(
    fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 1, 2),
    fc.array(
      fc.oneof(
        one(6, BODIES),
        one(3, FORMS),
        one(3, PATHS),
        one(2, HEADERS),
        one(1, CREDENTIALS),
        one(1, METHODS),
        one(2, CONTENT_TYPES),
      ),
      { minLength: 2, maxLength: 2 },
    ),
  )
  .map(([count, list]) => list.slice(0, count));
