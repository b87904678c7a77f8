import { type SampleRequest, TOKEN } from "./sample-request.js";
import { indent, interpolatedUrl, json } from "./text.js";

/** Ruby 2.3 or newer, standard library. */
export function ruby(request: SampleRequest): string {
  const { method, body, file } = request;
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  return [
    'require "net/http"',
    "",
    `uri = URI("${interpolatedUrl(request, interpolate)}")`,
    `request = Net::HTTP::${verb}.new(uri)`,
    `request["Authorization"] = "Bearer ${interpolate(TOKEN)}"`,
    ...(body === null
      ? []
      : [
          'request["Content-Type"] = "application/json"',
          "request.body = <<~'JSON'",
          indent(json(body), 2),
          "JSON",
        ]),
    'response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") do |http|',
    "  http.request(request)",
    "end",
    ...(file === null
      ? ['puts "#{response.code} #{response.body}"']
      : [
          "response.value # raises unless the status is 2xx",
          `File.binwrite("${file}", response.body)`,
        ]),
  ].join("\n");
}

function interpolate(variable: string): string {
  return `#{ENV.fetch("${variable}")}`;
}
