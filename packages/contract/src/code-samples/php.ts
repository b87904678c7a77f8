import { type SampleRequest, TOKEN } from "./sample-request.js";
import { concatenatedUrl, indent, json } from "./text.js";

/** PHP 7.3 or newer with its curl extension. */
export function php(request: SampleRequest): string {
  const { method, body, file } = request;
  return [
    "<?php",
    `$curl = curl_init(${concatenatedUrl(request, " . ", (text) => `'${text}'`, read)});`,
    "curl_setopt_array($curl, [",
    `    CURLOPT_CUSTOMREQUEST => '${method}',`,
    "    CURLOPT_HTTPHEADER => [",
    `        'Authorization: Bearer ' . ${read(TOKEN)},`,
    ...(body === null ? [] : ["        'Content-Type: application/json',"]),
    "    ],",
    ...(body === null
      ? []
      : ["    CURLOPT_POSTFIELDS => <<<'JSON'", indent(json(body), 8), "        JSON,"]),
    "    CURLOPT_RETURNTRANSFER => true,",
    ...(file === null ? [] : ["    CURLOPT_FAILONERROR => true,"]),
    "]);",
    "$answer = curl_exec($curl);",
    "if ($answer === false) {",
    "    throw new RuntimeException(curl_error($curl));",
    "}",
    file === null
      ? "echo curl_getinfo($curl, CURLINFO_RESPONSE_CODE), ' ', $answer, PHP_EOL;"
      : `file_put_contents('${file}', $answer);`,
  ].join("\n");
}

function read(variable: string): string {
  return `getenv('${variable}')`;
}
