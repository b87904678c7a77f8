/**
 * What a reader of the OpenAPI document should know beyond its schemas, as Markdown in its descriptions:
 * scopes, limits, errors in both generations, and where each statement comes from.
 */
import { commonErrors } from "../errors/common.js";
import { codeList, evidenceText, specialLimitText } from "../markdown.js";
import type { Operation, RateLimitLabel, WireError, WireProfile } from "../operation.js";
import {
  RATE_LIMIT_TIERS,
  type RateLimitTier,
  rateLimitTiers,
} from "../reference-data/rate-limit-tiers.js";
import { confidences, sources } from "../reference-data/sources.js";

export function operationNotes(operation: Operation, profile: WireProfile): string {
  const errors = Object.values(operation.errors);
  return [
    operation.description,
    `**Scopes**, one of: ${codeList([...operation.scopes.classic, ...operation.scopes.granular])}.${ownScopes(operation)}`,
    limitNotes(operation, profile),
    `**Known from** ${evidenceText(operation)}.`,
    ...(errors.length === 0
      ? []
      : [
          "**Errors** of this operation, besides those of any operation:",
          errorList(errors, profile),
        ]),
  ].join("\n\n");
}

function ownScopes({ scopes }: Operation): string {
  const own = [...(scopes.classicForOwnAccount ?? []), ...(scopes.granularForOwnAccount ?? [])];
  return own.length === 0 ? "" : ` For the caller's own account (\`me\`) also: ${codeList(own)}.`;
}

function limitNotes(operation: Operation, profile: WireProfile): string {
  const label = operation.label[profile];
  const special = operation.specialLimits[profile];
  const rules = special.map((limit) => `${specialLimitText(limit)} (${evidenceText(limit)})`);
  return [
    label === null ? "**Rate limit**: no label is documented." : `**Rate limit**: \`${label}\`.`,
    ...(rules.length === 0 ? [] : [`**Special rules**: ${rules.join("; ")}.`]),
  ].join(" ");
}

/** A list, not a table: messages are sentences, and the column is narrow on a telephone. */
function errorList(errors: readonly WireError[], profile: WireProfile): string {
  const items = errors.map((error) => {
    const facts = `${evidenceText(error)}${reachText(error, profile)}`;
    return `- \`${error.code}\` HTTP ${statusText(error, profile)}: ${messageText(error, profile)} *${facts}*`;
  });
  return items.join("\n");
}

function other(profile: WireProfile): WireProfile {
  return profile === "2021" ? "2026" : "2021";
}

function statusText({ status }: WireError, profile: WireProfile): string {
  const [ours, theirs] = [status[profile], status[other(profile)]];
  return ours === theirs ? String(ours) : `${ours} (${other(profile)}: ${theirs})`;
}

function messageText({ message, message2026 }: WireError, profile: WireProfile): string {
  const texts = { "2021": message, "2026": message2026 ?? message };
  const [ours, theirs] = [texts[profile], texts[other(profile)]];
  return ours === theirs ? ours : `${ours} (${other(profile)}: “${theirs}”)`;
}

function reachText({ unreachable, reachableIn }: WireError, profile: WireProfile): string {
  if (unreachable !== undefined) return `. Not met here: ${unreachable}`;
  if (reachableIn !== undefined && !reachableIn.includes(profile)) {
    return `. Met only in ${reachableIn.join(", ")}`;
  }
  return "";
}

/** The introduction: what holds for every operation. Headings become entries of a viewer's contents. */
export function introduction(profile: WireProfile): string {
  return [
    `The account Billing API (v2) as its public specifications describe it, in the generation of ${profile}.`,
    "**Nothing here was verified against the live service**: every operation, error and limit says where it",
    "is known from.",
    "",
    "[This document](/openapi.json) · [Postman collection](/postman.json) · [Console](/)",
    "",
    "## Try it",
    "",
    "`credentials.json` in the server's data directory has what you need. Paste its `api_key` as the bearer",
    "token under *Authentication*, or choose *oauth2* beside it and give `client_id` and `client_secret`. Nothing you",
    "enter is kept. A *Prefer* header of `preview` shows what a change would do and cost, and changes nothing;",
    "an *Idempotency-Key* makes a change safe to repeat.",
    "",
    "## Code samples",
    "",
    "They run as they are printed: `PAYMASTER_BASE_URL` and `PAYMASTER_TOKEN` (`base_url` and `api_key` of",
    "`credentials.json`), `ACCOUNT_ID` and `INVOICE_ID` come from the environment. Those in curl, Python",
    "(requests) and TypeScript run against a real server in the tests; those in Go, Java, PHP and Ruby in a",
    "longer one. Python with Chilkat runs only where that library is installed; C# is generated and not run.",
    "",
    "## Rate limits",
    "",
    "All applications of an account count together; a day begins at 00:00 UTC. Known from D26 and SK.",
    "",
    rateLimitList(),
    "",
    "## Errors of any operation",
    "",
    errorList(Object.values(commonErrors), profile),
    "",
    "## Where it is known from",
    "",
    "Sources:",
    "",
    ...Object.entries(sources).map(([tag, text]) => `- ${tag}: ${text}`),
    "",
    "Confidence:",
    "",
    ...Object.entries(confidences).map(([name, text]) => `- *${name}*: ${text}`),
  ].join("\n");
}

/** `Heavy`: 10 a second on Pro, ... */
function rateLimitList(): string {
  const labels = Object.keys(rateLimitTiers.pro) as RateLimitLabel[];
  const items = labels.map((label) => {
    const tiers = RATE_LIMIT_TIERS.map((tier) => `${TIER_NAMES[tier]} ${limitText(tier, label)}`);
    return `- \`${label}\`: ${tiers.join("; ")}`;
  });
  return items.join("\n");
}

const TIER_NAMES: Readonly<Record<RateLimitTier, string>> = {
  free: "Free",
  pro: "Pro",
  business: "Business, Education, Enterprise and Partner",
};

function limitText(tier: RateLimitTier, label: RateLimitLabel): string {
  const { count, window_seconds, daily } = rateLimitTiers[tier][label];
  const short = `${count} a ${window_seconds === 1 ? "second" : "minute"}`;
  if (daily === null) return short;
  const shared = daily.name === label ? "" : ` for ${daily.name.replace("+", " and ")} together`;
  return `${short}, ${daily.count.toLocaleString("en-US")} a day${shared}`;
}
