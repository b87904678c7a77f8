import { type SampleRequest, TOKEN } from "./sample-request.js";
import { indent, interpolatedUrl, json } from "./text.js";

/** C# 11 (.NET 7) or newer, as a program of top-level statements with implicit usings. */
export function csharp(request: SampleRequest): string {
  const { method, body, file } = request;
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  return [
    "using System.Net.Http.Headers;",
    ...(body === null ? [] : ["using System.Text;"]),
    "",
    'static string Env(string name) => Environment.GetEnvironmentVariable(name) ?? "";',
    "",
    "using var http = new HttpClient();",
    `var url = ${interpolated(interpolatedUrl(request, (variable) => `{Env("${variable}")}`))};`,
    `using var request = new HttpRequestMessage(HttpMethod.${verb}, url);`,
    `request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Env("${TOKEN}"));`,
    ...(body === null
      ? []
      : [
          'request.Content = new StringContent("""',
          indent(json(body), 4),
          '    """, Encoding.UTF8, "application/json");',
        ]),
    "using var response = await http.SendAsync(request);",
    ...(file === null
      ? [
          'Console.WriteLine($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");',
        ]
      : [
          "response.EnsureSuccessStatusCode();",
          `await File.WriteAllBytesAsync("${file}", await response.Content.ReadAsByteArrayAsync());`,
        ]),
  ].join("\n");
}

function interpolated(text: string): string {
  return `$"${text}"`;
}
