import { type SampleRequest, TOKEN } from "./sample-request.js";
import { interpolatedUrl, json } from "./text.js";

/** For a POSIX shell. `--fail-with-body` needs curl 7.76 or newer. */
export function curl(request: SampleRequest): string {
  const url = interpolatedUrl(request, (variable) => `$${variable}`);
  const method = request.method === "GET" ? "" : `-X ${request.method} `;
  return [
    `curl -sS --fail-with-body ${method}"${url}"`,
    `-H "Authorization: Bearer $${TOKEN}"`,
    ...(request.file === null ? [] : [`-o ${request.file}`]),
    ...(request.body === null
      ? []
      : ["-H 'Content-Type: application/json'", `-d ${quoted(json(request.body))}`]),
  ].join(" \\\n  ");
}

/** A quote inside single quotes ends them, stands alone, and begins them again. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
