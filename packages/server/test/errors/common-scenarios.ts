/** Errors that any operation may answer with. Each has its scenario on one operation. */
import { operations } from "@paymaster/contract";
import pg from "pg";
import type { CommonScenarios } from "./scenario.js";
import { BUSINESS, NO_INVOICE, NOBODY, newOwner, newPlans, Stage } from "./stage.js";

const CHANGE = { type: "monthly", hosts: 3 };
const MINUTES_OF_A_TOKEN = 60;
/** Lists of one account's invoices in a day. */
const LISTS_A_DAY = 6;
const MINUTES_BETWEEN_LISTS = 5;

export const commonScenarios: CommonScenarios = {
  invalidToken: async (stage) => ({
    answer: await stage.call("GET", `/accounts/${NOBODY}/plans`, undefined, { token: "pmk_none" }),
  }),
  expiredToken: async (stage) => {
    const { token } = await grantedToken(stage);
    await stage.done("GET", "/accounts/me/plans");
    await stage.operate("POST", "/clock/advance", { minutes: MINUTES_OF_A_TOKEN });
    return { answer: await stage.call("GET", "/accounts/me/plans", undefined, { token }) };
  },
  missingScopes: async (stage) => {
    const { classic, granular } = operations.account_plan_base_update.scopes;
    const token = await stage.key(["account:master", "billing:read:plan_usage:master"]);
    return {
      answer: await stage.call("PUT", `/accounts/${NOBODY}/plans/base`, CHANGE, { token }),
      params: { scopes: [...classic, ...granular].join(", ") },
    };
  },
  notAllowed: async (stage) => {
    const { token } = await stage.master("regular");
    return { answer: await stage.call("GET", "/accounts", undefined, { token }) };
  },
  perSecondLimit: (stage) =>
    withLimits(stage, async (limited) => {
      const id = await limited.free();
      await limited.call("GET", `/accounts/${id}/billing/invoices`);
      return { answer: await limited.call("GET", `/accounts/${id}/billing/invoices`) };
    }),
  dailyLimit: (stage) =>
    withLimits(stage, async (limited) => {
      const id = await limited.paid();
      for (let list = 0; list < LISTS_A_DAY; list += 1) {
        await limited.done("GET", `/accounts/${id}/billing/invoices`);
        await limited.operate("POST", "/clock/advance", { minutes: MINUTES_BETWEEN_LISTS });
      }
      return { answer: await limited.call("GET", `/accounts/${id}/billing/invoices`) };
    }),
  invalidJson: async (stage) => ({
    answer: await stage.call("PUT", `/accounts/${NOBODY}/plans/base`, '{"type": "monthly", '),
  }),
  validationFailed: async (stage) => ({
    answer: await stage.call("PUT", `/accounts/${NOBODY}/plans/base`, {
      type: 7,
      hosts: "3",
      colour: "red",
    }),
    fields: ["colour", "type", "hosts"],
  }),
  noRoute: async (stage) => ({
    answer: await stage.call("GET", `/accounts/${NOBODY}/billing/renewals`),
  }),
  bodyTooLarge: async (stage) => ({
    answer: await stage.call("POST", "/accounts", newOwner({ account_name: "a".repeat(300_000) })),
  }),
  headersTooLarge: async (stage) => {
    const names = Array.from({ length: 120 }, (_, index) => `x-extra-${index}`);
    return {
      answer: await stage.call("GET", "/accounts/me/plans", undefined, {
        headers: Object.fromEntries(names.map((name) => [name, "1"])),
      }),
    };
  },
  idempotencyInProgress: async (stage) => {
    const id = await stage.free();
    const send = () =>
      stage.call("POST", `/accounts/${id}/plans`, newPlans(), {
        headers: { "idempotency-key": `once-${id}` },
      });
    const { first, answer } = await whileLocked(stage, id, async () => ({
      first: [send()],
      answer: await later(send),
    }));
    const [done] = await Promise.all(first);
    if (done?.status !== 201) throw new Error("the request that came first was not answered");
    return { answer };
  },
  idempotencyMismatch: async (stage) => {
    const id = await stage.free();
    const path = `/accounts/${id}/plans`;
    const headers = { "idempotency-key": `mine-${id}` };
    await stage.call("POST", path, newPlans(), { headers });
    return { answer: await stage.call("POST", path, newPlans(BUSINESS), { headers }) };
  },
  unavailable: async (stage) => {
    const away = await Stage.start(stage.profile);
    try {
      return await withoutDatabase(away, async () => ({
        answer: await away.call("GET", `/api/download/billing/invoices/${NO_INVOICE}`),
      }));
    } finally {
      await away.stop();
    }
  },
};

async function grantedToken(stage: Stage): Promise<{ token: string }> {
  const { account_id, client_id, client_secret, token_url } = stage.paymaster.credentials;
  const response = await fetch(token_url, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams({ grant_type: "account_credentials", account_id }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return { token };
}

/** A server that enforces the quotas, with a clock that stands still. */
async function withLimits<T>(stage: Stage, work: (limited: Stage) => Promise<T>): Promise<T> {
  const limited = await Stage.start(stage.profile, { rateLimits: true });
  try {
    await limited.operate("PUT", "/clock", { ticking: false });
    return await work(limited);
  } finally {
    await limited.stop();
  }
}

/** Repeats a call until it is refused, at most for a few seconds: the one before must have begun. */
async function later(send: () => ReturnType<Stage["call"]>) {
  for (let tries = 0; ; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const answer = await send();
    if (answer.status === 409 || tries === 100) return answer;
  }
}

/** Holds the account's row, as a change under way does, so that whoever changes it has to wait. */
async function whileLocked<T>(stage: Stage, id: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: stage.paymaster.databaseUrl });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select 1 from accounts where id = $1 for update", [id]);
    return await work();
  } finally {
    await client.end();
  }
}

/** Ends the server's connections and lets it make no others. */
async function withoutDatabase<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: stage.paymaster.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query("select quote_ident(current_database()) as name");
    await client.query(`alter database ${rows[0].name} connection limit 0`);
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    );
    try {
      return await work();
    } finally {
      await client.query(`alter database ${rows[0].name} connection limit -1`);
    }
  } finally {
    await client.end();
  }
}
