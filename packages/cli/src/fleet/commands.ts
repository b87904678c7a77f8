/**
 * `paymaster fleet`: a master's accounts in a local store. What the commands do is loaded on demand: the
 * store's library takes longer to load than other commands take to run.
 */
import { type Command, type Flag, JSON_FLAG, SERVICE_FLAGS } from "../command.js";

export const STORE_FLAG: Flag = {
  name: "store",
  value: "FILE",
  description: "the local store; default ./fleet.db",
  offers: "file",
};

const ACCOUNT_FLAG: Flag = {
  name: "account",
  value: "IDS",
  description: "only these accounts, with commas between them",
};

const DRY_RUN_FLAG: Flag = {
  name: "dry-run",
  description: "print the schedule: calls, days, finishing time; and do nothing",
};

export const FLEET_COMMANDS: readonly Command[] = [
  {
    words: ["fleet", "sync"],
    arguments: [],
    flags: [
      STORE_FLAG,
      DRY_RUN_FLAG,
      { name: "full", description: "read everything anew, however fresh it is" },
      {
        name: "only",
        value: "KINDS",
        description: "only these, with commas: plans, contact, usage, invoices",
      },
      ACCOUNT_FLAG,
      {
        name: "details",
        value: "WHICH",
        description: "the lines of new invoices (default), of all, or of none",
        offers: ["new", "all", "none"],
      },
      {
        name: "years",
        value: "N",
        description: "years of invoices, up to 3; default 1. Older ones are read once",
        offers: ["1", "2", "3"],
      },
      {
        name: "max-age",
        value: "AGES",
        description:
          "how old answers may be, e.g. usage=6h,contact=30d; default plans=20h,usage=20h,contact=7d,invoices=20h",
      },
      {
        name: "max-wait",
        value: "MINUTES",
        description: "the longest wait for a quota of one account alone; default 10",
      },
      { ...JSON_FLAG, description: "print events as JSON, one in a line" },
      ...SERVICE_FLAGS,
    ],
    summary: "bring all sub accounts' plans, usage, contacts and invoices into a local store",
    details: `Reads what can have changed since the last sync, under the quota and behind everybody else's calls.
It can be stopped (Ctrl-C) or killed at any moment: the same command goes on where it was. Exit code 7:
something could not be read; it is listed, and is the first thing that the next sync asks for.`,
    run: async (line, context) => (await import("./sync.js")).runSync(line, context),
  },
  {
    words: ["fleet", "report"],
    arguments: [
      {
        name: "report",
        optional: true,
        offers: ["licences", "renewals", "storage", "overdue"],
      },
    ],
    flags: [
      STORE_FLAG,
      {
        name: "format",
        value: "FORMAT",
        description: "table (default), csv, parquet, xlsx or json",
        offers: ["table", "csv", "parquet", "xlsx", "json"],
      },
      {
        name: "output",
        short: "o",
        value: "FILE",
        description: "where it goes; a folder for csv and parquet of all reports",
        offers: "file",
      },
      { name: "day", value: "DATE", description: "the day it is about; default today" },
      {
        name: "price-book",
        value: "FILE",
        description: "your own prices, in the format of paymaster serve --price-book",
        offers: "file",
      },
      { name: "rows", value: "N", description: "rows of a table; default 20" },
      JSON_FLAG,
    ],
    summary: "licences and what idle ones cost, renewals, storage overage, overdue invoices",
    details: `Reports over the local store; nothing is asked of the service. Without a name: all of them.
licences  bought, used and idle, and what a month of the idle ones costs
renewals  what renews or ends within 30, 60 and 90 days
storage   recordings above the plan, and what that costs
overdue   invoices past their due date`,
    run: async (line, context) => (await import("./report.js")).runReports(line, context),
  },
  {
    words: ["fleet", "invoices", "download"],
    arguments: [],
    flags: [
      STORE_FLAG,
      {
        name: "output",
        short: "o",
        value: "FOLDER",
        description: "where the files go; default ./invoices",
        offers: "folder",
      },
      { name: "since", value: "DATE", description: "of invoices of this day or later" },
      { name: "until", value: "DATE", description: "of invoices of this day or earlier" },
      ACCOUNT_FLAG,
      DRY_RUN_FLAG,
      { name: "wait", description: "wait for the following days' quota, too: 100 files a day" },
      { name: "again", description: "fetch those anew that were set aside or are gone" },
      { ...JSON_FLAG, description: "print events as JSON, one in a line" },
      ...SERVICE_FLAGS,
    ],
    summary: "fetch the PDF files of the store's invoices, verified and named",
    details: `Fetches each file once: a hundred a day, the newest invoices first. A file counts only if it is a whole
PDF with the invoice's number in its text; another one is set aside as .unverified and listed. SHA256SUMS
in the folder is for sha256sum --check. The same command goes on where it was.`,
    run: async (line, context) => (await import("./download.js")).runDownload(line, context),
  },
];
