/** The price book and the tax table in force: the operator's files, or the shipped book and no taxes. */
import { findPrice, parsePriceBook, plans, shippedPriceBook } from "@paymaster/contract";
import type { CivilDate } from "@paymaster/engine";
import { ConfigError, type ServerConfig } from "./config.js";
import type { ServerBooks } from "./http/call.js";
import { readJsonFile, refusedFile } from "./operator-file.js";
import { noTaxes, parseTaxTable } from "./tax-table.js";

const MAX_KILOBYTES = 20 * 1024;

/** Throws a ConfigError that lists what is wrong with a file; none of a wrong file is used. */
export async function loadBooks(
  config: Pick<ServerConfig, "profile" | "priceBook" | "taxTable">,
): Promise<ServerBooks> {
  let prices = shippedPriceBook;
  if (config.priceBook !== null) {
    const parsed = parsePriceBook(await readJsonFile(config.priceBook, MAX_KILOBYTES));
    if ("problems" in parsed) throw refusedFile(config.priceBook, parsed.problems);
    prices = parsed.book;
  }
  let taxRatePpm = noTaxes;
  if (config.taxTable !== null) {
    const parsed = parseTaxTable(await readJsonFile(config.taxTable, MAX_KILOBYTES));
    if ("problems" in parsed) throw refusedFile(config.taxTable, parsed.problems);
    taxRatePpm = parsed.lookup;
  }
  return { engine: { profile: config.profile, prices }, taxRatePpm };
}

/**
 * Throws a ConfigError unless every plan type has a price on `today`: prices have no end, so that then
 * nothing that can be bought or renewed from now on lacks one.
 */
export function checkPricesHold({ engine }: ServerBooks, today: CivilDate): void {
  const missing = plans.filter(({ type }) => findPrice(engine.prices, type, today) === undefined);
  if (missing.length === 0) return;
  const first = missing.slice(0, 5).map(({ type }) => type);
  throw new ConfigError(
    `The price book has no price on ${today} for ${missing.length} plan types (${first.join(", ")}, …): let their first price be valid from an earlier day.`,
  );
}
