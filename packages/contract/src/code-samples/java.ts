import { type SampleRequest, TOKEN } from "./sample-request.js";
import { concatenatedUrl, indent, json } from "./text.js";

/** Java 15 or newer (text blocks); `java Sample.java` runs it. */
export function java(request: SampleRequest): string {
  const { method, body, file } = request;
  const url = concatenatedUrl(request, " + ", JSON.stringify, read);
  const publisher =
    body === null
      ? "HttpRequest.BodyPublishers.noBody()"
      : `HttpRequest.BodyPublishers.ofString("""\n${indent(json(body), 16)}""")`;
  return [
    "import java.net.URI;",
    "import java.net.http.HttpClient;",
    "import java.net.http.HttpRequest;",
    "import java.net.http.HttpResponse;",
    ...(file === null ? [] : ["import java.nio.file.Files;", "import java.nio.file.Path;"]),
    "",
    "public class Sample {",
    "    public static void main(String[] args) throws Exception {",
    `        var url = ${url};`,
    "        var request = HttpRequest.newBuilder(URI.create(url))",
    `            .header("Authorization", "Bearer " + ${read(TOKEN)})`,
    ...(body === null ? [] : ['            .header("Content-Type", "application/json")']),
    `            .method("${method}", ${publisher})`,
    "            .build();",
    "        var http = HttpClient.newHttpClient();",
    ...(file === null
      ? [
          "        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());",
          '        System.out.println(answer.statusCode() + " " + answer.body());',
        ]
      : [
          "        var answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());",
          "        if (answer.statusCode() != 200) throw new Exception(new String(answer.body()));",
          `        Files.write(Path.of("${file}"), answer.body());`,
        ]),
    "    }",
    "}",
  ].join("\n");
}

function read(variable: string): string {
  return `System.getenv("${variable}")`;
}
