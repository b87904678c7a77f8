/**
 * The business rules of EN 16931-1 that an invoice of this project can break, checked on what was read
 * back from the XML. Written from the text of the standard's rules, without the code under test; amounts
 * are exact (BigInt hundredths). Rules about terms that are never used (allowances, payment means, tax
 * representatives, references, attachments) have nothing to check.
 */
import type { LineTerms, TaxTerms, Terms } from "./terms.js";

/** What is broken: `BR-CO-10: 12.00 is not 12.01`. */
export type Violation = string;

const ISO_COUNTRY = /^[A-Z]{2}$/;
/** UNTDID 1001 as each syntax' code list restricts it, as far as this project has use for it. */
const TYPE_CODES: Readonly<Record<string, readonly string[]>> = {
  Invoice: ["380"],
  CreditNote: ["381"],
  CrossIndustryInvoice: ["380", "381"],
};
const UNIT_CODES = ["C62", "E34"];
/** One unit of the currency: the tolerance of the published artefacts for BR-CO-17, exclusive. */
const TAX_TOLERANCE = 100n;

export function violations(terms: Terms): Violation[] {
  const broken: Violation[] = [];
  const check = (rule: string, isKept: boolean, detail = "") => {
    if (!isKept) broken.push(`${rule}: ${detail}`);
  };
  checkPresence(terms, check);
  checkParties(terms, check);
  for (const line of terms.lines) checkLine(line, check);
  checkTotals(terms, check);
  checkTaxes(terms, check);
  checkForm(terms, check);
  return broken;
}

type Check = (rule: string, isKept: boolean, detail?: string) => void;

function checkPresence(terms: Terms, check: Check): void {
  const mandatory = [
    ["BR-01", "BT24"],
    ["BR-02", "BT1"],
    ["BR-03", "BT2"],
    ["BR-04", "BT3"],
    ["BR-05", "BT5"],
    ["BR-06", "BT27"],
    ["BR-07", "BT44"],
    ["BR-09", "BT40"],
    ["BR-11", "BT55"],
    ["BR-12", "BT106"],
    ["BR-13", "BT109"],
    ["BR-14", "BT112"],
    ["BR-15", "BT115"],
  ] as const;
  for (const [rule, term] of mandatory) check(rule, isGiven(terms[term]), `${term} is missing`);
  check("BR-08", terms.sellerHasAddress);
  check("BR-10", terms.buyerHasAddress);
  check("BR-16", terms.lines.length > 0, "no line");
  check("BR-CO-18", terms.taxes.length > 0, "no VAT breakdown");
  check("BR-29", (terms.BT73 ?? "") <= (terms.BT74 ?? "9"), "period ends before it starts");
  check("BR-CO-19", isGiven(terms.BT73) || isGiven(terms.BT74));
}

function checkParties(terms: Terms, check: Check): void {
  const identifiers = [terms.BT29, terms.BT30, terms.BT31];
  check("BR-CO-26", identifiers.some(isGiven), "the seller cannot be identified");
  check("BR-CO-09", terms.BT31 === null || /^[A-Z]{2}/.test(terms.BT31), `${terms.BT31}`);
  check("BR-57", !terms.deliverToHasAddress || isGiven(terms.BT80), "deliver to no country");
  for (const country of [terms.BT40, terms.BT55, terms.BT80]) {
    check("BR-CL-14", country === null || ISO_COUNTRY.test(country), `${country}`);
  }
  const isDue = cents(terms.BT115) > 0n;
  check("BR-CO-25", !isDue || isGiven(terms.BT9) || isGiven(terms.BT20), "due without a date");
}

function checkLine(line: LineTerms, check: Check): void {
  const mandatory = [
    ["BR-21", "BT126"],
    ["BR-22", "BT129"],
    ["BR-23", "BT130"],
    ["BR-24", "BT131"],
    ["BR-25", "BT153"],
    ["BR-26", "BT146"],
    ["BR-CO-04", "BT151"],
  ] as const;
  for (const [rule, term] of mandatory) check(rule, isGiven(line[term]), `${term} is missing`);
  check("BR-27", cents(line.BT146) >= 0n, `price ${line.BT146}`);
  check("BR-30", (line.BT134 ?? "") <= (line.BT135 ?? "9"), `${line.BT134} to ${line.BT135}`);
  check("BR-CO-20", isGiven(line.BT134) || isGiven(line.BT135));
  check("BR-CL-23", UNIT_CODES.includes(line.BT130 ?? ""), `unit ${line.BT130}`);
  check("BT-150", line.BT150 === null || line.BT150 === line.BT130, "base in another unit");
  // The definition of BT-131, exactly: price / base quantity x quantity, without rounding.
  const base = BigInt(line.BT149 ?? "1");
  check("BT-149", base > 0n, `base quantity ${base}`);
  const left = cents(line.BT131) * base;
  const right = cents(line.BT146) * BigInt(line.BT129 ?? "0");
  check("BT-131", left === right, `${line.BT146} / ${base} x ${line.BT129} is not ${line.BT131}`);
  const rates: Readonly<Record<string, (rate: string | null) => boolean>> = {
    S: (rate) => rate !== null && Number(rate) > 0,
    E: (rate) => rate !== null && Number(rate) === 0,
    O: (rate) => rate === null,
  };
  const category = line.BT151 ?? "";
  check("BR-CL-18", category in rates, `category ${category}`);
  check(`BR-${category}-05`, rates[category]?.(line.BT152) ?? false, `rate ${line.BT152}`);
}

function checkTotals(terms: Terms, check: Check): void {
  const net = sum(terms.lines.map((line) => line.BT131));
  const tax = sum(terms.taxes.map((entry) => entry.BT117));
  check("BR-CO-10", net === cents(terms.BT106), `lines come to ${net}, not ${terms.BT106}`);
  check("BR-CO-13", cents(terms.BT109) === cents(terms.BT106), `${terms.BT109}`);
  check("BR-CO-14", tax === cents(terms.BT110), `taxes come to ${tax}, not ${terms.BT110}`);
  const gross = cents(terms.BT109) + cents(terms.BT110);
  check("BR-CO-15", gross === cents(terms.BT112), `${gross} is not ${terms.BT112}`);
  check("BR-CO-16", cents(terms.BT115) === cents(terms.BT112), `${terms.BT115}`);
}

function checkTaxes(terms: Terms, check: Check): void {
  const keys = terms.taxes.map((tax) => `${tax.BT118} ${Number(tax.BT119)}`);
  check("BG-23", new Set(keys).size === keys.length, "a category and rate stand twice");
  for (const tax of terms.taxes) checkTax(tax, terms, check);
  for (const category of ["S", "E", "O"]) {
    const isUsed = terms.lines.some((line) => line.BT151 === category);
    const entries = terms.taxes.filter((tax) => tax.BT118 === category).length;
    const isRight = category === "S" ? entries > 0 : entries === 1;
    check(`BR-${category}-01`, isUsed ? isRight : entries === 0, `${entries} of ${category}`);
    if (!isUsed) continue;
    if (category === "O") {
      check("BR-O-02", terms.BT31 === null, "a VAT identifier");
      check("BR-O-11", terms.taxes.length === 1, `${terms.taxes.length} breakdowns`);
      const others = terms.lines.filter((line) => line.BT151 !== "O").length;
      check("BR-O-12", others === 0, `${others} other lines`);
    } else {
      check(`BR-${category}-02`, isGiven(terms.BT31) || isGiven(terms.BT32), "no tax identifier");
    }
  }
}

function checkTax(tax: TaxTerms, terms: Terms, check: Check): void {
  const category = tax.BT118 ?? "";
  check("BR-45", isGiven(tax.BT116));
  check("BR-46", isGiven(tax.BT117));
  check("BR-47", isGiven(tax.BT118));
  check("BR-48", isGiven(tax.BT119) || category === "O");
  const ofCategory = terms.lines.filter((line) => {
    return (
      line.BT151 === category && (category !== "S" || Number(line.BT152) === Number(tax.BT119))
    );
  });
  const net = sum(ofCategory.map((line) => line.BT131));
  check(`BR-${category}-08`, net === cents(tax.BT116), `${net} is not ${tax.BT116}`);
  if (category === "S") {
    const product = percentOf(cents(tax.BT116), tax.BT119 ?? "0");
    const difference = cents(tax.BT117) - product;
    const isNear = difference < TAX_TOLERANCE && difference > -TAX_TOLERANCE;
    check("BR-CO-17", isNear, `${tax.BT119} % of ${tax.BT116} is not ${tax.BT117}`);
    check("BR-S-10", tax.BT120 === null, "a reason without an exemption");
  } else {
    check(`BR-${category}-09`, cents(tax.BT117) === 0n, `tax ${tax.BT117}`);
    check(`BR-${category}-10`, isGiven(tax.BT120), "no reason");
  }
}

function checkForm(terms: Terms, check: Check): void {
  const amounts = [terms.BT106, terms.BT109, terms.BT110, terms.BT112, terms.BT115];
  for (const line of terms.lines) amounts.push(line.BT131);
  for (const tax of terms.taxes) amounts.push(tax.BT116, tax.BT117);
  for (const amount of amounts) {
    check("BR-DEC", /^-?\d+\.\d{2}$/.test(amount ?? ""), `amount ${amount}`);
  }
  check("BR-CL-01", (TYPE_CODES[terms.root] ?? []).includes(terms.BT3 ?? ""), `type ${terms.BT3}`);
  check("BR-CL-04", /^[A-Z]{3}$/.test(terms.BT5 ?? ""), `currency ${terms.BT5}`);
  const foreign = terms.currencies.filter((currency) => currency !== terms.BT5);
  check("BR-CL-03", foreign.length === 0, `amounts in ${foreign.join()}`);
  // The one element that its schema demands even if there is nothing to say.
  const empty = terms.empty.filter((name) => name !== "ApplicableHeaderTradeDelivery");
  check("empty", empty.length === 0, empty.join());
}

function isGiven(value: string | null): boolean {
  return value !== null && value.trim() !== "";
}

function cents(amount: string | null): bigint {
  const match = /^(-?)(\d+)\.(\d{2})$/.exec(amount ?? "");
  if (match === null) return 0n; // what is missing or malformed is reported by other rules
  const magnitude = BigInt(`${match[2]}${match[3]}`);
  return match[1] === "-" ? -magnitude : magnitude;
}

function sum(amounts: readonly (string | null)[]): bigint {
  return amounts.reduce((total, amount) => total + cents(amount), 0n);
}

/** `rate` percent of an amount, rounded half away from zero. */
function percentOf(amount: bigint, rate: string): bigint {
  const [whole = "0", decimals = ""] = rate.split(".");
  const numerator = amount * BigInt(whole + decimals.padEnd(4, "0")) * 2n;
  const denominator = 2n * 1_000_000n;
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (magnitude + 1_000_000n) / denominator;
  return numerator < 0n ? -rounded : rounded;
}
