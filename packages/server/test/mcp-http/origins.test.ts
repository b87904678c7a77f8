import { describe, expect, it } from "vitest";
import { createOriginCheck } from "../../src/mcp-http/origins.js";

describe("from where the endpoint may be reached", () => {
  const cases: [listen: string, hosts: string[], host: string | undefined, allowed: boolean][] = [
    ["127.0.0.1", [], "127.0.0.1:8080", true],
    ["127.0.0.1", [], "LOCALHOST", true],
    ["127.0.0.1", [], "[::1]:8080", true],
    ["127.0.0.1", [], undefined, false],
    ["127.0.0.1", [], "", false],
    ["127.0.0.1", [], "192.168.1.5:8080", false],
    ["127.0.0.1", [], "127.0.0.1.evil.example", false],
    ["127.0.0.1", ["pay.example"], "pay.example:443", true],
    ["127.0.0.1", ["Pay.Example"], "PAY.example", true],
    ["0.0.0.0", [], "192.168.1.5:8080", true],
    ["0.0.0.0", [], "[fe80::1]:8080", true],
    ["0.0.0.0", [], "rebound.example", false],
    ["::1", [], "[::1]:8080", true],
    ["pay.example", [], "pay.example:8080", true],
    ["pay.example", [], "other.example", false],
  ];
  it.each(cases)("listening on %s, known as %j: Host %s", (listen, hosts, host, allowed) => {
    const refusal = createOriginCheck(listen, hosts)({ host, origin: undefined });
    expect(refusal === undefined).toBe(allowed);
    if (!allowed) expect(refusal).toContain("PAYMASTER_MCP_HOSTS");
  });

  it.each([
    ["http://127.0.0.1:8080", true],
    ["http://127.0.0.1:8081", false],
    ["https://pay.example", true],
    ["https://pay.example.evil.example", false],
    ["null", false],
    ["", false],
    ["file://", false],
  ])("a page of %s", (origin, allowed) => {
    const check = createOriginCheck("127.0.0.1", ["pay.example"]);
    expect(check({ host: "127.0.0.1:8080", origin }) === undefined).toBe(allowed);
  });
});
