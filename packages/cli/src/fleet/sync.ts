/** `paymaster fleet sync`. */
import { existsSync } from "node:fs";
import { NetworkError } from "@paymaster/client";
import {
  openStore,
  planSync,
  ServiceOutOfReachError,
  type Store,
  type SyncEvent,
  type SyncSummary,
  stoppable,
  syncFleet,
} from "@paymaster/fleet";
import type { CommandContext, CommandLine } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { type ProgressLine, progressLine } from "../progress.js";
import { withService } from "../service.js";
import { accountsOf, asUsage, kindsOf, maxAgesOf, oneOf, storeOf, storePathOf } from "./options.js";
import { leftOut, scheduleLine, scheduleText } from "./schedule-text.js";
import { count, counted, instant, span } from "./words.js";

const MAX_PROBLEMS_SHOWN = 20;
const JSON_PROGRESS_EVERY_MS = 5_000;

export async function runSync({ flags }: CommandLine, context: CommandContext): Promise<number> {
  const isDryRun = flags.has("dry-run");
  const maxWait = flags.positive("max-wait");
  const options = {
    full: flags.has("full"),
    kinds: kindsOf(flags),
    accounts: accountsOf(flags),
    details: oneOf(flags.text("details") ?? "new", "details", ["new", "all", "none"]),
    maxAges: maxAgesOf(flags),
    maxOwnWaitMs: maxWait === undefined ? undefined : maxWait * 60_000,
    // Ctrl-C: what is on its way is still answered; a second one ends the process.
    stop: context.signal,
    signal: new AbortController().signal,
  };
  // A plan leaves nothing behind.
  const isNew = isDryRun && !existsSync(storePathOf(flags));
  const store = isNew ? openStore(":memory:") : storeOf(flags, { create: true });
  try {
    const planner = (quota: Parameters<typeof stoppable>[0]) => stoppable(quota, context.signal);
    return await withService(
      flags,
      context,
      { planner, asksProfile: true },
      async ({ client, quota }) => {
        const all = { ...options, store, client, quota };
        if (isDryRun) {
          const schedule = await planSync(all);
          if (flags.has("json")) context.output.printJson(schedule);
          else context.output.print(scheduleText(schedule, context.output.paint));
          return EXIT.done;
        }
        const onEvent = flags.has("json") ? jsonEvents(context) : textEvents(context, store);
        return exitCode(await syncFleet({ ...all, onEvent }));
      },
    );
  } catch (error) {
    if (!(error instanceof ServiceOutOfReachError)) throw asUsage(error);
    const message = `${error.message}\nWhat was read is kept. Run the same command again to go on.`;
    throw new NetworkError(message, { cause: error });
  } finally {
    store.close();
  }
}

function exitCode({ outcome }: SyncSummary): number {
  if (outcome === "stopped") return EXIT.aborted;
  return outcome === "partial" ? EXIT.partly : EXIT.done;
}

function jsonEvents({ output }: CommandContext): (event: SyncEvent) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (event) => {
    if (event.event === "progress" && event.done < event.total) {
      if (performance.now() - lastMs < JSON_PROGRESS_EVERY_MS) return;
      lastMs = performance.now();
    }
    output.print(`${JSON.stringify(event)}\n`);
  };
}

function textEvents({ output, signal }: CommandContext, store: Store): (event: SyncEvent) => void {
  const progress = progressLine(output, process.stderr);
  const stopping = () => progress.say("Stopping: calls on their way are answered first.");
  signal.addEventListener("abort", stopping, { once: true });
  let problems = 0;
  return (event) => {
    if (event.event === "listing") {
      progress.show(event.accounts, event.total, `${count(event.accounts)} accounts listed`);
    } else if (event.event === "schedule") {
      progress.say(`${scheduleLine(event)}${leftOut(event)}`.trimEnd());
    } else if (event.event === "progress") {
      progress.show(event.done, event.total, progressText(event));
    } else if (event.event === "problem") {
      problems += 1;
      if (problems <= MAX_PROBLEMS_SHOWN) progress.say(problemText(event));
    } else {
      progress.end();
      signal.removeEventListener("abort", stopping);
      tell(event, progress, store);
    }
  };
}

function progressText(event: Extract<SyncEvent, { event: "progress" }>): string {
  const { done, total, failed, calls_per_second: rate, finishes_at } = event;
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  const problems = failed === 0 ? "" : `, ${counted(failed, "problem")}`;
  return `${count(done)} of ${count(total)} (${percent} %), ${rate.toFixed(0)} calls/s, done at ${finishes_at.slice(11, 19)} UTC${problems}`;
}

function problemText(event: Extract<SyncEvent, { event: "problem" }>): string {
  return `${event.account_name} (${event.account_id}), ${event.kind}: ${event.problem}`;
}

function tell(summary: SyncSummary, { say }: ProgressLine, store: Store): void {
  const kinds = Object.entries(summary.read).map(([kind, number]) => `${count(number)} ${kind}`);
  const tookMs = Date.parse(summary.ended_at) - Date.parse(summary.started_at);
  const read = kinds.length === 0 ? "nothing" : kinds.join(", ");
  say(`Read ${read} of ${counted(summary.accounts, "account")} in ${span(tookMs)}.`);
  if (summary.none > 0) say(`${counted(summary.none, "answer")}: there is nothing to read.`);
  if (summary.gone.length > 0) {
    const ids = summary.gone.slice(0, MAX_PROBLEMS_SHOWN).join(", ");
    const more = summary.gone.length > MAX_PROBLEMS_SHOWN ? ", …" : "";
    say(`${counted(summary.gone.length, "account")} no longer there: ${ids}${more}`);
  }
  const { failed, deferred } = summary;
  if (failed > 0) say(`${counted(failed, "call")} failed. The next sync asks again.`);
  if (deferred > 0) {
    const reopens = summary.problems.flatMap(({ retry_at }) => retry_at ?? []).sort();
    const when = reopens[0] === undefined ? "" : ` from ${instant(reopens[0])} on`;
    say(`${counted(deferred, "call")} for which a quota is used up: sync again${when}.`);
  }
  if (summary.outcome === "stopped") {
    say(`Stopped with ${counted(summary.left, "call")} left. Run the same command again to go on.`);
  }
  say(`The store is ${store.path}.`);
}
