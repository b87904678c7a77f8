/** What a handler gets and gives: one call of one operation, already authenticated, limited and validated. */
import type { Operation, PreviewBody, WireProfile } from "@paymaster/contract";
import type { Books } from "@paymaster/engine";
import type { ServiceClock } from "../clock.js";
import type { Connection, Pool } from "../database/pool.js";
import type { InvoicePdfs } from "../invoice-files.js";
import type { AccountReads } from "../store/account-reads.js";
import type { AccountRef } from "../store/accounts.js";
import type { Principal } from "./principal.js";

/** What every handler may use; a handler names the few that it needs. */
export interface Services {
  readonly pool: Pool;
  /** For reading outside of transactions. */
  readonly accounts: AccountReads;
  readonly clock: ServiceClock;
  readonly profile: WireProfile;
  /** Price book and tax table in force. */
  readonly books: () => ServerBooks;
  readonly pdfs: InvoicePdfs;
}

export interface ServerBooks {
  readonly engine: Books;
  /** Parts per million for an account's address. */
  readonly taxRatePpm: (contact: { country?: string; state?: string } | null) => number;
}

export interface Call {
  readonly operation: Operation;
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly trackingId: string;
  /** The account named in the path, `me` resolved; the caller itself where the path names none. */
  readonly target: AccountRef;
  /** The id as the caller wrote it, for messages. */
  readonly targetAsWritten: string;
}

export interface Reply {
  readonly status: number;
  /** JSON body; null: none. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A file instead of JSON. */
export interface FileReply {
  readonly status: number;
  readonly file: Buffer;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type ReadHandler = (call: Call) => Promise<Reply | FileReply>;

/** A change that was decided and not yet made. */
export interface PlannedWrite {
  readonly preview: () => PreviewBody | Promise<PreviewBody>;
  /** Makes the change in the transaction that decided it. */
  readonly write: () => Promise<Reply>;
}

/**
 * Decides a change inside a transaction. `lock` is false for a preview, which must not hold anybody up.
 * Throws a WireFault when the change is refused; nothing may have been written by then.
 */
export type WriteHandler = (
  call: Call,
  connection: Connection,
  lock: boolean,
) => Promise<PlannedWrite>;
