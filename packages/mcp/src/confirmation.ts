/**
 * The two steps of a write. The first call shows the change and gives a confirmation that is bound
 * to that exact change; only a second call with it, in time and unchanged, carries it out, once.
 */

/** What a confirmation stands for. */
export interface PendingChange<Preview> {
  readonly tool: string;
  /** The arguments, in a form in which equal ones are equal text. */
  readonly change: string;
  /** What the first step showed; null: the service offers no previews. */
  readonly preview: Preview | null;
  readonly expiresAtMs: number;
}

export type Redeemed<Preview> =
  | { readonly ok: true; readonly pending: PendingChange<Preview> }
  | { readonly ok: false; readonly reason: "unknown" | "expired" | "other_change" };

export interface Confirmations<Preview> {
  /** @returns the confirmation, valid for `lifetimeMs` */
  issue(tool: string, change: string, preview: Preview | null): string;
  /** Uses a confirmation up; one that was used is unknown afterwards. */
  redeem(confirmation: string, tool: string, change: string): Redeemed<Preview>;
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

  return {
    issue(tool, change, preview) {
      // A Map keeps the order of insertion: the first key is the oldest.
      for (const [id, pending] of pendings) {
        if (pending.expiresAtMs > now() && pendings.size < MAX_PENDING) break;
        pendings.delete(id);
      }
      const confirmation = randomId();
      const expiresAtMs = now() + CONFIRMATION_LIFETIME_MS;
      pendings.set(confirmation, { tool, change, preview, expiresAtMs });
      return confirmation;
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
