/**
 * Errors that several plan operations share, and short ways to state the rest. 2021 sends some business
 * errors under HTTP 200 and 300; the 2026 generation sends all of them under HTTP 400.
 */
import type { WireError } from "../operation.js";

/** What a statement about an error may add to its message, code and statuses. */
type More = Partial<
  Pick<WireError, "message2026" | "documentedIn" | "source" | "confidence" | "unreachable">
>;

const DOCUMENTED_IN_BOTH = { source: ["OAD", "D26"], confidence: "documented" } as const;

/** Code 200: HTTP 200 in 2021, HTTP 400 in 2026. */
export function underHttp200(message: string, more: More = {}): WireError {
  return {
    code: 200,
    message,
    status: { "2021": 200, "2026": 400 },
    ...DOCUMENTED_IN_BOTH,
    ...more,
  };
}

/** Code 300: HTTP 300 in 2021; the 2026 documents dropped these, and Paymaster sends HTTP 400. */
export function underHttp300(message: string, more: More = {}): WireError {
  return {
    code: 300,
    message,
    status: { "2021": 300, "2026": 400 },
    documentedIn: ["2021"],
    source: ["OAD"],
    confidence: "documented",
    ...more,
  };
}

/** HTTP 400 in both generations. */
export function badRequest(code: number, message: string, more: More = {}): WireError {
  return { code, message, status: { "2021": 400, "2026": 400 }, ...DOCUMENTED_IN_BOTH, ...more };
}

/** HTTP 404 in both generations. */
export function notFound(code: number, message: string, more: More = {}): WireError {
  return { code, message, status: { "2021": 404, "2026": 404 }, ...DOCUMENTED_IN_BOTH, ...more };
}

/** The mark of an error that another operation documents and this one needs as well. */
export const inferred = { documentedIn: [], confidence: "inferred" } as const satisfies More;

const BUNDLES = "Bundles are sold by carrier partners only; no account here can hold one.";
const NO_BUNDLE_ON_CREATE =
  "A plan_bundle in the request is refused before anything is read of it.";
export const NO_BUNDLE = { unreachable: BUNDLES } as const satisfies More;
export const NO_BUNDLE_REQUEST = { unreachable: NO_BUNDLE_ON_CREATE } as const satisfies More;

/** Callers are accounts, known by their token; a token of a user who is gone does not exist here. */
export const userDoesNotExist = notFound(1001, "User does not exist.", {
  unreachable: "Tokens belong to accounts; there is no user behind a call who could be missing.",
});

/** Limits of the number of hosts, as POST plans documents them. */
export const hostErrors = {
  buyHostsTooFew: underHttp300("Buy hosts must equal or larger than {minBuyHost}."),
  buyHostsTooMany: underHttp300("Buy hosts must equal or smaller than {maxBuyHost}."),
  buyHostsOverMaximum: underHttp300("Buy hosts must equal or smaller than 9999."),
  invalidHostNumber: badRequest(2100, "Invalid host number."),
} as const;

/** The same limits on operations that do not list them: base and add-ons are held to one rule. */
export const inferredHostErrors = {
  buyHostsTooFew: { ...hostErrors.buyHostsTooFew, ...inferred },
  buyHostsTooMany: { ...hostErrors.buyHostsTooMany, ...inferred },
  buyHostsOverMaximum: { ...hostErrors.buyHostsOverMaximum, ...inferred },
  invalidHostNumber: { ...hostErrors.invalidHostNumber, ...inferred },
} as const;

export const cancelsBundle = badRequest(
  2100,
  "You cannot make cancellation requests for a bundle plan. Contact the Zoom Support team for details.",
  NO_BUNDLE,
);
