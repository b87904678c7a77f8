/** A server that answers as the public document says: its examples, and its errors when it is told to. */
import { createServer } from "node:http";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const PDF = Buffer.from("%PDF-1.4\n% as short as can be\n%%EOF\n");

export async function startStandIn(operations) {
  const routes = Array.from(operations.values(), routeOf);
  const state = { next: undefined, seen: undefined };
  const server = createServer((request, response) => {
    void answer(routes, state, request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}/v2`,
    /** The next request is answered with this error. */
    failNext: (error) => {
      state.next = error;
    },
    /** Which operation the last request was, and what was wrong with it by the document. */
    seen: () => state.seen,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

function routeOf(operation) {
  // The document is not strict JSON Schema: `example` and others stand beside keywords.
  const ajv = new Ajv.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return {
    operation,
    pattern: new RegExp(`^/v2${operation.path.replace(/\{\w+\}/g, "[^/]+")}$`),
    validate: operation.body === undefined ? undefined : ajv.compile(operation.body),
  };
}

async function answer(routes, state, request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  const url = new URL(request.url, "http://stand-in");
  const route = routes.find(
    ({ operation, pattern }) => operation.method === request.method && pattern.test(url.pathname),
  );
  if (route === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { operation } = route;
  state.seen = { id: operation.id, problems: problemsOf(route, request, url, body) };
  const error = state.next;
  state.next = undefined;
  if (error !== undefined) {
    send(response, error.status, { code: error.code, message: error.message });
    return;
  }
  const { status, example } = operation.success;
  // The document says JSON of an invoice's file too; what a client gets is a PDF.
  if (operation.path.startsWith("/api/download/")) {
    response.writeHead(status, { "content-type": "application/json" }).end(PDF);
  } else send(response, status, example);
}

function problemsOf({ operation, validate }, request, url, body) {
  const problems = Array.from(url.searchParams.keys())
    .filter((name) => !operation.query.includes(name))
    .map((name) => `query ${name} is not documented`);
  if (request.headers.authorization !== "Bearer stand-in") problems.push("no bearer token");
  if (validate === undefined) {
    if (body !== "") problems.push("a body is not documented");
  } else if (!validate(JSON.parse(body))) problems.push(...validate.errors.map(String));
  return problems;
}

function send(response, status, body) {
  response.writeHead(status, { "content-type": "application/json;charset=UTF-8" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
