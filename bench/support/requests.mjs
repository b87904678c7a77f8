/** Rounds of requests for the connections of a load: each goes through its own accounts, over and over. */
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

/** Nine reads of plan usage, then a change of the base plan's hosts. */
export function mixedRounds({ masters, accounts, connections, requests }) {
  let count = 0;
  return rounds({ accounts, connections, requests }, (index) => {
    const headers = { authorization: `Bearer ${apiKeyOf(masterIdOf(index % masters))}` };
    const path = `/v2/accounts/${accountIdOf(index)}/plans`;
    count += 1;
    if (count % 10 !== 0) return { method: "GET", path: `${path}/usage`, headers };
    return {
      method: "PUT",
      path: `${path}/base`,
      headers: { ...headers, "content-type": "application/json" },
      hosts: { type: "business_monthly", from: 10, max: 49 },
    };
  });
}

/** The same accounts for the bare route, which takes the key of the row from its path. */
export function bareRounds({ masters, accounts, connections, requests }) {
  return rounds({ accounts, connections, requests }, (index) => ({
    method: "GET",
    path: `/${masterIdOf(index % masters)}/${accountIdOf(index)}`,
  }));
}

/** A step that shares no factor with the accounts visits each of them once before any is seen again. */
export function rounds({ accounts, connections, requests }, requestOf) {
  const step = coprime(accounts, Math.floor(accounts * 0.618) + 1);
  return Array.from({ length: connections }, (_, connection) =>
    Array.from({ length: requests }, (_, index) =>
      requestOf(((connection * requests + index) * step) % accounts),
    ),
  );
}

function coprime(a, from) {
  const divisor = (x, y) => (y === 0 ? x : divisor(y, x % y));
  for (let candidate = from; ; candidate += 1) if (divisor(a, candidate) === 1) return candidate;
}
