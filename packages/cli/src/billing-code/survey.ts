/** What the accounts of a file have, what would be done to each, and what that costs. Changes nothing. */
import {
  ApiError,
  AuthenticationError,
  type HeldPlan,
  MissingScopeError,
  type PaymasterClient,
  type Preview,
  PreviewUnsupportedError,
  plansHeld,
  RateLimitError,
} from "@paymaster/client";
import type { PriceBook } from "@paymaster/contract";
import { BillingFileError, type DesiredAccount, type FileProblem } from "./desired.js";
import { estimateNow, type Renewal, renewals } from "./estimate.js";
import { planSteps, type Scheduled, type Step } from "./plan-steps.js";
import { forEachOf } from "./pool.js";
import type { BillingFile } from "./read-file.js";

export interface StepCost {
  readonly source: "preview" | "price book";
  /** Minor units: with tax from a preview, without it from the price book; null: not known. */
  readonly nowMinor: number | null;
  readonly currency: string;
  /** From previews only. */
  readonly nextInvoice: { readonly date: string; readonly totalMinor: number } | undefined;
  readonly warnings: readonly string[];
}

export interface AccountPlan {
  readonly desired: DesiredAccount;
  readonly id: string;
  readonly held: readonly HeldPlan[];
  readonly steps: readonly { readonly step: Step; readonly cost: StepCost }[];
  /** By the price book: what the account's plans cost each time they renew, then. */
  readonly renewals: readonly Renewal[] | null;
}

export interface SurveyOptions {
  readonly client: PaymasterClient;
  readonly file: BillingFile;
  readonly scheduledOf: (account: string) => readonly Scheduled[];
  readonly book: PriceBook;
  readonly usesPreviews: boolean;
  /** Service time in milliseconds. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onAccount: () => void;
}

/** Reads wait for their quota as long as it takes: a plan of their time is shown before. */
export const PATIENT = { priority: "background", maxWaitMs: Number.POSITIVE_INFINITY } as const;
const AT_ONCE = 16;
const PAGE_SIZE = "300";

/**
 * @returns accounts in the file's order
 * @throws BillingFileError when the service refuses an account or a change: then nothing is to be done
 */
export async function survey(options: SurveyOptions): Promise<readonly AccountPlan[]> {
  const { file, onAccount } = options;
  const problems: FileProblem[] = [];
  const ids = await findIds(options, problems);
  if (problems.length > 0) throw new BillingFileError(file.file, problems);
  const plans = new Map<DesiredAccount, AccountPlan>();
  await forEachOf(file.accounts, AT_ONCE, async (desired) => {
    const id = ids.get(desired) ?? "";
    try {
      plans.set(desired, await surveyAccount(desired, id, options));
    } catch (error) {
      if (!isAboutTheAccount(error)) throw error;
      const { line, column } = desired.place;
      problems.push({ line, column, message: `${desired.name}: ${error.message}` });
    }
    onAccount();
  });
  if (problems.length > 0) throw new BillingFileError(file.file, problems);
  return file.accounts.flatMap((desired) => plans.get(desired) ?? []);
}

/** The service refuses this account or change; everything else would hit the next account as well. */
export function isAboutTheAccount(error: unknown): error is ApiError {
  const isGeneral =
    error instanceof RateLimitError ||
    error instanceof MissingScopeError ||
    error instanceof AuthenticationError;
  return error instanceof ApiError && !isGeneral;
}

async function findIds(
  { client, file, signal }: SurveyOptions,
  problems: FileProblem[],
): Promise<ReadonlyMap<DesiredAccount, string>> {
  const byEmail = file.accounts.some(({ by }) => by === "email")
    ? await readEmails(client, signal)
    : new Map<string, string[]>();
  const ids = new Map<DesiredAccount, string>();
  const seen = new Map<string, DesiredAccount>();
  for (const desired of file.accounts) {
    const found =
      desired.by === "id" ? [desired.name] : (byEmail.get(desired.name.toLowerCase()) ?? []);
    const [id] = found;
    const { line, column } = desired.place;
    const twin = id === undefined ? undefined : seen.get(id);
    if (id === undefined || found.length > 1) {
      const what = id === undefined ? "no sub account has" : `${found.length} sub accounts have`;
      problems.push({ line, column, message: `${what} the owner ${desired.name}` });
    } else if (twin !== undefined) {
      const message = `${desired.name} is the account of line ${twin.place.line}`;
      problems.push({ line, column, message });
    } else {
      ids.set(desired, id);
      seen.set(id, desired);
    }
  }
  return ids;
}

async function readEmails(
  client: PaymasterClient,
  signal: AbortSignal,
): Promise<Map<string, string[]>> {
  const byEmail = new Map<string, string[]>();
  let token: string | undefined;
  for (let page = 1; ; page += 1) {
    const place = token === undefined ? { page_number: String(page) } : { next_page_token: token };
    const input = { page_size: PAGE_SIZE, ...place };
    const answer = await client.accounts(input, { ...PATIENT, signal });
    for (const { id, owner_email } of answer.accounts) {
      const email = owner_email.toLowerCase();
      byEmail.set(email, [...(byEmail.get(email) ?? []), id]);
    }
    token = answer.next_page_token === "" ? undefined : answer.next_page_token;
    if (token === undefined && page >= answer.page_count) return byEmail;
  }
}

async function surveyAccount(
  desired: DesiredAccount,
  id: string,
  options: SurveyOptions,
): Promise<AccountPlan> {
  const { client, signal, scheduledOf, book } = options;
  const held = plansHeld(await client.accountPlans({ accountId: id }, { ...PATIENT, signal }));
  const steps = planSteps(desired, held, scheduledOf(id));
  const today = new Date(options.nowMs()).toISOString().slice(0, 10);
  const priced: AccountPlan["steps"][number][] = [];
  for (const [index, step] of steps.entries()) {
    const preview = await previewOf(step, id, index === 0, options);
    const estimate = () => estimateNow(step, held, book, today);
    priced.push({ step, cost: costOf(preview, estimate, book.currency) });
  }
  return { desired, id, held, steps: priced, renewals: renewals(desired, book, today) };
}

/**
 * A later step of an account may rest on an earlier one, which has not been made: that the service refuses
 * to preview it says nothing.
 */
async function previewOf(
  { tool, body }: Step,
  accountId: string,
  isFirst: boolean,
  { client, usesPreviews, signal }: SurveyOptions,
): Promise<Preview | undefined> {
  if (!usesPreviews) return undefined;
  try {
    const input = { accountId, body };
    const answer = await client.request(tool, input, { ...PATIENT, signal, preview: true });
    return answer.data as Preview;
  } catch (error) {
    if (error instanceof PreviewUnsupportedError) return undefined;
    if (!isFirst && isAboutTheAccount(error)) return undefined;
    throw error;
  }
}

function costOf(
  preview: Preview | undefined,
  estimate: () => number | null,
  currency: string,
): StepCost {
  if (preview === undefined) {
    const nowMinor = estimate();
    return { source: "price book", nowMinor, currency, nextInvoice: undefined, warnings: [] };
  }
  const { total_amount, next_invoice, warnings } = preview;
  return {
    source: "preview",
    nowMinor: toMinor(total_amount),
    currency: preview.currency,
    nextInvoice:
      next_invoice === null
        ? undefined
        : { date: next_invoice.date, totalMinor: toMinor(next_invoice.total_amount) },
    warnings,
  };
}

function toMinor(amount: number): number {
  return Math.round(amount * 100);
}
