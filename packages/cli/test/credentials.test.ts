/** Where a credential comes from, which one counts, and what is said of a wrong one. */
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connectionOf, findConnection, findSource } from "../src/credentials.js";
import { ProfileStore } from "../src/profile-store.js";
import { emptyFolder } from "./support/run.js";

const CLIENT = {
  base_url: "https://api.zoom.us/v2",
  account_id: "acc",
  client_id: "id",
  client_secret: "sec",
};

function newFile(members: object | string, mode = 0o600): string {
  const file = join(emptyFolder(), "credentials.json");
  writeFileSync(file, typeof members === "string" ? members : JSON.stringify(members), { mode });
  chmodSync(file, mode);
  return file;
}

function newConfig(): { PAYMASTER_CONFIG_DIR: string } {
  return { PAYMASTER_CONFIG_DIR: join(emptyFolder(), "config") };
}

describe("the first of these counts", () => {
  it("a chosen profile, the environment, a named file, a named profile, the one in use", () => {
    const config = newConfig();
    const profiles = new ProfileStore(config);
    profiles.write("acme", CLIENT);
    profiles.write("other", CLIENT);
    profiles.use("other");
    const file = newFile(CLIENT);
    const named = { ...config, PAYMASTER_AS: "acme" };
    const withFile = { ...named, PAYMASTER_CREDENTIALS: file };
    const token = { PAYMASTER_TOKEN: "t", PAYMASTER_BASE_URL: "http://127.0.0.1:1/v2" };
    const all = { ...withFile, ...token };
    expect(findSource(all, { profile: "other" }).name).toBe("profile other");
    expect(findSource(all, { file }).name).toBe(file);
    expect(findSource(all, {}).name).toBe("the environment");
    expect(findSource(withFile, {}).name).toBe(file);
    expect(findSource(named, {}).name).toBe("profile acme");
    expect(findSource(config, {}).name).toBe("profile other");
    profiles.use(undefined);
    expect(() => findSource(config, {})).toThrow(/no credentials: .*profiles add/s);
  });

  it("an address in the environment overrides a file's, not a chosen profile's", () => {
    const PAYMASTER_BASE_URL = "http://127.0.0.1:1/v2";
    const config = newConfig();
    new ProfileStore(config).write("acme", CLIENT);
    const environment = { ...config, PAYMASTER_BASE_URL, PAYMASTER_CREDENTIALS: newFile(CLIENT) };
    expect(findConnection(environment).baseUrl).toBe(PAYMASTER_BASE_URL);
    expect(findConnection(environment, { profile: "acme" }).baseUrl).toBe(CLIENT.base_url);
  });

  it("a client from the environment, each part with its variable", () => {
    const environment = {
      PAYMASTER_BASE_URL: CLIENT.base_url,
      PAYMASTER_ACCOUNT_ID: "acc",
      PAYMASTER_CLIENT_ID: "id",
      PAYMASTER_CLIENT_SECRET: "sec",
    };
    const { origins, caller } = findConnection(environment);
    expect(caller.accountId).toBe("acc");
    expect(origins).toEqual({
      address: "PAYMASTER_BASE_URL",
      client: "PAYMASTER_CLIENT_ID, PAYMASTER_CLIENT_SECRET",
      account: "PAYMASTER_ACCOUNT_ID",
      token: undefined,
    });
    expect(() => findConnection({ PAYMASTER_CLIENT_ID: "id" })).toThrow(
      "PAYMASTER_CLIENT_ID is set, but PAYMASTER_BASE_URL and PAYMASTER_ACCOUNT_ID and PAYMASTER_CLIENT_SECRET are not",
    );
  });
});

describe("a file", () => {
  it.each([0o644, 0o640, 0o604, 0o660])("of mode %o is refused, with what to do", (mode) => {
    const file = newFile(CLIENT, mode);
    expect(() => findConnection({}, { file })).toThrow(`chmod 600 ${file}`);
    chmodSync(file, 0o600);
    expect(findConnection({}, { file }).caller.accountId).toBe("acc");
  });

  it.each([
    ["{ not json", /is not JSON \(/],
    ["[]", /expected a JSON object/],
    [{ ...CLIENT, client_id: 7 }, /client_id is not text/],
    [{ ...CLIENT, client_secret: undefined }, /client_secret is missing or empty/],
    [{ ...CLIENT, account_id: "" }, /account_id is missing or empty/],
    [{ ...CLIENT, client_secret: "sec\n" }, /client_secret in .* ends with white space/],
    [{ ...CLIENT, client_id: "ı" }, /client_id in .* holds a character/],
    [{ ...CLIENT, base_url: "api.zoom.us" }, /base_url in .*: expected an address like/],
    [{ ...CLIENT, token_url: "ftp://x" }, /token_url in .*: expected an address like/],
    [{ base_url: CLIENT.base_url }, /expected client_id, client_secret and account_id, or api_key/],
  ])("with %j is refused, with the part that is wrong", (members, message) => {
    const file = newFile(members);
    expect(() => findConnection({}, { file })).toThrow(message);
  });

  it("that is not JSON is not quoted: it may hold a secret", () => {
    const file = newFile('{"client_secret": topsecret}');
    expect(() => findConnection({}, { file })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("topsecret") }),
    );
  });
});

describe("profiles", () => {
  it("are kept in files that nobody else can read", () => {
    const config = newConfig();
    const profiles = new ProfileStore(config);
    profiles.write("acme", CLIENT);
    expect(statSync(profiles.fileOf("acme")).mode & 0o777).toBe(0o600);
    expect(statSync(join(config.PAYMASTER_CONFIG_DIR, "profiles")).mode & 0o777).toBe(0o700);
    expect(profiles.read("acme")).toEqual(CLIENT);
  });

  it("are listed by name, and gone when removed, from use as well", () => {
    const profiles = new ProfileStore(newConfig());
    expect(profiles.names()).toEqual([]);
    for (const name of ["b", "a"]) profiles.write(name, CLIENT);
    profiles.use("a");
    expect(profiles.names()).toEqual(["a", "b"]);
    profiles.remove("a");
    expect(profiles.names()).toEqual(["b"]);
    expect(profiles.inUse()).toBeUndefined();
    expect(() => profiles.read("a")).toThrow("no profile is called a (b)");
  });

  it.each(["", ".", "..", "a/b", "-x", "x".repeat(65)])("cannot be called %j", (name) => {
    expect(() => new ProfileStore(newConfig()).fileOf(name)).toThrow(/cannot be a profile's name/);
  });

  it("survive a folder with other files in it", () => {
    const config = newConfig();
    mkdirSync(join(config.PAYMASTER_CONFIG_DIR, "profiles"), { recursive: true });
    writeFileSync(join(config.PAYMASTER_CONFIG_DIR, "profiles", "README"), "");
    expect(new ProfileStore(config).names()).toEqual([]);
  });
});

it("the token endpoint is that of the same host unless it is named", () => {
  const parts = Object.fromEntries(
    Object.entries(CLIENT).map(([name, value]) => [name, { value, origin: name }]),
  );
  const token_url = { value: "ftp://nowhere", origin: "token_url" };
  expect(() => connectionOf({ name: "x", parts })).not.toThrow();
  expect(() => connectionOf({ name: "x", parts: { ...parts, token_url } })).toThrow(/token_url/);
});
