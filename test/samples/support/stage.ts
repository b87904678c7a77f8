/**
 * A server on which every sample succeeds in the order of the operations: a sub account with plans and an
 * invoice, and others for what needs an account in another state.
 */
import {
  BASE_URL,
  type Operation,
  operationList,
  operations,
  type SampleLanguage,
  sampleLanguages,
  sampleRequestOf,
  TOKEN,
  TOKEN_VARIABLES,
  tokenCodeSamples,
} from "@paymaster/contract";
import {
  CONTACT,
  startTestServer,
  type TestServer,
} from "../../../packages/server/test/support/server.js";
import { type Exchange, type Recorder, startRecorder } from "./recorder.js";

export interface PreparedSample {
  /** e.g. `PUT /accounts/{accountId}/plans/base` */
  readonly name: string;
  readonly source: string;
  readonly env: Readonly<Record<string, string>>;
  /** What must have passed the recorder when the sample ran. */
  readonly expected: { readonly path: RegExp; readonly status: number; readonly body: unknown };
}

export interface Stage {
  readonly recorder: Recorder;
  /** The samples of a language, each with an account in the state that it needs. */
  prepare(language: SampleLanguage): Promise<PreparedSample[]>;
  stop(): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const paymaster = await startTestServer({ testClock: "2026-01-31" });
  const recorder = await startRecorder(paymaster.server.origin);
  return {
    recorder,
    prepare: async (language) => {
      const shared = sharedVariables(paymaster, recorder);
      const accounts = await makeAccounts(paymaster);
      const samples = operationList.map((operation) =>
        sampleOf(operation, language, { ...shared, ...accounts.variablesFor(operation.tool) }),
      );
      return [tokenSample(language, shared), ...samples];
    },
    stop: async () => {
      await recorder.close();
      await paymaster.stop();
    },
  };
}

/** Finds the sample's own exchange among what passed; fails the test by what it returns. */
export function outcomeOf(sample: PreparedSample, exchanges: readonly Exchange[]) {
  const found = exchanges.find(({ method, path }) =>
    sample.expected.path.test(`${method} ${path}`),
  );
  if (found === undefined)
    return { name: sample.name, status: "nothing was sent", body: undefined };
  const isJson = sample.expected.body !== undefined;
  return {
    name: sample.name,
    status: found.status,
    body: isJson ? JSON.parse(found.body) : undefined,
  };
}

export function expectedOutcome({ name, expected }: PreparedSample) {
  return { name, status: expected.status, body: expected.body };
}

function sharedVariables({ credentials }: TestServer, { origin }: Recorder) {
  const atRecorder = (url: string) => origin + new URL(url).pathname;
  const token = Object.entries(TOKEN_VARIABLES).map(([member, variable]) => [
    variable,
    credentials[member as keyof typeof TOKEN_VARIABLES],
  ]);
  return {
    ...(Object.fromEntries(token) as Record<string, string>),
    [TOKEN_VARIABLES.token_url]: atRecorder(credentials.token_url),
    [BASE_URL]: atRecorder(credentials.base_url),
    [TOKEN]: credentials.api_key,
  };
}

let sampleOwners = 0;

function sampleOf(
  operation: Operation,
  language: SampleLanguage,
  env: Readonly<Record<string, string>>,
): PreparedSample {
  const request = sampleRequestOf(operation, "2021");
  // An e-mail address can own one account; each language runs the sample that makes one.
  sampleOwners += 1;
  const unique = (text: string) => text.replaceAll("ada@", `ada${sampleOwners}@`);
  const body = request.body === null ? undefined : JSON.parse(unique(JSON.stringify(request.body)));
  const path = `/v2${operation.path}`.replace(/\{\w+\}/g, "[^/]+");
  return {
    name: `${operation.method} ${operation.path}`,
    source: unique(sampleLanguages[language].write(request)),
    env,
    expected: {
      path: new RegExp(`^${operation.method} ${path}$`),
      status: operation.response.status["2021"],
      body,
    },
  };
}

function tokenSample(
  language: SampleLanguage,
  env: Readonly<Record<string, string>>,
): PreparedSample {
  const index = Object.keys(sampleLanguages).indexOf(language);
  return {
    name: "POST /oauth/token",
    source: tokenCodeSamples()[index]?.source ?? "",
    env,
    expected: { path: /^POST \/oauth\/token$/, status: 200, body: undefined },
  };
}

async function makeAccounts(paymaster: TestServer) {
  const subscribed = async (more: Record<string, unknown>) => {
    const id = await paymaster.subAccount();
    const body = { contact: CONTACT, plan_base: { type: "business_monthly", hosts: 12 }, ...more };
    const answer = await paymaster.wire("POST", `/accounts/${id}/plans`, { body });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return id;
  };
  const paying = await subscribed({ plan_webinar: [{ type: "webinar500_monthly", hosts: 2 }] });
  const { body } = await paymaster.wire<{ invoices: { id: string }[] }>(
    "GET",
    `/accounts/${paying}/billing/invoices`,
  );
  const invoice = body.invoices[0]?.id ?? "";
  const others: Readonly<Record<string, string>> = {
    [operations.account_plan_create.tool]: await paymaster.subAccount(),
    [operations.account_plan_addon_create.tool]: await subscribed({}),
    [operations.account_disassociate.tool]: await paymaster.subAccount(),
  };
  return {
    variablesFor: (tool: string) => ({ ACCOUNT_ID: others[tool] ?? paying, INVOICE_ID: invoice }),
  };
}
