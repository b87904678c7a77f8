import { BASE_URL, type SampleRequest, TOKEN } from "./sample-request.js";
import { indent, json } from "./text.js";

/** An ES module for Node, with `@paymaster/client`. */
export function typescript(request: SampleRequest): string {
  const { operationId, file } = request;
  const call = `await client.${operationId}(${inputOf(request)})`;
  return [
    ...(file === null ? [] : ['import { writeFile } from "node:fs/promises";']),
    'import { bearerToken, createClient } from "@paymaster/client";',
    "",
    `const { ${BASE_URL}: baseUrl = "", ${TOKEN}: token = "" } = process.env;`,
    "const client = createClient({ baseUrl, authentication: bearerToken(token) });",
    ...(file === null
      ? [`console.log(${call});`]
      : [`const file = ${call};`, `await writeFile("${file}", await file.bytes());`]),
  ].join("\n");
}

function inputOf({ path, body }: SampleRequest): string {
  const members = [
    ...path.flatMap((piece) =>
      "text" in piece ? [] : [`${piece.parameter}: process.env.${piece.variable} ?? "",`],
    ),
    ...(body === null ? [] : [`body: ${unquoted(json(body))},`]),
  ];
  return members.length === 0 ? "" : `{\n${indent(members.join("\n"), 2)}\n}`;
}

/** Names of members need no quotes where they are plain words. */
function unquoted(text: string): string {
  return text.replace(/^(\s*)"([A-Za-z_]\w*)":/gm, "$1$2:");
}
