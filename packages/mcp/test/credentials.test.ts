import { AuthenticationError, createClient } from "@paymaster/client";
import { describe, expect, it } from "vitest";
import { json, type SeenRequest, startPeer } from "../../client/test/support/peer.js";
import { type AuthenticationEntry, ConfigError } from "../src/config.js";
import { authenticationOf, type Environment, resolveSecret } from "../src/credentials.js";

async function sentWith(
  entry: AuthenticationEntry,
  environment: Environment = {},
): Promise<SeenRequest> {
  const peer = await startPeer((_, response) => json(response, 200, {}));
  const { authentication } = authenticationOf(entry, environment);
  await createClient({ baseUrl: peer.baseUrl, authentication }).accountPlans({ accountId: "me" });
  const [request] = peer.requests;
  if (request === undefined) throw new Error("nothing was sent");
  return request;
}

describe("an authentication entry", () => {
  it("of seed 001 sends the key of the environment as Bearer", async () => {
    const entry = {
      type: "apiKey",
      schema_parameters: { in: "header" },
      value: "API_KEY",
    } as const;
    const request = await sentWith(entry, { API_KEY: "k-1" });
    expect(request.headers.authorization).toBe("Bearer k-1");
  });

  it.each([
    [{ type: "apiKey", schema_parameters: { in: "header", name: "X-Key" } }, "x-key", "u:v"],
    [{ type: "apiKey", schema_parameters: { in: "cookie", name: "sid" } }, "cookie", "sid=u:v"],
    [{ type: "http", schema_parameters: { scheme: "bearer" } }, "authorization", "Bearer u:v"],
    [{ type: "http", schema_parameters: { scheme: "basic" } }, "authorization", "Basic dTp2"],
    [{ type: "oauth2", schema_parameters: {} }, "authorization", "Bearer u:v"],
  ] as const)("%j travels in %s", async (kind, header, expected) => {
    expect((await sentWith({ ...kind, value: "u:v" })).headers[header]).toBe(expected);
  });

  it("may travel in the query", async () => {
    const schema_parameters = { in: "query", name: "access_token" } as const;
    const request = await sentWith({ type: "apiKey", schema_parameters, value: "k" });
    expect(request.url).toBe("/v2/accounts/me/plans?access_token=k");
  });

  it("of type oauth2 with a token endpoint obtains a token", async () => {
    const peer = await startPeer(({ url }, response) =>
      json(response, 200, url === "/oauth/token" ? { access_token: "t", expires_in: 9 } : {}),
    );
    const token_url = new URL("/oauth/token", peer.baseUrl).href;
    const { authentication } = authenticationOf(
      {
        type: "oauth2",
        schema_parameters: { token_url, account_id: "acc" },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own notation
        value: "${PAIR}",
      },
      { PAIR: "id:se:cret" },
    );
    const client = createClient({ baseUrl: peer.baseUrl, authentication });
    await client.accountPlans({ accountId: "me" });
    expect(peer.requests[0]?.headers.authorization).toBe(`Basic ${btoa("id:se:cret")}`);
    expect(peer.requests[0]?.body).toContain("account_id=acc");
    expect(peer.requests[1]?.headers.authorization).toBe("Bearer t");
  });

  it("whose value does not fit its type is refused", () => {
    const basic = { type: "http", schema_parameters: { scheme: "basic" }, value: "u" } as const;
    expect(() => authenticationOf(basic, {})).toThrow(ConfigError);
    const broken = { type: "apiKey", schema_parameters: {}, value: "a\nb" } as const;
    expect(() => authenticationOf(broken, {})).toThrow(ConfigError);
  });
});

describe("a secret", () => {
  it("may be named instead of written down", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own notation
    expect(resolveSecret("${MY_KEY}", { MY_KEY: "s" })).toBe("s");
    expect(resolveSecret("API_KEY", { API_KEY: "s" })).toBe("s");
    expect(resolveSecret("API_KEY", { API_KEY: "" })).toBeUndefined();
    expect(resolveSecret("HOME", { HOME: "/root" })).toBe("HOME");
  });

  it("that is missing is told at each call, and nothing is sent", async () => {
    const peer = await startPeer((_, response) => json(response, 200, {}));
    const entry = { type: "apiKey", schema_parameters: {}, value: "API_KEY" } as const;
    const { authentication, warning } = authenticationOf(entry, {});
    expect(warning).toContain("API_KEY is not set");
    const client = createClient({ baseUrl: peer.baseUrl, authentication });
    const call = client.accountPlans({ accountId: "me" });
    await expect(call).rejects.toBeInstanceOf(AuthenticationError);
    expect(peer.requests).toHaveLength(0);
  });
});
