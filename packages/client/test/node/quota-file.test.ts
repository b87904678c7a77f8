/** Which file programs of one machine count in: whoever calls as the same account shares it. */
import { describe, expect, it } from "vitest";
import { quotaFile } from "../../src/node/index.js";

const SERVICE = "https://billing.example.com/v2";
const fileOf = (caller: Parameters<typeof quotaFile>[2], service = SERVICE) =>
  quotaFile("/state", service, caller);

describe("the file of counted quotas", () => {
  it("is the account's, whatever it calls with", () => {
    expect(fileOf({ accountId: "acc", credential: "key" })).toBe(fileOf({ accountId: "acc" }));
    expect(fileOf({ accountId: "acc" })).not.toBe(fileOf({ accountId: "other" }));
  });

  it("is the credential's where the account is not known, with or without its scheme", () => {
    expect(fileOf({ credential: "Bearer key" })).toBe(fileOf({ credential: "key" }));
    expect(fileOf({ credential: "key", accountId: "" })).toBe(fileOf({ credential: "key" }));
    expect(fileOf({ credential: "key" })).not.toBe(fileOf({ credential: "other" }));
  });

  it("is the same for one address in other words, and another for another service", () => {
    for (const same of [`${SERVICE}/`, "https://Billing.example.com:443/v2"]) {
      expect(fileOf({ accountId: "acc" }, same)).toBe(fileOf({ accountId: "acc" }));
    }
    expect(fileOf({ accountId: "acc" }, "https://api.example.com/v2")).not.toBe(
      fileOf({ accountId: "acc" }),
    );
  });

  it("shows the host and nothing of the caller", () => {
    expect(fileOf({ credential: "secret-key" })).toMatch(
      /^\/state\/quotas\/billing\.example\.com-[0-9a-f]{12}\.jsonl$/,
    );
  });
});
