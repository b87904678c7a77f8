import { describe, expect, it } from "vitest";
import {
  CONFIRMATION_LIFETIME_MS,
  canonicalJson,
  createConfirmations,
} from "../src/confirmation.js";

function setUp() {
  const clock = { nowMs: 0 };
  let count = 0;
  const confirmations = createConfirmations<string>(
    () => clock.nowMs,
    () => {
      count += 1;
      return `id-${count}`;
    },
  );
  return { clock, confirmations };
}

describe("a confirmation", () => {
  it("is good once, for the very change that was shown", () => {
    const { confirmations } = setUp();
    const id = confirmations.issue("buy", "change", "costs 5");
    expect(confirmations.redeem(id, "buy", "change")).toMatchObject({
      ok: true,
      pending: { preview: "costs 5" },
    });
    expect(confirmations.redeem(id, "buy", "change")).toEqual({ ok: false, reason: "unknown" });
  });

  it("is used up by an attempt at another change", () => {
    const { confirmations } = setUp();
    const id = confirmations.issue("buy", "two hosts", null);
    const other = { ok: false, reason: "other_change" };
    expect(confirmations.redeem(id, "buy", "200 hosts")).toEqual(other);
    expect(confirmations.redeem(id, "buy", "two hosts").ok).toBe(false);
    const next = confirmations.issue("buy", "two hosts", null);
    expect(confirmations.redeem(next, "cancel", "two hosts")).toEqual(other);
  });

  it("ends after its time", () => {
    const { clock, confirmations } = setUp();
    const id = confirmations.issue("buy", "c", null);
    clock.nowMs = CONFIRMATION_LIFETIME_MS;
    expect(confirmations.redeem(id, "buy", "c")).toEqual({ ok: false, reason: "expired" });
  });

  it("gives way to newer ones beyond a hundred", () => {
    const { confirmations } = setUp();
    const ids = Array.from({ length: 101 }, () => confirmations.issue("buy", "c", null));
    expect(confirmations.redeem(ids[0] ?? "", "buy", "c").ok).toBe(false);
    expect(confirmations.redeem(ids[1] ?? "", "buy", "c").ok).toBe(true);
  });
});

describe("canonicalJson", () => {
  it("does not depend on the order of members, at any depth", () => {
    const one = canonicalJson({ b: [{ y: 1, x: 2 }], a: null });
    expect(one).toBe(canonicalJson({ a: null, b: [{ x: 2, y: 1 }] }));
    expect(one).toBe('{"a":null,"b":[{"x":2,"y":1}]}');
    expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
  });
});
