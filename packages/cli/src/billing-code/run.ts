/** The runs of `paymaster diff` and `paymaster apply`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serviceFileName } from "@paymaster/client/node";
import { type PriceBook, parsePriceBook, shippedPriceBook } from "@paymaster/contract";
import type { CommandContext, CommandLine, FlagValues } from "../command.js";
import { EXIT, exitCodeOf, UsageError } from "../exit-codes.js";
import { countedProgress } from "../progress.js";
import { ask } from "../prompt.js";
import { type Service, withService } from "../service.js";
import { type AccountResult, type Execution, execute } from "./execute.js";
import { Journal } from "./journal.js";
import { type BillingFile, readBillingFile } from "./read-file.js";
import {
  accountJson,
  changedAccounts,
  counted,
  renderAccounts,
  totalsJson,
  totalsOf,
  totalsText,
} from "./report.js";
import { type AccountPlan, survey } from "./survey.js";

export function diff(line: CommandLine, context: CommandContext): Promise<number> {
  const { flags } = line;
  const file = readBillingFile(line.arguments[0] ?? "");
  const book = priceBook(flags);
  return withService(flags, context, serviceOptions(flags), async (service) => {
    const scheduled = Journal.peek(journalFile(service));
    const scheduledOf = (account: string) => scheduled.get(account) ?? [];
    const plans = await look(file, book, scheduledOf, service, flags, context);
    show(plans, flags, context);
    const differs = changedAccounts(plans).length > 0;
    return differs && flags.has("exit-code") ? EXIT.differs : EXIT.done;
  });
}

/** A run over many accounts does not end at the first hiccup of a network. */
const RETRY = { maxAttempts: 6 };

function serviceOptions(flags: FlagValues) {
  const seconds = flags.positive("timeout");
  return {
    asksProfile: true,
    retry: RETRY,
    timeoutMs: seconds === undefined ? undefined : seconds * 1_000,
  };
}

function show(plans: readonly AccountPlan[], flags: FlagValues, { output }: CommandContext): void {
  const totals = totalsOf(plans);
  if (flags.has("json")) {
    const accounts = changedAccounts(plans).map((plan) => accountJson(plan));
    output.printJson({ accounts, totals: totalsJson(totals) });
    return;
  }
  const accounts = renderAccounts(plans, output.paint);
  output.print(`${accounts}${accounts === "" ? "" : "\n"}${totalsText(totals)}\n`);
}

export async function apply(line: CommandLine, context: CommandContext): Promise<number> {
  const { flags } = line;
  const file = readBillingFile(line.arguments[0] ?? "");
  const book = priceBook(flags);
  const mayAsk = process.stdin.isTTY === true && !flags.has("json");
  if (!flags.has("yes") && !mayAsk) {
    throw new UsageError("there is nobody to ask here: add --yes to apply without a question");
  }
  return withService(flags, context, serviceOptions(flags), async (service) => {
    const journal = Journal.open(journalFile(service));
    try {
      return await applyWith(journal, file, book, service, flags, context);
    } finally {
      journal.close();
    }
  });
}

async function applyWith(
  journal: Journal,
  file: BillingFile,
  book: PriceBook,
  service: Service,
  flags: FlagValues,
  context: CommandContext,
): Promise<number> {
  const { output, signal } = context;
  if (journal.unfinished !== undefined) {
    const { file: name, at, settled, digest } = journal.unfinished;
    const which = digest === file.digest ? "of this file" : `of ${name}, another file,`;
    output.say(`An apply ${which} of ${at} did not end; ${settled} of its writes are settled.`);
  }
  const scheduledOf = (account: string) => journal.scheduledOf(account);
  const plans = await look(file, book, scheduledOf, service, flags, context);
  for (const { id, steps } of plans)
    journal.seen(
      id,
      steps.map(({ step }) => step),
    );
  const changed = changedAccounts(plans);
  if (changed.length === 0) {
    journal.end();
    show(plans, flags, context);
    return EXIT.done;
  }
  if (!flags.has("json")) {
    show(plans, flags, context);
    output.say(scheduleText(changed, service));
  }
  if (!flags.has("yes") && !/^y(es)?$/i.test(await ask("Apply? [y/N]"))) {
    output.say("Nothing was changed.");
    return EXIT.aborted;
  }
  journal.begin(file.file, file.digest);
  const progress = countedProgress(output, process.stderr, "applying", changed.length);
  const { client } = service;
  const onAccount = () => progress.step();
  const execution = await execute(changed, { client, journal, signal, onAccount });
  progress.end();
  const isWhole = execution.results.every(isDone);
  if (isWhole) journal.end();
  reportExecution(execution, plans, flags, context);
  if (execution.stopped !== undefined) return exitCodeOf(execution.stopped);
  return isWhole ? EXIT.done : EXIT.partly;
}

async function look(
  file: BillingFile,
  book: PriceBook,
  scheduledOf: (account: string) => ReturnType<Journal["scheduledOf"]>,
  { client, quota }: Service,
  flags: FlagValues,
  { output, signal }: CommandContext,
): Promise<readonly AccountPlan[]> {
  const progress = countedProgress(output, process.stderr, "reading", file.accounts.length);
  try {
    return await survey({
      client,
      file,
      scheduledOf,
      book,
      usesPreviews: !flags.has("no-preview"),
      nowMs: () => quota.status().nowMs,
      signal,
      onAccount: () => progress.step(),
    });
  } finally {
    progress.end();
  }
}

/** How many calls it takes, and until when under the limits as they are known now. */
function scheduleText(plans: readonly AccountPlan[], { quota }: Service): string {
  const calls = plans.flatMap(({ id, steps }) => [
    ...steps.map(({ step }) => ({ tool: step.tool, input: { accountId: id } })),
    { tool: "account_plans", input: { accountId: id } },
  ]);
  const schedule = quota.plan(calls.map((call) => ({ ...call, priority: "background" as const })));
  const end = new Date(schedule.finishMs).toISOString().replace(/\.\d+Z$/, "Z");
  return `${counted(schedule.calls, "call")}; under the quota they can be out by ${end}.`;
}

function isDone({ outcomes, problem }: AccountResult): boolean {
  return problem === undefined && outcomes.every(({ state }) => state === "done");
}

function reportExecution(
  { results, stopped }: Execution,
  plans: readonly AccountPlan[],
  flags: FlagValues,
  { output }: CommandContext,
): void {
  const open = results.filter((result) => !isDone(result));
  const counts = {
    accounts: plans.length,
    changed: results.length - open.length,
    open: open.length,
  };
  if (flags.has("json")) {
    output.printJson({
      accounts: results.map(({ plan, outcomes, problem }) => ({
        ...(accountJson(plan, outcomes) as object),
        problem: problem ?? null,
      })),
      totals: { ...counts, ...(totalsJson(totalsOf(plans)) as object), changed: counts.changed },
      stopped: stopped?.message ?? null,
    });
    return;
  }
  for (const { plan, outcomes, problem } of open) {
    output.say(`${output.paintRemark("red", "not as the file says")}: ${plan.desired.name}`);
    for (const [index, outcome] of outcomes.entries()) {
      const step = plan.steps[index]?.step;
      const message = "message" in outcome ? `: ${outcome.message}` : "";
      output.say(`  ${step?.tool} ${JSON.stringify(step?.body)} ${outcome.state}${message}`);
    }
    if (problem !== undefined) output.say(`  ${problem}`);
  }
  if (stopped !== undefined) output.say(`Stopped: ${stopped.message}`);
  const end = open.length === 0 ? "" : `; ${open.length} not: run it again to go on`;
  const all = counted(results.length, "account");
  output.say(`Now as the file says: ${counts.changed} of ${all} that were not${end}.`);
}

function priceBook(flags: FlagValues): PriceBook {
  const file = flags.text("price-book");
  if (file === undefined) return shippedPriceBook;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = parsePriceBook(json);
  if ("book" in parsed) return parsed.book;
  throw new UsageError(`${file}:\n${parsed.problems.join("\n")}`);
}

function journalFile({ connection, stateFolder }: Service): string {
  const { baseUrl, caller } = connection;
  const account = caller.accountId ?? caller.credential ?? "";
  const name = serviceFileName(baseUrl, `${baseUrl}\n${account}`);
  return join(stateFolder, "billing", `${name}.jsonl`);
}
