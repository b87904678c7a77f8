/** Rounds of requests for the connections of a load: each goes through its own accounts, over and over. */
import { createHash } from "node:crypto";
import { accountIdOf, apiKeyOf, masterIdOf } from "./seed.mjs";

/** GET plan usage of sub accounts spread over the whole database. */
export function usageRounds({ masters, accounts, connections, requests }) {
  return rounds({ accounts, connections, requests }, (index) => {
    const masterId = masterIdOf(index % masters);
    return {
      method: "GET",
      path: `/v2/accounts/${accountIdOf(index)}/plans/usage`,
      headers: { authorization: `Bearer ${apiKeyOf(masterId)}` },
    };
  });
}

/**
 * Reads of plan usage, and one time in ten a change of the base plan's hosts: when, and of which account,
 * is as good as random (and the same in each run), as clients are that know nothing of each other.
 */
export function mixedRounds(size) {
  const { masters, connections, requests } = size;
  const order = Array.from({ length: connections * requests }, (_, slot) => slot).sort(
    (a, b) => scattered(a) - scattered(b),
  );
  let slot = 0;
  return rounds({ ...size, order }, (index) => {
    const headers = { authorization: `Bearer ${apiKeyOf(masterIdOf(index % masters))}` };
    const path = `/v2/accounts/${accountIdOf(index)}/plans`;
    slot += 1;
    if (scattered(-slot) % 10 !== 0) return { method: "GET", path: `${path}/usage`, headers };
    return {
      method: "PUT",
      path: `${path}/base`,
      headers: { ...headers, "content-type": "application/json" },
      hosts: { type: "business_monthly", from: 10, max: 49 },
    };
  });
}

/** A number that looks like chance and follows from another one. */
function scattered(number) {
  return createHash("md5").update(String(number)).digest().readUInt32BE();
}

/** The same accounts for the bare route, which takes the key of the row from its path. */
export function bareRounds({ masters, accounts, connections, requests }) {
  return rounds({ accounts, connections, requests }, (index) => ({
    method: "GET",
    path: `/${masterIdOf(index % masters)}/${accountIdOf(index)}`,
  }));
}

/**
 * A step that shares no factor with the accounts visits each of them once before any is seen again.
 * @param order of the visits, if not one after the other
 */
export function rounds({ accounts, connections, requests, order = null }, requestOf) {
  const step = coprime(accounts, Math.floor(accounts * 0.618) + 1);
  return Array.from({ length: connections }, (_, connection) =>
    Array.from({ length: requests }, (_, index) => {
      const slot = connection * requests + index;
      return requestOf(((order === null ? slot : order[slot]) * step) % accounts);
    }),
  );
}

function coprime(a, from) {
  const divisor = (x, y) => (y === 0 ? x : divisor(y, x % y));
  for (let candidate = from; ; candidate += 1) if (divisor(a, candidate) === 1) return candidate;
}
