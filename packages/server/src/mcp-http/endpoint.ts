/** What the server expects of an MCP endpoint, and what it tells it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { WireProfile } from "@paymaster/contract";

/** Who calls, found by the token. */
export interface McpCaller {
  readonly token: string;
  readonly accountId: string;
  /** `key:<id>` or `client:<id>`. */
  readonly actor: string;
  readonly spending: McpSpending;
}

/** Part of a limit per day that a change takes. */
export interface McpReservation {
  readonly id: string;
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly limitMinor: number;
}

/** What an account's assistants spent, in minor units. */
export interface McpSpending {
  spent(day: string, currency: string): Promise<number>;
  /** Takes all of the amount from what the limit leaves, or nothing. @returns whether it did */
  reserve(reservation: McpReservation): Promise<boolean>;
  release(reservation: McpReservation): Promise<void>;
}

export interface McpEndpoint {
  /** Answers a request; never rejects. `body` is parsed JSON, undefined without one. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    caller: McpCaller,
  ): Promise<void>;
  close(): Promise<void>;
}

/** The service that the endpoint's sessions act on. */
export interface McpService {
  /** e.g. `http://127.0.0.1:8080/v2` */
  readonly baseUrl: string;
  readonly profile: WireProfile;
  readonly hasQuotas: boolean;
  /** Milliseconds since 1970, of the service's clock. */
  readonly serviceNow: () => number;
  readonly auditFile: string;
  readonly log: (line: string) => void;
}

export interface McpOptions {
  /** Called at the first request: the library takes a while to load. */
  readonly create: (service: McpService) => Promise<McpEndpoint>;
  /** Names under which the server may be reached, besides the address it listens on. */
  readonly hosts: readonly string[];
}
