/** What random requests meet, and what no answer may be. */
import { type FuzzRequest, onAccounts, type Targets } from "./arbitrary-requests.js";
import { exchange, type RawAnswer } from "./raw.js";
import { BUSINESS, NO_INVOICE, NOBODY, PRO, type Stage } from "./stage.js";

const PHONE = {
  type: "plan_phone",
  plan_details: { plan_base: { type: "phone_monthly_prepay_usage" } },
};

/** The accounts that requests may meet, a new set at each step: the old ones are left as they are. */
export class World {
  readonly #stage: Stage;
  readonly #fixed: string[] = [];
  readonly all: string[] = [];
  accounts: readonly string[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async begin(): Promise<Targets> {
    const { token } = await this.#stage.master();
    const foreign = await this.#stage.free({}, { token });
    this.#fixed.push(this.#stage.paymaster.credentials.account_id, "me", foreign, NOBODY);
    await this.renew();
    const listed = await this.#stage.call<{ invoices: { id: string }[] }>(
      "GET",
      `/accounts/${this.accounts[0]}/billing/invoices`,
    );
    const invoices = [...listed.body.invoices.map(({ id }) => id), NO_INVOICE];
    return { places: this.accounts.length, ids: { invoiceId: invoices } };
  }

  async renew(): Promise<void> {
    const stage = this.#stage;
    const made = await Promise.all([
      stage.paid(PRO, [{ type: "webinar500_monthly", hosts: 1 }]),
      stage.paid(BUSINESS, [{ type: "large500_monthly", hosts: 2 }]),
      stage.paid(PRO, [], { plan_recording: "cmr_monthly_commitment_40" }),
      stage.paid({ type: "edu20", hosts: 20 }, [PHONE]),
      stage.trial(),
      stage.vip(),
      stage.selfPaying(),
      ...Array.from({ length: 8 }, () => stage.free()),
    ]);
    this.all.push(...made);
    this.accounts = [...made, ...this.#fixed];
  }
}

/** The account "me" and anything that is no id go through as well as ids do. */
const inPath = (id: string) => encodeURIComponent(id);

export function sendTo(
  stage: Stage,
  accounts: readonly string[],
  { method, path, headers, body }: FuzzRequest,
): Promise<RawAnswer> {
  return exchange(stage, {
    method,
    path: onAccounts(path, accounts, inPath),
    headers,
    ...(body === null ? {} : { body: onAccounts(body, accounts) }),
  });
}

/** null: nothing that an answer must not be. */
export function problemOf({ status, text, headers }: RawAnswer): string | null {
  if (status >= 500) return `${status} ${text}`;
  if (!/^v=2\.0;clid=\w+;rid=WEB_[0-9a-f]{32}$/.test(headers.get("x-zm-trackingid") ?? "")) {
    return `no tracking id in ${JSON.stringify([...headers])}`;
  }
  if (/node_modules|\n\s+at |EngineDefect|syntax error|column|relation "/.test(text)) {
    return `it tells how it is made: ${text}`;
  }
  return null;
}

export function described(request: FuzzRequest, accounts: readonly string[]): string {
  const { method, path, headers, body } = request;
  const text = onAccounts(body ?? "", accounts).slice(0, 2_000);
  return `${method} ${onAccounts(path, accounts, inPath)} ${JSON.stringify(headers)} ${text}`;
}
