/** `POST /oauth/token`, which is no operation of the contract. */
import { tokenCodeSamples } from "../code-samples/build.js";
import { type TokenError, tokenErrors } from "../errors/token.js";
import { evidenceText } from "../markdown.js";
import type { Json } from "./json.js";

export function tokenPath(origin: string): Json {
  const errors: readonly TokenError[] = Object.values(tokenErrors);
  return {
    servers: [{ url: origin === "" ? "/" : origin }],
    post: {
      operationId: "createToken",
      summary: "Get an access token",
      description: [
        "Server-to-server: `account_credentials` with the account's id, or `client_credentials`. A token",
        "lives for an hour.",
        "",
        "**Errors**, with `error` and `reason` in place of code and message:",
        "",
        errorList(errors),
      ].join("\n"),
      tags: ["oauth"],
      security: [{ basic: [] }],
      "x-codeSamples": tokenCodeSamples(),
      requestBody: {
        required: true,
        content: {
          "application/x-www-form-urlencoded": {
            schema: {
              type: "object",
              required: ["grant_type"],
              properties: {
                grant_type: { enum: ["account_credentials", "client_credentials"] },
                account_id: { type: "string" },
              },
            },
          },
        },
      },
      responses: {
        "200": {
          description: "A token that lives for an hour.",
          content: {
            "application/json": {
              schema: {
                type: "object",
                required: ["access_token", "token_type", "expires_in", "scope"],
                properties: {
                  access_token: { type: "string" },
                  token_type: { const: "bearer" },
                  expires_in: { type: "integer" },
                  scope: { type: "string" },
                  api_url: { type: "string" },
                },
              },
            },
          },
        },
        "400": {
          description: errors.map(({ reason, error }) => `${error}: ${reason}`).join("\n\n"),
          content: {
            "application/json": {
              schema: {
                type: "object",
                required: ["reason", "error"],
                properties: { reason: { type: "string" }, error: { type: "string" } },
              },
            },
          },
        },
        default: {
          description:
            "What any request may meet: it is too large, or the service is not available.",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
    },
  };
}

function errorList(errors: readonly TokenError[]): string {
  const items = errors.map(({ unreachable, ...error }) => {
    const reach = unreachable === undefined ? "" : `. Not met here: ${unreachable}`;
    return `- \`${error.error}\` HTTP ${error.status}: ${error.reason} *${evidenceText(error)}${reach}*`;
  });
  return items.join("\n");
}
