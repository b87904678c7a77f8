/** Reads a billing file. It is used whole or not at all. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { UsageError } from "../exit-codes.js";
import { checkAccounts, Problems } from "./check.js";
import { BillingFileError, type DesiredAccount } from "./desired.js";
import { readCsv } from "./read-csv.js";
import { readYaml } from "./read-yaml.js";

export interface BillingFile {
  readonly file: string;
  readonly accounts: readonly DesiredAccount[];
  /** Of the text: a changed file is another one. */
  readonly digest: string;
}

const MAX_BYTES = 32 * 1024 * 1024;

/** @throws BillingFileError with every problem's line, column and what was expected; UsageError */
export function readBillingFile(file: string): BillingFile {
  const text = readText(file);
  const problems = new Problems();
  // What could be read is checked all the same, so that everything can be mended in one go.
  const accounts = checkAccounts(readerOf(file)(text, problems), problems);
  if (problems.found.length > 0) throw new BillingFileError(file, problems.found);
  return { file, accounts, digest: createHash("sha256").update(text).digest("hex") };
}

function readText(file: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) throw new UsageError(`${file}: more than 32 MiB`);
    const bytes = readFileSync(file);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof TypeError) throw new UsageError(`${file} is not text in UTF-8`);
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readerOf(file: string): typeof readYaml {
  if (/\.(ya?ml|json)$/i.test(file)) return readYaml;
  if (/\.csv$/i.test(file)) return readCsv;
  throw new UsageError(`${file}: expected a name that ends in .yaml, .yml, .json or .csv`);
}
