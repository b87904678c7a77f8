/** Python 3, with `requests`, and with the library of the vendor sample that the project started from. */
import { type SampleRequest, TOKEN } from "./sample-request.js";
import { indent, interpolatedUrl, json } from "./text.js";

export function pythonRequests(request: SampleRequest): string {
  const { body, file, method } = request;
  return [
    "import os",
    "",
    "import requests",
    "",
    `response = requests.${method.toLowerCase()}(`,
    `    ${urlOf(request)},`,
    `    headers={"Authorization": f"Bearer {os.environ['${TOKEN}']}"},`,
    ...(body === null ? [] : [`    json=${indent(literal(body), 4).trimStart()},`]),
    ")",
    "response.raise_for_status()",
    ...(file === null
      ? ["print(response.status_code, response.text)"]
      : [`with open("${file}", "wb") as file:`, "    file.write(response.content)"]),
  ].join("\n");
}

/** Chilkat 11 or newer, unlocked before. GET as in the vendor sample, the rest with an explicit body. */
export function pythonChilkat(request: SampleRequest): string {
  return [
    "import os",
    "import sys",
    "",
    "import chilkat",
    "",
    "http = chilkat.CkHttp()",
    `http.put_AuthToken(os.environ["${TOKEN}"])`,
    `url = ${urlOf(request)}`,
    ...chilkatCall(request),
  ].join("\n");
}

function chilkatCall({ method, body, file }: SampleRequest): string[] {
  if (file !== null) {
    return [`if not http.Download(url, "${file}"):`, "    sys.exit(http.lastErrorText())"];
  }
  if (method === "GET") {
    return [
      "body = chilkat.CkStringBuilder()",
      "if not http.QuickGetSb(url, body):",
      "    sys.exit(http.lastErrorText())",
      "print(http.get_LastStatus(), body.getAsString())",
    ];
  }
  const call =
    body === null
      ? `http.HttpNoBody("${method}", url, response)`
      : `http.HttpStr("${method}", url, body, "utf-8", "application/json", response)`;
  return [
    "response = chilkat.CkHttpResponse()",
    ...(body === null ? [] : [`body = """${json(body)}"""`]),
    `if not ${call}:`,
    "    sys.exit(http.lastErrorText())",
    "print(response.get_StatusCode(), response.bodyStr())",
  ];
}

function urlOf(request: SampleRequest): string {
  return `f"${interpolatedUrl(request, (variable) => `{os.environ['${variable}']}`)}"`;
}

/** JSON with Python's own words. */
function literal(value: unknown): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return list("[", "]", value.map(literal));
  if (typeof value === "object") {
    const members = Object.entries(value);
    return list(
      "{",
      "}",
      members.map(([name, member]) => `${JSON.stringify(name)}: ${literal(member)}`),
    );
  }
  return JSON.stringify(value);
}

/** In one line where it is short, else an element a line. */
function list(open: string, close: string, elements: readonly string[]): string {
  const line = `${open}${elements.join(", ")}${close}`;
  if (line.length <= 60 && !line.includes("\n")) return line;
  return `${open}\n${elements.map((element) => `${indent(element, 4)},\n`).join("")}${close}`;
}
