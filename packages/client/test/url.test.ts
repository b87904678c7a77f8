import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildQuery, expandPath, normalizeBaseUrl, pathParameterNames } from "../src/url.js";

const path = "/accounts/{accountId}/billing/invoices/{invoiceId}";

describe("expandPath", () => {
  it("fills parameters in their place", () => {
    expect(expandPath(path, { accountId: "me", invoiceId: "a/b?c d" })).toBe(
      "/accounts/me/billing/invoices/a%2Fb%3Fc%20d",
    );
    expect(pathParameterNames(path)).toEqual(["accountId", "invoiceId"]);
  });

  it.each([undefined, null, "", 7, {}, ".", "..", "\ud800"])(
    "refuses %j as a parameter",
    (accountId) => {
      expect(() => expandPath(path, { accountId, invoiceId: "x" })).toThrow(/accountId must/);
    },
  );

  it("never lets a value change the shape of the path", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "binary" }), (accountId) => {
        fc.pre(accountId !== "." && accountId !== ".." && !/\p{Surrogate}/u.test(accountId));
        const expanded = expandPath(path, { accountId, invoiceId: "i" });
        const url = new URL(`https://h/v2${expanded}`);
        expect(url.search + url.hash).toBe("");
        const segments = url.pathname.split("/");
        expect(segments).toHaveLength(7);
        expect(decodeURIComponent(segments[3] ?? "")).toBe(accountId);
      }),
    );
  });
});

describe("buildQuery", () => {
  it("encodes what is given and leaves out the rest", () => {
    const values = { from: "2021-01-01", to: undefined, page_size: 30, other: "x" };
    expect(buildQuery(["from", "to", "page_size"], values)).toBe("?from=2021-01-01&page_size=30");
    expect(buildQuery(["q"], { q: "a&b=c d" })).toBe("?q=a%26b%3Dc+d");
    expect(buildQuery(["q"], {})).toBe("");
  });

  it("refuses what cannot be a query value", () => {
    expect(() => buildQuery(["from"], { from: new Date(0) })).toThrow(TypeError);
    expect(() => buildQuery(["from"], { from: ["a"] })).toThrow(/from must be/);
  });
});

describe("normalizeBaseUrl", () => {
  it("drops final slashes", () => {
    expect(normalizeBaseUrl("https://api.zoom.us/v2//")).toBe("https://api.zoom.us/v2");
    expect(normalizeBaseUrl("http://127.0.0.1:8080")).toBe("http://127.0.0.1:8080");
  });

  it.each([
    ["api.zoom.us/v2", /absolute/],
    ["ftp://h/v2", /https/],
    ["https://u:p@h/v2", /user name/],
    ["https://h/v2?x=1", /query/],
    ["https://h/v2#x", /fragment/],
  ])("refuses %s", (text, expected) => {
    expect(() => normalizeBaseUrl(text)).toThrow(expected);
  });
});
