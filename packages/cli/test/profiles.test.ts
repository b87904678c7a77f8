/** Profiles and refused credentials, as a user meets them. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { json } from "../../client/test/support/peer.js";
import { createOutput } from "../src/output.js";
import { emptyFolder, paymaster, startService } from "./support/run.js";

function clientOf(base_url: string) {
  return { base_url, account_id: "acc", client_id: "id", client_secret: "top-secret" };
}

describe("paymaster profiles", () => {
  it("keeps credentials from standard input, and uses them where they are named", async () => {
    const { env, requests } = await startService(({ url }, response) =>
      json(response, 200, url === "/oauth/token" ? { access_token: "t1", expires_in: 3600 } : {}),
    );
    const folder = emptyFolder();
    const own = { PAYMASTER_CONFIG_DIR: folder };
    const input = JSON.stringify(clientOf(env.PAYMASTER_BASE_URL ?? ""));
    const added = await paymaster(["profiles", "add", "acme"], { env: own, input });
    expect(added).toMatchObject({ code: 0, stdout: "" });
    expect((await paymaster(["profiles", "add", "acme"], { env: own, input })).code).toBe(2);
    const listed = await paymaster(["profiles", "list"], { env: own });
    expect(listed.stdout).toContain("acme");
    expect(listed.stdout + listed.stderr).not.toContain("top-secret");
    expect(listed.stderr).toContain("No command has credentials now.");

    expect((await paymaster(["--as", "acme", "plans", "me"], { env: own })).code).toBe(0);
    expect((await paymaster(["plans", "me"], { env: own })).code).toBe(2);
    await paymaster(["profiles", "use", "acme"], { env: own });
    expect((await paymaster(["plans", "me"], { env: own })).code).toBe(0);
    expect(requests.filter(({ url }) => url === "/v2/accounts/me/plans")).toHaveLength(2);
    await paymaster(["profiles", "remove", "acme"], { env: own });
    const gone = await paymaster(["plans", "me", "--as", "acme"], { env: own });
    expect(gone.stderr).toContain("no profile is called acme");
  });

  it("keeps nothing that could not be used", async () => {
    const env = { PAYMASTER_CONFIG_DIR: emptyFolder() };
    const input = JSON.stringify({ base_url: "https://api.zoom.us/v2", client_id: "id" });
    const { code, stderr } = await paymaster(["profiles", "add", "acme"], { env, input });
    expect(code).toBe(2);
    expect(stderr).toContain("account_id is missing");
    expect((await paymaster(["profiles", "list", "--json"], { env })).stdout).toContain("[]");
  });
});

describe("a refused credential", () => {
  const words = ["plans", "me"];

  it.each([
    [{ reason: "Invalid client_id or client_secret", error: "invalid_client" }, "client_id in "],
    [{ reason: "Bad Request", error: "invalid_request" }, "account_id in "],
  ])("is told with the part and where it came from: %j", async (answer, part) => {
    const { env } = await startService((_, response) => json(response, 400, answer));
    const file = join(emptyFolder(), "credentials.json");
    writeFileSync(file, JSON.stringify(clientOf(env.PAYMASTER_BASE_URL ?? "")));
    chmodSync(file, 0o600);
    const { code, stderr } = await paymaster([...words, "--credentials", file]);
    expect(code).toBe(3);
    expect(stderr).toContain(`Check ${part}${file}`);
    expect(stderr).not.toContain("top-secret");
  });

  it("a token: its variable; as JSON with --json", async () => {
    const refusal = { code: 124, message: "Invalid access token." };
    const { env } = await startService((_, response) => json(response, 401, refusal));
    const { stderr } = await paymaster(words, { env });
    expect(stderr).toContain("Check the token: it comes from PAYMASTER_TOKEN.");
    const asJson = await paymaster([...words, "--json"], { env });
    expect(JSON.parse(asJson.stderr)).toMatchObject({
      error: { name: "AuthenticationError", exit_code: 3 },
    });
  });

  it("credentials come from standard input as well, but not together with a body", async () => {
    const { env, requests } = await startService(({ url }, response) =>
      json(response, 200, url === "/oauth/token" ? { access_token: "t1", expires_in: 3600 } : {}),
    );
    const input = JSON.stringify(clientOf(env.PAYMASTER_BASE_URL ?? ""));
    expect((await paymaster([...words, "--credentials", "-"], { input })).code).toBe(0);
    expect(requests).toHaveLength(2);
    const both = ["plans", "create", "a", "--data", "-", "--credentials", "-"];
    expect((await paymaster(both, { input })).stderr).toContain("cannot both");
  });
});

describe("colours", () => {
  function painted(isTTY: boolean, environment: Record<string, string>): string {
    const stream = { isTTY, write: () => true } as unknown as NodeJS.WriteStream;
    return createOutput(stream, stream, environment).paint("red", "x");
  }

  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
  ])("terminal %s with %j: %s", (isTTY, environment, isColoured) => {
    expect(painted(isTTY, environment as Record<string, string>) !== "x").toBe(isColoured);
  });
});
