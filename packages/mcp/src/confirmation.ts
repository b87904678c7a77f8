/**
 * The two steps of a write. The first call shows the change and gives a confirmation that is bound
 * to that exact change; only a second call with it, in time and unchanged, carries it out, once.
 */

import type { Reservation } from "./spending.js";

/** What a confirmation stands for. */
export interface PendingChange<Preview> {
  readonly tool: string;
  /** The arguments, in a form in which equal ones are equal text. */
  readonly change: string;
  /** What the first step showed; null: the service offers no previews. */
  readonly preview: Preview | null;
  readonly expiresAtMs: number;
  /** It was sent and no answer came: to be sent again as it is, with the same idempotency key. */
  readonly sent: boolean;
  /** What it has reserved of the day's limit, when it was sent. */
  readonly reservation: Reservation | undefined;
}

export type Redeemed<Preview> =
  | { readonly ok: true; readonly pending: PendingChange<Preview> }
  | { readonly ok: false; readonly reason: "unknown" | "expired" | "other_change" };

export interface Confirmations<Preview> {
  /** @returns the confirmation, valid for `lifetimeMs` */
  issue(tool: string, change: string, preview: Preview | null): string;
  /** Uses a confirmation up; one that was used is unknown afterwards. */
  redeem(confirmation: string, tool: string, change: string): Redeemed<Preview>;
  /** Makes a used confirmation valid once more, to repeat a change whose outcome is not known. */
  restore(
    confirmation: string,
    pending: PendingChange<Preview>,
    reservation: Reservation | undefined,
  ): void;
}

/** A person reads the preview meanwhile; prices and plans rarely change in that time. */
export const CONFIRMATION_LIFETIME_MS = 5 * 60_000;
const MAX_PENDING = 100;

/**
 * Kept in memory only: after a restart every change is shown again before it is made.
 * @param randomId gives a different, unguessable text each time
 */
export function createConfirmations<Preview>(
  now: () => number,
  randomId: () => string,
): Confirmations<Preview> {
  const pendings = new Map<string, PendingChange<Preview>>();

  function keep(confirmation: string, pending: Omit<PendingChange<Preview>, "expiresAtMs">): void {
    // A Map keeps the order of insertion: the first key is the oldest.
    for (const [id, { expiresAtMs }] of pendings) {
      if (expiresAtMs > now() && pendings.size < MAX_PENDING) break;
      pendings.delete(id);
    }
    pendings.set(confirmation, { ...pending, expiresAtMs: now() + CONFIRMATION_LIFETIME_MS });
  }

  return {
    issue(tool, change, preview) {
      const confirmation = randomId();
      keep(confirmation, { tool, change, preview, sent: false, reservation: undefined });
      return confirmation;
    },
    restore(confirmation, pending, reservation) {
      keep(confirmation, { ...pending, sent: true, reservation });
    },
    redeem(confirmation, tool, change) {
      const pending = pendings.get(confirmation);
      if (pending === undefined) return { ok: false, reason: "unknown" };
      pendings.delete(confirmation);
      if (pending.expiresAtMs <= now()) return { ok: false, reason: "expired" };
      if (pending.tool !== tool || pending.change !== change) {
        return { ok: false, reason: "other_change" };
      }
      return { ok: true, pending };
    },
  };
}

/** JSON with the members of every object in order, so that equal values are equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const entries = Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return Object.fromEntries(entries);
  });
}
