/**
 * Who issues the invoices: from an operator's file (`--issuer`), which is checked whole before any of it
 * is used, or a stand-in that says so. It is printed on the PDF and is the seller of the e-invoice.
 */
import { countries } from "@paymaster/contract";
import type { InvoiceParty } from "../invoice-pdf/document.js";
import { readJsonFile, refusedFile } from "../operator-file.js";
import { cityLine } from "./city-line.js";
import { cleanText } from "./xml.js";

export interface Issuer {
  readonly name: string;
  /** Street and the like, at most three lines. */
  readonly addressLines: readonly string[];
  readonly city: string | null;
  readonly zip: string | null;
  readonly state: string | null;
  /** Two letters, ISO 3166-1. */
  readonly country: string;
  readonly email: string | null;
  /** Value added tax identifier; begins with the country that gave it. */
  readonly vatId: string | null;
  /** Tax number that is not a VAT identifier. */
  readonly taxNumber: string | null;
  /** Number in the register of companies. */
  readonly registrationId: string | null;
  /** Any other identifier that buyers know the issuer by. */
  readonly id: string | null;
  /** Why an exempt account is not taxed, as the law that applies wants it named. */
  readonly taxExemptionReason: string;
}

/**
 * Stands in until an operator names one. Its address is an example's and looks like it; it has no tax
 * number, for there is none to be had without a company.
 */
export const DEFAULT_ISSUER: Issuer = {
  name: "Paymaster",
  addressLines: ["123 Example Street"],
  city: "Exampleville",
  zip: null,
  state: null,
  country: "US",
  email: null,
  vatId: null,
  taxNumber: null,
  registrationId: null,
  id: "PAYMASTER",
  taxExemptionReason: "Exempt from tax",
};

/** Of the file. */
const FIELDS = [
  "name",
  "address_lines",
  "city",
  "zip",
  "state",
  "country",
  "email",
  "vat_id",
  "tax_number",
  "registration_id",
  "id",
  "tax_exemption_reason",
] as const;

type Field = (typeof FIELDS)[number];

const MAX_KILOBYTES = 64;
const MAX_ADDRESS_LINES = 3;
const MAX_CHARACTERS = 200;
/** Prefixes of VAT identifiers that are no country codes: Greece and Northern Ireland. */
const OTHER_VAT_PREFIXES = ["EL", "XI"];

/** The issuer of a file, or the stand-in when there is no file. Throws a ConfigError that says what is wrong. */
export async function loadIssuer(path: string | null): Promise<Issuer> {
  if (!path) return DEFAULT_ISSUER;
  const parsed = parseIssuer(await readJsonFile(path, MAX_KILOBYTES));
  if ("issuer" in parsed) return parsed.issuer;
  throw refusedFile(path, parsed.problems);
}

/** Returns the issuer, or everything that is wrong with the file. */
export function parseIssuer(json: unknown): { issuer: Issuer } | { problems: string[] } {
  if (!isObject(json)) return { problems: ["The file must be one object."] };
  const problems = Object.keys(json)
    .filter((name) => !FIELDS.some((field) => field === name))
    .map((name) => `${name}: there is no such field. Known are ${FIELDS.join(", ")}.`);
  const optional = (name: Field): string | null => {
    const value = json[name];
    if (value === undefined || value === null) return null;
    if (isText(value)) return cleanText(value);
    problems.push(`${name}: must be a text of 1 to ${MAX_CHARACTERS} characters.`);
    return null;
  };
  const required = (name: Field): string => {
    if (json[name] === undefined || json[name] === null) problems.push(`${name}: is required.`);
    return optional(name) ?? "";
  };
  const issuer: Issuer = {
    name: required("name"),
    addressLines: readAddressLines(json.address_lines, problems),
    city: optional("city"),
    zip: optional("zip"),
    state: optional("state"),
    country: required("country"),
    email: optional("email"),
    vatId: optional("vat_id"),
    taxNumber: optional("tax_number"),
    registrationId: optional("registration_id"),
    id: optional("id"),
    taxExemptionReason: optional("tax_exemption_reason") ?? DEFAULT_ISSUER.taxExemptionReason,
  };
  problems.push(...checkValues(issuer));
  return problems.length > 0 ? { problems } : { issuer };
}

function checkValues({ country, email, vatId, registrationId, id }: Issuer): string[] {
  const problems: string[] = [];
  if (country !== "" && !isCountry(country)) {
    problems.push(`country: must be a two-letter code of the countries list, not "${country}".`);
  }
  if (email !== null && !/^[^\s@]+@[^\s@]+$/.test(email)) {
    problems.push("email: must be an email address.");
  }
  if (vatId !== null && !isVatId(vatId)) {
    problems.push('vat_id: must begin with the code of a country, like "DE123456789".');
  }
  if (vatId === null && registrationId === null && id === null) {
    problems.push(
      "registration_id: a buyer must be able to identify the issuer (BR-CO-26): give at least one " +
        "of registration_id, vat_id and id.",
    );
  }
  return problems;
}

/** The issuer as the PDF prints it. */
export function issuerParty(issuer: Issuer): InvoiceParty {
  return {
    name: issuer.name,
    addressLines: [...issuer.addressLines, cityLine(issuer), issuer.country].filter(
      (line) => line !== "",
    ),
    taxId: issuer.vatId ?? issuer.taxNumber,
    email: issuer.email,
  };
}

/** Whether EN 16931 knows the code: the wire's list has one that ISO 3166-1 has withdrawn. */
export function isCountry(code: string): boolean {
  return code !== "AN" && countries.includes(code);
}

function isVatId(value: string): boolean {
  const prefix = value.slice(0, 2);
  const isKnown = isCountry(prefix) || OTHER_VAT_PREFIXES.includes(prefix);
  return isKnown && /^[A-Z]{2}[0-9A-Za-z+*. -]{2,}$/.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_CHARACTERS && cleanText(value) !== "";
}

function readAddressLines(value: unknown, problems: string[]): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.length <= MAX_ADDRESS_LINES && value.every(isText)) {
    return value.map(cleanText);
  }
  problems.push(`address_lines: must be a list of at most ${MAX_ADDRESS_LINES} texts.`);
  return [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
