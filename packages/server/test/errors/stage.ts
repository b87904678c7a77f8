/** What scenarios stand on: a server of one profile, and accounts in the states that errors need. */
import type { WireProfile } from "@paymaster/contract";
import {
  type Answer,
  type CallOptions,
  CONTACT,
  startTestServer,
  type TestServer,
} from "../support/server.js";

/** A tenant of its own, so that its flags disturb nobody else. */
export interface Master {
  readonly id: string;
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface PlanWish {
  readonly type: string;
  readonly hosts: number;
}

export const PRO: PlanWish = { type: "monthly", hosts: 2 };
export const BUSINESS: PlanWish = { type: "business_monthly", hosts: 10 };
/** Looks like an account's id and is none. */
export const NOBODY = "EJSCJqQaTmamt4aVbXyX3A";
/** Looks like an invoice's id and is none. */
export const NO_INVOICE = "8ad0855192b3dc860192b93fc9f00476";

let emails = 0;

/** A body of POST accounts that nothing is wrong with, for an owner who has no account yet. */
export function newOwner(more: Readonly<Record<string, unknown>> = {}) {
  emails += 1;
  return {
    first_name: "Ines",
    last_name: "Marlow",
    email: `ines${emails}@quay.example`,
    password: "Long-enough-9",
    ...more,
  };
}

/** A body of POST plans that nothing is wrong with. */
export function newPlans(base: PlanWish = PRO, more: Readonly<Record<string, unknown>> = {}) {
  return { contact: CONTACT, plan_base: base, ...more };
}

/** A server in this process, or in another one. */
export type StageServer = Omit<TestServer, "server"> & {
  readonly server: Pick<TestServer["server"], "origin">;
};

export class Stage {
  readonly paymaster: StageServer;

  private constructor(paymaster: StageServer) {
    this.paymaster = paymaster;
  }

  /** On a server that runs already. */
  static on(paymaster: StageServer): Stage {
    return new Stage(paymaster);
  }

  static async start(
    profile: WireProfile,
    options: Parameters<typeof startTestServer>[0] = {},
  ): Promise<Stage> {
    return new Stage(await startTestServer({ profile, testClock: "2026-01-31", ...options }));
  }

  get profile(): WireProfile {
    return this.paymaster.profile;
  }

  /** A call of the wire: as the first master, or with the token given. */
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    options: Omit<CallOptions, "body"> = {},
  ): Promise<Answer<Body>> {
    return this.paymaster.wire<Body>(method, path, {
      ...(body === undefined ? {} : { body }),
      ...options,
    });
  }

  /** A call of the operator's API that must succeed. */
  async operate<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Body> {
    const answer = await this.paymaster.admin<Body>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async master(kind: "master" | "regular" = "master"): Promise<Master> {
    const made = await this.operate<{
      id: string;
      api_key: string;
      client_id: string;
      client_secret: string;
    }>("POST", "/accounts", { kind, account_name: "Another", plan_base: null });
    const { id, api_key: token, client_id: clientId, client_secret: clientSecret } = made;
    return { id, token, clientId, clientSecret };
  }

  /** A bearer token of the first master (or another account) with just these scopes. */
  async key(scopes: readonly string[], accountId?: string): Promise<string> {
    const { api_key: token } = await this.operate<{ api_key: string }>("POST", "/api-keys", {
      account_id: accountId ?? this.paymaster.credentials.account_id,
      scopes,
    });
    return token;
  }

  /** A free sub account. */
  async free(
    more: Readonly<Record<string, unknown>> = {},
    options: Omit<CallOptions, "body"> = {},
  ): Promise<string> {
    const answer = await this.call<{ id: string }>("POST", "/accounts", newOwner(more), options);
    if (answer.status !== 201) throw new Error(`POST /accounts: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  /** A free sub account that pays for itself. */
  selfPaying(): Promise<string> {
    return this.free({ options: { pay_mode: "sub" } });
  }

  /** A sub account with a base plan and, each bought by itself, add-ons. */
  async paid(
    base: PlanWish = PRO,
    addons: readonly Readonly<Record<string, unknown>>[] = [],
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const id = await this.free();
    await this.done("POST", `/accounts/${id}/plans`, newPlans(base, more));
    for (const addon of addons) await this.done("POST", `/accounts/${id}/plans/addons`, addon);
    return id;
  }

  trial(): Promise<string> {
    return this.paid({ type: "trial", hosts: 1 });
  }

  /** A free sub account whose master manages its licences in bulk. */
  async bulk(): Promise<{ id: string; token: string }> {
    const { id: masterId, token } = await this.master();
    const id = await this.free({}, { token });
    await this.operate("PATCH", `/accounts/${masterId}`, { bulk_licenses: true });
    return { id, token };
  }

  /** A paid sub account that its operator marked as VIP. */
  async vip(): Promise<string> {
    const id = await this.paid();
    await this.operate("PATCH", `/accounts/${id}`, { vip: true });
    return id;
  }

  /** A call of the wire that must succeed. */
  async done(method: string, path: string, body?: unknown): Promise<Answer<unknown>> {
    const answer = await this.call<{ code?: number }>(method, path, body);
    if (answer.status >= 300 || (answer.body !== null && "code" in answer.body)) {
      throw new Error(`${method} ${path} ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    return answer;
  }

  stop(): Promise<void> {
    return this.paymaster.stop();
  }
}
