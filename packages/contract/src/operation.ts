/**
 * The shape in which the contract states an operation. Everything that lists operations, errors,
 * scopes or limits (routes, validation, client methods, MCP tools, CLI commands, OpenAPI, Postman,
 * the support table) is derived from values of these types; nothing is listed twice.
 */
import type { TSchema } from "typebox";

/** The generation of the public API that is spoken: that of the seeds (default), or of 2026. */
export type WireProfile = "2021" | "2026";
export const WIRE_PROFILES = ["2021", "2026"] as const satisfies readonly WireProfile[];

/** Where a statement comes from; `reference-data/sources.ts` says what each is. */
export type Source =
  | "S0"
  | "S1"
  | "OAD"
  | "Z18"
  | "D26"
  | "SK"
  | "CL"
  | "ISS"
  | "CODE"
  | "MEM"
  | "own";

/**
 * documented: published by the vendor. captured: seen on the wire by third parties. inferred: follows
 * from documented facts. assumed: our choice where nothing is known.
 */
export type Confidence = "documented" | "captured" | "inferred" | "assumed";

/** One error of the wire. `message` may hold `{placeholders}`, filled by whoever raises it. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  /** Wording of the 2026 generation, where it differs. */
  readonly message2026?: string;
  /** HTTP status in each profile (2021: some business errors travel under 200 and 300). */
  readonly status: Readonly<Record<WireProfile, number>>;
  /** Profiles that document this error; absent: both. The other profile still answers with it. */
  readonly documentedIn?: readonly WireProfile[];
  /** Profiles in which a client can meet it; absent: both. E.g. a member that only 2026 requests have. */
  readonly reachableIn?: readonly WireProfile[];
  readonly source: readonly Source[];
  readonly confidence: Confidence;
  /** Why a client cannot meet this error here; absent: it can, and a test does. */
  readonly unreachable?: string;
}

export type RateLimitLabel = "Light" | "Medium" | "Heavy" | "Resource-intensive";

/** A rule on top of the label, counted separately for each value of `scope`. */
export interface SpecialLimit {
  readonly count: number;
  readonly window: "interval" | "day";
  /** Seconds of the interval; absent for `day`, which resets at 00:00 UTC. */
  readonly interval_seconds?: number;
  /** account: the account named in the path; invoice: the invoice; caller: the calling account. */
  readonly scope: "account" | "invoice" | "caller";
  readonly source: readonly Source[];
  readonly confidence: Confidence;
}

export interface OperationScopes {
  /** Classic scopes, any of which suffices. */
  readonly classic: readonly string[];
  /** Classic scopes that suffice only when a regular account asks for `me`. */
  readonly classicForOwnAccount?: readonly string[];
  /** Granular scope for sub accounts (and for a master's own account). */
  readonly granular: readonly string[];
  /** Granular scopes (`:admin`) that suffice only for the caller's own account. */
  readonly granularForOwnAccount?: readonly string[];
}

export interface OperationResponse {
  /** HTTP status of success. */
  readonly status: Readonly<Record<WireProfile, number>>;
  readonly description: string;
  /** JSON body; null: no body. */
  readonly body: Readonly<Record<WireProfile, TSchema | null>>;
  /** For bodies that are not JSON, e.g. application/pdf. */
  readonly contentType?: string;
}

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Operation {
  /** operationId of the 2021 generation, e.g. `getPlanUsage`. */
  readonly id: string;
  /** operationId of the 2026 generation. */
  readonly id2026: string;
  /** Name of the MCP tool, exactly as in the seed, e.g. `get_plan_usage`. */
  readonly tool: string;
  readonly method: HttpMethod;
  /** Path below the base URL, e.g. `/accounts/{accountId}/plans/usage`. */
  readonly path: string;
  /** Paths that answer the same, outside the base URL (legacy PDF route). */
  readonly aliases?: readonly string[];
  readonly group: "billing" | "accounts";
  readonly title: string;
  readonly description: string;
  /** Where path, bodies, scopes and label come from; errors and special limits say it of themselves. */
  readonly source: readonly Source[];
  readonly confidence: Confidence;
  readonly scopes: OperationScopes;
  /** null: no label is documented. May differ by profile. */
  readonly label: Readonly<Record<WireProfile, RateLimitLabel | null>>;
  readonly specialLimits: Readonly<Record<WireProfile, readonly SpecialLimit[]>>;
  /** `accountId` may be `me`. */
  readonly acceptsMe: boolean;
  /** Whether the operation reads, and whether repeating it changes nothing more. */
  readonly effect: "read" | "write" | "cancel";
  readonly idempotent: boolean;
  readonly params: TSchema;
  readonly query: TSchema | null;
  readonly body: Readonly<Record<WireProfile, TSchema | null>>;
  /** Body must be there (an absent one is an error); false: an empty body is accepted. */
  readonly bodyRequired?: boolean;
  readonly response: OperationResponse;
  /** Errors of this operation, by the name used in code; common ones are in `commonErrors`. */
  readonly errors: Readonly<Record<string, WireError>>;
  /** Examples for documents: request body, and responses by name. */
  readonly examples: {
    readonly request?: unknown;
    readonly responses: readonly {
      readonly name: string;
      readonly status: number;
      /** Only in this generation; absent: in both. */
      readonly profile?: WireProfile;
      readonly body: unknown;
    }[];
  };
}

/** Keeps the literal types of an operation, so that names of tools and errors are checked. */
export function defineOperation<const T extends Operation>(operation: T): T {
  return operation;
}
