/**
 * What the client does in any runtime, against a running server: one record of outcomes, which must be the
 * same everywhere. Uses nothing but the client and what all runtimes have.
 */
import {
  apiKey,
  bearerToken,
  createClient,
  createQuotaPlanner,
  serverToServer,
} from "@paymaster/client";

/** @param silentUrl of a server that accepts and never answers. @param name tells runs apart */
export async function run({ credentials, silentUrl, closedUrl, name }) {
  const { base_url: baseUrl, token_url: tokenUrl } = credentials;
  let tokens = 0;
  const counting = (...args) => {
    if (String(args[0]) === tokenUrl) tokens += 1;
    return fetch(...args);
  };
  const authentication = serverToServer({
    tokenUrl,
    accountId: credentials.account_id,
    clientId: credentials.client_id,
    clientSecret: credentials.client_secret,
  });
  const client = createClient({ baseUrl, authentication, fetch: counting, retryWrites: true });
  const patient = createQuotaPlanner({ maxWaitMs: { interactive: 60_000 } });
  const planned = createClient({
    baseUrl,
    authentication: apiKey({ value: credentials.api_key }),
    quota: patient,
  });
  const elsewhere = (url, options) =>
    createClient({
      baseUrl: url,
      authentication: bearerToken("x"),
      retry: { maxAttempts: 1 },
      ...options,
    });
  const outcomes = {};

  outcomes.at_once = (
    await Promise.all(Array.from({ length: 8 }, () => client.account({ accountId: "me" })))
  ).length;
  outcomes.tokens = tokens;

  const email = `${name}@example.com`;
  const owner = { first_name: "Ada", last_name: "Byron", email, password: "kT7-vQ2-mW9-xR4" };
  const { id: accountId } = await client.accountCreate({ body: owner });
  const order = { accountId, body: { plan_base: { type: "business_yearly", hosts: 10 } } };
  const { preview, total_amount } = await planned.accountPlanCreate(order, { preview: true });
  outcomes.preview = { preview, total_amount };
  outcomes.http_200 = await failure(
    planned.accountPlanBaseDelete({ accountId, body: { action: "cancel" } }),
  );
  const few = { ...order.body.plan_base, hosts: 5 };
  outcomes.http_300 = await failure(
    planned.accountPlanCreate({ accountId, body: { plan_base: few } }),
  );
  const bought = await planned.accountPlanCreate(order, { idempotencyKey: email });
  const again = await planned.accountPlanCreate(order, { idempotencyKey: email });
  outcomes.bought = [bought, again];
  outcomes.unknown_account = await failure(planned.accountPlans({ accountId: "nobody" }));

  const { invoices } = await planned.accountBillingInvoices({ accountId });
  const pdf = await planned.downloadInvoicePDF({ invoiceId: invoices[0].id });
  const bytes = await pdf.bytes();
  outcomes.pdf = {
    invoices: invoices.length,
    type: pdf.contentType,
    starts: new TextDecoder().decode(bytes.slice(0, 5)),
    isWhole: bytes.length > 1_000 && (pdf.contentLength ?? bytes.length) === bytes.length,
  };
  outcomes.quota = await failure(planned.accountBillingInvoices({ accountId }, { maxWaitMs: 10 }));

  outcomes.wrong_token = await failure(elsewhere(baseUrl).account({ accountId: "me" }));
  const silent = elsewhere(silentUrl, { timeoutMs: 200 });
  outcomes.timeout = await failure(silent.account({ accountId: "me" }));
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const { signal } = controller;
  outcomes.abort = await failure(elsewhere(silentUrl).account({ accountId: "me" }, { signal }));
  outcomes.closed = await failure(elsewhere(closedUrl).account({ accountId: "me" }));
  await patient.close();
  return outcomes;
}

/** Class and fields, which callers tell errors by; never the message. */
async function failure(call) {
  try {
    return { unexpected: await call };
  } catch (error) {
    const { name, status, code, errorName, sent } = error;
    return { name, status, code, errorName, sent };
  }
}
