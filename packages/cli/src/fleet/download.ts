/** `paymaster fleet invoices download`. */
import {
  type DownloadEvent,
  type DownloadSchedule,
  type DownloadSummary,
  downloadInvoices,
  planDownload,
  stoppable,
} from "@paymaster/fleet";
import type { CommandContext, CommandLine } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { progressLine } from "../progress.js";
import { withService } from "../service.js";
import { renderTable } from "../table.js";
import { accountsOf, asUsage, dateOf, storeOf } from "./options.js";
import { count, counted, instant, megabytes } from "./words.js";

const DEFAULT_FOLDER = "./invoices";
/** A file's own half hour is not waited for: it is fetched by the next run. */
const SHORT_WAIT_MS = 5_000;

export async function runDownload(
  { flags }: CommandLine,
  context: CommandContext,
): Promise<number> {
  const { output, signal } = context;
  const folder = flags.text("output") ?? DEFAULT_FOLDER;
  const filter = {
    since: dateOf(flags, "since"),
    until: dateOf(flags, "until"),
    accounts: accountsOf(flags),
    again: flags.has("again"),
    folder,
  };
  const store = storeOf(flags, { create: false });
  try {
    const planner = (quota: Parameters<typeof stoppable>[0]) => stoppable(quota, signal);
    return await withService(
      flags,
      context,
      { planner, asksProfile: true },
      async ({ client, quota }) => {
        if (flags.has("dry-run")) {
          const schedule = planDownload({ ...filter, store, quota });
          if (flags.has("json")) output.printJson(schedule);
          else output.print(scheduleText(schedule));
          return EXIT.done;
        }
        const summary = await downloadInvoices({
          ...filter,
          store,
          client,
          quota,
          stop: signal,
          signal: new AbortController().signal,
          maxOwnWaitMs: flags.has("wait") ? Number.POSITIVE_INFINITY : SHORT_WAIT_MS,
          onEvent: flags.has("json")
            ? (event) => output.print(`${JSON.stringify(event)}\n`)
            : textEvents(context, folder),
        });
        return exitCode(summary);
      },
    );
  } catch (error) {
    throw asUsage(error);
  } finally {
    store.close();
  }
}

function exitCode({ outcome }: DownloadSummary): number {
  if (outcome === "stopped") return EXIT.aborted;
  return outcome === "partial" ? EXIT.partly : EXIT.done;
}

function scheduleText({ wanted, kept, set_aside, days, finishes_at }: DownloadSchedule): string {
  const aside = set_aside === 0 ? "" : `, ${counted(set_aside, "file")} set aside`;
  const head = `${counted(wanted, "file")} to fetch, ${count(kept)} there already${aside}.\n`;
  if (wanted === 0) return head;
  const rows = days.map(({ date, calls }) => ({ day: date, files: calls }));
  return `${head}The last one on ${instant(finishes_at)}.\n\n${renderTable(rows)}`;
}

function textEvents({ output }: CommandContext, folder: string): (event: DownloadEvent) => void {
  const progress = progressLine(output, process.stderr);
  return (event) => {
    if (event.event === "schedule") {
      progress.say(
        `${counted(event.wanted, "file")} to fetch, ${count(event.kept)} there already.`,
      );
    } else if (event.event === "file") {
      progress.show(
        event.done,
        event.wanted,
        `${count(event.done)} of ${count(event.wanted)} files`,
      );
    } else if (event.event === "problem") {
      const { account_name, invoice_number, problem } = event;
      progress.say(`${account_name}, ${invoice_number}: ${problem}`);
    } else {
      progress.end();
      tell(event, (text) => progress.say(text), folder);
    }
  };
}

function tell(summary: DownloadSummary, say: (text: string) => void, folder: string): void {
  const { fetched, bytes, left, set_aside, goes_on_at } = summary;
  say(`Fetched and verified ${counted(fetched, "file")} (${megabytes(bytes)}) into ${folder}.`);
  if (set_aside > 0) say(`${counted(set_aside, "file")} set aside as .unverified.`);
  if (left === 0) return;
  const when = goes_on_at === undefined ? "" : ` from ${instant(goes_on_at)} on`;
  say(`${counted(left, "file")} left: run the same command again${when}.`);
}
