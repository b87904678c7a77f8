import { type SampleRequest, TOKEN } from "./sample-request.js";
import { concatenatedUrl, json } from "./text.js";

/** A program for the standard library. Our examples hold no backquote, which a raw string cannot. */
export function go(request: SampleRequest): string {
  const { method, body, file } = request;
  const url = concatenatedUrl(request, " + ", JSON.stringify, read);
  const imports = [
    ...(file === null ? ["fmt"] : []),
    "io",
    "net/http",
    "os",
    ...(body === null ? [] : ["strings"]),
  ];
  return [
    "package main",
    "",
    "import (",
    ...imports.map((name) => `\t"${name}"`),
    ")",
    "",
    "func main() {",
    `\turl := ${url}`,
    ...(body === null ? [] : [`\tbody := strings.NewReader(\`${json(body)}\`)`]),
    `\trequest, err := http.NewRequest("${method}", url, ${body === null ? "nil" : "body"})`,
    ...stopAtError,
    `\trequest.Header.Set("Authorization", "Bearer "+${read(TOKEN)})`,
    ...(body === null ? [] : ['\trequest.Header.Set("Content-Type", "application/json")']),
    "\tresponse, err := http.DefaultClient.Do(request)",
    ...stopAtError,
    "\tdefer response.Body.Close()",
    "\tanswer, err := io.ReadAll(response.Body)",
    ...stopAtError,
    ...(file === null
      ? ["\tfmt.Println(response.Status, string(answer))"]
      : [
          "\tif response.StatusCode != http.StatusOK {",
          "\t\tpanic(string(answer))",
          "\t}",
          `\tif err := os.WriteFile("${file}", answer, 0o600); err != nil {`,
          "\t\tpanic(err)",
          "\t}",
        ]),
    "}",
  ].join("\n");
}

const stopAtError = ["\tif err != nil {", "\t\tpanic(err)", "\t}"] as const;

function read(variable: string): string {
  return `os.Getenv("${variable}")`;
}
