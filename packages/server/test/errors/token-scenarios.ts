/** POST /oauth/token. */
import { type CallOptions, send } from "../support/server.js";
import type { TokenScenarios } from "./scenario.js";
import type { Stage } from "./stage.js";

interface Wish {
  readonly id?: string;
  readonly secret?: string;
  readonly form: Readonly<Record<string, string>>;
}

export function askToken(stage: Stage, { id, secret, form }: Wish) {
  const { client_id, client_secret, token_url } = stage.paymaster.credentials;
  const basic = btoa(`${id ?? client_id}:${secret ?? client_secret}`);
  const options: CallOptions = {
    body: String(new URLSearchParams(form)),
    headers: {
      authorization: `Basic ${basic}`,
      "content-type": "application/x-www-form-urlencoded",
    },
  };
  return send("POST", token_url, null, options);
}

export const tokenScenarios: TokenScenarios = {
  invalidClient: async (stage) => ({
    answer: await askToken(stage, { secret: "wrong", form: { grant_type: "client_credentials" } }),
  }),
  badRequest: async (stage) => ({
    answer: await askToken(stage, {
      form: { grant_type: "account_credentials", account_id: "me" },
    }),
  }),
  unsupportedGrantType: async (stage) => ({
    answer: await askToken(stage, { form: { grant_type: "authorization_code", code: "abc" } }),
  }),
};
